"""The venues besides the farm's own: each is opened when it is first asked for, and kept open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, Misconfigured, UnknownVenue
from services.exchange.exchange import Exchange
from services.market.board import Board
from services.market.venue import ANSWER_SECONDS, Venue

_AGAIN_SECONDS = 5.0
"""After an opening that failed."""

Opener = Callable[[], AbstractAsyncContextManager[Exchange]]
log = structlog.get_logger(__name__)


class _Kept:
    """One venue: closed, being opened, open, or lately refused."""

    def __init__(self, name: str, opener: Opener) -> None:
        self.name = name
        self.opener = opener
        self.is_wanted = asyncio.Event()
        self.is_told = asyncio.Event()
        """Set while it is open, or cannot be opened."""
        self.venue: Venue | None = None
        self.error: ExchangeUnavailable | None = None


class OtherVenues:
    """Opens and closes exchanges in the task that runs `run`, as their context managers want it."""

    def __init__(self, openers: Mapping[str, Opener], *, clock: Clock, stale_after: timedelta) -> None:
        self._kept = {name: _Kept(name, opener) for name, opener in openers.items()}
        self._clock = clock
        self._stale_after = stale_after

    @property
    def names(self) -> Sequence[str]:
        """Return which venues there are."""
        return tuple(self._kept)

    async def run(self) -> None:
        """Keep what is asked for open, until cancelled."""
        async with asyncio.TaskGroup() as keeping:
            for kept in self._kept.values():
                keeping.create_task(self._keep(kept))

    async def venue(self, name: str) -> Venue:
        """Return the venue of that name, opened if need be.

        Raises:
            UnknownVenue: there is none.
            ExchangeUnavailable: it cannot be opened, or not within what an asker waits for.
        """
        kept = self._kept.get(name)
        if kept is None:
            raise UnknownVenue.of(name, self.names)
        kept.is_wanted.set()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await kept.is_told.wait()
        except TimeoutError as error:
            raise _unopened(name, "it is still being opened") from error
        if kept.venue is None:
            raise kept.error or _unopened(name, "it was closed")
        return kept.venue

    async def _keep(self, kept: _Kept) -> None:
        while True:
            await kept.is_wanted.wait()
            try:
                async with kept.opener() as exchange:
                    board = Board(venue=lambda: kept.name, clock=self._clock)
                    kept.venue = Venue(exchange, board, clock=self._clock, stale_after=self._stale_after)
                    kept.is_told.set()
                    log.info("venue_opened", venue=kept.name)
                    await asyncio.get_running_loop().create_future()  # until cancelled
            except (ExchangeUnavailable, Misconfigured) as error:
                log.warning("venue_not_opened", venue=kept.name, reason=error.message)
                kept.venue, kept.error = None, _unopened(kept.name, error.message)
                kept.is_told.set()
            await asyncio.sleep(_AGAIN_SECONDS)
            kept.is_wanted.clear()
            kept.is_told.clear()


def _unopened(name: str, reason: str) -> ExchangeUnavailable:
    return ExchangeUnavailable(
        f"{name} cannot be reached: {reason}", hint="Ask again in a minute.", facts={"venue": name}
    )
