from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from history_rows import rows_of
from market_stage import wandering_minutes

from services.errors import Misconfigured
from services.exchange.recorded.foreign import Foreign, checked
from services.exchange.recorded.timeframe import timeframe_of

NOW = 1 << 42


def opening_at(*minutes: int) -> Foreign:
    """Return a file whose candles open so many minutes after midnight."""
    rows = rows_of(wandering_minutes(max(minutes) + 1), nature="replay", source="a.csv", received_ms=5)
    picked = rows.take(np.array(minutes))
    return Foreign(path=Path("a.csv"), rows=picked, lines=picked.time, unit="line")


HOURS = opening_at(*range(0, 600, 60))
HOLED = opening_at(0, 60, 120, 180, 195, 300, 360, 420)
THIN = opening_at(0, 1, 300, 540)


def refusal(foreign: Foreign, *, named: str | None = None, told: str | None = None) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        timeframe_of(foreign, named=named, told=told)
    return caught.value


def test_times_that_are_clear_tell_the_timeframe() -> None:
    assert timeframe_of(HOURS, named=None) == "1h"
    assert timeframe_of(opening_at(*range(0, 70, 7)), named=None, told="7m") == "7m"


def test_times_that_are_not_clear_leave_it_to_the_name_or_to_what_is_said() -> None:
    assert timeframe_of(THIN, named="1m") == "1m"
    assert timeframe_of(THIN, named=None, told="1m") == "1m"
    error = refusal(THIN)
    assert "its times do not tell the timeframe, and neither does its name" in error.message
    assert error.hint == "Say it, such as --timeframe 1h, and import it again."


@pytest.mark.parametrize("foreign", [HOURS, HOLED], ids=["each hour", "most of an hour"])
@pytest.mark.parametrize(
    ("told", "named", "said"),
    [
        ("5m", None, "--timeframe says 5m, but its candles are 1h apart"),
        ("5m", "1h", "--timeframe says 5m, but its candles are 1h apart and its name says 1h"),
        ("5m", "5m", "--timeframe says 5m, but its candles are 1h apart and its name says 5m"),
        ("7h", None, "--timeframe says 7h, but its candles are 1h apart"),
        (None, "5m", "its name says 5m, but its candles are 1h apart"),
    ],
)
def test_a_timeframe_that_the_times_contradict_is_refused_with_both(
    foreign: Foreign, told: str | None, named: str | None, said: str
) -> None:
    error = refusal(foreign, named=named, told=told)
    assert error.message.splitlines()[1].strip() == f"a.csv: {said}."
    assert error.hint == "If they are candles of 1h, say so: --timeframe 1h"


def test_what_is_said_puts_a_wrong_name_right_where_the_times_agree_with_it() -> None:
    assert timeframe_of(HOURS, named="5m", told="1h") == "1h"


def test_a_name_that_contradicts_what_is_said_is_believed_where_the_times_do_not_tell() -> None:
    error = refusal(THIN, named="1m", told="5m")
    assert "--timeframe says 5m, but its name says 1m, and its times do not tell" in error.message
    assert "Leave --timeframe out if it is 1m" in error.hint
    assert timeframe_of(THIN, named="60m", told="1h") == "1h"


def test_candles_off_the_grid_may_have_another_timeframe() -> None:
    with pytest.raises(Misconfigured, match="it opens off the grid") as caught:
        checked(THIN, "5m", now_ms=NOW)
    assert caught.value.hint == (
        "Say which timeframe they have (--timeframe), or put the file right and import it again."
    )
