"""Published rules followed step by step, where there is no second library; and markets that stand still."""

from __future__ import annotations

import numpy as np
import pytest
from indicator_stage import changed, made_of, smooth_walk, standing, whole_ticks
from market_stage import MIDNIGHT_MS

from analytics.candles import Candles, Floats, join, timeframe_ms
from analytics.indicators.catalogue import compute, parse

CANDLES = smooth_walk(500)


def only(text: str, candles: Candles) -> Floats:
    return next(iter(compute(parse(text), candles).values()))


def weighted(values: Floats, length: int) -> Floats:
    weights = np.arange(1.0, length + 1)
    windows = np.lib.stride_tricks.sliding_window_view(values, length)
    return np.concatenate([np.full(length - 1, np.nan), windows @ weights / weights.sum()])


def test_the_hull_average_is_hull_s_formula() -> None:
    """Hull: WMA(2 x WMA(n / 2) - WMA(n), root of n), of whole lengths."""
    by_hand = weighted(2 * weighted(CANDLES.close, 10) - weighted(CANDLES.close, 20), 4)
    np.testing.assert_allclose(only("hma:20", CANDLES), by_hand, rtol=1e-10)


def wilder_stop(candles: Candles, step: float, limit: float) -> list[float]:
    """Wilder (1978), section II: the stop never goes into the range of the two candles before."""
    high, low = candles.high.tolist(), candles.low.tolist()
    is_up = max(high[1] - high[0], 0.0) >= max(low[0] - low[1], 0.0)
    stop, extreme = (low[0], high[1]) if is_up else (high[0], low[1])
    pace, stops = step, [np.nan]
    for k in range(1, len(high)):
        stop = (
            min(stop, low[k - 1], low[max(k - 2, 0)])
            if is_up
            else max(stop, high[k - 1], high[max(k - 2, 0)])
        )
        if (low[k] <= stop) if is_up else (high[k] >= stop):
            stop = max(extreme, high[k - 1], high[k]) if is_up else min(extreme, low[k - 1], low[k])
            is_up, pace, extreme = not is_up, step, (low[k] if is_up else high[k])
        elif (high[k] > extreme) if is_up else (low[k] < extreme):
            pace, extreme = min(limit, pace + step), high[k] if is_up else low[k]
        stops.append(stop)
        stop += pace * (extreme - stop)
    return stops


def test_the_parabolic_stop_follows_wilder_s_rules() -> None:
    """`ta` asks whether the stop was hit before it is held back, and so turns earlier than Wilder."""
    np.testing.assert_allclose(
        only("psar", CANDLES)[60:], np.array(wilder_stop(CANDLES, 0.02, 0.2))[60:], rtol=1e-12
    )


def seban_line(candles: Candles, length: int, ranges: float) -> list[float]:
    """Bands of so many ATR round the middle, which move towards the price alone until a close is beyond."""
    ranges_of = only(f"atr:{length}", candles)
    upper = lower = np.nan
    is_up, line = True, [np.nan] * length
    for k in range(length, len(candles)):
        middle, away = (candles.high[k] + candles.low[k]) / 2, ranges * ranges_of[k]
        before = candles.close[k - 1]
        upper = middle + away if not (middle + away >= upper and before <= upper) else upper
        lower = middle - away if not (middle - away <= lower and before >= lower) else lower
        is_up = candles.close[k] >= lower if is_up else candles.close[k] > upper
        line.append(lower if is_up else upper)
    return line


def test_the_supertrend_follows_seban_s_rules() -> None:
    np.testing.assert_allclose(
        only("supertrend:7,2", CANDLES)[60:], np.array(seban_line(CANDLES, 7, 2.0))[60:], rtol=1e-10
    )


def test_the_cloud_at_a_candle_is_what_was_known_a_base_before() -> None:
    values = compute(parse("ichimoku:9,26,52"), CANDLES)
    middle = (CANDLES.high[300 - 51 : 301].max() + CANDLES.low[300 - 51 : 301].min()) / 2
    assert values["span_b"][326] == pytest.approx(middle, rel=1e-12)
    assert values["span_a"][326] == (values["conversion"][300] + values["base"][300]) / 2


