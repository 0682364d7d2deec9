"""What a chart shows beside its closed candles: the forming one, and what is laid over them."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from analyst_stage import NOON, MarketOnCall, StillClock, series, sight
from msgspec.structs import replace

from services.analyst.drawing import Drawing, Prepared
from services.analyst.fibs import find_fib
from services.analyst.forming import growing
from services.analyst.messages import DrawChart
from services.analyst.pivots import find_pivots
from services.analyst.sight import Sight, Sights, sight_of
from services.errors import ExchangeUnavailable, UserMistake
from services.exchange.prices import to_milliseconds
from services.market.messages import TIMEFRAMES

LATER = NOON + timedelta(minutes=90)
LIGHT = """
import sys
import services.analyst.messages
print(*sorted({"numpy", "PIL", "talib", "ephem", "sqlalchemy"} & set(sys.modules)))
"""


async def prepared(market: MarketOnCall, wanted: DrawChart) -> Prepared:
    clock = StillClock(LATER + timedelta(seconds=12))
    return await Drawing(Sights(market.ask, clock=clock), clock=clock).prepare(wanted)


def after_noon(timeframe: str = "1m") -> MarketOnCall:
    """A market whose four hours closed at noon, and whose smaller candles went on until half past one."""
    market = MarketOnCall()
    market.until = {timeframe: LATER}
    return market


def test_the_forming_candle_is_made_of_all_that_closed_since_and_of_nothing_before() -> None:
    hours, minutes = sight("4h"), sight("1m", until=LATER)
    found = growing(hours, minutes)
    since = minutes.candles.last(90)
    assert found is not None
    candle = found.candle
    assert candle.time == to_milliseconds(NOON)
    assert (candle.open, candle.close) == (since.open[0], since.close[-1])
    assert (candle.high, candle.low) == (since.high.max(), since.low.min())
    assert candle.volume == pytest.approx(since.volume.sum())
    assert (found.price, found.origin) == (minutes.scene.price, minutes.scene.origin)


@pytest.mark.parametrize("count", [90, 91, 300])
def test_it_needs_parts_back_to_its_open(count: int) -> None:
    assert growing(sight("4h"), sight("1m", count, until=LATER)) is not None
    assert growing(sight("4h"), sight("1m", 89, until=LATER)) is None


def test_there_is_none_where_nothing_has_closed_since() -> None:
    assert growing(sight("4h"), sight("1m")) is None


def test_it_stands_where_its_parts_are_although_a_candle_before_it_is_missing() -> None:
    found = growing(sight("1h"), sight("1m", until=LATER))
    assert found is not None
    assert found.candle.time == to_milliseconds(NOON + timedelta(hours=1))


@pytest.mark.parametrize(("timeframe", "smaller"), [("5m", "1m"), ("4h", "1m"), ("1d", "5m")])
async def test_a_chart_shows_the_newest_price_there_is_and_how_old_that_one_is(
    timeframe: str, smaller: str
) -> None:
    chart = await prepared(after_noon(smaller), DrawChart(market="BTC", timeframe=timeframe))
    newest = sight(smaller, until=LATER)
    told = chart.told("digest")
    assert chart.spec.price == newest.scene.price != chart.sight.scene.price
    assert chart.spec.source == "binance · REPLAY · 7 s old"
    assert told.forming is not None
    assert (told.forming.price, told.forming.origin) == (newest.scene.price, newest.scene.origin)
    assert "the last price is of a candle that is still forming" in told.alt


async def test_closed_candles_alone_are_what_the_rest_of_a_chart_is_of() -> None:
    wanted = DrawChart(market="BTC", timeframe="4h", indicators=["ema:20", "rsi"], overlay="fib")
    without, with_it = await prepared(MarketOnCall(), wanted), await prepared(after_noon(), wanted)
    assert without.spec.forming is None
    assert with_it.spec.forming is not None
    assert with_it.told("").scene == without.told("").scene
    assert with_it.spec.levels == without.spec.levels
    np.testing.assert_array_equal(with_it.spec.candles.close, without.spec.candles.close)
    np.testing.assert_array_equal(with_it.spec.lines[0].values, without.spec.lines[0].values)


async def test_a_chart_of_which_there_are_no_smaller_candles_ends_with_the_last_closed_one() -> None:
    market = after_noon()
    market.counts = {"1m": 0}
    chart = await prepared(market, DrawChart(market="BTC", timeframe="4h"))
    told = chart.told("digest")
    assert (chart.spec.forming, told.forming) == (None, None)
    assert chart.spec.price == chart.sight.scene.price
    assert "forming" not in told.alt


async def test_nothing_is_smaller_than_a_minute() -> None:
    market = after_noon()
    chart = await prepared(market, DrawChart(market="BTC", timeframe="1m"))
    assert chart.spec.forming is None
    assert [one.timeframe for one in market.asked] == ["1m"]


async def test_a_venue_that_is_away_is_said_whatever_else_was_looked_for() -> None:
    market = MarketOnCall()
    market.refuses = ExchangeUnavailable("binance does not answer.", facts={"venue": "binance"})
    with pytest.raises(ExchangeUnavailable):
        await prepared(market, DrawChart(market="BTC", timeframe="4h", overlay="fib"))


async def test_a_fibonacci_chart_shows_the_two_strongest_confluences_of_its_finding() -> None:
    others: dict[str, Sight] = {name: sight(name) for name in TIMEFRAMES if name != "4h"}
    strongest = find_fib(sight("4h"), others, swing="auto", mode="retrace").confluences[:2]
    chart = await prepared(MarketOnCall(), DrawChart(market="BTC", timeframe="4h", overlay="fib"))
    assert len(strongest) == 2
    assert [(zone.low, zone.high) for zone in chart.spec.zones] == [(one.low, one.high) for one in strongest]
    assert {zone.kind for zone in chart.spec.zones} == {"confluence"}
    assert f"Confluence of {strongest[0].frames}" in chart.told("").alt


async def test_timeframes_that_are_not_there_yet_leave_a_fibonacci_chart_without_their_levels() -> None:
    market = MarketOnCall({"1m": 0, "5m": 0, "15m": 0, "1h": 0, "1d": 5})
    chart = await prepared(market, DrawChart(market="BTC", timeframe="4h", overlay="fib"))
    assert chart.spec.levels
    assert chart.spec.zones == ()


@pytest.mark.parametrize("timeframe", ["1h", "4h"])
@pytest.mark.parametrize(("asked", "period"), [("", "1d"), ("1d", "1d"), ("1w", "1w")])
async def test_the_pivots_of_a_chart_are_of_the_period_that_was_asked_for(
    timeframe: str, asked: str, period: str
) -> None:
    market = MarketOnCall()
    found = await find_pivots(Sights(market.ask, clock=StillClock()), "BTC", period)
    chart = await prepared(
        market, DrawChart(market="BTC", timeframe=timeframe, overlay="pivots", period=asked)
    )
    shown = {level.label: level.price for level in chart.spec.levels}
    assert shown["P"] == found.sets[0].pivot


def test_where_no_tick_is_told_the_step_is_that_of_all_prices() -> None:
    round_closes = replace(series(count=3), tick=None, open=[60_000.0] * 3, close=[60_000.0] * 3)
    wicks = replace(round_closes, high=[60_000.5, 60_001.0, 60_000.0], low=[59_999.5, 60_000.0, 60_000.0])
    assert sight_of(wicks).scene.tick == Decimal("0.5")


def test_prices_without_a_common_step_are_a_mistake_with_a_hint_and_no_defect() -> None:
    third = [1 / 3] * 3
    odd = replace(series(count=3), tick=None, open=third, high=third, low=third, close=third)
    with pytest.raises(UserMistake, match="no common step") as caught:
        sight_of(odd)
    assert caught.value.hint


def test_what_the_analyst_says_is_understood_without_arrays_or_pictures() -> None:
    command = [sys.executable, "-c", LIGHT]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip() == ""
