"""What a mirror shows is fresh: what the market process tells again, or told long ago, is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from bus_stage import Server, bus_of, kill, running
from sandbox_exchange_stage import settled

from services.bus.bus import Bus
from services.bus.messages import Message, Request
from services.clock import SystemClock
from services.errors import BusUnavailable, ExchangeUnavailable
from services.exchange.exchange import OrderBook
from services.exchange.played.mirror import MirrorExchange
from services.loops import Loops
from services.market.messages import (
    BOOK_TOP,
    LAST_QUOTE,
    PRINTS,
    QUOTES,
    Book,
    BookLevel,
    FundingRate,
    FundingRates,
    GetFunding,
    ListMarkets,
    MarketList,
    MarketTerms,
    Origin,
    Print,
    Prints,
    Quote,
)
from services.market.mirroring import Mirroring

BTC = "BTC/USDT:USDT"
CLOCK = SystemClock()


def origin(*, seconds_ago: float = 0.0) -> Origin:
    received = CLOCK.now() - timedelta(seconds=seconds_ago)
    return Origin(venue="bitget", nature="live", as_of=received, received_at=received)


def book(ask: str, told: Origin) -> Book:
    bids, asks = ([BookLevel(price=Decimal(price), amount=Decimal(5))] for price in ("99", ask))
    return Book(market=BTC, bids=bids, asks=asks, tick=Decimal(1), origin=told)


def quote(price: str, told: Origin) -> Quote:
    return Quote(market=BTC, price=Decimal(price), tick=Decimal(1), origin=told)


class MarketProcess:
    """What the mirror hears of one: its markets, its funding rate, and trades that go on."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.funding = origin(seconds_ago=3_600)

    async def answer(self) -> None:
        await self.bus.answer("market", [ListMarkets, GetFunding], self._handle)

    async def keep_printing(self) -> None:
        while True:
            one = Print(
                market=BTC, id="", price=Decimal(100), amount=Decimal(1), is_buy=True, as_of=CLOCK.now()
            )
            await self._publish(Prints(prints=[one], venue="bitget", nature="live"))
            await asyncio.sleep(0.05)

    async def _publish(self, prints: Prints) -> None:
        with suppress(BusUnavailable):  # prints are looked at, not kept
            await self.bus.publish(PRINTS, prints)

    async def _handle(self, request: Request[Message]) -> Message:
        if isinstance(request, ListMarkets):
            terms = MarketTerms(name=BTC, tick=Decimal(1), funding_hours=8)
            return MarketList(markets=[terms], venue="bitget", nature="live")
        rate = FundingRate(market=BTC, rate=Decimal("0.0001"), origin=self.funding)
        return FundingRates(rates=[rate])


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


@pytest.fixture
async def bus(server: Server) -> AsyncIterator[Bus]:
    async with bus_of(server, "market") as opened:
        yield opened


@pytest.fixture
async def mirror(bus: Bus) -> AsyncIterator[MirrorExchange]:
    """A mirror that has heard trades, whose figures are stale after a second."""
    process = MarketProcess(bus)
    mirror = MirrorExchange(venue="bitget", clock=CLOCK, stale_after=timedelta(seconds=1))
    mirroring = Mirroring(bus, mirror, clock=CLOCK)
    async with Loops(process.answer(), process.keep_printing(), mirroring.run()):
        await settled(lambda: prints(mirror), within=10)
        yield mirror


async def prints(mirror: MirrorExchange) -> bool:
    try:
        return bool(await mirror.trades(BTC, limit=1))
    except ExchangeUnavailable:
        return False


async def shown_book(mirror: MirrorExchange) -> OrderBook | None:
    try:
        return await mirror.order_book(BTC, depth=5)
    except ExchangeUnavailable:
        return None


async def price_in(mirror: MirrorExchange) -> Decimal | None:
    try:
        return (await mirror.tickers([BTC]))[0].price
    except ExchangeUnavailable:
        return None


async def test_a_book_that_was_received_long_ago_is_not_shown(bus: Bus, mirror: MirrorExchange) -> None:
    await bus.put(BOOK_TOP, book("101", origin(seconds_ago=60)), part=BTC)
    await asyncio.sleep(0.6)
    assert await shown_book(mirror) is None
    await bus.put(BOOK_TOP, book("102", origin()), part=BTC)
    await settled(lambda: shown_book(mirror))
    shown = await shown_book(mirror)
    assert shown is not None
    assert shown.asks[0].price == 102


async def test_a_book_that_is_told_again_and_again_grows_old(bus: Bus, mirror: MirrorExchange) -> None:
    await bus.put(BOOK_TOP, book("101", origin()), part=BTC)
    await settled(lambda: shown_book(mirror))
    await asyncio.sleep(1.5)
    assert await shown_book(mirror) is None


async def test_a_funding_rate_that_was_received_long_ago_is_not_shown(mirror: MirrorExchange) -> None:
    await asyncio.sleep(0.3)
    with pytest.raises(ExchangeUnavailable):
        await mirror.funding(BTC)


async def test_a_quote_that_was_received_long_ago_is_not_shown(bus: Bus, mirror: MirrorExchange) -> None:
    await bus.publish(QUOTES, quote("90", origin(seconds_ago=60)))
    await bus.publish(QUOTES, quote("100", origin()))
    await settled(lambda: price_in(mirror))
    await bus.publish(QUOTES, quote("80", origin(seconds_ago=3)))
    await asyncio.sleep(0.2)
    assert await price_in(mirror) == 100


async def test_a_quote_that_was_missed_while_the_bus_was_away_is_looked_up(
    server: Server, bus: Bus, mirror: MirrorExchange
) -> None:
    await bus.put(LAST_QUOTE, quote("100", origin()), part=BTC)
    await asyncio.sleep(0.2)
    assert await price_in(mirror) is None
    await kill(server)
    await server.start()
    await settled(lambda: price_in(mirror), within=4)
    assert await price_in(mirror) == 100
