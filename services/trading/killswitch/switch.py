"""The kill switch itself: it latches, carries firings out beside everything else, and takes up the files.

All ways in meet here: the request, the file FLAT, and a firing that an earlier life did not finish.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
import structlog

from services.bus.guard import Failed, attempt
from services.clock import Clock
from services.loops import Loops
from services.store.trading_rows import AccountRow
from services.trading.killswitch.flat_order import FlatOrder, read_order
from services.trading.killswitch.flattening import Flattening
from services.trading.killswitch.folder import DeskFolder, Print, fingerprint
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.latch_file import Held
from services.trading.killswitch.messages import FlatLine
from services.trading.killswitch.news import News
from services.trading.killswitch.report_file import Firing, ReportFile
from services.trading.killswitch.roster import Roster, is_meant, target_of
from services.trading.killswitch.scopes import SWITCHED_FARM, account_scope, plain, switched

LOOK_SECONDS: Final = 0.1
_AGAIN_SECONDS: Final = 1.0
_GUARD_SECONDS: Final = (3.0, 10.0)
"""After it was flat: an order that was on its way may have arrived late."""
_NO_REASON: Final = "The kill switch was fired."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchParts:
    """What the kill switch stands on."""

    folder: DeskFolder
    latch: FileLatch
    roster: Roster
    flattening: Flattening
    news: News
    clock: Clock


class KillSwitch:
    """Latches first, and then cancels and closes until every account is flat. `run` does the latter."""

    def __init__(self, parts: SwitchParts) -> None:
        self.report = ReportFile(parts.folder.report)
        self._parts = parts
        self._firings: dict[str, Firing] = {}
        self._waiting: asyncio.Queue[Firing] = asyncio.Queue()
        self._taken: Print = None

    async def fire(self, firing: Firing) -> Firing:
        """Halt what a firing concerns and start to flatten it; the same id again changes nothing."""
        known = self.firing(firing.id)
        if firing.id in self._firings or (known is not None and known.resumed_at is not None):
            return known or firing
        scopes = _scopes(firing)
        why = firing.why or _NO_REASON
        held = Held(state="HALTED", why=why, by=firing.by, at=self._parts.clock.now(), firing=firing.id)
        self._parts.latch.tighten(dict.fromkeys(scopes, held))
        after = _milliseconds(firing.at, self._parts.clock.now())
        fired = self._put(msgspec.structs.replace(firing, halted_after_ms=after))
        for scope in scopes:
            self._parts.news.publish(plain(scope), "HALTED", why, held.at)
        self._waiting.put_nowait(fired)
        return fired

    def firing(self, firing_id: str) -> Firing | None:
        """Return how a firing stands."""
        return self._firings.get(firing_id) or self.report.of(firing_id)

    def firings(self) -> list[Firing]:
        """Return the firings that are known, the newest first."""
        known = {one.id: one for one in self.report.read()} | self._firings
        return sorted(known.values(), key=lambda one: one.at, reverse=True)

    def let_off(self, firing: Firing, accounts: Sequence[str] = ()) -> None:
        """Take note that accounts trade again, or all that a firing halted: they are flattened no more."""
        left = [account for account in firing.accounts if account not in accounts] if accounts else []
        resumed_at = None if left else self._parts.clock.now()
        kept = firing.accounts if resumed_at else left
        self._put(msgspec.structs.replace(firing, accounts=kept, resumed_at=resumed_at))

    async def take_up(self) -> None:
        """Take up the file FLAT, and firings that are not done; called once before trading begins, too."""
        await self._take_order()
        held = self._parts.latch.held().keys()
        for firing in self.report.read():
            is_held = not held.isdisjoint(_scopes(firing))
            if firing.is_open and is_held and firing.id not in self._firings:
                self._firings[firing.id] = firing
                self._waiting.put_nowait(firing)

    async def run(self) -> None:
        """Carry out firings, each beside the others, and watch for the file, until cancelled."""
        await self.take_up()
        async with Loops(self._watch(), self._parts.roster.run(), self._parts.news.run()) as loops:
            while True:
                loops.start(self._see_through(await self._waiting.get()))

    async def _see_through(self, firing: Firing) -> None:
        """Carry a firing out; a defect of ours begins it anew."""
        while isinstance(ended := await attempt(self._carry_out(firing)), Failed):
            log.error("firing_failed", firing=firing.id, reason=str(ended.error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _watch(self) -> None:
        while True:
            ended = await attempt(self._take_order())
            if isinstance(ended, Failed):
                log.error("flat_order_failed", reason=str(ended.error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _take_order(self) -> None:
        path = self._parts.folder.flat
        seen = fingerprint(path)
        if seen is None or seen == self._taken:
            return
        order = read_order(path)
        if order is None:
            return
        await self._obey(order)
        self._taken = seen
        if fingerprint(path) == seen:
            path.unlink(missing_ok=True)

    async def _obey(self, order: FlatOrder) -> None:
        accounts = await self._named(order.accounts) if order.accounts else []
        at = order.at or self._parts.clock.now()
        firing = Firing(
            id=order.id,
            scope="me" if order.accounts else "all",
            accounts=[row.id for row in accounts],
            why=order.why,
            by=order.by,
            at=at,
            updated_at=at,
        )
        if order.accounts and not accounts:
            self._put(msgspec.structs.replace(firing, lines=[_unknown(name) for name in order.accounts]))
            self.let_off(self._firings[firing.id])
            return
        await self.fire(firing)

    async def _named(self, names: Sequence[str]) -> list[AccountRow]:
        return [row for row in await self._parts.roster.now() if is_meant(row, names)]

    async def _carry_out(self, firing: Firing) -> None:
        """Flatten everything that a firing concerns, until it is flat."""
        rows = await self._rows(firing)
        self._parts.news.tell("halted", firing, rows, self._parts.clock.now())
        await self._flatten(firing.id, rows)
        flat = self._firings[firing.id]
        if flat.resumed_at is not None:
            return
        now = self._parts.clock.now()
        self._put(msgspec.structs.replace(flat, is_flat=True, flat_after_ms=_milliseconds(flat.at, now)))
        self._parts.news.tell("flat", flat, rows, now)
        await self._guard(firing.id, rows)

    async def _rows(self, firing: Firing) -> list[AccountRow]:
        """Return the accounts of a firing; where they were never read, it is asked until they are."""
        while not (await self._parts.roster.now() or self._parts.roster.is_known):
            log.error("accounts_unknown", firing=firing.id)
            await asyncio.sleep(_AGAIN_SECONDS)
        known = self._parts.roster.known
        return [row for row in known if firing.scope == "all" or row.id in firing.accounts]

    async def _flatten(self, firing_id: str, rows: Sequence[AccountRow]) -> None:
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(self._account(firing_id, row))

    async def _account(self, firing_id: str, row: AccountRow) -> None:
        """Flatten an account, until it is flat or trades again."""

        def tell(lines: list[FlatLine]) -> None:
            firing = self._firings[firing_id]
            others = [line for line in firing.lines if line.account != row.id]
            self._put(msgspec.structs.replace(firing, lines=[*others, *lines]))

        async with asyncio.TaskGroup() as group:
            work = group.create_task(self._parts.flattening.flatten(target_of(row), firing_id, tell))
            while not work.done():
                if not self._firings[firing_id].concerns(row.id):
                    work.cancel()
                await asyncio.wait([work], timeout=LOOK_SECONDS)

    async def _guard(self, firing_id: str, rows: Sequence[AccountRow]) -> None:
        for seconds in _GUARD_SECONDS:
            await asyncio.sleep(seconds)
            if self._firings[firing_id].resumed_at is not None:
                return
            await self._flatten(firing_id, rows)

    def _put(self, firing: Firing) -> Firing:
        kept = msgspec.structs.replace(firing, updated_at=self._parts.clock.now(), hand="desk")
        self._firings[kept.id] = kept
        self.report.put(kept)
        return kept


def _scopes(firing: Firing) -> list[str]:
    if firing.scope == "all":
        return [SWITCHED_FARM]
    return [switched(account_scope(account)) for account in firing.accounts]


def _milliseconds(since: datetime, now: datetime) -> int:
    return max(0, round((now - since).total_seconds() * 1000))


def _unknown(name: str) -> FlatLine:
    return FlatLine(
        account="", name=name, mode="", state="failed", reason="There is no account of that name."
    )
