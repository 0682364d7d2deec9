"""Structure on the recorded hours of BTC/USDT:USDT at Binance, 2023-12-01 to 2024-12-04."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

import numpy as np
import pytest
from pyarrow import feather
from structure_stage import known_by

from analytics.candles import Candles, resample, timeframe_ms
from analytics.fibonacci.confluence import confluence, frame_levels
from analytics.fibonacci.legs import auto_leg, leg_between_moments, leg_between_prices
from analytics.fibonacci.levels import retracements, standing
from analytics.fibonacci.respect import respect
from analytics.structure.levels import around, zones
from analytics.structure.ranges import last_range
from analytics.structure.swings import zigzag
from config.settings import read_settings

HOUR_MS = timeframe_ms("1h")


@pytest.fixture(scope="module")
def year(lacking: Callable[[str], NoReturn]) -> Candles:
    path = read_settings().data / "market" / "binance_perp_1h" / "BTC_USDT_USDT-1h-futures.feather"
    if not path.is_file():
        lacking(f"no recorded candles in {path}; set OMEGA_DATA")
    table = feather.read_table(path)
    time = table["date"].to_numpy().astype("datetime64[ms]").astype(np.int64)
    prices = {name: table[name].to_numpy() for name in ("open", "high", "low", "close", "volume")}
    return Candles(step_ms=HOUR_MS, time=time, **prices)


def moment(month: int, day: int) -> int:
    return int(1000 * datetime(2024, month, day, tzinfo=UTC).timestamp())


def until(candles: Candles, month: int, day: int) -> Candles:
    """The thousand hours before that midnight."""
    return candles.between(0, moment(month, day)).last(1000)


def test_the_leg_after_the_fall_of_august_2024_is_that_fall(year: Candles) -> None:
    """From the high of 29 July to the low of 5 August, the extremes of those hours; the rest by hand."""
    hours = until(year, 8, 7)
    leg = auto_leg(hours)
    assert leg is not None
    assert (leg.start.price, leg.end.price) == (hours.high.max(), hours.low.min()) == (70_081.0, 48_888.0)
    assert leg.end.time_ms == moment(8, 5) + 6 * HOUR_MS
    golden = {level.ratio: level.price for level in retracements(leg, is_log=leg.is_long)}[0.618]
    assert golden == pytest.approx(48_888 + 0.618 * (70_081 - 48_888))


def test_the_same_leg_is_found_by_its_moments_and_by_its_prices_as_a_member_rounds_them(
    year: Candles,
) -> None:
    hours = until(year, 8, 7)
    leg = auto_leg(hours)
    assert leg is not None
    by_moments = leg_between_moments(hours, moment(7, 29), moment(8, 6))
    assert (by_moments.start, by_moments.end) == (leg.start, leg.end)
    by_prices = leg_between_prices(hours, 70_050, 48_900)
    assert (by_prices.start.position, by_prices.end.position) == (leg.start.position, leg.end.position)


def test_the_leg_of_november_2024_is_measured_on_the_log_scale(year: Candles) -> None:
    """The extremes of those hours, 1.53 times apart: half on the log scale is the root of their product."""
    hours = until(year, 12, 4)
    leg = auto_leg(hours)
    assert leg is not None
    assert (leg.start.price, leg.end.price) == (hours.low.min(), hours.high.max()) == (65_222.3, 99_660.0)
    assert leg.is_long
    half = {level.ratio: level.price for level in retracements(leg, is_log=True)}[0.5]
    assert half == pytest.approx((65_222.3 * 99_660.0) ** 0.5)


def test_all_along_the_year_turns_alternate_and_were_known_in_time(year: Candles) -> None:
    turns = zigzag(year)
    assert len(turns) > 300
    assert (turns.is_high[1:] != turns.is_high[:-1]).all()
    assert (turns.position < turns.known_at).all()
    early = zigzag(year.slice(0, 4_000))
    known = known_by(turns, 3_999)
    assert early.position.tolist() == known.position.tolist()
    assert early.known_at.tolist() == known.known_at.tolist()


@pytest.mark.parametrize("month", [2, 4, 6, 8, 10, 12])
def test_on_any_day_there_is_a_leg_with_levels_zones_and_places_where_timeframes_meet(
    year: Candles, month: int
) -> None:
    day = year.between(0, moment(month, 3))
    frames = {name: resample(day, timeframe_ms(name)).last(1000) for name in ("1h", "2h", "4h", "8h", "12h")}
    hours = frames["1h"]
    price = float(hours.close[-1])
    levels = {name: frame_levels(candles) for name, candles in frames.items()}
    assert all(levels.values())
    leg = auto_leg(hours)
    assert leg is not None
    assert all(found.respected <= found.touched for found in respect(hours, levels["1h"], leg.end.position))
    place = standing(price, levels["1h"])
    assert place.above is None or place.above.price > price
    tolerance = last_range(frames["4h"])
    assert tolerance is not None
    assert confluence(levels, tolerance)
    sides = around(zones(hours, zigzag(hours, 2.0)), price)
    assert sides.below or sides.above
