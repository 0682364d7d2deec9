"""The desk's heartbeat: a file that says each second that it lives, and which accounts it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import structlog

from services.bus.messages import Message
from services.clock import Clock
from services.errors import Misconfigured
from services.store.trading_rows import AccountRow
from services.trading.files import replace_quickly

BEAT_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


class BeatAccount(Message, frozen=True, kw_only=True):
    """An account as the watchdog knows it: enough to open it with a key of its own."""

    id: str
    name: str
    venue: str
    mode: str
    venue_account: str = ""
    """What the local exchange calls it."""


class Beat(Message, frozen=True, kw_only=True):
    """One beat."""

    pid: int
    number: int
    """Grows with each beat of one life."""
    at: datetime
    monotonic: float
    boot: str
    """Of the machine: monotonic times of another boot say nothing."""
    accounts: list[BeatAccount]


def read_beat(path: Path) -> Beat | None:
    """Return the last beat; None where there is none.

    Raises:
        Misconfigured: there is one that cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Beat)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise Misconfigured(f"{path.name} cannot be read: {error}", hint="Find out what wrote it.") from error


def boot_id() -> str:
    """Return what names this boot of the machine; empty where it has no such name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


class Heartbeat:
    """Writes the beats of the desk.

    Args:
        path: of heartbeat.json.
        accounts: the active accounts as they are known now; None before they were ever read.
        clock: when.
        pid: of the desk.
        every: seconds between two beats.
    """

    def __init__(
        self,
        path: Path,
        accounts: Callable[[], Sequence[AccountRow] | None],
        *,
        clock: Clock,
        pid: int,
        every: float = BEAT_SECONDS,
    ) -> None:
        self._path = path
        self._accounts = accounts
        self._clock = clock
        self._pid = pid
        self._every = every
        self._boot = boot_id()
        self._number = 0
        self._last: list[BeatAccount] | None = None

    async def run(self) -> None:
        """Beat until cancelled. A disk that takes none lets the watchdog act, as it should."""
        while True:
            self.beat()
            await asyncio.sleep(self._every)

    def beat(self) -> None:
        """Write one beat."""
        self._number += 1
        known = self._accounts()
        if known is not None:
            self._last = [_account(row) for row in known]
        elif self._last is None:
            self._last = self._before()
        beat = Beat(
            pid=self._pid,
            number=self._number,
            at=self._clock.now(),
            monotonic=self._clock.monotonic(),
            boot=self._boot,
            accounts=self._last or [],
        )
        try:
            replace_quickly(self._path, msgspec.json.encode(beat) + b"\n")
        except OSError as error:
            log.warning("heartbeat_unwritten", reason=str(error))

    def _before(self) -> list[BeatAccount]:
        """Return the accounts of an earlier life: until they are read, they are still there."""
        try:
            known = read_beat(self._path)
        except Misconfigured as error:
            log.exception("heartbeat_unreadable", reason=error.message)
            return []
        return known.accounts if known is not None else []


def _account(row: AccountRow) -> BeatAccount:
    return BeatAccount(
        id=row.id, name=row.name, venue=row.venue, mode=row.mode, venue_account=row.venue_account
    )
