"""The file flat-report.json: how each firing goes on, written by the desk or by the watchdog in its place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
import structlog

from services.bus.messages import Message
from services.trading.killswitch.folder import replace_whole
from services.trading.killswitch.messages import FlatLine, Scope

_KEPT: Final = 20
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
    def is_open(self) -> bool:
        """Return whether there is still something to do."""
        return not self.is_flat and self.resumed_at is None

    def concerns(self, account: str) -> bool:
        """Return whether the account is still held by it."""
        return self.resumed_at is None and (self.scope == "all" or account in self.accounts)


class _Report(Message, frozen=True, kw_only=True):
    firings: list[Firing] = msgspec.field(default_factory=list)


class ReportFile:
    """The firings, the newest first. It tells people; what is halted stands in the latch."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Firing]:
        """Return what is known of firings; none where the file is missing or broken."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Report).firings
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            log.warning("flat_report_unreadable", reason=str(error))
            return []

    def of(self, firing: str) -> Firing | None:
        """Return one firing."""
        return next((one for one in self.read() if one.id == firing), None)

    def put(self, firing: Firing) -> None:
        """Replace what is written of a firing; a disk that does not take it stops nothing."""
        others = [one for one in self.read() if one.id != firing.id]
        newest = sorted([firing, *others], key=lambda one: one.at, reverse=True)
        kept = [one for rank, one in enumerate(newest) if rank < _KEPT or one.is_open]
        try:
            replace_whole(self._path, msgspec.json.encode(_Report(firings=kept)) + b"\n")
        except OSError as error:
            log.warning("flat_report_unwritten", reason=str(error))
