"""What answers under way may still take, in memory: many at once must not each see the same budget left."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.chat.keeping.leaving import Stay
from services.chat.keeping.spending import Scope, scopes_of
from services.clock import Clock

_UNDER_WAY_FOR: Final = 600.0
"""Seconds after which an answer that was never released does not count any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """An answer under way, and whose budgets it is of."""

    id: int
    stay: Stay
    guild_id: str
    persona: str

    @property
    def user_id(self) -> str:
        """Return whose answer it is."""
        return self.stay.user_id


@dataclass(slots=True, kw_only=True)
class Held:
    """What one answer may still take."""

    reservation: Reservation
    tokens: int
    price: float
    """US dollars of one token, at the most."""
    until: float
    has_spent: bool = False


class Holding:
    """All answers under way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids = itertools.count(1)
        self._held: dict[int, Held] = {}

    def hold(self, stay: Stay, *, guild_id: str, persona: str, tokens: int, price: float) -> Reservation:
        """Hold back what an answer is expected to take."""
        made = Reservation(id=next(self._ids), stay=stay, guild_id=guild_id, persona=persona)
        until = self._clock.monotonic() + _UNDER_WAY_FOR
        self._held[made.id] = Held(reservation=made, tokens=tokens, price=price, until=until)
        return made

    def take(self, reservation: Reservation, tokens: int) -> bool:
        """Take what was spent out of what is held; return whether it is the first that this answer spent."""
        held = self._held.get(reservation.id)
        if held is None:
            return False
        is_first, held.has_spent = not held.has_spent, True
        held.tokens = max(held.tokens - tokens, 0)
        return is_first

    def release(self, reservation: Reservation) -> None:
        """Hold nothing more for an answer; a second time changes nothing."""
        self._held.pop(reservation.id, None)

    def of(self, scope: Scope, name: str) -> tuple[int, float]:
        """Return the tokens, and the US dollars, that are held of one budget."""
        held = [one for one in self._alive() if (scope, name) in _scopes(one.reservation)]
        return sum(one.tokens for one in held), sum(one.tokens * one.price for one in held)

    def _alive(self) -> Iterator[Held]:
        now = self._clock.monotonic()
        for number, held in [*self._held.items()]:
            if held.until > now:
                yield held
            else:
                del self._held[number]


def _scopes(reservation: Reservation) -> tuple[tuple[Scope, str], ...]:
    return tuple(scopes_of(reservation.user_id, reservation.guild_id, reservation.persona))
