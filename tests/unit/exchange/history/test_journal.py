from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from history_rows import rows_of
from hypothesis import given
from hypothesis import strategies as st
from market_stage import wandering_minutes
from structlog.testing import capture_logs

from services.exchange.history import journal
from services.exchange.history.rows import Rows, joined

RECORD = 64
ROWS = rows_of(wandering_minutes(40), nature="live", source="kraken", received_ms=5)


def told(rows: Rows) -> dict[str, list[object]]:
    return {name: column.tolist() for name, column in rows.columns().items()}


@given(cuts=st.lists(st.integers(0, 40), max_size=6))
def test_what_is_appended_in_pieces_is_read_as_one(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    bounds = [0, *sorted(cuts), 40]
    for start, stop in pairwise(bounds):
        journal.append(folder, ROWS.take(slice(start, stop)))
    assert told(journal.read(folder, "kraken")) == told(ROWS)


@given(size=st.integers(0, 40 * RECORD))
def test_a_journal_cut_anywhere_gives_the_whole_records_and_goes_on_from_there(
    tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal.append(folder, ROWS)
    os.truncate(folder / journal.NAME, size)
    whole = ROWS.take(slice(0, size // RECORD))
    assert told(journal.read(folder, "kraken")) == told(whole)
    journal.append(folder, ROWS.take(slice(39, 40)))
    assert told(journal.read(folder, "kraken")) == told(joined([whole, ROWS.take(slice(39, 40))]))


def test_a_damaged_record_costs_itself_alone_and_is_told(tmp_path: Path) -> None:
    journal.append(tmp_path, ROWS)
    content = bytearray((tmp_path / journal.NAME).read_bytes())
    content[7 * RECORD + 20] ^= 1
    (tmp_path / journal.NAME).write_bytes(content)
    with capture_logs() as lines:
        kept = journal.read(tmp_path, "kraken")
    assert told(kept) == told(joined([ROWS.take(slice(0, 7)), ROWS.take(slice(8, 40))]))
    assert [(line["event"], line["records"]) for line in lines] == [("history_journal_damaged", 1)]
    assert journal.damaged_records(tmp_path) == 1


def test_no_journal_is_no_row_and_clearing_it_twice_is_fine(tmp_path: Path) -> None:
    assert len(journal.read(tmp_path, "kraken")) == 0
    journal.append(tmp_path, ROWS)
    journal.clear(tmp_path)
    journal.clear(tmp_path)
    assert len(journal.read(tmp_path, "kraken")) == 0
