"""What is to be flattened, read from the files alone: the order FLAT, and firings that the latch holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import structlog

from services.clock import Clock
from services.errors import Misconfigured
from services.trading.killswitch.flat_order import firing_of, named_anew, read_order
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch_file import Held, merged, read_latch, write_latch
from services.trading.killswitch.report_file import Firing, ReportFile
from services.trading.killswitch.standing import standing
from services.trading.scopes import FARM
from services.trading.watchdog.heartbeat import BeatAccount

_OURS: Final = "watchdog"

log = structlog.get_logger(__name__)


class Wanted:
    """Reads what is wanted, and writes the latch where the desk cannot.

    Args:
        folder: var/desk.
        clock: when it was latched.
    """

    def __init__(self, folder: DeskFolder, *, clock: Clock) -> None:
        self.report = ReportFile(folder.report)
        self._folder = folder
        self._clock = clock
        self._is_unread = False
        self._unknown: set[str] = set()
        """Orders of which it is in the log that no account is meant."""

    def firings(self, accounts: Sequence[BeatAccount]) -> list[Firing]:
        """Return the firings that are not done, each once."""
        found = {one.id: one for one in self._ordered(accounts)}
        for one in standing(self._latch(), "watchdog"):
            found.setdefault(one.id, one)
        known = {one.id: one for one in self.report.read()}
        return [known.get(name, one) for name, one in found.items() if _is_open(known.get(name))]

    def latch(self, firing: Firing) -> None:
        """Halt what a firing concerns, in the file, since nobody else does.

        Raises:
            OSError: it cannot be written.
        """
        held, latch = firing.held(self._clock.now()), self._folder.latch
        known = self._latch()
        wanted = {scope: held for scope in firing.scopes if scope not in known}
        if not wanted:
            return
        if self._is_unread:
            self._keep_aside(latch)
        write_latch(latch, merged(known, wanted))

    def _ordered(self, accounts: Sequence[BeatAccount]) -> Iterator[Firing]:
        path = self._folder.flat
        order = read_order(path)
        if order is None:
            return
        order = named_anew(order, path, self.report.of(order.id))
        firing = firing_of(order, accounts, self._clock.now(), _OURS)
        if firing.accounts or firing.scope == "all":
            yield firing
        elif order.id not in self._unknown:
            self._unknown.add(order.id)
            log.error("flat_order_of_nobody", firing=order.id, names=order.accounts)

    def _latch(self) -> dict[str, Held]:
        """Return what is held; what cannot be read holds the farm."""
        self._is_unread = False
        try:
            return read_latch(self._folder.latch) or {}
        except Misconfigured as error:
            self._is_unread = True
            log.exception("latch_unreadable", reason=error.message)
            return {FARM: Held(state="HALTED", why=error.message, by=_OURS, at=self._clock.now())}

    def _keep_aside(self, latch: Path) -> None:
        """Keep what the latch held under another name: people may still read which scopes they were."""
        try:
            shutil.copyfile(latch, latch.with_name(f"{latch.name}.broken"))
        except OSError as error:
            log.exception("latch_not_kept_aside", reason=str(error))


def _is_open(known: Firing | None) -> bool:
    return known is None or known.is_open


def updated(firing: Firing, now: datetime, **changes: object) -> Firing:
    """Return a firing as the watchdog writes it."""
    return msgspec.structs.replace(firing, updated_at=now, hand="watchdog", **changes)
