"""Streams what is watched: one iteration of the exchange a channel for each group of markets.

The markets that become watched at the same time make a group, so that a venue hears few subscriptions. A
group of which most are not watched any more is given up, and the rest of it becomes a new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field

import structlog

from services.errors import ExchangeUnavailable, Misconfigured, NotOffered, OmegaError, UnknownMarket
from services.exchange.exchange import Capability, Channel, Exchange, Update
from services.market.links import Link
from services.market.patience import pause_after
from services.market.watched import Watched

LOOK_SECONDS = 1.0
"""Between two looks at what is watched, unless something new is asked for."""
_CHANNELS: dict[Channel, Capability] = {
    "ticker": "watch_ticker",
    "trade": "watch_trade",
    "book": "watch_book",
}

Hearing = Callable[[Channel, Sequence[str]], AbstractContextManager[Callable[[Update], None]]]
log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Group:
    markets: list[str]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    failures: dict[Channel, int] = field(default_factory=dict)


class Streams:
    """Gives each update to what `hearing` opens for its channel and markets."""

    def __init__(
        self,
        exchange: Exchange,
        watched: Watched,
        *,
        hearing: Hearing,
        arranged: Callable[[Sequence[str]], None],
        refused: Callable[[], None],
        link: Link,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`arranged` hears what is watched; `refused` that the venue says a watched market does not exist."""
        self._exchange = exchange
        self._watched = watched
        self._hearing = hearing
        self._arranged = arranged
        self._refused = refused
        self._link = link
        self._sleep = sleep
        self._groups: list[_Group] = []

    async def run(self) -> None:
        """Stream until cancelled."""
        async with asyncio.TaskGroup() as following:
            while True:
                self._arrange(following)
                await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._watched.changed.wait()
        except TimeoutError:
            return
        self._watched.changed.clear()

    def _arrange(self, following: asyncio.TaskGroup) -> None:
        wanted = self._watched.current()
        self._arranged(wanted)
        for group in tuple(self._groups):
            if 2 * sum(market in self._watched for market in group.markets) <= len(group.markets):
                self._groups.remove(group)
                for task in group.tasks:
                    task.cancel()
        streamed = {market for group in self._groups for market in group.markets}
        new = [market for market in wanted if market not in streamed]
        if new:
            group = _Group(new)
            self._groups.append(group)
            group.tasks = [
                following.create_task(self._follow(group, channel))
                for channel, capability in _CHANNELS.items()
                if capability in self._exchange.capabilities
            ]

    async def _follow(self, group: _Group, channel: Channel) -> None:
        error: OmegaError | None
        while group.markets:
            try:
                await self._read(group, channel)
                reason, error = "the stream ended", None
            except UnknownMarket as unknown:
                if self._leave_out(group, unknown):
                    continue
                reason, error = unknown.message, None
            except (ExchangeUnavailable, NotOffered, Misconfigured) as refused:
                reason, error = refused.message, refused
            failures = group.failures[channel] = group.failures.get(channel, 0) + 1
            say = log.warning if isinstance(error, NotOffered | Misconfigured) else log.info
            say("stream_lost", channel=channel, markets=len(group.markets), reason=reason)
            if not isinstance(error, NotOffered):  # what a venue does not have does not fail
                self._link.fails(reason)
            await self._sleep(pause_after(failures, error))

    async def _read(self, group: _Group, channel: Channel) -> None:
        markets = tuple(group.markets)
        with self._hearing(channel, markets) as hear:
            async with _closing(self._exchange.watch(channel, markets)) as updates:
                async for update in updates:
                    hear(update)
                    group.failures[channel] = 0
                    self._link.works()

    def _leave_out(self, group: _Group, unknown: UnknownMarket) -> bool:
        market = unknown.facts.get("asked")
        if market not in group.markets:
            return False
        group.markets.remove(str(market))
        self._watched.refuse(str(market))
        log.warning("market_refused", market=market, venue=self._exchange.venue)
        self._refused()
        return True


@asynccontextmanager
async def _closing(updates: AsyncIterator[Update]) -> AsyncIterator[AsyncIterator[Update]]:
    """End an iteration that is left early, where it can be ended."""
    try:
        yield updates
    finally:
        if isinstance(updates, AsyncGenerator):
            await updates.aclose()
