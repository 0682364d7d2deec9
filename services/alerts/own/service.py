"""The alerts service: members' own alerts. What fires is decided in `engine`, who hears of it elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, ClassVar, Final, cast

from config.farm_file import AlertsSection
from services.alerts import messages as said
from services.alerts.firing import Outbox
from services.alerts.own.changing import Changing
from services.alerts.own.ports import AlertsBus, EnginePort
from services.alerts.own.previewing import Previewing
from services.alerts.own.privacy import all_kept, forget
from services.alerts.own.setting import Setting
from services.alerts.own.telling import Telling
from services.alerts.own.trying import Trying
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.memory import Answers
from services.omega import OmegaService, ServiceConfig
from services.store.store import Store

_REMEMBERED_FOR: Final = 60.0
"""Seconds within which a question may be delivered again."""


class AlertsService(OmegaService):
    """Members' alerts, kept in `store` and decided by `engine`."""

    name: ClassVar[str] = "alerts"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        said.SetAlert,
        said.ResumeAlert,
        said.PreviewAlert,
        said.ListAlerts,
        said.GetAlert,
        said.ChangeAlert,
        said.DeleteAlert,
        said.TestAlert,
        said.WhyAlert,
        said.ExportAlerts,
        said.ForgetAlerts,
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        engine: EnginePort,
        outbox: Outbox,
        bus: AlertsBus,
        limits: AlertsSection,
        clock: Clock,
    ) -> None:
        super().__init__(config)
        self._store = store
        self._engine = engine
        self._one = asyncio.Lock()
        self._setting = Setting(
            store=store, engine=engine, bus=bus, limits=limits, clock=clock, one=self._one
        )
        self._changing = Changing(
            store=store, engine=engine, bus=bus, limits=limits, clock=clock, one=self._one
        )
        self._trying = Trying(
            store=store, engine=engine, outbox=outbox, bus=bus, ways=limits.ways, clock=clock
        )
        self._telling = Telling(store=store, engine=engine, bus=bus)
        self._previewing = Previewing(store=store, engine=engine, bus=bus)
        self._answers: Answers[str, said.AlertView] = Answers(clock, seconds=_REMEMBERED_FOR)

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case said.SetAlert():
                return await self._setting.set(request)
            case said.ResumeAlert():
                return await self._setting.resume(request)
            case said.PreviewAlert():
                return await self._previewing.preview(request)
            case said.ChangeAlert() | said.DeleteAlert() | said.TestAlert():
                return await self._answers.once(request.id, lambda: self._do(request))
        return await self._told(request)

    async def _told(self, request: Request[Any]) -> Message:
        """Answer what changes nothing, and what a member may ask of all that is theirs."""
        match request:
            case said.ListAlerts():
                return await self._telling.page(request)
            case said.GetAlert(caller=caller, alert=alert):
                return await self._telling.one(caller.user_id, alert)
            case said.WhyAlert():
                return await self._telling.why(request)
            case said.ExportAlerts(user_id=user_id):
                async with self._store.read() as rows:
                    return await all_kept(rows, user_id)
            case said.ForgetAlerts(user_id=user_id):
                return await self._forget(user_id)
        raise TypeError(f"alerts does not answer {type(request).__name__}")

    def _do(self, request: said.ChangeAlert | said.DeleteAlert | said.TestAlert) -> Awaitable[said.AlertView]:
        match request:
            case said.ChangeAlert():
                return self._change(request)
            case said.DeleteAlert():
                return self._delete(request)
            case said.TestAlert():
                return self._trying.test(request)

    async def _change(self, request: said.ChangeAlert) -> said.AlertView:
        return await self._telling.of(await self._changing.change(request))

    async def _delete(self, request: said.DeleteAlert) -> said.AlertView:
        return await self._telling.of(await self._changing.delete(request))

    async def _forget(self, user_id: str) -> said.AlertsForgotten:
        """Delete, let the engine go of the rules, and delete what it had under way meanwhile."""
        async with self._one:
            async with self._store.write() as rows:
                rules = await rows.personal.rules_of(user_id)
                gone = await forget(rows, user_id)
            for rule_id in rules:
                await self._engine.drop(rule_id)
            async with self._store.write() as rows:
                late = await forget(rows, user_id)
        return said.AlertsForgotten(rows=gone.rows + late.rows)
