"""The file flat-report.json: how each firing goes on, written by the desk or by the watchdog in its place.

What is new of a firing is written at once. How its accounts go on is gathered, since a farm has many of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
import structlog

from services.bus.messages import Message
from services.trading.files import replace_quickly, replace_whole
from services.trading.killswitch.latch_file import Held
from services.trading.killswitch.messages import FlatLine, Scope
from services.trading.scopes import SWITCHED_FARM, account_scope, switched

_KEPT: Final = 20
_MOST_HELD: Final = 200
"""Firings that are flat and were never resumed."""
_GATHER_SECONDS: Final = 0.1
_NO_REASON: Final = "The kill switch was fired."
Hand = Literal["desk", "watchdog"]

log = structlog.get_logger(__name__)


class Firing(Message, frozen=True, kw_only=True):
    """The kill switch, fired once: what it concerns, and how far it is."""

    id: str
    scope: Scope
    accounts: list[str]
    """Ids; empty with the scope ``all``."""
    why: str
    by: str
    at: datetime
    updated_at: datetime
    hand: Hand = "desk"
    """Who carries it out."""
    user_id: str = ""
    """Of the member who fired it; empty for an operator."""
    lines: list[FlatLine] = msgspec.field(default_factory=list)
    is_drill: bool = False
    is_flat: bool = False
    halted_after_ms: int | None = None
    flat_after_ms: int | None = None
    resumed_at: datetime | None = None

    @property
    def scopes(self) -> list[str]:
        """Return where the latch holds it."""
        if self.scope == "all":
            return [SWITCHED_FARM]
        return [switched(account_scope(account)) for account in self.accounts]

    @property
    def is_open(self) -> bool:
        """Return whether there is still something to do."""
        return not self.is_flat and self.resumed_at is None

    @property
    def over_at(self) -> datetime | None:
        """Return since when there is nothing left to do; None while there is."""
        return self.resumed_at or (self.updated_at if self.is_flat else None)

    def held(self, now: datetime) -> Held:
        """Return what the latch holds for it, in each of its scopes."""
        why = self.why or _NO_REASON
        return Held(state="HALTED", why=why, by=self.by, at=now, firing=self.id)

    def after_ms(self, now: datetime) -> int:
        """Return how many milliseconds after the order it is `now`."""
        return max(0, round((now - self.at).total_seconds() * 1000))

    def concerns(self, account: str) -> bool:
        """Return whether the account is still held by it."""
        return self.resumed_at is None and (self.scope == "all" or account in self.accounts)

    def without(self, user_id: str, accounts: Collection[str]) -> Firing:
        """Return it without a member's name, words and accounts."""
        lines = [line for line in self.lines if line.account not in accounts]
        left = [account for account in self.accounts if account not in accounts]
        bare = msgspec.structs.replace(self, accounts=left, lines=lines)
        if user_id not in {self.user_id, self.by}:
            return bare
        return msgspec.structs.replace(bare, user_id="", by="", why="")


class _Report(Message, frozen=True, kw_only=True):
    firings: list[Firing] = msgspec.field(default_factory=list)


class ReportFile:
    """The firings, the newest first. It tells people; what is halted stands in the latch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: list[Firing] = []
        self._noted: dict[str, Firing] = {}
        self._writing: asyncio.TimerHandle | None = None

    def read(self) -> list[Firing]:
        """Return what is known of firings; where the file cannot be read, what it held when it was."""
        try:
            self._known = self._written()
        except OSError as error:
            log.exception("flat_report_unread", reason=str(error))
        return [*({one.id: one for one in self._known} | self._noted).values()]

    def of(self, firing: str) -> Firing | None:
        """Return one firing."""
        return next((one for one in self.read() if one.id == firing), None)

    def put(self, firing: Firing) -> None:
        """Replace what is written of a firing; a disk that does not take it stops nothing."""
        self._noted[firing.id] = firing
        self._write(is_durable=True)

    def note(self, firing: Firing) -> None:
        """Do the same a moment later, together with whatever else is noted until then."""
        self._noted[firing.id] = firing
        if self._writing is None:
            loop = asyncio.get_running_loop()
            self._writing = loop.call_later(_GATHER_SECONDS, lambda: self._write(is_durable=False))

    def _written(self) -> list[Firing]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Report).firings
        except FileNotFoundError:
            return []
        except msgspec.DecodeError as error:
            aside = self._path.with_name(f"{self._path.name}.broken")
            log.exception("flat_report_broken", reason=str(error), kept_as=str(aside))
            self._path.replace(aside)
            return self._known

    def _write(self, *, is_durable: bool) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        replace = replace_whole if is_durable else replace_quickly
        try:
            known = {one.id: one for one in self._written()} | self._noted
            newest = sorted(known.values(), key=lambda one: one.at, reverse=True)
            kept = [one for rank, one in enumerate(newest) if _is_kept(one, rank)]
            replace(self._path, msgspec.json.encode(_Report(firings=kept)) + b"\n")
        except OSError as error:
            log.exception("flat_report_unwritten", reason=str(error))
            return  # the next that is written takes it along
        self._noted.clear()


def _is_kept(firing: Firing, rank: int) -> bool:
    return firing.is_open or rank < (_KEPT if firing.resumed_at is not None else _MOST_HELD)
