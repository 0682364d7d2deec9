"""Which markets are streamed: the most traded, and those that members asked for in the last hour."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.clock import Clock

_WANTED_SECONDS = 3_600.0
_MOST_WANTED = 100
_REFUSED_SECONDS = 300.0


class Watched:
    """`most` of the most traded, at most a hundred that were asked for, and none that the venue refuses."""

    def __init__(self, *, most: int, clock: Clock) -> None:
        self.changed = asyncio.Event()
        """Set when something was asked for that is not watched yet."""
        self._most = most
        self._clock = clock
        self._ranked: Sequence[str] = ()
        self._known: frozenset[str] = frozenset()
        self._wanted: dict[str, float] = {}
        self._refused: dict[str, float] = {}
        self._current: frozenset[str] = frozenset()

    def __contains__(self, market: object) -> bool:
        return market in self._current

    def rank(self, markets: Sequence[str]) -> None:
        """Learn which markets can be watched, the most traded first."""
        self._ranked = markets[: self._most]
        self._known = frozenset(markets)
        self.changed.set()

    def want(self, market: str) -> None:
        """Learn that somebody asked for `market`."""
        self._wanted.pop(market, None)
        self._wanted[market] = self._clock.monotonic()
        if len(self._wanted) > _MOST_WANTED:
            del self._wanted[next(iter(self._wanted))]
        if market not in self._current:
            self.changed.set()

    def refuse(self, market: str) -> None:
        """Leave `market` out for five minutes: the venue says that there is none."""
        self._refused[market] = self._clock.monotonic()

    def current(self) -> list[str]:
        """Return what is to be watched now, the most traded first."""
        now = self._clock.monotonic()
        self._wanted = {one: at for one, at in self._wanted.items() if now - at < _WANTED_SECONDS}
        self._refused = {one: at for one, at in self._refused.items() if now - at < _REFUSED_SECONDS}
        markets = dict.fromkeys((*self._ranked, *self._wanted))
        found = [one for one in markets if one in self._known and one not in self._refused]
        self._current = frozenset(found)
        return found
