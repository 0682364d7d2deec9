"""One writer for the folder of a venue; the kernel lets go of it when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from services.errors import Misconfigured, StoreUnavailable
from services.exchange.history.series import check_venue

_NAME = ".writer"
_LONGEST_PID = 20


@contextmanager
def sole_writer(root: Path, venue: str) -> Iterator[None]:
    """Hold ``<root>/<venue>`` for writing.

    Raises:
        StoreUnavailable: another process holds it; says which.
        Misconfigured: the folder cannot be written.
        UserMistake: no venue can be called so.
    """
    check_venue(venue)
    with _open(root / venue) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise _held(root / venue, file.read(_LONGEST_PID)) from error
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        yield


def _open(folder: Path) -> FileIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / _NAME).open("a+b", buffering=0)
    except OSError as error:
        raise Misconfigured(
            f"Cannot write the history in {folder}: {error.strerror}.",
            hint="Make it writable, or set OMEGA_VAR to another folder.",
        ) from error


def _held(folder: Path, pid: bytes) -> StoreUnavailable:
    who = f" (pid {pid.decode()})" if pid.isdigit() else ""
    return StoreUnavailable(
        f"Another process{who} writes the history of {folder.name} in {folder}.",
        hint="Stop the farm (Ctrl-C where it runs; `omega status` shows it) and do it again, "
        "or set OMEGA_VAR to another folder.",
    )
