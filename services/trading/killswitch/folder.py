"""The folder var/desk: which files stand there, and how one is replaced so that nobody ever sees half of it.

Desk, watchdog and command line meet in these files, since they need neither Redis nor the database.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700

Print = tuple[int, int, int] | None
"""What changes with a file; None where there is none."""


@dataclass(frozen=True, slots=True)
class DeskFolder:
    """Paths below ``var/desk``."""

    path: Path

    @classmethod
    def below(cls, var: Path) -> DeskFolder:
        """Return the folder of a farm, which is made where it is missing."""
        folder = var / "desk"
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        return cls(folder)

    @property
    def latch(self) -> Path:
        """Return where trading states are kept."""
        return self.path / "latch.json"

    @property
    def flat(self) -> Path:
        """Return the order to flatten: that it exists is enough."""
        return self.path / "FLAT"

    @property
    def resume(self) -> Path:
        """Return the operator's order to trade again."""
        return self.path / "RESUME"

    @property
    def report(self) -> Path:
        """Return where desk and watchdog write how the flattening goes on."""
        return self.path / "flat-report.json"

    @property
    def heartbeat(self) -> Path:
        """Return where the desk says each second that it lives."""
        return self.path / "heartbeat.json"


def fingerprint(path: Path) -> Print:
    """Return what changes with the file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def replace_whole(path: Path, content: bytes) -> None:
    """Put `content` in place of the file: on the disk when this returns, and never half of it.

    Raises:
        OSError: it cannot be written; the old file stands as it was.
    """
    _replace(path, content, is_durable=True)
    _sync_folder(path.parent)


def replace_quickly(path: Path, content: bytes) -> None:
    """Put `content` in place of the file, never half of it; a machine that loses its power may forget it.

    Raises:
        OSError: it cannot be written; the old file stands as it was.
    """
    _replace(path, content, is_durable=False)


def _replace(path: Path, content: bytes, *, is_durable: bool) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
