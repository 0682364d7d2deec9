"""What nobody reads any more is unsubscribed and forgotten, and whoever comes back is served as before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from binance_stage import StagedBinance, staged_binance
from bitget_stage import staged_bitget, trade
from raw_frames import a_market
from sandbox_exchange_stage import Stage, running_exchange
from venue_stage import BTC, ETH, PATIENCE_S, reading, venue_over

from services.clock import SystemClock
from services.exchange.exchange import Channel, OrderBook
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import open_client
from services.exchange.venues.exchange import CcxtExchange
from services.exchange.venues.labels import Label
from services.exchange.venues.streams import Streams
from services.exchange.venues.translate import Translator
from services.loops import Loops

LINGER_S = 0.05


@asynccontextmanager
async def sandbox() -> AsyncIterator[tuple[Stage, CcxtExchange]]:
    async with running_exchange() as stage, venue_over(stage.url) as ours:
        ours._streams._unsubscriber._linger = LINGER_S
        yield stage, ours


def count(stage: Stage) -> int:
    """How many streams of markets the venue has a reader of."""
    return len(list(stage.served.hub.topics))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - it is a server that is looked at
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("channel", ["ticker", "trade", "book"])
async def test_the_venue_is_not_asked_on_for_what_nobody_reads(channel: Channel) -> None:
    async with sandbox() as (stage, ours):
        async with reading(ours, channel, [BTC, ETH]):
            await until(lambda: count(stage) == 2)
        await until(lambda: count(stage) == 0)
        streams = ours._streams
        assert (streams._inboxes, streams._last_trades) == ({}, {})
        exchange = ours.client.exchange
        await until(
            lambda: not any(one in exchange.trades or one in exchange.orderbooks for one in (BTC, ETH))
        )


async def test_what_another_still_reads_goes_on() -> None:
    async with sandbox() as (stage, ours), reading(ours, "trade", [BTC]) as kept:
        async with reading(ours, "trade", [BTC, ETH]):
            await until(lambda: count(stage) == 2)
        await until(lambda: count(stage) == 1)
        await asyncio.sleep(4 * LINGER_S)
        stage.source.print(BTC, "50000", "0.5")
        await kept.until(lambda updates: [one.amount for one in updates] == [Decimal("0.5")])  # type: ignore[union-attr]


@pytest.mark.parametrize("pause", [0.0, LINGER_S, 2 * LINGER_S, 10 * LINGER_S])
async def test_whoever_comes_back_at_whatever_moment_hears_every_trade_once(pause: float) -> None:
    async with sandbox() as (stage, ours):
        async with reading(ours, "trade", [BTC]) as first:
            await until(lambda: count(stage) > 0)
            stage.source.print(BTC, "50000", "0.1")
            await first.until(lambda updates: len(updates) == 1)
        await asyncio.sleep(pause)
        async with reading(ours, "trade", [BTC]) as second:
            await asyncio.sleep(0.5)
            for number in range(3):
                stage.source.print(BTC, "50000", f"0.{number + 2}")
            await second.until(lambda updates: len(updates) >= 3)
            amounts = [one.amount for one in second.updates]  # type: ignore[union-attr]
        assert amounts[-3:] == [Decimal("0.2"), Decimal("0.3"), Decimal("0.4")]


@pytest.mark.parametrize("price", [50_000, 50_100])
async def test_books_come_whole_again_after_they_were_unsubscribed(price: int) -> None:
    async with sandbox() as (stage, ours):
        async with reading(ours, "book", [BTC]) as first:
            await first.until(bool)
        await until(lambda: count(stage) == 0)
        stage.source.set_price(BTC, str(price))
        async with reading(ours, "book", [BTC]) as second:
            await second.until(bool)
            book = second.updates[0]
        assert isinstance(book, OrderBook)
        assert abs(book.bids[0].price - price) < 5


async def test_of_trades_that_were_read_ccxt_keeps_the_last_only(tmp_path: Path) -> None:
    async with (
        staged_bitget() as staged,
        venue_over(staged.url, cache=tmp_path) as ours,
        reading(ours, "trade", [BTC]) as reader,
    ):
        await staged.until_subscribed("trade")
        for start in range(0, 600, 300):
            await staged.push("trade", "BTCUSDT", *(trade(start + n) for n in range(300, 0, -1)))
        await reader.until(lambda updates: len(updates) == 600)
        assert [one.id for one in reader.updates] == [str(n) for n in range(1, 601)]  # type: ignore[union-attr]
        assert len(ours.client.exchange.trades[BTC]) == 1


@pytest.mark.parametrize("kept", [[], ["BTC/USDT"], ["BTC/USDT", "ETH/USDT"]])
async def test_where_each_list_of_markets_has_a_connection_it_is_unsubscribed_there(kept: list[str]) -> None:
    rows = [
        a_market(f"{base}USDT", base, "USDT", lowercaseId=f"{base.lower()}usdt") for base in ("BTC", "ETH")
    ]
    clock = SystemClock()
    async with (
        staged_binance() as staged,
        open_client(connection_to(staged), clock=clock) as client,
        Loops() as crew,
    ):
        client.exchange.set_markets(rows)
        translator = Translator(quirks=client.quirks, label=Label(venue="binance"), clock=clock)
        streams = Streams(client, translator, crew, clock=clock, quiet_seconds=10)
        streams._unsubscriber._linger = LINGER_S
        crew.start(streams.run())
        readers = [
            asyncio.create_task(read_on(streams, names))
            for names in (["BTC/USDT", "ETH/USDT"], kept)
            if names
        ]
        await until(lambda: len(staged.subscribed()) == 2)
        await asyncio.sleep(0.3)
        await leave(readers[0])
        left = {f"{name.partition('/')[0].lower()}usdt@aggTrade" for name in kept}
        await until(lambda: staged.subscribed() == left)
        await asyncio.sleep(4 * LINGER_S)
        assert staged.subscribed() == left
        for reader in readers[1:]:
            await leave(reader)
        await until(lambda: not staged.subscribed())


async def read_on(streams: Streams, markets: list[str]) -> None:
    async with aclosing(streams.watch("trade", markets, {})) as updates:
        async for _ in updates:
            pass


async def leave(reader: asyncio.Task[None]) -> None:
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)


def connection_to(staged: StagedBinance) -> Connection:
    return Connection(venue="binance", base_url=staged.url)
