"""The market process as the farm starts it, between a local exchange and a real server of the bus."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from bus_stage import Server, running
from market_process_stage import answer_to, market
from quiet_market import QuietMarket
from sandbox_exchange_stage import Stage, running_exchange

from bots.control import EXIT_ASKED, EXIT_MISCONFIGURED
from config.farm_file import ExchangeSection
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Entry, Gap
from services.clock import SystemClock
from services.errors import ExchangeUnavailable, NoAnswer, UnknownMarket
from services.market.messages import (
    BOOK_TOP,
    LAST_QUOTE,
    MARKET_NAMES,
    QUOTES,
    SECONDS,
    ClosedCandle,
    Compare,
    Convert,
    FindMarkets,
    GetBook,
    GetCandles,
    GetFunding,
    GetInterest,
    GetQuote,
    ListMarkets,
    ListVenues,
    Quote,
)

ROOT = Path(__file__).resolve().parents[3]
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


@pytest.fixture
async def bus(server: Server) -> AsyncIterator[Bus]:
    async with open_bus(server.url, name="asker", clock=SystemClock()) as opened:
        yield opened


@pytest.fixture
async def exchange() -> AsyncIterator[Stage]:
    async with running_exchange() as stage:
        yield stage


async def asking_on(bus: Bus, asked: str, *, until: Decimal | None = None) -> None:
    """Ask for a price until it is `until`, or an error that an answer may be."""
    async with asyncio.timeout(30):
        while (await answer_to(bus, GetQuote(market=asked))).price != until:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def test_the_local_exchange_is_quoted_named_and_found(
    server: Server, bus: Bus, exchange: Stage, tmp_path: Path
) -> None:
    async with market(server, tmp_path, exchange.url):
        quote = await answer_to(bus, GetQuote(market="btc/usdt:usdt"))
        assert (quote.market, quote.price, quote.tick) == (BTC, Decimal(50_000), Decimal("0.1"))
        assert (quote.origin.venue, quote.origin.nature) == ("quiet", "replay")
        assert quote.volume_24h is not None
        assert (await bus.ask(FindMarkets(typed="xr"))).names == ["XRP/USDT:USDT"]
        with pytest.raises(UnknownMarket) as caught:
            await bus.ask(GetQuote(market="xpr"))
        assert caught.value.facts["suggestions"] == ["XRP/USDT:USDT"]
        listed = await bus.ask(ListMarkets())
        assert {one.name for one in listed.markets} == {one.name for one in await exchange.source.markets()}


async def test_books_candles_funding_and_the_rest_are_answered(
    server: Server, bus: Bus, exchange: Stage, tmp_path: Path
) -> None:
    async with market(server, tmp_path, exchange.url):
        await answer_to(bus, GetQuote(market=BTC))
        book = await answer_to(bus, GetBook(market=BTC, depth=15))
        assert (len(book.bids), len(book.asks)) == (15, 15)
        candles = await answer_to(bus, GetCandles(market=BTC, timeframe="1h", limit=50))
        assert len(candles.time) == 50
        (rate,) = (await answer_to(bus, GetFunding(market=BTC))).rates
        assert rate.rate == Decimal("0.0001")
        interest = await answer_to(bus, GetInterest(market=BTC))
        assert (interest.amount, interest.cost) == (Decimal(5_000), Decimal(250_000_000))
        converted = await answer_to(bus, Convert(amount=Decimal(2), source="btc", target="usdt"))
        assert converted.result == Decimal(100_000)
        assert (await bus.ask(ListVenues())).names == ["quiet"]
        assert [said.venue for said in (await bus.ask(Compare(market=BTC))).quotes] == ["quiet"]


async def test_a_price_that_moves_is_published_and_kept_as_the_newest(
    server: Server, bus: Bus, exchange: Stage, tmp_path: Path
) -> None:
    async with market(server, tmp_path, exchange.url), bus.subscribe(QUOTES) as heard:
        await answer_to(bus, GetQuote(market=BTC))
        async with asyncio.timeout(15):
            while await bus.latest(BOOK_TOP, part=BTC) is None:  # noqa: ASYNC110 - another process's streams
                await asyncio.sleep(0.05)
            assert isinstance(exchange.source, QuietMarket)
            exchange.source.pass_time(1)
            exchange.source.set_price(BTC, "51000")
            quotes: list[Quote] = []
            async for message in heard:
                if not isinstance(message, Gap) and message.market == BTC:
                    quotes.append(message)
                    if message.price == Decimal(51_000):
                        break
        kept = await bus.latest(LAST_QUOTE, part=BTC)
        assert kept is not None
        assert (kept.value.price, kept.as_of) == (Decimal(51_000), quotes[-1].origin.as_of)
        names = await bus.latest(MARKET_NAMES)
        assert names is not None
        assert BTC in names.value.names


async def test_seconds_of_streamed_trades_arrive_in_order(
    server: Server, bus: Bus, exchange: Stage, tmp_path: Path
) -> None:
    taken: list[ClosedCandle] = []

    async def take(entry: Entry[ClosedCandle]) -> None:
        taken.append(entry.message)

    async with market(server, tmp_path, exchange.url), asyncio.TaskGroup() as group:
        consuming = group.create_task(bus.consume(SECONDS, "test", take))
        await answer_to(bus, GetQuote(market=BTC))
        assert isinstance(exchange.source, QuietMarket)
        async with asyncio.timeout(20):
            while len({one.opens_at for one in taken if one.market == BTC}) < 5:
                exchange.source.pass_time(0.5)
                exchange.source.print(BTC, "50000", "0.5")
                await asyncio.sleep(0.05)
        consuming.cancel()
    seconds = [one for one in taken if one.market == BTC]
    opened = [one.opens_at for one in seconds]
    assert opened == sorted(set(opened))
    assert {one.volume for one in seconds[1:]} == {Decimal("1.0")}


@pytest.mark.slow
async def test_a_market_that_is_delisted_is_unknown_and_the_others_go_on(
    server: Server, bus: Bus, exchange: Stage, tmp_path: Path
) -> None:
    async with market(server, tmp_path, exchange.url):
        await answer_to(bus, GetQuote(market=ETH))
        await exchange.stir(symbols_gone=[ETH])
        with pytest.raises(UnknownMarket):
            await asking_on(bus, ETH)
        assert (await answer_to(bus, GetQuote(market=BTC))).market == BTC


async def test_the_process_stops_when_it_is_asked_to(
    server: Server, bus: Bus, exchange: Stage, tmp_path: Path
) -> None:
    async with market(server, tmp_path, exchange.url) as started:
        await answer_to(bus, GetQuote(market=BTC))
        began = time.monotonic()
        started.process.terminate()
        assert await started.process.wait() == EXIT_ASKED
        assert time.monotonic() - began < 3


async def test_a_venue_that_is_not_there_yet_is_waited_for(server: Server, bus: Bus, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    async with market(server, tmp_path, f"http://127.0.0.1:{port}"):
        async with asyncio.timeout(20):
            while True:
                try:
                    await bus.ask(GetQuote(market=BTC), timeout=1)
                except NoAnswer:
                    continue
                except ExchangeUnavailable:
                    break
        async with running_exchange(port=port):
            assert (await answer_to(bus, GetQuote(market=BTC))).price == Decimal(50_000)


async def test_a_venue_that_does_not_exist_is_left_stopped_with_the_reason(
    server: Server, tmp_path: Path
) -> None:
    section = ExchangeSection(id="binanse")
    async with market(server, tmp_path, None, section) as started, asyncio.timeout(20):
        assert await started.process.wait() == EXIT_MISCONFIGURED
        (reason,) = started.reasons()
        assert "binanse" in reason


async def test_the_process_answers_again_when_the_bus_has_been_away(
    server: Server, bus: Bus, exchange: Stage, tmp_path: Path
) -> None:
    async with market(server, tmp_path, exchange.url):
        await answer_to(bus, GetQuote(market=BTC))
        await server.stop()
        assert isinstance(exchange.source, QuietMarket)
        exchange.source.pass_time(1)
        exchange.source.set_price(BTC, "51000")
        await asyncio.sleep(0.6)
        await server.start()
        await asking_on(bus, BTC, until=Decimal(51_000))
        async with asyncio.timeout(20):
            while await bus.latest(LAST_QUOTE, part=BTC) is None:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.1)
