"""Files that others read meanwhile: what tells of a change, and replacing one as a whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o600

Print = tuple[int, int, int] | None
"""What changes with a file; None where there is none."""


def fingerprint(path: Path) -> Print:
    """Return what changes with the file.

    Raises:
        OSError: it cannot be said whether there is one.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
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
