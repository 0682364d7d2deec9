"""Saves an alert of which all is known: once, within the limits, and then into the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from config.farm_file import AlertsSection
from services.alerts.conditions import Condition, markets_of, to_text
from services.alerts.messages import Options, SetAlert
from services.alerts.own.checks import check_room, refuse_twin
from services.alerts.own.finding import no_such
from services.alerts.own.ports import EnginePort
from services.alerts.own.rearming import begun_anew
from services.alerts.own.views import text_of
from services.clock import Clock
from services.errors import OmegaError
from services.market.messages import Quote
from services.members.messages import Caller
from services.store.rows import RuleRow
from services.store.store import Rows, Store

_PAST_KEPT: Final = 200
"""Of what a member's alerts came to, so many that wait no more stay to be looked up and set again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a member wants set, as far as it is known: `old` is the rule that it replaces."""

    request: SetAlert
    answers: tuple[str, ...]
    rule_id: str
    options: Options
    quotes: Mapping[str, Quote]
    old: RuleRow | None

    @property
    def caller(self) -> Caller:
        """Return who wants it."""
        return self.request.caller

    @property
    def quote(self) -> Quote | None:
        """Return the quote of the market it looks at first."""
        return next(iter(self.quotes.values()), None)


class Saving:
    """Writes rules of members, one at a time, so that no limit is passed by two at once.

    `one` is held meanwhile; whoever else changes them holds it, too.
    """

    def __init__(
        self, *, store: Store, engine: EnginePort, limits: AlertsSection, clock: Clock, one: asyncio.Lock
    ) -> None:
        self._store = store
        self._engine = engine
        self._limits = limits
        self._clock = clock
        self._one = one

    async def check(self, wanted: Wanted, condition: Condition) -> None:
        """Refuse what may not be saved. Raises UserMistake."""
        async with self._store.read() as rows:
            await self._check(rows, wanted, condition, self._row(wanted, condition), wanted.old)

    async def save(self, wanted: Wanted, condition: Condition) -> RuleRow:
        """Save it, and return it as it is now; one that was saved by the same request stays as it is.

        Raises:
            UserMistake: it may not be saved.
            StoreUnavailable: nothing was saved.
        """
        row = self._row(wanted, condition)
        async with self._one:
            if wanted.old is None:
                row, is_new = await self._add(wanted, condition, row)
                if not is_new:
                    return row
            else:
                row = await self._replace(wanted, condition, row)
            await self._engine.put(row)
            for quote in wanted.quotes.values():
                await self._engine.hear(quote)
        return row

    async def _add(self, wanted: Wanted, condition: Condition, row: RuleRow) -> tuple[RuleRow, bool]:
        async with self._store.write() as rows:
            known = await rows.alerts.rule(row.id)
            if known is not None:
                return known, False
            await self._check(rows, wanted, condition, row, None)
            await rows.alerts.put_rule(row)
            await rows.personal.drop_past(wanted.caller.user_id, keep=_PAST_KEPT)
        return row, True

    async def _replace(self, wanted: Wanted, condition: Condition, row: RuleRow) -> RuleRow:
        """Write a rule anew, once the engine has let it go and kept what it still did by the old one."""
        await self._engine.drop(row.id)
        async with self._store.read() as rows:
            dropped = await rows.alerts.rule(row.id)
        try:
            async with self._store.write() as rows:
                old = await rows.alerts.rule(row.id)
                if old is None:
                    raise no_such(row.id)
                new = _in_place_of(old, row)
                await self._check(rows, wanted, condition, new, old)
                await rows.alerts.put_rule(new)
        except OmegaError:
            if dropped is not None and dropped.status == "active":
                await self._engine.put(dropped)
            raise
        return new

    async def _check(
        self, rows: Rows, wanted: Wanted, condition: Condition, new: RuleRow, old: RuleRow | None
    ) -> None:
        """Refuse what may not be saved. Raises UserMistake."""
        await check_room(rows, new, old, self._limits)
        others = await rows.own_alerts.active_on(wanted.caller.user_id, _first_market(condition))
        refuse_twin(condition, wanted.options, [row for row in others if row.id != wanted.rule_id])

    def _row(self, wanted: Wanted, condition: Condition) -> RuleRow:
        now, quote = self._clock.now(), wanted.quote
        return RuleRow(
            id=wanted.rule_id,
            user_id=wanted.caller.user_id,
            guild_id=wanted.caller.guild_id,
            feed="",
            kind=wanted.request.kind,
            market=_first_market(condition),
            status="active",
            condition=to_text(condition),
            options=text_of(wanted.options),
            given=text_of(wanted.request.given),
            state="",
            market_at=None if quote is None else quote.origin.as_of,
            set_at=now,
            updated_at=now,
            expires_at=wanted.options.expires_at,
        )


def _in_place_of(old: RuleRow, new: RuleRow) -> RuleRow:
    """Return the new row with what stays of the old one: since when it is there, and what it came to."""
    return replace(
        new,
        set_at=old.set_at,
        fired=old.fired,
        last_fired_at=old.last_fired_at,
        state=begun_anew(old.state),
    )


def _first_market(condition: Condition) -> str:
    return next(iter(markets_of(condition)), "")
