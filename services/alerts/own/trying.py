"""Delivers an alert for a try, by the way that a real one takes. Nothing of its rule changes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from config.farm_file import WaySection
from services.alerts.conditions import from_text
from services.alerts.firing import Firing, Outbox, Step
from services.alerts.messages import AlertView, TestAlert
from services.alerts.own.admission import Admission
from services.alerts.own.finding import own_rule
from services.alerts.own.ports import AlertsBus, EnginePort
from services.alerts.own.quoting import quote_or_none
from services.alerts.own.views import options_of, view_of
from services.alerts.posts import Told, Value
from services.clock import Clock
from services.errors import UserMistake
from services.ids import id_of
from services.market.messages import Quote
from services.memory import Remembered
from services.store.rows import RuleRow
from services.store.store import Store

_APART: Final = 60.0
"""Seconds between two tests of an alert: one is a message like any other for whoever reads there."""


class Trying:
    """Tests alerts for members, each at most once a minute and only where its member may still let it go."""

    def __init__(
        self,
        *,
        store: Store,
        engine: EnginePort,
        outbox: Outbox,
        bus: AlertsBus,
        ways: Mapping[str, WaySection],
        clock: Clock,
    ) -> None:
        self._store = store
        self._engine = engine
        self._outbox = outbox
        self._bus = bus
        self._admission = Admission(bus=bus, ways=ways)
        self._clock = clock
        self._one = asyncio.Lock()
        self._tried: Remembered[str, bool] = Remembered(clock, size=4_096)

    async def test(self, request: TestAlert) -> AlertView:
        """Deliver the alert once. Raises what `TestAlert` says."""
        async with self._store.read() as rows:
            row = await own_rule(rows, request.caller.user_id, request.alert)
        await self._admission.check_again(request.caller, row)
        quote, values = await quote_or_none(self._bus, row.market), [*self._engine.now(row.id)]
        step = tried(row, values, quote, seen_at=self._clock.now(), request_id=request.id)
        async with self._one:
            if self._tried.get(row.id):
                raise UserMistake(
                    f"Alert {row.id} was tested less than a minute ago.", hint="Test it again in a minute."
                )
            await self._outbox.commit(step)
            self._tried.keep(row.id, value=True, seconds=_APART)
        return view_of(row, is_armed=self._engine.armed(row.id), quote=quote)


def tried(
    row: RuleRow, values: list[Value], quote: Quote | None, *, seen_at: datetime, request_id: str
) -> Step:
    """Return the step that brings the alert of `row` to its place, marked as a test.

    The same request makes the same alert. `seen_at` is wall time; so is `at` where there is no quote.
    """
    options = options_of(row)
    told = Told(
        alert=id_of("test", row.id, request_id),
        rule=row.id,
        condition=from_text(row.condition),
        state="test",
        at=seen_at if quote is None else quote.origin.as_of,
        seen_at=seen_at,
        values=values,
        origin=None if quote is None else quote.origin,
        price=None if quote is None else quote.price,
        tick=None if quote is None else quote.tick,
        severity="urgent" if options.is_urgent else "normal",
        owner=row.user_id or "",
        note=options.note,
        role=options.role,
        repeats=options.repeats,
    )
    firing = Firing(told=told, options=options, user_id=row.user_id, guild_id=row.guild_id, market=row.market)
    return Step(firings=(firing,))
