"""var/run/farm.json: what the farm tells programs on the same machine, such as `omega status`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bots.supervisor.procfs import started_ticks
from services.farm.messages import FarmStatus


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One process for ever: its pid, and when it began in clock ticks since boot, None if not known."""

    pid: int
    ticks: int | None = None


class FarmRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the file."""

    farm: Mark
    config: str
    logs: str
    status: FarmStatus
    processes: list[Mark]


def mark_of(pid: int) -> Mark:
    """Return the mark of a running process."""
    return Mark(pid=pid, ticks=started_ticks(pid))


def is_running(mark: Mark) -> bool:
    """Say whether it is that very process, not a later one with its pid; False if that is not known."""
    return mark.ticks is not None and started_ticks(mark.pid) == mark.ticks


def write_record(path: Path, record: FarmRecord) -> None:
    """Replace the file in one step.

    Raises:
        OSError: the disk is full or var is read-only; the old file stands.
    """
    temporary = path.with_suffix(".new")
    temporary.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2))
    temporary.replace(path)


def read_record(path: Path) -> FarmRecord | None:
    """Return what the file says; None when there is none or it cannot be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=FarmRecord)
    except (OSError, msgspec.DecodeError):
        return None