def test_volatility_is_that_of_a_year_whatever_the_timeframe() -> None:
    """A close that alternates by 1 % has a sample deviation of ln 1.01 x root of 4 / 3 over four returns."""
    close = np.where(np.arange(20) % 2, 101.0, 100.0)
    for timeframe, a_year in (("1d", 365), ("1h", 8_760)):
        candles = made_of(close, close, np.zeros((2, 20)), close, step_ms=timeframe_ms(timeframe))
        by_hand = 100 * np.log(1.01) * np.sqrt(4 / 3) * np.sqrt(a_year)
        assert only("hv:4", candles)[-1] == pytest.approx(by_hand, rel=1e-9)


def test_the_day_s_average_price_begins_anew_at_midnight_and_weighs_by_volume() -> None:
    prices = np.array([10.0, 20.0, 40.0, 50.0])
    late = made_of(
        prices, prices, np.zeros((2, 4)), np.array([1.0, 3.0, 2.0, 0.0]), step_ms=timeframe_ms("12h")
    )
    assert only("vwap", late).tolist() == [10.0, 17.5, 40.0, 40.0]


def test_the_average_price_of_a_day_that_is_not_whole_is_not_known() -> None:
    evening = whole_ticks(30, seed=1, start_ms=MIDNIGHT_MS + 20 * timeframe_ms("1h"))
    assert np.isfinite(only("vwap", evening)).tolist() == [False] * 4 + [True] * 26


def test_a_day_s_average_price_is_refused_for_weeks() -> None:
    with pytest.raises(ValueError, match="VWAP begins anew each day: it needs candles of a day or less"):
        only("vwap", whole_ticks(3, seed=1, step_ms=timeframe_ms("1w")))


UNDEFINED = ("vwap", "rsi", "stoch", "stochrsi", "adx", "cci", "willr", "cmf", "mfi")


@pytest.mark.parametrize("text", UNDEFINED)
def test_what_is_nought_over_nought_is_not_known_and_not_nought(text: str) -> None:
    assert all(np.isnan(values).all() for values in compute(parse(text), standing(120)).values())


@pytest.mark.parametrize("text", UNDEFINED)
def test_a_market_that_stood_still_and_moves_again_has_values_again(text: str) -> None:
    still = standing(72, price=float(CANDLES.open[0]))
    both = join(still, _after(still, CANDLES.slice(0, 240)))
    for name, values in compute(parse(text), both).items():
        assert np.isfinite(values[-120:]).all(), name


@pytest.mark.parametrize("text", ["stoch", "stochrsi", "cci", "willr", "cmf", "mfi"])
def test_a_market_that_comes_to_a_stop_has_no_reading_any_more(text: str) -> None:
    moving = CANDLES.slice(0, 240)
    both = join(moving, _after(moving, standing(72, price=float(moving.close[-1]))))
    for name, values in compute(parse(text), both).items():
        assert np.isfinite(values[60:240]).all(), name
        assert np.isnan(values[-20:]).all(), name


def _after(first: Candles, second: Candles) -> Candles:
    moved = second.time - second.time[0] + first.time[-1] + first.step_ms
    arrays = {name: getattr(second, name) for name in ("open", "high", "low", "close", "volume")}
    return Candles(step_ms=second.step_ms, time=moved, **arrays)


def test_the_index_of_direction_begins_with_the_first_direction() -> None:
    moving = CANDLES.slice(0, 240)
    still = standing(72, price=float(moving.open[0]))
    late = compute(parse("adx"), join(still, _after(still, moving)))
    start = 72 - int(np.argmax(moving.high > moving.open[0]))
    assert np.isnan(late["adx"][:72]).all()
    assert np.nanmax(late["adx"]) <= 100.0
    assert np.isnan(late["plus_di"][:start]).all()
    np.testing.assert_allclose(late["adx"][-1], compute(parse("adx"), moving)["adx"][-1], rtol=1e-3)


def test_a_price_of_a_millionth_is_computed_as_well_as_one_of_thousands() -> None:
    tiny = changed(CANDLES, times=1e-9)
    width = compute(parse("bbands"), tiny)["upper"][-1] - compute(parse("bbands"), tiny)["lower"][-1]
    assert width / 1e-9 == pytest.approx(4 * np.std(CANDLES.close[-20:]), rel=1e-6)
