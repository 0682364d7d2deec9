from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, MINUTE_MS, wandering_minutes, without

from analytics.candles import Candles, Floats, Integers, bucket_start, empty, join, resample, timeframe_ms

COLUMNS = ("time", "open", "high", "low", "close", "volume")
HOUR_MS = 60 * MINUTE_MS


def rows(candles: Candles) -> list[tuple[float, ...]]:
    return list(zip(*(getattr(candles, name).tolist() for name in COLUMNS), strict=True))


@pytest.mark.parametrize(
    ("timeframe", "milliseconds"),
    [("1m", 60_000), ("15m", 900_000), ("4h", 14_400_000), ("1d", 86_400_000), ("1w", 604_800_000)],
)
def test_a_timeframe_is_a_number_of_units(timeframe: str, milliseconds: int) -> None:
    assert timeframe_ms(timeframe) == milliseconds


@pytest.mark.parametrize("timeframe", ["", "m", "0m", "-1m", "1.5h", "1M", "1y", "1 m", "h1"])
def test_what_is_no_timeframe_is_refused(timeframe: str) -> None:
    with pytest.raises(ValueError, match="expected a number and s, m, h, d or w"):
        timeframe_ms(timeframe)


def test_a_week_opens_on_monday() -> None:
    thursday = np.array([MIDNIGHT_MS + 3 * timeframe_ms("1d") + 5])
    assert bucket_start(thursday, timeframe_ms("1w")).tolist() == [MIDNIGHT_MS]


def test_the_arrays_of_candles_cannot_be_written_to() -> None:
    candles = wandering_minutes(3)
    with pytest.raises(ValueError, match="read-only"):
        candles.close[0] = 1.0


def test_making_candles_leaves_the_arrays_they_are_made_of_writable() -> None:
    close = wandering_minutes(3).close.copy()
    replace(wandering_minutes(3), close=close)
    close[0] += 0.0
    assert close.flags.writeable


SPOILED: dict[str, tuple[str, Callable[[Candles], Candles]]] = {
    "high below close": (
        "high below open or close at position 1",
        lambda c: replace(c, high=_with(c.high, 1, c.low[1] / 2)),
    ),
    "low above open": (
        "low above open or close at position 2",
        lambda c: replace(c, low=_with(c.low, 2, c.high[2] + 1)),
    ),
    "a negative price": ("not positive at position 0", lambda c: replace(c, low=_with(c.low, 0, -1.0))),
    "a price that is not a number": (
        "close is not finite at position 1",
        lambda c: replace(c, close=_with(c.close, 1, np.nan)),
    ),
    "an endless volume": ("volume is not finite", lambda c: replace(c, volume=_with(c.volume, 1, np.inf))),
    "a negative volume": (
        "negative volume at position 2",
        lambda c: replace(c, volume=_with(c.volume, 2, -0.1)),
    ),
    "a repeated time": (
        "repeated or earlier open time at position 1",
        lambda c: replace(c, time=_with(c.time, 1, c.time[0])),
    ),
    "an earlier time": ("repeated or earlier", lambda c: replace(c, time=c.time[::-1].copy())),
    "a time between two minutes": ("off the timeframe's grid", lambda c: replace(c, time=c.time + 1)),
    "prices of another type": ("open is float32", lambda c: replace(c, open=c.open.astype(np.float32))),
    "times of another type": ("time is float64", lambda c: replace(c, time=c.time.astype(np.float64))),
    "a column too short": ("volume is float64 of shape", lambda c: replace(c, volume=c.volume[:-1])),
    "a table": ("time is int64 of shape", lambda c: replace(c, time=c.time[:, None])),
    "no length": ("step_ms is 0", lambda c: replace(c, step_ms=0)),
}


def _with(array: Floats | Integers, position: int, value: float) -> Any:
    changed = array.copy()
    changed[position] = value
    return changed


