"""Sets an alert: from what a member wrote, by way of what must be asked, to a rule that the engine has."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
import structlog

from config.farm_file import AlertsSection
from config.semantics import GUIDE
from services.alerts.conditions import Condition
from services.alerts.drafting import Doubt, Look, draft
from services.alerts.messages import (
    DRAFTS,
    AlertOutcome,
    AlertPreview,
    AlertView,
    Asked,
    Choice,
    Draft,
    Options,
    ResumeAlert,
    SetAlert,
)
from services.alerts.own.admission import Admission
from services.alerts.own.checks import checked_options
from services.alerts.own.finding import look_for_own, own_rule
from services.alerts.own.ports import AlertsBus, EnginePort
from services.alerts.own.quoting import quotes_in
from services.alerts.own.saving import Saving, Wanted
from services.alerts.own.views import view_of
from services.clock import Clock
from services.errors import Unavailable, UserMistake
from services.ids import id_of
from services.market.messages import Quote
from services.members.messages import GetMember
from services.store.rows import RuleRow
from services.store.store import Store

LOOKED_BACK: Final = 1
"""Days over which it is looked how often an alert would have fired: more take seconds to be had."""
LIFE_OF_DRAFT: Final = 900.0
_OFTEN: Final = "often"
_PATIENCE: Final = 3.0

log = structlog.get_logger(__name__)


class Setting:
    """Saves alerts, or asks what must be known first."""

    def __init__(
        self,
        *,
        store: Store,
        engine: EnginePort,
        bus: AlertsBus,
        limits: AlertsSection,
        clock: Clock,
        one: asyncio.Lock,
    ) -> None:
        self._store = store
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._admission = Admission(bus=bus, ways=limits.ways)
        self._saving = Saving(store=store, engine=engine, limits=limits, clock=clock, one=one)

    async def set(self, request: SetAlert) -> AlertOutcome:
        """Set an alert. Raises what `SetAlert` says."""
        return await self._go_on(request, ())

    async def resume(self, request: ResumeAlert) -> AlertOutcome:
        """Go on with the answer to what was asked. Raises what `ResumeAlert` says."""
        kept = await self._bus.latest(DRAFTS, part=request.draft)
        if kept is None or kept.value.request.caller.user_id != request.caller.user_id:
            raise UserMistake("This question is too old to be answered.", hint="Set the alert again.")
        wanted = msgspec.structs.replace(kept.value.request, caller=request.caller)
        return await self._go_on(wanted, (*kept.value.answers, request.value))

    async def _go_on(self, request: SetAlert, answers: tuple[str, ...]) -> AlertOutcome:
        rule_id, old = await self._place_for(request)
        if old is not None and not request.replaces:
            return AlertOutcome(saved=self._view(old, None))
        wanted = Wanted(
            request=request,
            answers=answers,
            rule_id=rule_id,
            options=await self._options(request, old),
            quotes=await quotes_in(self._bus, request.kind, request.given),
            old=old,
        )
        drafted = draft(
            request.kind, request.given, wanted.options, Look(quotes=wanted.quotes, answers=answers)
        )
        if isinstance(drafted, Doubt):
            return await self._doubted(wanted, drafted)
        await self._saving.check(wanted, drafted)
        is_meant = _OFTEN in wanted.answers or not wanted.options.repeats  # which fires once anyway
        preview = None if is_meant else await self._looked_back(wanted, drafted)
        if preview is not None and preview.is_noisy:
            return await self._asked_for_noise(wanted, preview)
        row = await self._saving.save(wanted, drafted)
        is_unchecked = preview is None and not is_meant
        return AlertOutcome(saved=self._view(row, wanted.quote), is_unchecked=is_unchecked)

    async def _place_for(self, request: SetAlert) -> tuple[str, RuleRow | None]:
        """Return the id the alert gets, and the rule that has it: the one it replaces, or a repeat's."""
        async with self._store.read() as rows:
            if request.replaces:
                old = await own_rule(rows, request.caller.user_id, request.replaces)
                return old.id, old
            rule_id = id_of(request.caller.user_id, request.id, length=10)
            return rule_id, await look_for_own(rows, request.caller.user_id, rule_id)

    async def _options(self, request: SetAlert, old: RuleRow | None) -> Options:
        options = checked_options(request.options, now=self._clock.now())
        await self._admission.check(request.caller, options, old=old)
        if options.persona:
            return options
        member = await self._bus.ask(GetMember(user_id=request.caller.user_id))
        return msgspec.structs.replace(options, persona=member.persona or GUIDE)

    async def _looked_back(self, wanted: Wanted, condition: Condition) -> AlertPreview | None:
        """Return how often it would have fired; None where that could not be looked at in time."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._engine.preview(condition, wanted.options, days=LOOKED_BACK)
        except (TimeoutError, Unavailable) as error:
            log.info("alert_saved_unseen", rule=wanted.rule_id, reason=str(error) or "it took too long")
            return None

    async def _asked_for_noise(self, wanted: Wanted, preview: AlertPreview) -> AlertOutcome:
        """Ask whether an alert that would have fired very often is meant."""
        return await self._ask(
            wanted,
            Asked(
                draft=self._draft_id(wanted),
                why="often",
                choices=[Choice(value=_OFTEN)],
                condition=preview.condition,
                times=max(preview.met, len(preview.times)),
                days=preview.days,
            ),
        )

    async def _doubted(self, wanted: Wanted, doubt: Doubt) -> AlertOutcome:
        return await self._ask(
            wanted,
            Asked(
                draft=self._draft_id(wanted),
                why=doubt.why,
                written=doubt.written,
                choices=doubt.choices,
                condition=doubt.condition,
                price=None if wanted.quote is None else wanted.quote.price,
                tick=None if wanted.quote is None else wanted.quote.tick,
            ),
        )

    async def _ask(self, wanted: Wanted, asked: Asked) -> AlertOutcome:
        kept = Draft(request=wanted.request, answers=[*wanted.answers])
        await self._bus.put(DRAFTS, kept, part=asked.draft, ttl=LIFE_OF_DRAFT)
        return AlertOutcome(asked=asked)

    def _draft_id(self, wanted: Wanted) -> str:
        """Return an id that a repeat makes again, and that differs from question to question."""
        return id_of("draft", wanted.caller.user_id, wanted.request.id, *wanted.answers)

    def _view(self, row: RuleRow, quote: Quote | None) -> AlertView:
        return view_of(row, is_armed=self._engine.armed(row.id), quote=quote)
