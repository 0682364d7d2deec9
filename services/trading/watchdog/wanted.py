"""What is to be flattened, read from the files alone: the order FLAT, and firings that the latch holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import structlog

from services.clock import Clock
from services.errors import Misconfigured
from services.trading.killswitch.flat_order import FlatOrder, read_order
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch_file import Held, merged, read_latch, write_latch
from services.trading.killswitch.report_file import Firing, ReportFile
from services.trading.killswitch.scopes import SWITCHED_FARM, account_scope, is_switched, plain, switched
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
        for one in self._held():
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
        wanted = {scope: held for scope in _scopes(firing) if scope not in known}
        if wanted:
            write_latch(self._folder.latch, merged(known, wanted))

    def _ordered(self, accounts: Sequence[BeatAccount]) -> Iterator[Firing]:
        order = read_order(self._folder.flat)
        if order is None:
            return
        named = [one.id for one in accounts if _is_meant(one, order)]
        if order.accounts and not named:
            return
        scope = "me" if order.accounts else "all"
        at = order.at or self._clock.now()
        yield _firing(
            order.id, Held(state="HALTED", why=order.why, by=order.by, at=at), named if scope == "me" else []
        )

    def _held(self) -> Iterator[Firing]:
        scopes: dict[str, list[str]] = {}
        told: dict[str, Held] = {}
        for scope, held in self._latch().items():
            if is_switched(scope) and held.state == "HALTED" and held.firing:
                scopes.setdefault(held.firing, []).append(scope)
                told[held.firing] = held
        for name, own in scopes.items():
            prefix = account_scope("")
            accounts = [plain(scope).removeprefix(prefix) for scope in own if scope != SWITCHED_FARM]
            yield _firing(name, told[name], [] if SWITCHED_FARM in own else accounts)

    def _latch(self) -> dict[str, Held]:
        try:
            return read_latch(self._folder.latch) or {}
        except Misconfigured as error:
            log.warning("latch_unreadable", reason=error.message)
            return {}


def _is_open(known: Firing | None) -> bool:
    return known is None or known.is_open


def _is_meant(account: BeatAccount, order: FlatOrder) -> bool:
    return not order.accounts or any(
        name == account.id or account.id.startswith(name) or name.casefold() == account.name.casefold()
        for name in order.accounts
        if name
    )


def _scopes(firing: Firing) -> list[str]:
    if firing.scope == "all":
        return [SWITCHED_FARM]
    return [switched(account_scope(account)) for account in firing.accounts]


def _firing(name: str, held: Held, accounts: list[str]) -> Firing:
    return Firing(
        id=name,
        scope="me" if accounts else "all",
        accounts=accounts,
        why=held.why,
        by=held.by,
        at=held.at,
        updated_at=held.at,
        hand="watchdog",
    )


def updated(firing: Firing, now: datetime, **changes: object) -> Firing:
    """Return a firing as the watchdog writes it."""
    return msgspec.structs.replace(firing, updated_at=now, hand="watchdog", **changes)
