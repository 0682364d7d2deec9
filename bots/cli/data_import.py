"""`omega data import`: takes files of candles into ``var/history``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bots.cli.data_words import counted
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, complain, give, say
from config.settings import read_settings
from services.clock import SystemClock
from services.errors import Misconfigured, UserMistake
from services.exchange.history.parquet import Database, connect
from services.exchange.prices import to_moment
from services.exchange.recorded.importing import Import, files_below, put_in, read_import
from services.exchange.recorded.names import Guess

_MEMORY_MB = 1024


def run(*, paths: list[Path], venue: str | None, market: str | None, timeframe: str | None) -> int:
    """Import each file; return the exit code, 1 when one of them could not be.

    Raises:
        UserMistake: a path is of no use.
        StoreUnavailable: the farm writes the history of that venue now, or the disk is full.
    """
    root = read_settings().var / "history"
    found = files_below(paths)
    for other in found.others:
        say(f"passed over: {other} holds no candles by its name")
    told, failed = Guess(venue=venue, market=market, timeframe=timeframe), 0
    with connect(memory_mb=_MEMORY_MB) as database, _progress() as progress:
        for number, path in enumerate(found.files, 1):
            _announce(progress, f"{number}/{len(found.files)} {path.name}")
            failed += not _is_imported(root, path, told, database, progress)
    if not found.files:
        say(f"There is no file of candles in {', '.join(map(str, paths))}.")
        return EXIT_FAILED
    return EXIT_FAILED if failed else EXIT_DONE


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show bars on a terminal, lines elsewhere; after Ctrl-C say how to go on."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(
            *columns,
            console=console,
            disable=not console.is_terminal,
            redirect_stdout=sys.stdout.isatty(),  # what goes into a file or a pipe stays there
        ) as progress:
            yield progress
    except KeyboardInterrupt:
        say("Interrupted. What is imported stays; the same command goes on from there.")
        raise


def _announce(progress: Progress, what: str) -> None:
    if progress.disable:
        say(f"reading {what}")
    else:
        for (
            done
        ) in progress.task_ids:  # a bar for each of many files would push the running one off the screen
            progress.remove_task(done)
        progress.add_task(what, total=None)


def _is_imported(root: Path, path: Path, told: Guess, database: Database, progress: Progress) -> bool:
    try:
        one = read_import(path, told, database, clock=SystemClock())
        news = _put(root, one, database, progress)
    except (Misconfigured, UserMistake) as error:
        complain(error)
        return False
    give(_summary(one, news))
    return True


def _put(root: Path, one: Import, database: Database, progress: Progress) -> int:
    news, task = 0, progress.task_ids[-1] if progress.task_ids else None
    if task is not None:
        progress.update(task, total=len(one.rows))
    for put in put_in(root, one, database):
        news += put.news
        if task is not None:
            progress.advance(task, put.given)
    return news


def _summary(one: Import, news: int) -> str:
    """Say what is in the history now; as in its list, ``to`` is when the newest candle closes."""
    ends = (one.rows.time[0], one.rows.time[-1] + one.series.step_ms)
    start, end = (f"{to_moment(moment):%Y-%m-%d %H:%M}" for moment in ends)
    told = f"{counted(len(one.rows), 'candle')} from {start} to {end} UTC, {news:,} of them new"
    blanks = f", {counted(one.blanks, 'row')} without figures" if one.blanks else ""
    return f"{one.series}: {told}{blanks} ({one.path})"
