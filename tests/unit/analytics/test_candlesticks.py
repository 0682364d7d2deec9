from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_stage import HOUR_MS, changed, whole_ticks
from market_stage import MIDNIGHT_MS
from pyarrow import feather

from analytics.candles import Candles
from analytics.patterns.candlesticks import Found, counts, find
from analytics.patterns.names import PATTERNS
from config.settings import read_settings

SEEDS = st.integers(0, 10_000)


def of_rows(*rows: tuple[float, float, float, float]) -> Candles:
    """Twenty candles of a body of 2 and shadows of 1, falling, and then `rows` of open, high, low, close."""
    falling = [(140.0 - k, 141.0 - k, 137.0 - k, 138.0 - k) for k in range(20)]
    open_, high, low, close = (np.array(column) for column in zip(*falling, *rows, strict=True))
    count = len(open_)
    time = MIDNIGHT_MS + np.arange(count, dtype=np.int64) * HOUR_MS
    return Candles(
        step_ms=HOUR_MS, time=time, open=open_, high=high, low=low, close=close, volume=np.ones(count)
    )


def at_the_end(candles: Candles) -> dict[str, str]:
    return {one.name: one.side for one in find(candles) if one.position == len(candles) - 1}


def test_the_catalogue_has_every_pattern_of_ta_lib_once() -> None:
    functions = [pattern.function for pattern in PATTERNS.values()]
    assert sorted(functions) == sorted(name for name in dir(talib) if name.startswith("CDL"))
    assert len(PATTERNS) == 61
    assert len({pattern.title for pattern in PATTERNS.values()}) == 61


@pytest.mark.parametrize(
    ("rows", "name", "side"),
    [
        ([(118.5, 123.0, 118.0, 122.5)], "engulfing", "bull"),
        ([(119.0, 122.0, 118.9, 121.9), (122.5, 123.0, 117.0, 117.5)], "engulfing", "bear"),
        ([(117.0, 117.6, 110.0, 117.5)], "hammer", "bull"),
        ([(118.0, 121.0, 115.0, 118.01)], "doji", "even"),
        ([(119.0, 119.0, 109.0, 109.0)], "marubozu", "bear"),
        ([(120.0, 120.2, 111.8, 112.0), (113.0, 114.5, 112.5, 114.0)], "harami", "bull"),
        (
            [(118.0, 122.1, 117.9, 122.0), (120.0, 125.1, 119.9, 125.0), (123.0, 128.1, 122.9, 128.0)],
            "three_white_soldiers",
            "bull",
        ),
    ],
)
def test_a_shape_that_nison_describes_is_found_on_its_side(
    rows: list[tuple[float, float, float, float]], name: str, side: str
) -> None:
    """Steve Nison, "Japanese Candlestick Charting Techniques": the drawings of chapters 3, 4 and 6."""
    assert at_the_end(of_rows(*rows))[name] == side


def test_a_pattern_without_a_side_has_none_whatever_its_candle_s_colour() -> None:
    found = find(whole_ticks(400, seed=2))
    evens = {one.name for one in found if one.side == "even"}
    sided = {one.name for one in found if one.side != "even"}
    assert evens == {one.name for one in found if not PATTERNS[one.name].has_side}
    assert evens & sided == set()


def test_patterns_come_newest_first() -> None:
    positions = [one.position for one in find(whole_ticks(300, seed=4))]
    assert len(positions) > 100
    assert positions == sorted(positions, reverse=True)


def test_what_is_found_is_what_ta_lib_finds() -> None:
    candles = whole_ticks(400, seed=6)
    found = {(one.name, one.position) for one in find(candles)}
    for name, pattern in PATTERNS.items():
        marks = getattr(talib, pattern.function)(candles.open, candles.high, candles.low, candles.close)
        expected = np.flatnonzero((marks != 0) & (np.abs(marks) <= 100)).tolist()
        assert [position for place, position in sorted(found) if place == name] == expected


def test_patterns_are_counted_by_name_on_either_side() -> None:
    found = [
        Found(name="doji", position=3, side="even"),
        Found(name="engulfing", position=2, side="bull"),
        Found(name="engulfing", position=1, side="bear"),
    ]
    assert counts(found) == {"doji": 1, "engulfing": 2}


@pytest.mark.parametrize("count", [0, 1, 5])
def test_too_few_candles_have_no_pattern_that_needs_more(count: int) -> None:
    assert all(one.position < count for one in find(whole_ticks(count, seed=1)))


@settings(max_examples=20)
@given(seed=SEEDS, cut=st.integers(0, 200))
def test_the_patterns_of_a_prefix_are_those_of_the_whole_up_to_there(seed: int, cut: int) -> None:
    candles = whole_ticks(200, seed=seed)
    assert list(find(candles.slice(0, cut))) == [one for one in find(candles) if one.position < cut]


@settings(max_examples=20)
@given(seed=SEEDS, times=st.sampled_from([2.0**8, 0.5**30]))
def test_another_currency_changes_no_pattern(seed: int, times: float) -> None:
    candles = whole_ticks(200, seed=seed)
    assert list(find(changed(candles, times=times))) == list(find(candles))


@pytest.fixture(scope="module")
def bitcoin(lacking: Callable[[str], NoReturn]) -> Candles:
    path = read_settings().data / "market" / "binance_perp_1h" / "BTC_USDT_USDT-1h-futures.feather"
    if not Path(path).is_file():
        lacking(f"no recorded data at {path}; set OMEGA_DATA")
    table = feather.read_table(str(path)).slice(0, 5_000)
    arrays = {name: table[name].to_numpy() for name in ("open", "high", "low", "close", "volume")}
    time = table["date"].to_numpy().astype("datetime64[ms]").astype(np.int64)
    return Candles(step_ms=HOUR_MS, time=time, **arrays)


def test_in_a_real_market_the_usual_patterns_are_usual_and_those_with_gaps_are_not(bitcoin: Candles) -> None:
    """A market that never closes has next to no gaps, which stars that are abandoned or kicked need."""
    found = find(bitcoin)
    share = {name: count / len(bitcoin) for name, count in counts(found).items()}
    assert all(0.02 < share[name] < 0.4 for name in ("doji", "engulfing", "harami", "spinning_top"))
    assert all(share.get(name, 0.0) < 0.001 for name in ("abandoned_baby", "kicking", "breakaway", "tristar"))
    bull = sum(one.name == "engulfing" and one.side == "bull" for one in found)
    bear = sum(one.name == "engulfing" and one.side == "bear" for one in found)
    assert 0.7 < bull / bear < 1.4


@pytest.mark.parametrize(("whole", "part"), [("three_outside", "engulfing"), ("three_inside", "harami")])
def test_a_pattern_that_confirms_another_comes_a_candle_after_it(
    bitcoin: Candles, whole: str, part: str
) -> None:
    """Morris: three outside days are an engulfing pattern and one day more, three inside days a harami."""
    found = find(bitcoin)
    parts = {(one.position, one.side) for one in found if one.name == part}
    confirmed = [(one.position - 1, one.side) for one in found if one.name == whole]
    assert len(confirmed) > 20
    assert set(confirmed) <= parts
