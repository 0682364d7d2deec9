"""A dead stream is found out whatever is quiet beside it, and a healthy one outlives questions that fail."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ccxt

from services.clock import SystemClock
from services.errors import ExchangeUnavailable, OmegaError
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import VenueClient
from services.exchange.venues.guard import Guard
from services.exchange.venues.inbox import Inbox

QUIET_S = 0.1
QUIET, DEAD = "QUIET/USDT", "DEAD/USDT"


class Rest:
    """Stands where ccxt stands: the price of the dead market moves with every look, the other never."""

    def __init__(self) -> None:
        self.clients: dict[str, object] = {}
        self.markets: dict[str, dict[str, Any]] = {QUIET: {}, DEAD: {}}
        self.asked: Counter[str] = Counter()
        self.failures: deque[Exception] = deque()
        self.budget = self
        self._change = asyncio.Condition()

    async def rest(self, seconds: float) -> None:
        del seconds  # of the budget

    async def fetch_ticker(self, market: str) -> dict[str, Any]:
        await self.note(market)
        if self.failures:
            raise self.failures.popleft()
        return {"symbol": market, "last": 1.0 if market == QUIET else 100.0 + self.asked[market]}

    async def note(self, market: str) -> None:
        async with self._change:
            self.asked[market] += 1
            self._change.notify_all()

    async def until_asked(self, times: int) -> None:
        async with asyncio.timeout(5), self._change:
            await self._change.wait_for(lambda: self.asked.total() >= times)

    def fail(self, error: Exception, times: int) -> None:
        self.failures.extend(error for _ in range(times))


@asynccontextmanager
async def guarded(rest: Rest, *markets: str) -> AsyncIterator[tuple[Inbox, asyncio.Task[None]]]:
    """A stream that has said how `markets` stand, the last one last, and says nothing more."""
    clock = SystemClock()
    client = VenueClient(Connection(venue="bitget"), rest, clock=clock)
    inbox = Inbox("ticker", dict.fromkeys(reversed(markets), ""), now=clock.monotonic())
    for market in markets:
        row = {"symbol": market, "last": 1.0 if market == QUIET else 100.0}
        inbox.put(market, row, url="wss://venue", now=clock.monotonic())
    await inbox.take()
    watching = asyncio.create_task(Guard(client, clock=clock, quiet_seconds=QUIET_S).watch_over(inbox))
    try:
        yield inbox, watching
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def end_of(inbox: Inbox, within: float = 3.0) -> OmegaError:
    try:
        async with asyncio.timeout(within):
            await inbox.take()
    except OmegaError as error:
        return error
    raise AssertionError("it brought something")


async def test_a_dead_stream_is_found_out_although_another_market_is_quiet() -> None:
    async with guarded(Rest(), DEAD, QUIET) as (inbox, _):
        error = await end_of(inbox)
    assert isinstance(error, ExchangeUnavailable)
    assert "streams nothing" in error.message


async def test_every_silent_market_is_asked_about_in_turn() -> None:
    rest = Rest()
    names = [QUIET, *(f"{number}/USDT" for number in range(3))]
    rest.markets = {name: {} for name in names}

    async def stands_still(market: str) -> dict[str, Any]:
        await rest.note(market)
        return {"symbol": market, "last": 1.0 if market == QUIET else 100.0}

    rest.fetch_ticker = stands_still  # type: ignore[method-assign]
    async with guarded(rest, *names):
        await rest.until_asked(8)
    assert rest.asked.keys() == set(names)


async def test_a_question_that_fails_does_not_end_a_healthy_stream() -> None:
    rest = Rest()
    rest.fail(ccxt.ExchangeNotAvailable("a page"), 2)
    async with guarded(rest, QUIET) as (_, watching):
        await rest.until_asked(4)
        assert not watching.done()


async def test_a_silent_stream_ends_when_the_venue_fails_to_answer_again_and_again() -> None:
    rest = Rest()
    rest.fail(ccxt.ExchangeNotAvailable("a page"), 3)
    async with guarded(rest, QUIET) as (inbox, _):
        assert isinstance(await end_of(inbox), ExchangeUnavailable)
    assert rest.asked[QUIET] == 3


async def test_a_spent_budget_never_ends_a_stream() -> None:
    rest = Rest()
    rest.fail(ccxt.RateLimitExceeded("too often"), 10)
    async with guarded(rest, QUIET) as (_, watching):
        await rest.until_asked(11)
        assert not watching.done()


async def test_a_market_that_rest_refuses_to_speak_of_does_not_end_the_stream() -> None:
    rest = Rest()
    rest.fail(ccxt.BadRequest("no"), 5)
    async with guarded(rest, QUIET) as (_, watching):
        await rest.until_asked(6)
        assert not watching.done()
