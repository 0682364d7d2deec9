"""What may still be spent on models today, and what was.

A budget is checked before an answer begins, with what other answers may take that are under way. The day is
that of UTC. What a member spent counts against their budget until midnight even if they let the farm forget
them meanwhile; the database then keeps it without their name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from config.farm_file import BudgetSection, ChatSection
from services.chat.keeping.holding import Holding, Reservation
from services.chat.keeping.leaving import Leaving
from services.chat.keeping.spending import Scope, Spending, cost_of, dearest, scopes_of
from services.chat.messages import Spent, Usage
from services.chat.ports import Used
from services.clock import Clock
from services.members.messages import Caller
from services.store.chat_rows import ChatSpendRow
from services.store.store import Store

Ending = Literal["", "member", "guild", "persona", "farm", "price"]
"""Whose budget is spent; price: money is limited, and what would be asked or was used has no price."""
EXPECTED: Final = 4_000
"""Tokens that an answer is expected to take, its prompt included, until it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Whether a model may be asked, and for how much."""

    is_allowed: bool
    tokens: int | None = None
    """What is left of the tightest budget; None where there is no limit."""
    why: Ending = ""
    """Why it may not; empty where it may, or where there is no model."""
    models: tuple[str, ...] = ()
    """Those of the persona that may be asked, in their order."""
    reservation: Reservation | None = None
    """To be released when the answer is over, whatever became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """One budget, with what was spent of it and what is held for answers under way."""

    scope: Scope
    limits: BudgetSection
    tokens: int
    cost: float | None
    """US dollars; None where a model without a price was used."""

    @property
    def tokens_left(self) -> int | None:
        return None if self.limits.tokens is None else self.limits.tokens - self.tokens

    @property
    def cost_left(self) -> float | None:
        if self.limits.cost is None or self.cost is None:
            return None
        return self.limits.cost - self.cost

    @property
    def is_spent(self) -> bool:
        return any(left is not None and left <= 0 for left in (self.tokens_left, self.cost_left))

    @property
    def is_unknown(self) -> bool:
        return self.limits.cost is not None and self.cost is None


class Budgets:
    """The budgets of members, guilds, personas and the farm. Only one process may count."""

    def __init__(self, store: Store, section: ChatSection, leaving: Leaving, *, clock: Clock) -> None:
        self._store = store
        self._leaving = leaving
        self._section = section
        self._clock = clock
        self._spending = Spending("")
        self._reading = asyncio.Lock()
        self._holding = Holding(clock)

    async def left(
        self, caller: Caller, persona: str, models: Sequence[str], *, expected: int = EXPECTED
    ) -> Left:
        """Return what may be spent on an answer, and hold back what it is expected to take.

        Raises:
            StoreUnavailable: what was spent today is not known.
        """
        standings = list(self._standings(await self._today(), caller, persona))
        spent = next((one.scope for one in standings if one.is_spent), None)
        if spent is not None or not models:
            return Left(is_allowed=False, tokens=None if spent is None else 0, why=spent or "")
        asked = self._askable(models, standings)
        if not asked or any(one.is_unknown for one in standings):
            return Left(is_allowed=False, why="price")
        price = dearest(self._section.models.get(name) for name in asked)
        stay, guild_id = self._leaving.begin(caller.user_id), caller.guild_id or ""
        held = self._holding.hold(stay, guild_id=guild_id, persona=persona, tokens=expected, price=price)
        tightest = _tightest(standings, price)
        return Left(is_allowed=True, tokens=tightest, models=asked, reservation=held)

    async def spend(self, reservation: Reservation, model: str, used: Used) -> None:
        """Count what one request to a model took; an answer may take several.

        Raises:
            StoreUnavailable: it is not kept, but counts until this process ends, or until the day does.
        """
        spending = await self._today()
        is_first = self._holding.take(reservation, used.given + used.written)
        cost = cost_of(self._section.models.get(model), used)
        row = _row(spending.day, reservation, model, used, answers=int(is_first), cost=cost)
        spending.add(row)
        async with self._leaving.keeping(reservation.stay) as is_named, self._store.write() as rows:
            await rows.chat.spend.count_up(row if is_named else replace(row, user_id=""))

    def release(self, reservation: Reservation) -> None:
        """Hold nothing back any more for an answer that is over; a second time changes nothing."""
        self._holding.release(reservation)

    async def usage(self, caller: Caller, persona: str, models: Sequence[str], *, is_admin: bool) -> Usage:
        """Return what was spent today where the caller may see it: the farm's is an admin's."""
        spending = await self._today()
        scopes = scopes_of(caller.user_id, caller.guild_id or "", persona)
        seen = [one for one in scopes if is_admin or one[0] != "farm"]
        return Usage(
            has_models=bool(models),
            models=[*models],
            spent=[self._spent(spending, *scope) for scope in seen],
            renews_at=_midnight(self._clock.now()) + timedelta(days=1),
        )

    async def _today(self) -> Spending:
        """Return the tallies of today, read from the database once a day."""
        day = self._clock.now().date().isoformat()
        async with self._reading:
            if self._spending.day != day:
                async with self._store.read() as rows:
                    self._spending = Spending(day, await rows.chat.spend.where(day=day))
        return self._spending

    def _limits(self, scope: Scope) -> BudgetSection:
        limits: BudgetSection = getattr(self._section, scope)
        return limits

    def _standings(self, spending: Spending, caller: Caller, persona: str) -> Iterator[_Standing]:
        for scope, name in scopes_of(caller.user_id, caller.guild_id or "", persona):
            tally, (tokens, money) = spending.of(scope, name), self._holding.of(scope, name)
            yield _Standing(
                scope=scope,
                limits=self._limits(scope),
                tokens=tally.tokens + tokens,
                cost=None if tally.cost is None else tally.cost + money,
            )

    def _askable(self, models: Sequence[str], standings: Sequence[_Standing]) -> tuple[str, ...]:
        """Return the models that may be asked: where money is limited, those whose price is known."""
        if all(one.limits.cost is None for one in standings):
            return tuple(models)
        known = self._section.models
        return tuple(name for name in models if name in known and known[name].is_priced)

    def _spent(self, spending: Spending, scope: Scope, name: str) -> Spent:
        tally, limits = spending.of(scope, name), self._limits(scope)
        return Spent(
            scope=scope,
            tokens=tally.tokens,
            most_tokens=limits.tokens,
            cost=tally.cost,
            most_cost=limits.cost,
            answers=tally.answers,
            is_guessed=tally.is_guessed,
        )


def _tightest(standings: Sequence[_Standing], price: float) -> int | None:
    """Return the tokens that are left of the tightest budget, one in money by what a token costs at most."""
    tokens = [one.tokens_left for one in standings if one.tokens_left is not None]
    if price:
        tokens += [int(one.cost_left / price) for one in standings if one.cost_left is not None]
    return min(tokens, default=None)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _row(
    day: str, of: Reservation, model: str, used: Used, *, answers: int, cost: float | None
) -> ChatSpendRow:
    return ChatSpendRow(
        day=day,
        user_id=of.user_id,
        guild_id=of.guild_id,
        persona=of.persona,
        model=model,
        tokens_given=used.given,
        tokens_written=used.written,
        requests=1,
        answers=answers,
        cost=cost,
        is_guessed=used.is_guessed,
    )
