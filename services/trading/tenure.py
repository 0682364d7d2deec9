"""The turn to trade: a lease that one desk at a time holds, and which process a holder of it was.

What a desk writes before it sends is written under `DeskTenure.guard`: one that another has overtaken writes
nothing, and so sends nothing. Canceling and flattening need no turn.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.clock import Clock
from services.errors import Unavailable
from services.store.leader import LEASE_SECONDS, Leader
from services.store.store import Rows, Store

LEASE: Final = "desk"
_LOOK_SECONDS: Final = 0.05
_ENDED: Final = frozenset("ZX")
"""How Linux writes that a process has ended."""
_STATE, _STARTED = 0, 19
"""Places in ``/proc/<pid>/stat`` after the name, see proc_pid_stat(5)."""


class DeskTenure:
    """The turn of one desk: a `Tenure` of `services.trading.ports`. `run` takes it when it can, and keeps it.

    Args:
        store: where the lease is kept.
        holder: this process and no other, see `holder_of`.
        clock: monotonic time.
        seconds: how long the lease is.
    """

    def __init__(self, store: Store, *, holder: str, clock: Clock, seconds: float = LEASE_SECONDS) -> None:
        self.leader = Leader(
            store, name=LEASE, holder=holder, clock=clock, seconds=seconds, is_gone=has_ended
        )

    def check(self) -> None:
        """Let pass only who has the turn, as far as they know; see `Tenure.check`."""
        if self.leader.token is None:
            raise _another()

    async def guard(self, rows: Rows) -> None:
        """Let a transaction go on only in its own turn; see `Tenure.guard`."""
        token = self.leader.token
        if token is None or not await rows.leases.is_valid(LEASE, token):
            raise _another()

    async def run(self) -> None:
        """Take the turn and keep it until cancelled, and then let go of it."""
        await self.leader.run()

    async def begun(self, stopping: asyncio.Event) -> bool:
        """Wait for the turn; False once `stopping` is set before."""
        while self.leader.token is None:
            if stopping.is_set():
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        return True

    async def lost(self) -> None:
        """Wait until another desk has taken over. Raises `Unavailable` then."""
        await self.leader.was_overtaken.wait()
        raise _another()


class Undisputed:
    """The turn of whoever shares its database with no other desk."""

    def check(self) -> None:
        """Let everything pass."""

    async def guard(self, rows: Rows) -> None:
        """Let everything pass."""


def _another() -> Unavailable:
    return Unavailable("Another desk trades.", hint="Ask again in a few seconds.")


def holder_of(pid: int) -> str:
    """Return what names a living process of this machine, also after another has got its number.

    Where nobody says when it began, it is never taken for ended: its turn ends with its lease.
    """
    stat = _stat(pid)
    return f"{_machine()} {pid} {stat[_STARTED] if stat else ''}"


def has_ended(holder: str) -> bool:
    """Return whether a holder was a process of this machine that is no more; False where that is not known.

    Processes that do not see each other, as in two containers, know nothing of each other.
    """
    machine, pid, started = [*holder.rsplit(" ", 2), "", ""][:3]
    if not machine or machine != _machine() or not pid.isdigit() or not started:
        return False
    stat = _stat(int(pid))
    if stat is None:
        return not _is_there(int(pid))
    return stat[_STATE] in _ENDED or stat[_STARTED] != started


def _machine() -> str:
    """Return this boot of the machine with this view of its processes; empty where neither has a name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _stat(pid: int) -> Sequence[str] | None:
    """Return what the system says of a process, from its state on; None where it says nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
