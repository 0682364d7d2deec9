"""`omega data export`: candles of one market into a file for other programs."""

from __future__ import annotations

from pathlib import Path

from bots.cli.data_words import counted
from bots.cli.talk import EXIT_DONE, give
from config.settings import read_settings
from services.errors import UserMistake
from services.exchange.history.parquet import connect
from services.exchange.history.series import Series
from services.exchange.history.shelf import Shelf
from services.exchange.recorded.columns import moment_of

_SUFFIXES = (".csv", ".parquet")
_ALWAYS = 1 << 62


def run(*, file: Path, venue: str, market: str, timeframe: str, start: str | None, end: str | None) -> int:
    """Write the file and print how many candles it holds; return the exit code.

    Raises:
        UserMistake: a name or a time is of no use, or there is no such candle.
        StoreUnavailable: the file cannot be written, or a file of the history is damaged.
    """
    if file.suffix not in _SUFFIXES:
        raise UserMistake(f"{file} is none of {', '.join(_SUFFIXES)}.", hint="End its name with one of them.")
    series = Series(venue=venue, market=market, timeframe=timeframe)
    shelf = Shelf(series.folder(read_settings().var / "history"), step_ms=series.step_ms, source=venue)
    first, stop = _moment(start, -_ALWAYS), _moment(end, _ALWAYS)
    with connect() as database:
        count = len(shelf.figures(database, first, stop)["time"])
        if not count:
            raise UserMistake(
                f"There is no candle of {series} in that time.", hint="`omega data list` shows what there is."
            )
        shelf.copy_to(database, file, first, stop)
    give(f"{file}: {counted(count, 'candle')} of {series}")
    return EXIT_DONE


def _moment(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    try:
        return moment_of(text)
    except ValueError as error:
        raise UserMistake(f"{text!r} is no time.", hint="Write 2025-06-16, or 2025-06-16T12:30.") from error
