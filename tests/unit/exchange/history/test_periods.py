from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.history.periods import Period, period_at, period_of, periods_at, running_period
from services.exchange.prices import to_milliseconds

MINUTE, HOUR, DAY, WEEK = 60_000, 3_600_000, 86_400_000, 604_800_000
MOMENTS = st.integers(0, to_milliseconds(datetime(2100, 1, 1, tzinfo=UTC)))


def ms(*date: int) -> int:
    return to_milliseconds(datetime(*date, tzinfo=UTC))  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2024-02-29", ms(2024, 2, 29), ms(2024, 3, 1)),
        ("2024-12", ms(2024, 12, 1), ms(2025, 1, 1)),
        ("2024-02", ms(2024, 2, 1), ms(2024, 3, 1)),
        ("2024", ms(2024, 1, 1), ms(2025, 1, 1)),
    ],
)
def test_a_period_is_what_its_name_says(name: str, start: int, end: int) -> None:
    period = period_of(f"{name}.parquet")
    assert period is not None
    assert (period.start_ms, period.end_ms, period.file) == (start, end, f"{name}.parquet")


@pytest.mark.parametrize(
    "file",
    [
        "2024-02-30.parquet",
        "2024-13.parquet",
        "24.parquet",
        "2024.csv",
        ".2024.parquet",
        "journal",
        "2024.parquet.damaged",
    ],
)
def test_another_file_is_of_no_period(file: str) -> None:
    assert period_of(file) is None


def test_candles_of_the_newest_month_stand_in_days_and_those_before_in_months() -> None:
    newest = ms(2025, 6, 3, 12)
    names = [
        period_at(at, newest_ms=newest, step_ms=MINUTE).name
        for at in (ms(2025, 6, 1), ms(2025, 5, 31, 23, 59))
    ]
    assert names == ["2025-06-01", "2025-05"]
    assert period_at(ms(2024, 12, 31), newest_ms=newest, step_ms=HOUR).name == "2024-12"
    assert period_at(newest, newest_ms=newest, step_ms=DAY).name == "2025"


@given(
    times=st.lists(MOMENTS, min_size=1, max_size=50, unique=True),
    step=st.sampled_from([MINUTE, HOUR, DAY, WEEK]),
)
def test_cutting_many_candles_agrees_with_placing_each(times: list[int], step: int) -> None:
    time = np.sort(np.array(times, np.int64))
    newest = int(time[-1])
    cut = [
        (period, at)
        for period, where in periods_at(time, newest_ms=newest, step_ms=step)
        for at in time[where]
    ]
    assert [at for _, at in cut] == time.tolist()
    for period, at in cut:
        assert period == period_at(int(at), newest_ms=newest, step_ms=step)
        assert period.start_ms <= at < period.end_ms


def test_a_coarser_period_covers_what_lies_in_it() -> None:
    year, month, day = Period("2025"), Period("2025-06"), Period("2025-06-16")
    assert year.covers(day)
    assert month.covers(day)
    assert month.covers(month)
    assert not day.covers(month)
    assert not Period("2025-07").covers(day)
    assert day.coarser == ("2025", "2025-06")


def test_a_journal_gathers_a_day_of_short_candles_and_a_month_of_long_ones() -> None:
    assert (running_period(ms(2025, 6, 16, 3), MINUTE), running_period(ms(2025, 6, 16), DAY)) == (
        "2025-06-16",
        "2025-06",
    )
