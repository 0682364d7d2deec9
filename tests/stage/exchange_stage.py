"""What the contract of the `Exchange` port is tried on: an exchange that is open, and time that passes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from market_stage import take

from services.exchange.exchange import Channel, Exchange, Market, Update

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An open exchange."""

    exchange: Exchange
    let_pass: Callable[[float], Awaitable[None]]
    """Lets so many seconds of market time pass."""
    many: int = 120
    """So many updates come in a moment."""

    async def swaps(self) -> list[Market]:
        return [market for market in await self.exchange.markets() if market.is_swap]

    async def spots(self) -> list[Market]:
        return [market for market in await self.exchange.markets() if market.settle is None]

    async def some(self) -> list[str]:
        """A few markets, of each kind."""
        return [market.name for market in (*(await self.swaps())[:2], *(await self.spots())[:2])]

    async def watched(self, channel: Channel, count: int) -> dict[str, list[Update]]:
        """The first updates of a few markets, by market."""
        updates = await take(self.exchange.watch(channel, await self.some()), count)
        return by(updates, lambda update: update.market)


def by(things: Iterable[T], name_of: Callable[[T], str]) -> dict[str, list[T]]:
    """The same things by name, in their order."""
    found: dict[str, list[T]] = defaultdict(list)
    for thing in things:
        found[name_of(thing)].append(thing)
    return dict(found)


async def breathe(times: int = 20) -> None:
    """Let other tasks have so many turns."""
    for _ in range(times):
        await asyncio.sleep(0)


@asynccontextmanager
async def hosted(context: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Hold `context` open in a task of its own, since a fixture begins in another task than it ends in."""
    is_over = asyncio.Event()
    opened: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    async def hold() -> None:
        async with context as thing:
            opened.set_result(thing)
            await is_over.wait()

    host = asyncio.create_task(hold())
    either: set[asyncio.Future[Any]] = {host, opened}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not opened.done():
        await host
    try:
        yield opened.result()
    finally:
        is_over.set()
        await host


@asynccontextmanager
async def running(works: Sequence[Awaitable[None]]) -> AsyncIterator[None]:
    """Run `works` meanwhile; they are cancelled at the end, and one that fails makes this fail."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
