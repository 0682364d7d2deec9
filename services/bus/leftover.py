"""The record of the embedded server, and stopping one that an earlier farm left behind, and nothing else.

These calls wait on the system: give them a thread.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import structlog

from services.errors import Misconfigured

_PATIENCE = 5.0
_LOOK = 0.02
_PROC = Path("/proc")

log = structlog.get_logger(__name__)


class _Record(msgspec.Struct, frozen=True):
    """A server, and the farm that started it."""

    server: int
    farm: int


def write_record(path: Path, *, server: int) -> None:
    """Remember that this process started `server`."""
    path.write_bytes(msgspec.json.encode(_Record(server=server, farm=os.getpid())))


def stop_leftover(record_path: Path, *, mark: str) -> None:
    """Stop the server in the record, if its command line holds `mark` and the farm that started it has gone.

    Raises:
        Misconfigured: that farm lives, or the server cannot be stopped.
    """
    try:
        record = msgspec.json.decode(record_path.read_bytes(), type=_Record)
    except (FileNotFoundError, msgspec.DecodeError):
        return
    if mark not in _command_line(record.server):
        return
    if record.farm != os.getpid() and _parent(record.server) == record.farm:
        raise Misconfigured(
            f"A farm already runs here: process {record.farm}, with {record_path.parent}.",
            hint="Stop it, or give this one a folder of its own in OMEGA_VAR.",
        )
    log.warning("leftover_bus_server_found", pid=record.server)
    if not any(_ends_after(how, record.server, mark) for how in (signal.SIGTERM, signal.SIGKILL)):
        raise Misconfigured(
            f"Process {record.server}, a bus server of an earlier farm, cannot be stopped.",
            hint=f"Stop it by hand; it uses {record_path.parent}.",
        )


def _ends_after(how: signal.Signals, pid: int, mark: str) -> bool:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    for _ in range(round(_PATIENCE / _LOOK)):
        if mark not in _command_line(pid):
            return True
        time.sleep(_LOOK)
    return False


def _command_line(pid: int) -> str:
    """Return the words of a process's command line, each with a blank behind it; ``""`` when it has gone."""
    if not _PROC.is_dir():
        return _ask_ps(pid, "args") + " "
    return _read(_PROC / str(pid) / "cmdline").replace("\0", " ")


def _parent(pid: int) -> int:
    if not _PROC.is_dir():
        return int(_ask_ps(pid, "ppid") or 0)
    lines = _read(_PROC / str(pid) / "status").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("PPid:")), 0)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _ask_ps(pid: int, column: str) -> str:
    """Ask ``ps``, where there is no /proc."""
    command = ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - fixed words and a number
    return answer.stdout.strip()
