from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from chart_stage import chart, scaled
from hypothesis import given
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, wandering_minutes, without

from analytics.candles import Candles, timeframe_ms
from services.charts.boxes import Box
from services.charts.extents import pane_extent, price_extent
from services.charts.plan import plan_of
from services.charts.scales import Extent, Scale, round_prices, step_for
from services.charts.spec import Forming, Level, Line, Pane
from services.charts.time_axis import places_of

BOX = Box(0, 0, 1000, 401)


def every(timeframe: str, count: int, *, start_ms: int = MIDNIGHT_MS) -> Candles:
    """Candles of another timeframe, from midnight on a Monday if nothing else is asked for."""
    minutes, step = wandering_minutes(count), timeframe_ms(timeframe)
    values = {name: getattr(minutes, name) for name in ("open", "high", "low", "close", "volume")}
    return Candles(step_ms=step, time=start_ms + np.arange(count, dtype=np.int64) * step, **values)


def times(candles: Candles, **changes: object) -> list[str]:
    return [label.text for label in plan_of(chart(candles, **changes)).times]


@pytest.mark.parametrize(
    ("span", "most", "tick", "step"),
    [
        (10_000, 5, "0.1", "2000"),
        (11_000, 5, "0.1", "2500"),
        (0.9, 3, "0.1", "0.5"),
        (0.6, 3, "0.1", "0.2"),
        (0.00002, 5, "0.000001", "0.000005"),
        (0.1, 5, "0.1", "0.1"),
        (100, 5, "0.25", "20"),
        (3, 5, "0.25", "1"),
        (100, 7, "0.3", "15.0"),
    ],
)
def test_an_axis_takes_round_steps_that_are_multiples_of_the_tick(
    span: float, most: int, tick: str, step: str
) -> None:
    assert step_for(span, most, Decimal(tick)) == Decimal(step)


@given(
    low=st.floats(1e-6, 1e6),
    ratio=st.floats(1e-4, 50),
    tick=st.sampled_from(["0.1", "0.01", "0.25", "0.3", "1", "0.00000001"]),
    is_log=st.booleans(),
)
def test_the_prices_that_an_axis_names_are_on_the_tick_and_in_sight(
    *, low: float, ratio: float, tick: str, is_log: bool
) -> None:
    step = Decimal(tick)
    low = max(low, 4 * float(step))
    high = max(low * (1 + ratio), low + 4 * float(step))
    ends = (np.log(low), np.log(high)) if is_log else (low, high)
    scale = Scale(extent=Extent(low=float(ends[0]), high=float(ends[1])), box=BOX, is_log=is_log)
    prices = round_prices(scale, 6, step)
    assert all(price % step == 0 for price in prices) or is_log
    assert all(-1 <= scale.height(price) <= 401 for price in prices)
    assert len(prices) <= 40


def test_a_scale_puts_its_ends_on_the_first_and_the_last_row_of_pixels() -> None:
    linear = Scale(extent=Extent(low=100, high=200), box=BOX)
    assert [linear.height(price) for price in (100, 150, 200)] == [400, 200, 0]
    ratios = Scale(extent=Extent(low=float(np.log(100)), high=float(np.log(400))), box=BOX, is_log=True)
    assert ratios.height(200) == pytest.approx(200)


def test_a_price_that_stands_still_has_an_axis() -> None:
    flat = np.full(30, 1.0)
    minutes = wandering_minutes(30)
    still = Candles(
        step_ms=60_000, time=minutes.time, open=flat, high=flat, low=flat, close=flat, volume=flat * 0
    )
    plan = plan_of(chart(still, tick=Decimal("0.0001")))
    assert len([one for one in plan.axis if one.words is not None]) >= 2


def test_the_axis_of_a_tiny_price_counts_its_zeros() -> None:
    tiny = scaled(wandering_minutes(60), 1.23e-7, 10)
    plan = plan_of(chart(tiny, tick=Decimal("0.0000000001")))
    named = [one.words.text for one in plan.axis if one.words is not None]
    assert named
    assert all(text.startswith("0.0₄1") for text in named)


