"""Tells when farm.yaml may have changed: written in place, renamed over, swapped as a whole, or deleted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
import watchfiles

_STEP_MS = 30
_DEBOUNCE_MS = 150
_LOOK_MS = 1000
"""The file is looked at this often even without an event: not every file system sends them."""

log = structlog.get_logger(__name__)

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
    async for names in _events(path.parent):
        now = fingerprint(path)
        if now != seen or path.name in names:
            seen = now
            yield now


async def _events(folder: Path) -> AsyncIterator[set[str]]:
    """Yield the names that changed in `folder`, none when it was only time to look; for ever."""
    while True:
        place = fingerprint(folder)
        try:
            async for found in watchfiles.awatch(
                folder,
                watch_filter=None,
                debounce=_DEBOUNCE_MS,
                step=_STEP_MS,
                rust_timeout=_LOOK_MS,
                yield_on_timeout=True,
                recursive=False,
                raise_interrupt=False,
            ):
                yield {Path(name).name for _, name in found}
                if not _is_same(folder, place):
                    break
        except (OSError, RuntimeError) as error:  # no such folder now, or no more watches to be had
            log.warning("folder_not_watched", folder=str(folder), reason=str(error))
            await asyncio.sleep(_LOOK_MS / 1000)
            yield set()


def _is_same(folder: Path, place: Print) -> bool:
    """Say whether the folder is still the one that is watched, not another that took its name."""
    now = fingerprint(folder)
    return now is not None and place is not None and now[0] == place[0]
