from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.history.gaps import gaps_in
from services.exchange.prices import to_milliseconds

HOUR, WEEK = 3_600_000, 604_800_000
START = to_milliseconds(datetime(2025, 6, 16, tzinfo=UTC))


@given(
    is_there=st.lists(st.booleans(), min_size=1, max_size=60),
    step=st.sampled_from([60_000, HOUR, 4 * HOUR, WEEK]),
)
def test_gaps_are_exactly_the_candles_that_are_not_there(is_there: list[bool], step: int) -> None:
    grid = START + np.arange(len(is_there), dtype=np.int64) * step
    time = grid[np.array(is_there)]
    holes = gaps_in(time, step, start_ms=int(grid[0]), end_ms=int(grid[-1]) + step)
    told = {
        at for hole in holes for at in range(to_milliseconds(hole.start), to_milliseconds(hole.end), step)
    }
    assert told == set(grid.tolist()) - set(time.tolist())
    assert sum(hole.missing for hole in holes) == len(told)
    inner = gaps_in(time, step)
    assert all(
        time[0] < to_milliseconds(hole.start) and to_milliseconds(hole.end) <= time[-1] for hole in inner
    )


def test_without_a_range_only_what_lies_between_candles_is_missing() -> None:
    hours = np.array([0, 1, 5, 6], np.int64) * HOUR + START
    (gap,) = gaps_in(hours, HOUR)
    assert (gap.start, gap.end, gap.missing) == (
        datetime(2025, 6, 16, 2, tzinfo=UTC),
        datetime(2025, 6, 16, 5, tzinfo=UTC),
        3,
    )
    assert gaps_in(np.empty(0, np.int64), HOUR) == []


@pytest.mark.parametrize(
    ("start", "end", "missing"), [(0, 3, 3), (0.5, 3, 2), (0.5, 2.5, 1), (0.5, 1.5, 0), (3, 3, 0)]
)
def test_a_range_of_which_nothing_is_kept_is_one_gap_of_its_whole_candles(
    start: float, end: float, missing: int
) -> None:
    nothing = np.empty(0, np.int64)
    found = gaps_in(nothing, HOUR, start_ms=round(START + start * HOUR), end_ms=round(START + end * HOUR))
    assert sum(hole.missing for hole in found) == missing