def test_the_language_decides_on_point_and_comma() -> None:
    texts = [one.words.text for one in plan_of(chart(locale="pt-BR")).axis if one.words is not None]
    assert texts
    assert all("," in text and "." not in text for text in texts)


def test_days_are_named_where_they_begin_and_hours_between_them() -> None:
    assert times(every("1h", 40)) == ["16 Jun", "06:00", "12:00", "18:00", "17 Jun", "06:00", "12:00"]


def test_a_picture_within_one_day_names_that_day() -> None:
    assert times(every("1m", 60, start_ms=MIDNIGHT_MS + 3_600_000))[0] == "16 Jun"


def test_months_and_years_are_named_where_they_begin() -> None:
    assert times(every("1d", 400)) == ["Jul", "Sep", "Nov", "2026", "Mar", "May", "Jul"]
    assert times(every("1d", 400), locale="pt-BR")[:3] == ["jul", "set", "nov"]


@given(count=st.integers(1, 300), timeframe=st.sampled_from(["1m", "5m", "4h", "1d", "1w"]))
def test_moments_are_named_from_left_to_right_within_the_panels(count: int, timeframe: str) -> None:
    plan = plan_of(chart(every(timeframe, count)))
    assert plan.times
    assert all(first.box.right < second.box.left for first, second in pairwise(plan.times))
    assert all(plan.frame.axis.holds(label.box) for label in plan.times)


def test_a_missing_candle_leaves_its_place_empty_and_a_long_gap_is_cut() -> None:
    minutes = wandering_minutes(60)
    one_missing = places_of(chart(without(minutes, 30)), BOX)
    steps = np.diff(one_missing.middles) / one_missing.slot
    assert steps[29] == pytest.approx(2)
    assert one_missing.cuts == ()
    twenty_missing = places_of(chart(without(minutes, *range(20, 40))), BOX)
    assert np.diff(twenty_missing.middles)[19] / twenty_missing.slot == pytest.approx(4)
    assert len(twenty_missing.cuts) == 1


def test_a_forming_candle_stands_behind_the_closed_ones_and_is_named() -> None:
    candles = wandering_minutes(30)
    last = float(candles.close[-1])
    forming = Forming(
        time=int(candles.time[-1]) + 60_000, open=last, high=last + 20, low=last, close=last, volume=1.0
    )
    plan = plan_of(chart(candles, forming=forming))
    assert plan.places.forming == pytest.approx(plan.places.middles[-1] + plan.places.slot)
    assert [item.words.text for item in plan.legend] == ["still forming"]
    assert plan.scale.extent.high >= last + 20


def test_lines_widen_the_picture_only_so_far_and_levels_as_long_as_candles_keep_their_size() -> None:
    candles = wandering_minutes(120)
    plain = price_extent(chart(candles))
    away = Line(label="far", values=candles.close * 3)
    assert price_extent(chart(candles, lines=(away,))).span < 2 * plain.span
    near = Decimal(round(float(candles.high.max()) + plain.span / 10, 1)).quantize(Decimal("0.1"))
    wider = price_extent(chart(candles, levels=(Level(price=near), Level(price=Decimal(5000)))))
    assert float(near) < wider.high < 5000


def test_a_panel_shows_its_bounds_or_its_values_and_zero_below_bars() -> None:
    values = np.array([np.nan, 5.0, 7.0])
    assert pane_extent(Pane(lines=(Line(label="RSI", values=values),), bounds=(0, 100))) == Extent(
        low=0, high=100
    )
    bars = pane_extent(Pane(histogram=Line(label="sum", values=values)))
    assert bars.low < 0
    assert bars.high > 7
    assert pane_extent(Pane(lines=(Line(label="nothing yet", values=values * np.nan),))).span > 0
