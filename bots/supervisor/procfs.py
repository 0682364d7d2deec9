"""What Linux tells about a process in /proc. Elsewhere nothing is known, and nothing is made up."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1_048_576
_RESIDENT_PAGES = 1
_START_TICKS = 19
"""Place after the process's name, counted from 0."""


def rss_mb(pid: int) -> float | None:
    """Return the resident memory in MiB, or None when the process or /proc is not there."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[_RESIDENT_PAGES])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * _PAGE_MB, 1)


def started_ticks(pid: int) -> int | None:
    """Return when the process began, in clock ticks since boot; with the pid that names it for ever."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        return int(text.rpartition(")")[2].split()[_START_TICKS])
    except (OSError, ValueError, IndexError):
        return None
