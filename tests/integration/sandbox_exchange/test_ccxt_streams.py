"""What unmodified ccxt hears on the public WebSockets, of both protocols."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sandbox_exchange_stage import Stage, ccxt_client

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
kinds = pytest.mark.parametrize("kind", ["classic", "unified"])
markets = pytest.mark.parametrize("market", [SWAP, SPOT])


@pytest.fixture
async def client(stage: Stage, kind: str) -> AsyncIterator[Any]:
    async with ccxt_client(stage.url, is_unified=kind == "unified") as opened:
        await opened.load_markets()
        opened.watching = {"uta": True} if kind == "unified" else {}
        yield opened


async def heard(watching: Any) -> Any:
    async with asyncio.timeout(5):
        return await watching


@kinds
@markets
async def test_a_ticker_begins_with_how_it_stands_and_follows_the_price(
    stage: Stage, client: Any, market: str
) -> None:
    first = await heard(client.watch_ticker(market, client.watching))
    assert (first["last"], first["timestamp"]) == (50_000.0, 1_750_767_090_000)
    stage.source.pass_time(1)
    stage.source.set_price(market, "50100")
    while (told := await heard(client.watch_ticker(market, client.watching)))["last"] != 50_100.0:
        pass
    assert told["timestamp"] == 1_750_767_091_000


@kinds
@markets
async def test_trades_come_one_by_one_after_a_snapshot_of_the_newest(
    stage: Stage, client: Any, market: str
) -> None:
    stage.source.print(market, "50001", "0.1")
    old = await heard(client.watch_trades(market, params=client.watching))
    assert [(one["id"], one["price"]) for one in old] == [("1", 50_001.0)]
    stage.source.print(market, "50002", "0.2", "sell")
    new = await heard(client.watch_trades(market, params=client.watching))
    assert [(one["id"], one["price"], one["side"]) for one in new][-1] == ("2", 50_002.0, "sell")


@kinds
@markets
async def test_a_book_of_changes_stays_equal_to_the_markets_own(
    stage: Stage, client: Any, market: str
) -> None:
    book = await heard(client.watch_order_book(market, None, client.watching))
    assert len(book["bids"]) == 40
    for number in range(20):
        stage.source.set_price(market, str(50_000 + 7 * number * (-1) ** number))
        wanted = await stage.source.order_book(market, depth=40)
        async with asyncio.timeout(5):
            while [float(price) for price, _ in wanted.asks] != [level[0] for level in book["asks"]]:
                book = await client.watch_order_book(market, None, client.watching)
        assert [float(price) for price, _ in wanted.bids] == [level[0] for level in book["bids"]]


@pytest.mark.parametrize(
    ("kind", "depth"), [("classic", 1), ("classic", 5), ("classic", 15), ("unified", 1), ("unified", 5)]
)
async def test_a_book_of_few_levels_comes_whole_each_time(stage: Stage, client: Any, depth: int) -> None:
    first = await heard(client.watch_order_book(SWAP, depth, client.watching))
    assert (len(first["bids"]), first["asks"][0][0]) == (depth, 50_000.5)
    stage.source.set_price(SWAP, "50100")
    while (book := await heard(client.watch_order_book(SWAP, depth, client.watching)))["asks"][0][
        0
    ] != 50_100.5:
        pass
    assert len(book["asks"]) == depth


@kinds
@markets
async def test_candles_begin_with_the_past_and_grow_with_each_trade(
    stage: Stage, client: Any, market: str
) -> None:
    past = await heard(client.watch_ohlcv(market, "1m", params=client.watching))
    assert past[-1][0] == 1_750_767_000_000
    stage.source.print(market, "50100", "0.5")
    row = (await heard(client.watch_ohlcv(market, "1m", params=client.watching)))[-1]
    assert row == [1_750_767_060_000, 50_100.0, 50_100.0, 50_100.0, 50_100.0, 0.5]
    stage.source.print(market, "49900", "0.25")
    row = (await heard(client.watch_ohlcv(market, "1m", params=client.watching)))[-1]
    assert row == [1_750_767_060_000, 50_100.0, 50_100.0, 49_900.0, 49_900.0, 0.75]
    stage.source.pass_time(60)
    stage.source.print(market, "50000", "1")
    row = (await heard(client.watch_ohlcv(market, "1m", params=client.watching)))[-1]
    assert row == [1_750_767_120_000, 50_000.0, 50_000.0, 50_000.0, 50_000.0, 1.0]


@kinds
async def test_a_market_that_nobody_listens_to_any_more_is_not_sent(stage: Stage, client: Any) -> None:
    await heard(client.watch_ticker(SWAP, client.watching))
    await heard(client.un_watch_ticker(SWAP, client.watching))
    assert not list(stage.served.hub.topics)
