from __future__ import annotations

import numpy as np
import pytest
from history_rows import rows_of
from hypothesis import given
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, MINUTE_MS, wandering_minutes

from services.exchange.history.rows import Rows, faults_in, joined, merged, no_rows, settled

Row = tuple[int, float, int, bool, int]
ROW = st.tuples(
    st.integers(0, 8), st.sampled_from([1.0, 2.0]), st.integers(0, 2), st.booleans(), st.integers(0, 5)
)


def rows(*made: Row) -> Rows:
    """Rows of (minute, price, nature, is filled, received)."""
    price = np.array([row[1] for row in made], np.float64)
    return Rows(
        time=np.array([MIDNIGHT_MS + row[0] * MINUTE_MS for row in made], np.int64),
        open=price,
        high=price,
        low=price,
        close=price,
        volume=price,
        nature=np.array([row[2] for row in made], np.uint8),
        is_filled=np.array([row[3] for row in made], np.bool_),
        source=np.array(["a"] * len(made), object),
        received_at=np.array([row[4] for row in made], np.int64),
    )


def told(kept: Rows) -> list[Row]:
    columns = (kept.time, kept.close, kept.nature, kept.is_filled, kept.received_at)
    return [
        (int((time - MIDNIGHT_MS) // MINUTE_MS), float(price), int(nature), bool(filled), int(received))
        for time, price, nature, filled, received in zip(*columns, strict=True)
    ]


def one_by_one(made: list[Row]) -> dict[int, Row]:
    """The rule in plain words: more real stays; of equals the last, unless it says the same."""
    kept: dict[int, Row] = {}
    for row in made:
        there = kept.get(row[0])
        rank, known = (row[2], not row[3]), there and (there[2], not there[3])
        if known is None or rank > known or (rank == known and there and row[1] != there[1]):
            kept[row[0]] = row
    return kept


@given(old=st.lists(ROW, max_size=12), new=st.lists(ROW, max_size=12, unique_by=lambda row: row[0]))
def test_merging_keeps_of_each_minute_what_the_rule_says(old: list[Row], new: list[Row]) -> None:
    before = settled(rows(*old))
    after = merged(before, settled(rows(*new)))
    assert told(after) == [row for _, row in sorted(one_by_one([*told(before), *new]).items())]
    assert (np.diff(after.time) > 0).all()


@given(old=st.lists(ROW, max_size=12), new=st.lists(ROW, max_size=12))
def test_merging_the_same_again_changes_nothing(old: list[Row], new: list[Row]) -> None:
    once = merged(settled(rows(*old)), settled(rows(*new)))
    assert merged(once, settled(rows(*new))) is once


@pytest.mark.parametrize(
    ("kept", "offered"),
    [
        ((0, 1.0, 2, False, 0), (0, 2.0, 2, True, 9)),
        ((0, 1.0, 2, True, 0), (0, 2.0, 1, False, 9)),
        ((0, 1.0, 1, False, 0), (0, 2.0, 0, False, 9)),
        ((0, 1.0, 2, False, 0), (0, 1.0, 2, False, 9)),
    ],
    ids=["filled over real", "replayed over live", "simulated over replayed", "the same again"],
)
def test_what_is_less_real_or_nothing_new_never_replaces_what_is_there(kept: Row, offered: Row) -> None:
    there = rows(kept)
    assert merged(there, rows(offered)) is there


def test_of_equally_real_rows_the_later_one_stays() -> None:
    assert told(merged(rows((0, 1.0, 2, False, 0)), rows((0, 2.0, 2, False, 9)))) == [(0, 2.0, 2, False, 9)]
    assert told(settled(rows((1, 1.0, 2, False, 0), (0, 3.0, 2, False, 1), (1, 2.0, 2, False, 2)))) == [
        (0, 3.0, 2, False, 1),
        (1, 2.0, 2, False, 2),
    ]


def test_a_digest_tells_every_column_apart() -> None:
    seen = {
        rows(row).digest() for row in [(0, 1.0, 2, False, 0), (1, 1.0, 2, False, 0), (0, 2.0, 2, False, 0)]
    }
    seen |= {
        rows(row).digest() for row in [(0, 1.0, 1, False, 0), (0, 1.0, 2, True, 0), (0, 1.0, 2, False, 1)]
    }
    assert len(seen) == 6
    assert no_rows().digest() not in seen
    assert rows((0, 1.0, 2, False, 0)).digest() in seen


def test_the_figures_of_rows_are_candles_and_no_rows_joined_are_none() -> None:
    minutes = wandering_minutes(3)
    made = rows_of(minutes, nature="replay", source="a.csv", received_ms=7)
    assert made.candles(MINUTE_MS).close.tolist() == minutes.close.tolist()
    assert len(joined([])) == 0


def test_sound_candles_have_no_fault_and_each_fault_names_its_rows() -> None:
    minutes = wandering_minutes(20)
    assert faults_in(minutes, MINUTE_MS) == []
    made = rows_of(minutes, nature="live", source="", received_ms=0)
    columns = {name: column.copy() for name, column in made.columns().items()}
    columns["time"][3] += 1
    columns["time"][5] = columns["time"][4]
    columns["high"][7] = columns["low"][7] / 2
    columns["volume"][9] = -1
    columns["close"][11] = np.nan
    columns["low"][13] = 0
    found = {fault.what: fault.positions.tolist() for fault in faults_in(Rows(**columns), MINUTE_MS)}  # type: ignore[arg-type]
    assert found == {
        "it opens off the grid of its timeframe": [3],
        "it opens no later than the one before it": [5],
        "its high is below its open or close": [7],
        "its volume is below 0": [9],
        "its close is not a finite number": [11],
        "a price is not above 0": [13],
    }
