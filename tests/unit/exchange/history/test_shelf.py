"""The files of one series, with the real DuckDB and real files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from history_rows import ALWAYS, rows_of, rows_on
from hypothesis import given, settings
from hypothesis import strategies as st
from market_stage import MINUTE_MS, wandering_minutes
from structlog.testing import capture_logs

from services.errors import StoreUnavailable
from services.exchange.history import journal, parquet
from services.exchange.history.parquet import Database
from services.exchange.history.rows import Rows, joined, merged, settled
from services.exchange.history.shelf import Shelf

DAY = 1_440
MINUTES = wandering_minutes(40 * DAY)
ROWS = rows_of(MINUTES, nature="live", source="kraken", received_ms=5)
"""2025-06-16 to 2025-07-25."""


@pytest.fixture
def database() -> Iterator[Database]:
    with parquet.connect() as opened:
        yield opened


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "a=b [1] it's" / "1m", step_ms=MINUTE_MS, source="kraken")


def put(shelf: Shelf, database: Database, rows: Rows) -> int:
    return sum(one.news for one in shelf.put(database, rows))


def told(rows: Rows) -> dict[str, list[object]]:
    return {name: column.tolist() for name, column in rows.columns().items()}


def names(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in shelf.folder.iterdir())


def test_a_finished_month_is_one_file_and_the_running_one_a_file_a_day(
    shelf: Shelf, database: Database
) -> None:
    assert put(shelf, database, ROWS) == len(ROWS)
    assert names(shelf) == ["2025-06.parquet", *(f"2025-07-{day:02}.parquet" for day in range(1, 26))]
    assert told(rows_on(shelf, database)) == told(ROWS)


def test_days_are_merged_when_their_month_is_over(shelf: Shelf, database: Database) -> None:
    for day in range(17):
        put(shelf, database, ROWS.take(slice(day * DAY, (day + 1) * DAY)))
    assert names(shelf) == ["2025-06.parquet", "2025-07-01.parquet", "2025-07-02.parquet"]
    assert told(rows_on(shelf, database)) == told(ROWS.take(slice(0, 17 * DAY)))


def test_long_candles_stand_in_years(tmp_path: Path, database: Database) -> None:
    shelf = Shelf(tmp_path, step_ms=86_400_000, source="kraken")
    days = ROWS.take(slice(0, None, DAY))
    long = replace(days, time=days.time - 180 * 86_400_000)
    put(shelf, database, long)
    assert names(shelf) == ["2024.parquet", "2025.parquet"]


def test_the_same_rows_again_write_nothing(shelf: Shelf, database: Database) -> None:
    put(shelf, database, ROWS)
    before = {path: path.stat().st_mtime_ns for path in shelf.folder.iterdir()}
    assert put(shelf, database, ROWS) == 0
    assert {path: path.stat().st_mtime_ns for path in shelf.folder.iterdir()} == before


def test_a_late_row_goes_into_the_month_that_is_there_already(shelf: Shelf, database: Database) -> None:
    late = ROWS.take(slice(500, 501))
    put(shelf, database, joined([ROWS.take(slice(0, 500)), ROWS.take(slice(501, None))]))
    assert put(shelf, database, late) == 1
    assert "2025-06-16.parquet" not in names(shelf)
    assert told(rows_on(shelf, database)) == told(ROWS)


def test_what_a_killed_writer_left_of_a_merge_changes_nothing_and_goes_away(
    shelf: Shelf, database: Database
) -> None:
    put(shelf, database, ROWS.take(slice(0, DAY)))
    day = (shelf.folder / "2025-06-16.parquet").read_bytes()
    put(shelf, database, ROWS)
    (shelf.folder / "2025-06-16.parquet").write_bytes(day)
    (shelf.folder / ".2025-06.parquet.77.part").write_bytes(b"half")
    assert [path.name for path in shelf.stale_files()] == ["2025-06-16.parquet"]
    assert told(rows_on(shelf, database)) == told(ROWS)
    assert put(shelf, database, ROWS.take(slice(0, 1))) == 0
    assert (shelf.stale_files(), ".2025-06.parquet.77.part" in names(shelf)) == ([], False)
    assert told(rows_on(shelf, database)) == told(ROWS)


def test_a_day_that_was_copied_in_beside_its_month_is_taken_in_and_not_thrown_away(
    shelf: Shelf, database: Database
) -> None:
    put(shelf, database, ROWS.take(slice(DAY, None)))
    parquet.write_rows(database, ROWS.take(slice(0, DAY)), shelf.folder / "2025-06-16.parquet")
    put(shelf, database, ROWS.take(slice(-1, None)))
    assert told(rows_on(shelf, database)) == told(ROWS)


@settings(max_examples=25)
@given(data=st.data())
def test_files_and_journal_read_as_one_whatever_lies_where(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any split of rows into filed and journalled ones, overlapping or not, reads as the merge of both."""
    shelf = Shelf(tmp_path_factory.mktemp("shelf"), step_ms=MINUTE_MS, source="kraken")
    spans = st.tuples(st.integers(0, 3 * DAY), st.integers(0, DAY)).map(lambda one: slice(one[0], sum(one)))
    filed, fresh = ROWS.take(data.draw(spans)), ROWS.take(data.draw(spans))
    less_real = (fresh.nature - data.draw(st.integers(0, 2))).astype(np.uint8)
    changed = replace(fresh, close=fresh.high, nature=less_real)
    start, end = sorted(int(ROWS.time[data.draw(st.integers(0, 4 * DAY))]) for _ in range(2))
    with parquet.connect() as database:
        put(shelf, database, filed)
        journal.append(shelf.folder, changed)
        expected = merged(filed, settled(changed))
        expected = expected.take((expected.time >= start) & (expected.time < end))
        assert told(rows_on(shelf, database, start, end)) == told(expected)
        figures = shelf.figures(database, start, end)
        assert figures["close"].tolist() == expected.close.tolist()
        live = shelf.figures(database, start, end, ["live"])
        assert live["time"].tolist() == expected.time[expected.nature == 2].tolist()
        shelf.empty_journal(database)
        assert told(rows_on(shelf, database, start, end)) == told(expected)


