"""What unmodified ccxt asks of the public REST interface, of both protocols."""

from __future__ import annotations

import ccxt
import pytest
from quiet_market import BEGAN
from sandbox_exchange_stage import Stage, ccxt_client, running_exchange

from services.exchange.prices import to_milliseconds

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
NOW = to_milliseconds(BEGAN)
LISTED = ["BTC/USDT", "BTC/USDT:USDT", "ETH/USDT", "ETH/USDT:USDT", "XRP/USDT:USDT"]
kinds = pytest.mark.parametrize("kind", ["classic", "unified"])
markets = pytest.mark.parametrize("market", [SWAP, SPOT])


@kinds
async def test_the_markets_have_our_names_steps_minimums_and_fees(stage: Stage, kind: str) -> None:
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        found = await client.load_markets()
        assert sorted(found) == LISTED
        one = found["XRP/USDT:USDT"]
        assert (one["precision"], one["limits"]["cost"]["min"]) == ({"amount": 1.0, "price": 0.0001}, 5.0)
        assert (found[SWAP]["maker"], found[SWAP]["taker"]) == (0.0002, 0.0006)
        assert (found[SWAP]["limits"]["leverage"]["max"], found[SPOT]["precision"]["price"]) == (125.0, 0.01)
        assert all(market["active"] for market in found.values())


@kinds
@markets
async def test_a_ticker_carries_market_time_and_what_the_market_says(
    stage: Stage, kind: str, market: str
) -> None:
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        ticker = await client.fetch_ticker(market)
    assert (ticker["symbol"], ticker["last"], ticker["timestamp"]) == (market, 50_000.0, NOW)
    assert (ticker["high"], ticker["low"], ticker["open"]) == (55_000.0, 45_000.0, 50_000.0)
    assert (ticker["quoteVolume"], ticker["baseVolume"]) == (50_000_000.0, 1_000.0)
    assert (ticker["bidVolume"], ticker["askVolume"]) == (1.0, 1.0)
    assert ticker["bid"] < 50_000 < ticker["ask"]
    assert ticker["markPrice"] == (50_000.0 if market == SWAP else None)


@kinds
async def test_the_tickers_of_a_product_come_together(stage: Stage, kind: str) -> None:
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        swaps = await client.fetch_tickers(params={"productType": "USDT-FUTURES"})
        coins = await client.fetch_tickers([SPOT, "ETH/USDT"])
    assert sorted(swaps) == [name for name in LISTED if ":" in name]
    assert sorted(coins) == [SPOT, "ETH/USDT"]


@kinds
@markets
async def test_recent_candles_end_with_the_one_that_is_not_over(stage: Stage, kind: str, market: str) -> None:
    stage.source.print(market, "50100", "0.5")
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        rows = await client.fetch_ohlcv(market, "1m", limit=3)
    minute = NOW // 60_000 * 60_000
    assert [row[0] for row in rows] == [minute - 120_000, minute - 60_000, minute]
    assert rows[-1][1:] == [50_100.0, 50_100.0, 50_100.0, 50_100.0, 0.5]
    assert rows[0][5] == 12.5


@kinds
@markets
@pytest.mark.parametrize("timeframe", ["1m", "5m", "15m", "1h", "4h", "1d"])
async def test_old_candles_begin_where_they_are_asked_for_and_are_closed(
    stage: Stage, kind: str, market: str, timeframe: str
) -> None:
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        step = client.parse_timeframe(timeframe) * 1000
        since = (NOW - 10 * step) // step * step
        rows = await client.fetch_ohlcv(market, timeframe, since=since, limit=5)
    assert [row[0] for row in rows] == [since + n * step for n in range(5)]


@kinds
@markets
async def test_the_book_is_as_deep_as_was_asked(stage: Stage, kind: str, market: str) -> None:
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        book = await client.fetch_order_book(market, 5)
        whole = await client.fetch_order_book(market)
    assert (len(book["bids"]), len(book["asks"]), book["timestamp"]) == (5, 5, NOW)
    assert [size for _, size in whole["bids"]] == [float(n) for n in range(1, 41)]


