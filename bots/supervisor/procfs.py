"""What Linux tells about a process in /proc. Elsewhere nothing is known, and nothing is made up."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1_048_576
_RESIDENT_PAGES = 1
_STATE = 0
_ENDED = frozenset("ZXx")
_THREADS = 17
_START_TICKS = 19
"""Places after the process's name, counted from 0."""


def rss_mb(pid: int) -> float | None:
    """Return the resident memory in MiB, or None when the process or /proc is not there."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[_RESIDENT_PAGES])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * _PAGE_MB, 1)


def started_ticks(pid: int) -> int | None:
    """Return when the process began, in clock ticks since boot; with the pid that names it for ever.

    None too for one that has ended and only waits for its parent to take note: it holds nothing any more.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        has_ended = fields[_STATE] in _ENDED and int(fields[_THREADS]) <= 1  # a last thread keeps files open
        return None if has_ended else int(fields[_START_TICKS])
    except (OSError, ValueError, IndexError):
        return None