def test_a_reader_whose_files_are_merged_away_looks_again(shelf: Shelf, database: Database) -> None:
    put(shelf, database, ROWS.take(slice(0, 3 * DAY)))
    looks = 0

    def look() -> Rows:
        nonlocal looks
        looks += 1
        files = [path for _, path in shelf.files()]
        if looks == 1:
            put(shelf, database, ROWS)
        return parquet.read_rows(database, files, *ALWAYS)

    assert told(shelf._looking(look)) == told(ROWS)
    assert looks == 2


def test_a_torn_file_is_an_error_to_readers_that_names_the_folder_and_what_to_do(
    shelf: Shelf, database: Database
) -> None:
    put(shelf, database, ROWS.take(slice(0, 2 * DAY)))
    torn = shelf.folder / "2025-06-16.parquet"
    torn.write_bytes(torn.read_bytes()[:500])
    with pytest.raises(StoreUnavailable, match="cannot be read") as caught:
        shelf.figures(database, *ALWAYS)
    assert "omega data verify" in caught.value.hint
    assert len(rows_on(shelf, database, int(ROWS.time[DAY]), ALWAYS[1])) == DAY


def test_a_writer_sets_a_damaged_file_aside_and_goes_on(shelf: Shelf, database: Database) -> None:
    put(shelf, database, ROWS.take(slice(0, DAY)))
    torn = shelf.folder / "2025-06-16.parquet"
    torn.write_bytes(torn.read_bytes()[:500])
    with capture_logs() as lines:
        put(shelf, database, ROWS.take(slice(0, 10)))
    assert [line["event"] for line in lines] == ["history_file_set_aside"]
    assert names(shelf) == ["2025-06-16.parquet", "2025-06-16.parquet.damaged"]
    assert len(rows_on(shelf, database)) == 10
    assert [path.name for path in shelf.damaged_files()] == ["2025-06-16.parquet.damaged"]


def test_a_file_whose_figures_changed_on_disk_is_not_given_a_new_check_sum(
    shelf: Shelf, database: Database
) -> None:
    put(shelf, database, ROWS.take(slice(0, DAY)))
    file = shelf.folder / "2025-06-16.parquet"
    stamp = parquet.stamp_in(database, file)
    changed = ROWS.take(slice(1, DAY))
    parquet.write_rows(database, changed, file)
    forged = file.read_bytes().replace(changed.digest().encode(), str(stamp).encode())
    file.write_bytes(forged)
    put(shelf, database, ROWS.take(slice(0, 1)))
    assert len(shelf.damaged_files()) == 1


def test_a_place_that_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, database: Database
) -> None:
    (tmp_path / "file").touch()
    shelf = Shelf(tmp_path / "file" / "1m", step_ms=MINUTE_MS, source="kraken")
    with pytest.raises(StoreUnavailable, match="Cannot write") as caught:
        put(shelf, database, ROWS.take(slice(0, 10)))
    assert "OMEGA_VAR" in caught.value.hint


def test_nothing_put_into_nothing_is_nothing(shelf: Shelf, database: Database) -> None:
    assert put(shelf, database, ROWS.take(slice(0, 0))) == 0
    assert shelf.figures(database, *ALWAYS)["time"].tolist() == []
    assert len(rows_on(shelf, database)) == 0


def test_a_file_that_cannot_be_written_is_told_by_its_own_name(tmp_path: Path, database: Database) -> None:
    """Here a folder stands where it would be written first, which only DuckDB notices."""
    target = tmp_path / "2025-06.parquet"
    (tmp_path / f".{target.name}.{os.getpid()}.part").mkdir()
    with pytest.raises(StoreUnavailable, match="Cannot write") as caught:
        parquet.write_rows(database, ROWS.take(slice(0, 10)), target)
    assert ".part" not in caught.value.message
    assert caught.value.message.count(str(target)) == 2


def test_the_natures_of_files_and_journal_are_counted_together(shelf: Shelf, database: Database) -> None:
    recorded = rows_of(MINUTES.slice(0, 2_000), nature="replay", source="kraken", received_ms=5)
    put(shelf, database, recorded)
    journal.append(shelf.folder, ROWS.take(slice(1_990, 2_010)))
    assert shelf.natures(database) == {"replay": 1_990, "live": 20}
    assert Shelf(shelf.folder / "none", step_ms=MINUTE_MS, source="kraken").natures(database) == {}
