"""The log files of the farm's processes: kept from growing for ever, and read from their end.

The processes append to them without the farm in between, so that a frozen farm blocks nobody.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import structlog

MAX_BYTES = 10_000_000
KEEP = 3
LOG_MODE = 0o600
_EVERY_SECONDS = 5.0
_TAIL_BYTES = 256_000
_ECHO_SECONDS = 0.3

log = structlog.get_logger(__name__)


def open_log(path: Path) -> TextIO:
    """Open a log to append to, readable by its owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, LOG_MODE)
    return os.fdopen(descriptor, "a", encoding="utf-8")


async def keep_small(folder: Path) -> None:
    """Rotate what has grown too large, until cancelled."""
    while True:
        await asyncio.to_thread(rotate, folder)
        await asyncio.sleep(_EVERY_SECONDS)


def rotate(folder: Path, *, limit: int = MAX_BYTES) -> list[Path]:
    """Move each log over `limit` bytes aside and return those; the writers go on in the emptied file.

    A line written between the copy and the cut is lost, which is the price of writers that need no signal.
    """
    return [path for path in folder.glob("*.log") if _is_rotated(path, limit)]


def _is_rotated(path: Path, limit: int) -> bool:
    """Rotate one log if it is too large; a full disk or a file that has gone is no reason to end a farm."""
    try:
        if path.stat().st_size <= limit:
            return False
        for number in range(KEEP - 1, 0, -1):
            older = path.with_suffix(f".log.{number}")
            if older.exists():
                older.replace(path.with_suffix(f".log.{number + 1}"))
        shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)
    except OSError as error:
        log.warning("log_not_rotated", path=str(path), reason=error.strerror)
        return False
    return True


def last_lines(path: Path, count: int) -> list[str]:
    """Return the last `count` lines, oldest first; none where there is no log yet."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return text.splitlines()[-count:] if count > 0 else []


class Follower:
    """Reads what is added to the logs of a folder from now on; a new log is read from its beginning."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places = {path: path.stat().st_size for path in folder.glob("*.log") if path.exists()}

    def fresh(self) -> list[tuple[str, str]]:
        """Return the whole lines added since the last call, each with the name of its process."""
        return [(path.stem, line) for path in sorted(self._folder.glob("*.log")) for line in self._new(path)]

    def _new(self, path: Path) -> list[str]:
        place = self._places.get(path, 0)
        try:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(place if size >= place else 0)  # one that shrank was rotated
                text, _, rest = file.read().rpartition(b"\n")
                self._places[path] = file.tell() - len(rest)
        except OSError as error:
            log.debug("log_not_followed", path=str(path), reason=error.strerror)
            return []
        return text.decode("utf-8", "replace").splitlines()


async def echo(folder: Path, write: Callable[[str], None]) -> None:
    """Hand every new line to `write`, until cancelled or nobody reads what it writes."""
    follower = Follower(folder)
    while True:
        try:
            for _, line in follower.fresh():
                write(line)
        except OSError as error:
            log.warning("echo_ended", reason=error.strerror)
            return
        await asyncio.sleep(_ECHO_SECONDS)