@pytest.mark.parametrize("what", SPOILED)
def test_candles_that_cannot_be_are_refused_with_their_place(what: str) -> None:
    message, spoil = SPOILED[what]
    candles = wandering_minutes(4)
    with pytest.raises(ValueError, match=message):
        spoil(candles)


def test_an_hour_is_made_of_its_sixty_minutes() -> None:
    minutes = wandering_minutes(120)
    first = minutes.slice(0, 60)
    expected = (
        MIDNIGHT_MS,
        first.open[0],
        first.high.max(),
        first.low.min(),
        first.close[59],
        first.volume.sum(),
    )
    hours = resample(minutes, HOUR_MS)
    assert len(hours) == 2
    assert rows(hours)[0] == pytest.approx(expected, abs=1e-9)


def test_an_hour_that_lacks_a_minute_is_left_out() -> None:
    minutes = wandering_minutes(180)
    assert rows(resample(without(minutes, 75), HOUR_MS)) == [
        row for row in rows(resample(minutes, HOUR_MS)) if row[0] != MIDNIGHT_MS + HOUR_MS
    ]


def test_a_timeframe_that_is_no_multiple_cannot_be_made() -> None:
    five = resample(wandering_minutes(60), 5 * MINUTE_MS)
    with pytest.raises(ValueError, match="cannot make 420000 ms out of 300000 ms"):
        resample(five, 7 * MINUTE_MS)


def test_nothing_makes_nothing() -> None:
    assert len(resample(empty(MINUTE_MS), HOUR_MS)) == 0


@given(
    count=st.integers(0, 400),
    offset=st.integers(0, 90),
    prefix=st.integers(0, 400),
    minutes=st.sampled_from([5, 15, 60]),
)
def test_the_resample_of_a_prefix_is_a_prefix_of_the_resample(
    count: int, offset: int, prefix: int, minutes: int
) -> None:
    whole = wandering_minutes(count, start_ms=MIDNIGHT_MS + offset * MINUTE_MS)
    of_prefix = rows(resample(whole.slice(0, min(prefix, count)), minutes * MINUTE_MS))
    assert rows(resample(whole, minutes * MINUTE_MS))[: len(of_prefix)] == of_prefix


@given(gaps=st.sets(st.integers(0, 299), max_size=6))
def test_two_steps_up_give_the_same_as_one(gaps: set[int]) -> None:
    minutes = without(wandering_minutes(300), *gaps)
    at_once = resample(minutes, HOUR_MS)
    by_steps = resample(resample(minutes, 15 * MINUTE_MS), HOUR_MS)
    assert [row[:5] for row in rows(by_steps)] == [row[:5] for row in rows(at_once)]
    assert np.allclose(by_steps.volume, at_once.volume)


def test_between_takes_what_opens_and_closes_inside() -> None:
    minutes = wandering_minutes(10)
    inside = minutes.between(MIDNIGHT_MS + 1, MIDNIGHT_MS + 4 * MINUTE_MS)
    assert inside.time.tolist() == [MIDNIGHT_MS + k * MINUTE_MS for k in (1, 2, 3)]
    assert len(minutes.between(MIDNIGHT_MS + 4 * MINUTE_MS, MIDNIGHT_MS)) == 0


def test_the_last_candles_are_the_newest_or_all_there_are() -> None:
    minutes = wandering_minutes(5)
    assert rows(minutes.last(2)) == rows(minutes)[3:]
    assert rows(minutes.last(9)) == rows(minutes)


def test_parts_that_overlap_or_differ_in_timeframe_cannot_be_joined() -> None:
    minutes = wandering_minutes(10)
    assert rows(join(minutes.slice(0, 4), minutes.slice(4, 10))) == rows(minutes)
    with pytest.raises(ValueError, match="repeated or earlier"):
        join(minutes.slice(0, 5), minutes.slice(4, 10))
    with pytest.raises(ValueError, match="cannot join timeframes"):
        join(minutes, resample(minutes, 5 * MINUTE_MS))
