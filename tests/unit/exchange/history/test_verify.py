"""Each way in which history can be wrong is found and named; sound history has no flaw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from history_rows import rows_of
from market_stage import MINUTE_MS, wandering_minutes

from analytics.candles import Candles, resample
from services.exchange.history import journal, parquet
from services.exchange.history.parquet import Database
from services.exchange.history.rows import Rows
from services.exchange.history.series import Series
from services.exchange.history.shelf import Shelf
from services.exchange.history.verify import disagreements, flaws_of

MINUTES = wandering_minutes(3 * 1_440)
ONE = Series(venue="kraken", market="BTC/USDT", timeframe="1m")
HOUR = Series(venue="kraken", market="BTC/USDT", timeframe="1h")
FIRST = "2025-06-16.parquet"


@pytest.fixture
def database() -> Iterator[Database]:
    with parquet.connect() as opened:
        yield opened


def as_rows(candles: Candles) -> Rows:
    return rows_of(candles, nature="live", source="kraken", received_ms=5)


def fill(root: Path, series: Series, candles: Candles, database: Database) -> Path:
    shelf = Shelf(series.folder(root), step_ms=series.step_ms, source=series.venue)
    for _ in shelf.put(database, as_rows(candles)):
        pass
    return shelf.folder


def test_sound_history_has_no_flaw_and_its_timeframes_agree(tmp_path: Path, database: Database) -> None:
    fill(tmp_path, ONE, MINUTES, database)
    fill(tmp_path, HOUR, resample(MINUTES, HOUR.step_ms), database)
    assert [flaw for series in (ONE, HOUR) for flaw in flaws_of(tmp_path, series, database)] == []
    assert list(disagreements(tmp_path, [ONE, HOUR], database)) == []


def torn(folder: Path, _: Database) -> None:
    (folder / FIRST).write_bytes((folder / FIRST).read_bytes()[:300])


def without_check_sum(folder: Path, database: Database) -> None:
    query = "COPY (SELECT * FROM read_parquet(?)) TO ? (FORMAT parquet)"
    database.execute(query, [str(folder / FIRST), str(folder / "copy")])
    (folder / "copy").replace(folder / FIRST)


def changed(folder: Path, database: Database) -> None:
    digest = as_rows(MINUTES.slice(0, 1_440)).digest()
    other = as_rows(MINUTES.slice(1, 1_440))
    parquet.write_rows(database, other, folder / FIRST)
    content = (folder / FIRST).read_bytes().replace(other.digest().encode(), digest.encode())
    (folder / FIRST).write_bytes(content)


def under_another_name(folder: Path, _: Database) -> None:
    (folder / FIRST).replace(folder / "2025-06-10.parquet")


def impossible(folder: Path, database: Database) -> None:
    rows = as_rows(MINUTES.slice(0, 1_440))
    high = rows.high.copy()
    high[[7, 9]] = 0.5
    parquet.write_rows(database, replace(rows, high=high), folder / FIRST)


def off_the_grid(folder: Path, database: Database) -> None:
    rows = as_rows(MINUTES.slice(0, 1_440))
    parquet.write_rows(
        database, replace(rows, time=rows.time + np.eye(1, 1_440, 5, np.int64)[0]), folder / FIRST
    )


def merged_and_left(folder: Path, database: Database) -> None:
    parquet.write_rows(database, as_rows(MINUTES), folder / "2025-06.parquet")


def set_aside(folder: Path, _: Database) -> None:
    (folder / (FIRST + ".damaged")).touch()


def bad_journal(folder: Path, _: Database) -> None:
    journal.append(folder, as_rows(MINUTES.slice(4_319, 4_320)))
    content = bytearray((folder / journal.NAME).read_bytes())
    content[30] ^= 1
    (folder / journal.NAME).write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (torn, {("file", f"{FIRST}: it cannot be read: ")}),
        (without_check_sum, {("file", f"{FIRST}: it carries no check sum")}),
        (changed, {("file", f"{FIRST}: it was changed after it was written (check sum)")}),
        (
            under_another_name,
            {
                (
                    "file",
                    "it holds the candle of 2025-06-16 00:00 UTC and 1,439 more of another time",
                )
            },
        ),
        (
            impossible,
            {
                (
                    "candle",
                    "the candle of 2025-06-16 00:07 UTC and 1 more: its high is below its open or close",
                )
            },
        ),
        (
            off_the_grid,
            {("candle", "the candle of 2025-06-16 00:05 UTC: it opens off the grid of its timeframe")},
        ),
        (merged_and_left, {("file", f"{FIRST}: a coarser file stands for it")}),
        (set_aside, {("file", f"{FIRST}.damaged: it could not be read, and the writer set it aside")}),
        (bad_journal, {("file", "journal: 1 of its candles is damaged")}),
    ],
)
def test_what_is_wrong_is_named_with_its_file(
    tmp_path: Path,
    database: Database,
    *,
    spoil: Callable[[Path, Database], None],
    expected: set[tuple[str, str]],
) -> None:
    spoil(fill(tmp_path, ONE, MINUTES, database), database)
    found = list(flaws_of(tmp_path, ONE, database))
    for kind, what in expected:
        assert [flaw for flaw in found if flaw.kind == kind and what in flaw.what], found
    assert {flaw.series for flaw in found} == {ONE}


def test_gaps_are_one_flaw_with_their_number_and_the_longest(tmp_path: Path, database: Database) -> None:
    shelf = Shelf(ONE.folder(tmp_path), step_ms=MINUTE_MS, source="kraken")
    rows = as_rows(MINUTES)
    for _ in shelf.put(database, rows.take(np.r_[0:100, 105:2_000, 2_001:4_320])):
        pass
    (flaw,) = flaws_of(tmp_path, ONE, database)
    assert (flaw.kind, flaw.what) == (
        "gap",
        "6 candles are missing in 2 gaps, the longest from 2025-06-16 01:40 to 2025-06-16 01:45 UTC",
    )


@pytest.mark.parametrize("name", ["open", "high", "low", "close", "volume"])
def test_a_larger_candle_that_is_not_what_its_parts_make_up_is_found(
    tmp_path: Path, database: Database, name: str
) -> None:
    fill(tmp_path, ONE, MINUTES, database)
    hours = resample(MINUTES, HOUR.step_ms)
    spoiled = getattr(hours, name).copy()
    spoiled[5] *= 0.99 if name == "low" else 1.01 if name in {"high", "volume"} else 1
    if name in {"open", "close"}:
        spoiled[5] = (hours.high[5] + hours.low[5]) / 2 + 0.001
    columns = {one: getattr(hours, one) for one in ("time", "open", "high", "low", "close", "volume")}
    fill(tmp_path, HOUR, Candles(step_ms=HOUR.step_ms, **{**columns, name: spoiled}), database)
    (flaw,) = disagreements(tmp_path, [ONE, HOUR], database)
    assert (flaw.series, flaw.kind) == (HOUR, "disagreement")
    assert flaw.what == "1 candle is not what the 1m ones make up, the first at 2025-06-16 05:00 UTC"


def test_an_hour_that_lacks_minutes_or_other_markets_disagree_with_nothing(
    tmp_path: Path, database: Database
) -> None:
    fill(tmp_path, ONE, MINUTES.slice(0, 59), database)
    fill(tmp_path, HOUR, resample(wandering_minutes(60, price=7.0), HOUR.step_ms), database)
    other = replace(HOUR, market="ETH/USDT")
    fill(tmp_path, other, resample(wandering_minutes(600, price=9.0), HOUR.step_ms), database)
    assert list(disagreements(tmp_path, [ONE, HOUR, other], database)) == []


class Interrupted:
    """A connection: each time before it asks for a check sum the farm merges what is there."""

    def __init__(self, database: Database, merge: Callable[[], None]) -> None:
        self._database = database
        self._merge = merge

    def execute(self, query: str, values: list[object]) -> Database:
        if "parquet_kv_metadata" in query:
            self._merge()
        return self._database.execute(query, values)


def test_files_that_the_farm_merges_away_in_the_middle_of_a_look_are_no_flaw(
    tmp_path: Path, database: Database
) -> None:
    july = wandering_minutes(20 * 1_440)
    fill(tmp_path, ONE, july.slice(0, 3 * 1_440), database)
    interrupted = cast("Database", Interrupted(database, lambda: merge(tmp_path, july)))
    assert flaws_of(tmp_path, ONE, interrupted) == []
    assert (ONE.folder(tmp_path) / "2025-06.parquet").exists()


def merge(root: Path, candles: Candles) -> None:
    with parquet.connect() as database:
        fill(root, ONE, candles, database)
