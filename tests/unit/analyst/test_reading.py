from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.analyst.reading import Moments, Prices, read_since, read_swing
from services.errors import UserMistake

NOW = datetime(2025, 6, 18, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", " ", "auto", "AUTO"])
def test_nothing_written_leaves_the_swing_to_the_analyst(text: str) -> None:
    assert read_swing(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("58000 64210", 58_000.0, 64_210.0),
        ("58,000 64,210.5", 58_000.0, 64_210.5),
        ("58.000 64.210,5", 58_000.0, 64_210.5),
        ("$58000 to $64210", 58_000.0, 64_210.0),
        ("0.00012 0,00015", 0.000_12, 0.000_15),
        ("64210; 58000", 64_210.0, 58_000.0),
    ],
)
def test_two_prices_are_read_as_people_write_them(text: str, start: float, end: float) -> None:
    found = read_swing(text)
    assert isinstance(found, list)
    assert Prices(start=start, end=end) in found


def test_a_number_that_may_mean_two_things_is_left_to_the_market() -> None:
    found = read_swing("2.150 2.480")
    assert isinstance(found, list)
    assert {(one.start, one.end) for one in found} >= {(2_150.0, 2_480.0), (2.15, 2.48)}


def test_the_day_that_ends_a_swing_belongs_to_it() -> None:
    found = read_swing("2025-06-01 2025-06-05")
    assert found == Moments(
        one=datetime(2025, 6, 1, tzinfo=UTC),
        other=datetime(2025, 6, 6, tzinfo=UTC) - timedelta(milliseconds=1),
    )


def test_a_moment_with_an_offset_is_that_moment() -> None:
    found = read_swing("2025-06-01T09:00-03:00 2025-06-05T12:30")
    one, other = datetime(2025, 6, 1, 12, tzinfo=UTC), datetime(2025, 6, 5, 12, 30, tzinfo=UTC)
    assert found == Moments(one=one, other=other)


@pytest.mark.parametrize(
    "text", ["58000", "1 2 3", "up down", "2025-06-01 64210", "2025-13-01 2025-06-05", "-5 10"]
)
def test_what_is_no_swing_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserMistake) as refused:
        read_swing(text)
    assert text in refused.value.message
    assert "58000 64210" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("12 H", NOW - timedelta(hours=12)),
        ("2w", NOW - timedelta(weeks=2)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2025-06-01", datetime(2025, 6, 1, tzinfo=UTC)),
    ],
)
def test_a_beginning_is_a_date_or_how_long_ago(text: str, since: datetime) -> None:
    assert read_since(text, now=NOW) == since


def test_no_beginning_is_the_usual_one() -> None:
    assert read_since("  ", now=NOW) is None


@pytest.mark.parametrize("text", ["yesterday", "7", "7y", "d7", "2025-06-18T09:00", "0d"])
def test_a_beginning_that_is_none_or_lies_ahead_is_refused(text: str) -> None:
    with pytest.raises(UserMistake):
        read_since(text, now=NOW)
