"""Takes files of candles that others wrote into the history of a venue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.clock import Clock
from services.errors import UserMistake
from services.exchange.history.lock import sole_writer
from services.exchange.history.parquet import Database
from services.exchange.history.rows import Rows
from services.exchange.history.series import Series
from services.exchange.history.shelf import Put, Shelf
from services.exchange.prices import to_milliseconds
from services.exchange.recorded.csv_file import read_csv
from services.exchange.recorded.foreign import Foreign, checked, ordered
from services.exchange.recorded.names import SUFFIXES, Guess, guess, is_something_else
from services.exchange.recorded.table_file import read_feather, read_parquet
from services.exchange.recorded.timeframe import timeframe_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Import:
    """What one file adds to one series, once it is checked."""

    path: Path
    series: Series
    rows: Rows
    blanks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The files to import below some paths, and those that are passed over because they hold no candles."""

    files: tuple[Path, ...]
    others: tuple[Path, ...]


def files_below(paths: list[Path]) -> Found:
    """Return the files that `paths` name: themselves, or what is in a folder and below it, by name.

    Raises:
        UserMistake: a path does not exist, or a file that was named is of no kind that can be read.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
        elif path.suffix not in SUFFIXES or not path.exists():
            why = f"is none of {', '.join(SUFFIXES)}" if path.exists() else "does not exist"
            raise UserMistake(f"{path} {why}.", hint="Name files of candles, or a folder with such files.")
        else:
            files.append(path)
    others = [path for path in files if is_something_else(path)]
    return Found(files=tuple(path for path in files if path not in others), others=tuple(others))


def read_import(path: Path, told: Guess, database: Database, *, clock: Clock) -> Import:
    """Read and check one file. What `told` says goes before what the name of the file says.

    Raises:
        UserMistake: neither says which venue or market it is of.
        Misconfigured: the file is of no use, or has another timeframe than it is told. Names it, the line and
            what is wrong.
    """
    named = guess(path)
    venue = told.venue or named.venue or _untold(path, "venue", "binance")
    market = told.market or named.market or _untold(path, "market", "BTC/USDT")
    Series(venue=venue, market=market, timeframe=told.timeframe or "1m")  # refuses what is none
    now_ms = to_milliseconds(clock.now())
    foreign = ordered(_read(path, market, database, now_ms))
    timeframe = timeframe_of(foreign, named=named.timeframe, told=told.timeframe)
    series = Series(venue=venue, market=market, timeframe=timeframe)
    return Import(
        path=path, series=series, rows=checked(foreign, timeframe, now_ms=now_ms), blanks=foreign.blanks
    )


def put_in(root: Path, one: Import, database: Database) -> Iterator[Put]:
    """Put the candles below `root`, the folder ``var/history``; yield each file when it is in place.

    What is there already changes nothing, so an import that was cut off goes on where it was.

    Raises:
        StoreUnavailable: the farm writes the history of that venue, or a file cannot be written.
        Misconfigured: the folder cannot be written.
    """
    shelf = Shelf(one.series.folder(root), step_ms=one.series.step_ms, source=one.series.venue)
    with sole_writer(root, one.series.venue):
        yield from shelf.put(database, one.rows)


def _read(path: Path, market: str, database: Database, now_ms: int) -> Foreign:
    if path.suffix == ".csv":
        return read_csv(path, market, now_ms=now_ms)
    if path.suffix == ".parquet":
        return read_parquet(path, market, database, now_ms=now_ms)
    return read_feather(path, now_ms=now_ms)


def _untold(path: Path, what: str, example: str) -> str:
    raise UserMistake(f"The name of {path} does not say its {what}.", hint=f"Say it: --{what} {example}")