@kinds
@markets
async def test_trades_keep_their_ids_sides_and_times(stage: Stage, kind: str, market: str) -> None:
    stage.source.print(market, "50001", "0.2", "sell")
    stage.source.pass_time(1)
    stage.source.print(market, "50002", "0.3")
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        found = await client.fetch_trades(market)
    told = [(one["id"], one["price"], one["amount"], one["side"], one["timestamp"]) for one in found]
    assert told == [("1", 50_001.0, 0.2, "sell", NOW), ("2", 50_002.0, 0.3, "buy", NOW + 1000)]


@kinds
async def test_funding_open_interest_and_margin_tiers_are_told_of_contracts(stage: Stage, kind: str) -> None:
    async with ccxt_client(stage.url, is_unified=kind == "unified") as client:
        rate = await client.fetch_funding_rate(SWAP)
        interest = await client.fetch_open_interest(SWAP)
        tiers = await client.fetch_market_leverage_tiers(SWAP)
    assert (rate["fundingRate"], rate["interval"]) == (0.0001, "8h")
    assert rate["fundingTimestamp"] == to_milliseconds(BEGAN.replace(hour=16, minute=0, second=0))
    assert (interest["openInterestAmount"], interest["timestamp"]) == (5_000.0, NOW)
    assert (tiers[0]["maintenanceMarginRate"], tiers[0]["maxLeverage"]) == (0.004, 125.0)
    assert tiers[1]["minNotional"] == tiers[0]["maxNotional"] == 150_000.0


async def test_server_time_is_wall_time_and_not_the_markets(stage: Stage) -> None:
    async with ccxt_client(stage.url) as client:
        assert abs(await client.load_time_difference()) < 2_000


async def test_a_timeframe_that_is_not_played_and_a_market_that_is_not_listed_are_refused(
    stage: Stage,
) -> None:
    async with ccxt_client(stage.url) as client:
        with pytest.raises(ccxt.BaseError, match="40017"):
            await client.fetch_ohlcv(SWAP, "30m")
        with pytest.raises(ccxt.BaseError, match="40034"):
            await client.publicMixGetV2MixMarketTicker({"symbol": "NONE", "productType": "USDT-FUTURES"})
        with pytest.raises(ccxt.BadRequest, match="40404"):
            await client.publicMixGetV2MixMarketVipFeeRate()


async def test_a_market_that_goes_off_or_is_gone_concerns_that_market_only(stage: Stage) -> None:
    stage.faults.set({"symbols_off": ["ETH/USDT"], "symbols_gone": ["XRP/USDT:USDT"]})
    async with ccxt_client(stage.url) as client:
        found = await client.load_markets()
        assert sorted(found) == [name for name in LISTED if name != "XRP/USDT:USDT"]
        assert [name for name, market in found.items() if not market["active"]] == ["ETH/USDT"]
        assert (await client.fetch_ticker(SWAP))["last"] == 50_000.0


async def test_a_price_that_is_lost_is_told_as_zero_of_that_market_only(stage: Stage) -> None:
    stage.faults.set({"prices_zero": [SWAP]})
    async with ccxt_client(stage.url) as client:
        row = (await client.fetch_ticker(SWAP))["info"]
        assert (row["lastPr"], row["markPrice"]) == ("0.0", "0.0")
        assert (await client.fetch_ticker("ETH/USDT:USDT"))["last"] == 2_500.0


async def test_too_many_questions_in_a_second_are_refused_by_address() -> None:
    async with running_exchange(is_limited=True) as stage, ccxt_client(stage.url) as client:
        await client.load_markets()
        for _ in range(20):
            await client.fetch_ticker(SWAP)
        with pytest.raises(ccxt.DDoSProtection, match="429"):
            await client.fetch_ticker(SWAP)
        assert (await client.fetch_ticker(SPOT))["last"] == 50_000.0
        assert len(stage.journal.of("mix/market/ticker")) == 21
