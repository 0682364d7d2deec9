"""What every adapter of the `Exchange` port holds to; each adapter is one line in `ADAPTERS`."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from market_stage import SleeperClock, take, wandering_minutes

from analytics.candles import bucket_start, resample, timeframe_ms
from config.markets import read_markets
from services.errors import UnknownMarket, UserMistake
from services.exchange.exchange import TIMEFRAMES, Candle, Exchange, Ticker
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.simulated import SimulatedExchange
from services.exchange.prices import to_milliseconds

T = TypeVar("T")
Make = Callable[[SleeperClock], Exchange]

_MARKETS = read_markets(Path(__file__).resolve().parents[3] / "config" / "markets.yaml")
_RECORDINGS = {
    "BTC/USDT:USDT": wandering_minutes(4_000, price=60_000.0, seed=1),
    "ETH/USDT": wandering_minutes(4_000, price=2_500.0, seed=2),
}


def _replay(clock: SleeperClock, begins_at: float) -> ReplayExchange:
    return ReplayExchange(
        _RECORDINGS, venue="binance", seed=1, clock=clock, begins_at=begins_at, sleep=clock.sleep
    )


ADAPTERS: dict[str, Make] = {
    "simulated": lambda clock: SimulatedExchange(
        _MARKETS, rng=np.random.default_rng(1), clock=clock, sleep=clock.sleep
    ),
    "replay": lambda clock: _replay(clock, 0.8),
    "replay before a day has passed": lambda clock: _replay(clock, 0.01),
    "replay across its end": lambda clock: _replay(clock, 0.999),
}


@pytest.fixture
def clock() -> SleeperClock:
    return SleeperClock()


@pytest.fixture(params=ADAPTERS)
def exchange(request: pytest.FixtureRequest, clock: SleeperClock) -> Exchange:
    return ADAPTERS[request.param](clock)


def by_market(things: list[T], market_of: Callable[[T], str]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for thing in things:
        found[market_of(thing)].append(thing)
    return found


async def tickers_of(exchange: Exchange, count: int) -> dict[str, list[Ticker]]:
    return by_market(await take(exchange.tickers(), count), lambda ticker: ticker.market)


async def test_markets_have_a_name_a_base_a_quote_and_a_tick(exchange: Exchange) -> None:
    markets = await exchange.markets()
    assert len({market.name for market in markets}) == len(markets) > 0
    for market in markets:
        assert market.name in {
            f"{market.base}/{market.quote}",
            f"{market.base}/{market.quote}:{market.quote}",
        }
        assert market.tick > 0
    assert exchange.venue


async def test_the_first_tickers_are_the_current_price_of_every_market(exchange: Exchange) -> None:
    markets = await exchange.markets()
    first = await take(exchange.tickers(), len(markets))
    assert {ticker.market for ticker in first} == {market.name for market in markets}


async def test_every_price_is_a_positive_multiple_of_its_tick(exchange: Exchange) -> None:
    ticks = {market.name: market.tick for market in await exchange.markets()}
    for ticker in await take(exchange.tickers(), 300):
        assert ticker.price > 0
        assert ticker.price % ticks[ticker.market] == 0


async def test_market_time_is_utc_and_never_runs_backwards(exchange: Exchange) -> None:
    for tickers in (await tickers_of(exchange, 600)).values():
        moments = [ticker.as_of for ticker in tickers]
        assert all(moment.tzinfo is UTC for moment in moments)
        assert moments == sorted(moments)


async def test_the_price_is_inside_its_day_and_the_day_is_known_or_none(exchange: Exchange) -> None:
    for ticker in await take(exchange.tickers(), 300):
        if ticker.day is not None:
            assert ticker.day.low <= ticker.price <= ticker.day.high
            assert ticker.day.low <= ticker.day.open <= ticker.day.high
            assert ticker.day.volume > 0


async def test_candles_are_the_newest_closed_ones_on_the_grid(exchange: Exchange) -> None:
    (first, *_) = await take(exchange.tickers(), 1)
    now = to_milliseconds(first.as_of)
    for market in await exchange.markets():
        for timeframe in TIMEFRAMES:
            step = timeframe_ms(timeframe)
            candles = await exchange.candles(market.name, timeframe, limit=30)
            assert candles.step_ms == step
            assert len(candles) <= 30
            if len(candles):
                assert candles.time[-1] == bucket_start(np.array([now]), step)[0] - step


async def test_fewer_candles_are_the_newest_of_more(exchange: Exchange) -> None:
    for market in await exchange.markets():
        many = await exchange.candles(market.name, "5m", limit=50)
        few = await exchange.candles(market.name, "5m", limit=7)
        assert few.time.tolist() == many.time[-7:].tolist()
        assert few.close.tolist() == many.close[-7:].tolist()
        assert len(await exchange.candles(market.name, "5m", limit=0)) == 0


async def test_larger_candles_agree_with_the_smaller_ones(exchange: Exchange) -> None:
    for market in await exchange.markets():
        made = resample(await exchange.candles(market.name, "1m", limit=600), timeframe_ms("1h"))
        given = await exchange.candles(market.name, "1h", limit=len(made))
        for name in ("time", "open", "high", "low", "close"):
            assert getattr(given, name).tolist() == getattr(made, name).tolist()


async def closed_of(exchange: Exchange, minutes: int) -> list[Candle]:
    """The candles that close in so many minutes."""
    closed: list[Candle] = []
    async for candle in exchange.closed_candles():
        closed.append(candle)
        if candle.closes_at - closed[0].closes_at >= timedelta(minutes=minutes):
            return closed[:-1]
    raise AssertionError("the stream ended")


async def test_each_candle_closes_once_and_the_smaller_timeframe_first(exchange: Exchange) -> None:
    closed = await closed_of(exchange, 65)
    for candles in by_market(closed, lambda candle: candle.market).values():
        order = [(candle.closes_at, TIMEFRAMES.index(candle.timeframe)) for candle in candles]
        assert order == sorted(set(order))
        for timeframe, fewest in {"1m": 65, "5m": 13, "1h": 1}.items():
            assert sum(candle.timeframe == timeframe for candle in candles) >= fewest


async def test_a_closed_candle_is_the_one_that_history_has(exchange: Exchange) -> None:
    for candle in (await closed_of(exchange, 6))[-20:]:
        history = await exchange.candles(candle.market, candle.timeframe, limit=20)
        place = history.time.tolist().index(to_milliseconds(candle.opens_at))
        for name in ("open", "high", "low", "close"):
            assert float(getattr(candle, name)) == pytest.approx(getattr(history, name)[place], rel=1e-12)
        assert float(candle.volume) == pytest.approx(history.volume[place])
        assert candle.closes_at - candle.opens_at == timedelta(milliseconds=timeframe_ms(candle.timeframe))


async def test_who_reads_slowly_loses_no_candle(exchange: Exchange, clock: SleeperClock) -> None:
    stream = exchange.closed_candles()
    market = (await exchange.markets())[0].name
    closes = []
    async for candle in stream:
        if (candle.market, candle.timeframe) == (market, "1m"):
            closes.append(candle.closes_at)
            clock.step(200)
        if len(closes) == 20:
            break
    assert {later - earlier for earlier, later in itertools.pairwise(closes)} == {timedelta(minutes=1)}


async def test_the_prices_of_a_minute_stay_within_its_candle_and_touch_both_ends(
    exchange: Exchange, clock: SleeperClock
) -> None:
    markets = await exchange.markets()
    seen = await tickers_of(exchange, 240 * 3 * len(markets))
    clock.step(1)
    for market, tickers in seen.items():
        minutes = by_market(tickers, lambda ticker: str(to_milliseconds(ticker.as_of) // 60_000))
        whole = [int(minute) for minute, inside in minutes.items() if len(inside) == 240]
        history = await exchange.candles(market, "1m", limit=10)
        assert whole
        for minute in whole:
            prices = [float(ticker.price) for ticker in minutes[str(minute)]]
            place = history.time.tolist().index(minute * 60_000)
            assert (min(prices), max(prices)) == (history.low[place], history.high[place])
            assert (prices[0], prices[-1]) == (history.open[place], history.close[place])


async def test_the_nature_of_the_newest_ticker_is_that_of_the_exchange(exchange: Exchange) -> None:
    (ticker,) = await take(exchange.tickers(), 1)
    assert ticker.nature == exchange.nature


async def test_a_market_that_is_not_there_is_unknown(exchange: Exchange) -> None:
    with pytest.raises(UnknownMarket):
        await exchange.candles("NOPE/USDT", "1m", limit=1)


@pytest.mark.parametrize("timeframe", ["2m", "1M", "", "1 h"])
async def test_a_timeframe_that_is_not_there_is_a_mistake(exchange: Exchange, timeframe: str) -> None:
    market = (await exchange.markets())[0].name
    with pytest.raises(UserMistake, match="no timeframe"):
        await exchange.candles(market, timeframe, limit=1)
