"""The newest figure of each market, when it was received, and which of them have not been passed on yet."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Container, Iterable
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from services.clock import Clock

F = TypeVar("F")

_TRUSTED_SECONDS = 10.0
"""How long a figure stands against one of an earlier market time. Then the venue's own time went back."""


class Received(NamedTuple, Generic[F]):
    """A figure with its market time and when it was received, in wall time."""

    figure: F
    as_of: datetime
    received_at: datetime


class Newest(Generic[F]):
    """Keeps one figure a market, and never an older one in place of a newer."""

    def __init__(self, clock: Clock, *, first: Container[str]) -> None:
        """Figures of `first` are passed on before others."""
        self.changed = asyncio.Event()
        """Set while there is a figure that has not been taken."""
        self._clock = clock
        self._first = first
        self._kept: dict[str, Received[F]] = {}
        self._urgent: dict[str, None] = {}
        self._changed: dict[str, None] = {}

    def show(self, market: str, figure: F, as_of: datetime) -> bool:
        """Keep `figure`, received now, unless what is kept is of a later market time; return whether."""
        now = self._clock.now()
        kept = self._kept.get(market)
        if kept is not None and as_of < kept.as_of and self._stands(kept, now):
            return False
        self._kept[market] = Received(figure, as_of, now)
        self.mark((market,))
        return True

    def mark(self, markets: Iterable[str]) -> None:
        """Have the figures of `markets` passed on, again if need be."""
        for market in markets:
            (self._urgent if market in self._first else self._changed)[market] = None
        self.changed.set()

    def get(self, market: str) -> Received[F] | None:
        """Return the newest figure, however old it is."""
        return self._kept.get(market)

    def all(self) -> Collection[Received[F]]:
        """Return what is kept of every market."""
        return self._kept.values()

    def take(self, most: int) -> dict[str, Received[F]]:
        """Return up to `most` figures that were not taken yet, the urgent ones first."""
        taken: dict[str, Received[F]] = {}
        for waiting in (self._urgent, self._changed):
            while waiting and len(taken) < most:
                market = next(iter(waiting))
                del waiting[market]
                if market in self._kept:
                    taken[market] = self._kept[market]
        if not (self._urgent or self._changed):
            self.changed.clear()
        return taken

    def keep_only(self, markets: Container[str]) -> None:
        """Forget the figures of all other markets."""
        self._kept = {market: kept for market, kept in self._kept.items() if market in markets}

    def _stands(self, kept: Received[F], now: datetime) -> bool:
        return (now - kept.received_at).total_seconds() < _TRUSTED_SECONDS
