"""What is to be flattened, read from the files alone: the order FLAT, and firings that the latch holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import structlog

from services.clock import Clock
from services.errors import Misconfigured
from services.trading.killswitch.flat_order import is_meant, named_anew, not_found, read_order
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch_file import Held, merged, read_latch, write_latch
from services.trading.killswitch.report_file import Firing, ReportFile
from services.trading.killswitch.standing import standing
from services.trading.watchdog.heartbeat import BeatAccount

_NO_REASON = "The kill switch was fired."

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
        why = firing.why or _NO_REASON
        held = Held(state="HALTED", why=why, by=firing.by, at=self._clock.now(), firing=firing.id)
        known = self._latch()
        wanted = {scope: held for scope in firing.scopes if scope not in known}
        if wanted:
            write_latch(self._folder.latch, merged(known, wanted))

    def _ordered(self, accounts: Sequence[BeatAccount]) -> Iterator[Firing]:
        path = self._folder.flat
        order = read_order(path)
        if order is None:
            return
        order = named_anew(order, path, self.report.of(order.id))
        named = [one.id for one in accounts if is_meant(one, order.accounts)]
        if order.accounts and not named:
            return
        at = order.at or self._clock.now()
        yield Firing(
            id=order.id,
            scope="me" if order.accounts else "all",
            accounts=named,
            why=order.why,
            by=order.by,
            at=at,
            updated_at=at,
            hand="watchdog",
            lines=not_found(order.accounts, accounts),
        )

    def _latch(self) -> dict[str, Held]:
        try:
            return read_latch(self._folder.latch) or {}
        except Misconfigured as error:
            log.warning("latch_unreadable", reason=error.message)
            return {}


def _is_open(known: Firing | None) -> bool:
    return known is None or known.is_open


def updated(firing: Firing, now: datetime, **changes: object) -> Firing:
    """Return a firing as the watchdog writes it."""
    return msgspec.structs.replace(firing, updated_at=now, hand="watchdog", **changes)
