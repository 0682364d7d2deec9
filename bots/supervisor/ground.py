"""The folder var/: one farm at a time, nothing left over from the last one, and the sandbox's key."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from bots.supervisor.record import Mark, is_running, read_record
from services.errors import Misconfigured

_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700
_LEFTOVER_SECONDS = 1.0
_KEY_BYTES = 32
_KEY_LENGTH = 43
"""What `_KEY_BYTES` are in letters; a shorter key was cut off by a full disk."""


def prepare(var: Path) -> None:
    """Make the folders that the farm and its processes write to.

    Raises:
        Misconfigured: var/ cannot be written.
    """
    with writing(var):
        for folder in (var, var / "logs", var / "run"):
            folder.mkdir(parents=True, exist_ok=True)
        (var / "run").chmod(_PRIVATE_FOLDER)


@contextlib.contextmanager
def writing(var: Path) -> Iterator[None]:
    """Translate what keeps a file below `var` from being written.

    Raises:
        Misconfigured: the body raised an `OSError`.
    """
    try:
        yield
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        hint = "Make room there" if is_full else "Make it writable"
        raise Misconfigured(
            f"{var} cannot be written: {error.strerror}.", hint=f"{hint}, or set OMEGA_VAR to another folder."
        ) from error


@contextlib.contextmanager
def sole_farm(var: Path) -> Iterator[None]:
    """Hold var/ for one farm. The kernel lets go of it when the process dies, however it dies.

    Raises:
        Misconfigured: another farm holds it, or it cannot be written.
    """
    with writing(var):
        descriptor = os.open(var / "run" / "farm.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        if not _lock(descriptor):
            record = read_record(var / "run" / "farm.json")
            who = f" (pid {record.farm.pid})" if record else ""
            raise Misconfigured(
                f"Another farm{who} already runs on {var}.",
                hint="See it with `omega status`; to run a second one, give it a folder by OMEGA_VAR.",
            )
        yield
    finally:
        os.close(descriptor)


def is_held(var: Path) -> bool:
    """Say whether a farm runs on `var` now."""
    try:
        descriptor = os.open(var / "run" / "farm.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int) -> bool:
    for _ in range(5):  # `is_held` of another process may look at it for an instant
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


def end_leftovers(var: Path) -> list[int]:
    """See to it that no process of a farm that was killed still runs; return the pids of those that did."""
    path = var / "run" / "farm.json"
    record = read_record(path)
    left = [mark for mark in record.processes if is_running(mark)] if record else []
    _wait_until_gone(left)
    for mark in left:
        if is_running(mark):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(mark.pid, signal.SIGKILL)
    _wait_until_gone(left)  # until then they may hold the sandbox's port
    path.unlink(missing_ok=True)
    return [mark.pid for mark in left]


def _wait_until_gone(marks: list[Mark]) -> None:
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while any(map(is_running, marks)) and time.monotonic() < deadline:
        time.sleep(0.02)


def sandbox_key(var: Path) -> SecretStr:
    """Return the key that signs the sandbox's tokens, made on the first call and kept for the next ones.

    Raises:
        Misconfigured: it cannot be read or written; nothing half-written is left.
    """
    path = var / "run" / "sandbox.key"
    with writing(var):
        kept = path.read_text("ascii", errors="replace") if path.exists() else ""
        return SecretStr(kept if len(kept) >= _KEY_LENGTH else _new_key(path))


def _new_key(path: Path) -> str:
    key = secrets.token_urlsafe(_KEY_BYTES)
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return key
