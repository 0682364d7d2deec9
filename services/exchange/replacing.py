"""Files that appear whole or not at all: written beside their place, then put into it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

TEMPORARY = ".part"
"""How the name of a file ends that is still being written; it begins with a dot."""


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` to write to; when the body ends, that file takes the place of `target`.

    When the body raises, `target` keeps what it held. Either way nothing is left beside it.

    Raises:
        OSError: it cannot be put there; `target` keeps what it held.
    """
    beside = target.with_name(f".{target.name}.{os.getpid()}{TEMPORARY}")
    try:
        yield beside
        _reach_the_disk(beside)
        beside.replace(target)
    finally:
        with contextlib.suppress(OSError):  # where nothing could be written, nothing can be removed
            beside.unlink()


def _reach_the_disk(file: Path) -> None:
    """Wait until the content is on disk, lest a power cut leave an empty file under the final name."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
