"""Tells when farm.yaml may have changed: written in place, renamed over, swapped as a whole, or deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import watchfiles

_STEP_MS = 30
_DEBOUNCE_MS = 150
_LOOK_MS = 1000
"""The file is looked at this often even without an event: not every file system sends them."""

Print = tuple[int, int, int] | None


def fingerprint(path: Path) -> Print:
    """Return what changes with the file, through symbolic links; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


async def changes(path: Path) -> AsyncIterator[Print]:
    """Yield the new fingerprint after each change of the file at `path`.

    The folder is watched, not the file: a watch on a file follows its old inode when an editor or a
    ConfigMap puts a new one in its place.
    """
    seen = fingerprint(path)
    async for _ in watchfiles.awatch(
        path.parent,
        watch_filter=None,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        recursive=False,
        raise_interrupt=False,
    ):
        now = fingerprint(path)
        if now != seen:
            seen = now
            yield now
