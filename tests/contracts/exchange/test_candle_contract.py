"""What every adapter of the `Exchange` port says about closed candles."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from exchange_stage import Staged

from analytics.candles import resample, timeframe_ms
from services.errors import UserMistake
from services.exchange.exchange import TIMEFRAMES, Exchange
from services.exchange.prices import to_milliseconds, to_moment


@pytest.fixture
def exchange(staged: Staged) -> Exchange:
    if "candles" not in staged.exchange.capabilities:
        pytest.skip("it has no candles, which another test is about")
    return staged.exchange


async def now(exchange: Exchange) -> datetime:
    return max(ticker.as_of for ticker in await exchange.tickers())


async def names(exchange: Exchange) -> list[str]:
    return [market.name for market in await exchange.markets()]


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
async def test_candles_are_the_newest_closed_ones_on_the_grid(exchange: Exchange, timeframe: str) -> None:
    step = timeframe_ms(timeframe)
    for market in await names(exchange):
        before = to_milliseconds(await now(exchange))
        candles = await exchange.candles(market, timeframe, limit=30)
        after = to_milliseconds(await now(exchange))
        assert candles.step_ms == step
        assert len(candles) <= 30
        if len(candles):
            assert before // step <= candles.time[-1] // step + 1 <= after // step


async def test_no_candle_is_left_out_where_the_market_traded_all_the_time(exchange: Exchange) -> None:
    for market in await names(exchange):
        candles = await exchange.candles(market, "1m", limit=30)
        assert len(candles) == 30
        assert (candles.time[1:] - candles.time[:-1] == timeframe_ms("1m")).all()


async def test_fewer_candles_are_the_newest_of_more(exchange: Exchange) -> None:
    for market in await names(exchange):
        many = await exchange.candles(market, "5m", limit=8)
        few = await exchange.candles(market, "5m", limit=3)
        assert few.time.tolist() == many.time[-3:].tolist()
        assert few.close.tolist() == many.close[-3:].tolist()
        assert len(await exchange.candles(market, "5m", limit=0)) == 0


async def test_since_gives_the_oldest_of_those_that_open_at_or_after_it(exchange: Exchange) -> None:
    for market in await names(exchange):
        known = await exchange.candles(market, "1m", limit=20)
        since = to_moment(int(known.time[4]))
        for begins in (since, since - timedelta(milliseconds=1), since - timedelta(seconds=59)):
            found = await exchange.candles(market, "1m", limit=6, since=begins)
            assert found.time.tolist() == known.time[4:10].tolist()
            assert found.close.tolist() == known.close[4:10].tolist()


async def test_since_and_a_limit_beyond_now_gives_what_has_closed(exchange: Exchange) -> None:
    (market, *_) = await names(exchange)
    known = await exchange.candles(market, "1m", limit=5)
    found = await exchange.candles(market, "1m", limit=500, since=to_moment(int(known.time[0])))
    assert found.time[:5].tolist() == known.time.tolist()
    assert len(found) <= 6
    ahead = await now(exchange) + timedelta(hours=1)
    assert len(await exchange.candles(market, "1m", limit=5, since=ahead)) == 0


async def test_before_the_first_candle_since_gives_the_first_there_are(exchange: Exchange) -> None:
    (market, *_) = await names(exchange)
    found = await exchange.candles(market, "1d", limit=3, since=to_moment(0))
    assert len(found) <= 3
    if len(found):
        everything = await exchange.candles(market, "1d", limit=10_000)
        assert found.time.tolist() == everything.time[: len(found)].tolist()


async def test_larger_candles_agree_with_the_smaller_ones(exchange: Exchange) -> None:
    for market in await names(exchange):
        made = resample(await exchange.candles(market, "1m", limit=600), timeframe_ms("1h"))
        given = await exchange.candles(market, "1h", limit=len(made))
        for name in ("time", "open", "high", "low", "close"):
            assert getattr(given, name).tolist() == getattr(made, name).tolist()
        assert given.volume == pytest.approx(made.volume, rel=1e-9)


async def test_a_minute_later_there_is_one_more_candle_and_the_others_are_the_same(
    staged: Staged, exchange: Exchange
) -> None:
    (market, *_) = await names(exchange)
    before = await exchange.candles(market, "1m", limit=10)
    await staged.let_pass(60)
    after = await exchange.candles(market, "1m", limit=10)
    moved = int(after.time[-1] - before.time[-1]) // timeframe_ms("1m")
    assert 1 <= moved <= 2
    assert after.close[:-moved].tolist() == before.close[moved:].tolist()


@pytest.mark.parametrize("timeframe", ["2m", "1M", "", "1 h"])
async def test_a_timeframe_that_is_not_there_is_a_mistake(exchange: Exchange, timeframe: str) -> None:
    (market, *_) = await names(exchange)
    with pytest.raises(UserMistake):
        await exchange.candles(market, timeframe, limit=1)
