"""The kill switch itself: it latches, carries firings out beside everything else, and takes up the files.

All ways in meet here: the request, the file FLAT, and a firing that an earlier life did not finish.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import structlog

from services.bus.guard import Failed, attempt, trace_of
from services.clock import Clock
from services.loops import Loops
from services.store.trading_rows import AccountRow
from services.trading.files import Print, fingerprint
from services.trading.killswitch.counting import added
from services.trading.killswitch.flat_order import FlatOrder, firing_of, named_anew, read_order
from services.trading.killswitch.flattening import Flattening
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.messages import FlatLine
from services.trading.killswitch.news import News
from services.trading.killswitch.reach import Openings
from services.trading.killswitch.report_file import Firing, ReportFile
from services.trading.killswitch.roster import Roster, target_of
from services.trading.killswitch.standing import standing

LOOK_SECONDS: Final = 0.1
_AGAIN_SECONDS: Final = 1.0
_GUARD_SECONDS: Final = (3.0, 10.0)
"""After it was flat: an order that was on its way may have arrived late."""

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
    openings: Openings
    """Closes what was opened to look whether it is flat, and was."""


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
        self._parts.latch.tighten(dict.fromkeys(firing.scopes, firing.held(self._parts.clock.now())))
        after = firing.after_ms(self._parts.clock.now())
        fired = self._put(msgspec.structs.replace(firing, halted_after_ms=after))
        self._waiting.put_nowait(fired)
        return fired

    def firing(self, firing_id: str) -> Firing | None:
        """Return how a firing stands."""
        return self._firings.get(firing_id) or self.report.of(firing_id)

    def firings(self) -> list[Firing]:
        """Return the firings that are known, the newest first."""
        known = {one.id: one for one in self.report.read()} | self._firings
        return sorted(known.values(), key=lambda one: one.at, reverse=True)

    def forget(self, user_id: str, accounts: Collection[str]) -> None:
        """Take a member's name and accounts out of every firing; those accounts are flattened no more."""
        own = frozenset(accounts)
        for firing in self.firings():
            is_theirs = firing.scope == "me" and own.issuperset(firing.accounts)
            over_at = (firing.resumed_at or self._parts.clock.now()) if is_theirs else firing.resumed_at
            kept = msgspec.structs.replace(firing.without(user_id, own), resumed_at=over_at)
            if firing.id in self._firings:
                self._firings[firing.id] = kept
            self.report.note(kept)

    def let_off(self, firing: Firing, accounts: Sequence[str] = ()) -> None:
        """Take note that accounts trade again, or all that a firing halted: they are flattened no more."""
        left = [account for account in firing.accounts if account not in accounts] if accounts else []
        resumed_at = None if left else self._parts.clock.now()
        kept = firing.accounts if resumed_at else left
        self._put(msgspec.structs.replace(firing, accounts=kept, resumed_at=resumed_at))

    async def take_up(self) -> None:
        """Take up the file FLAT, and firings that are not done; called once before trading begins, too."""
        await self._take_order()
        held = self._parts.latch.held()
        known = {one.id: one for one in standing(held, "desk")} | {one.id: one for one in self.report.read()}
        for firing in known.values():
            is_held = not held.keys().isdisjoint(firing.scopes)
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
            error = ended.error
            log.error("firing_failed", firing=firing.id, reason=str(error), exc_info=trace_of(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _watch(self) -> None:
        while True:
            ended = await attempt(self._take_order())
            if isinstance(ended, Failed):
                log.error("flat_order_failed", reason=str(ended.error), exc_info=trace_of(ended.error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _take_order(self) -> None:
        path = self._parts.folder.flat
        seen = fingerprint(path)
        if seen is None or seen == self._taken:
            return
        order = read_order(path)
        if order is None or not await self._obey(named_anew(order, path, self.firing(order.id))):
            return
        self._taken = seen
        if fingerprint(path) == seen:
            self._remove(path)

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("flat_order_stays", reason=str(error))

    async def _obey(self, order: FlatOrder) -> bool:
        """Fire; return False where nobody knows yet whom the order names, so that it must wait."""
        rows = await self._parts.roster.now() if order.accounts else ()
        if order.accounts and not self._parts.roster.is_known:
            log.error("accounts_unknown", firing=order.id)
            return False
        firing = firing_of(order, rows, self._parts.clock.now(), "desk")
        if firing.accounts or firing.scope == "all":
            await self.fire(firing)
        else:
            self.let_off(self._put(firing))
        return True

    async def _carry_out(self, firing: Firing) -> None:
        """Flatten everything that a firing concerns, until it is flat."""
        rows = await self._rows(firing)
        await self._parts.news.tell("halted", firing, rows, self._parts.clock.now())
        guarded = await self._flatten(firing.id, rows)
        flat = self._firings[firing.id]
        if flat.resumed_at is not None:
            return
        now = self._parts.clock.now()
        self._put(msgspec.structs.replace(flat, is_flat=True, flat_after_ms=flat.after_ms(now)))
        await self._parts.news.tell("flat", flat, rows, now)
        await self._guard(firing.id, guarded)

    async def _rows(self, firing: Firing) -> list[AccountRow]:
        """Return the accounts of a firing; where they were never read, it is asked until they are."""
        while not (await self._parts.roster.now() or self._parts.roster.is_known):
            log.error("accounts_unknown", firing=firing.id)
            await asyncio.sleep(_AGAIN_SECONDS)
        known = self._parts.roster.known
        return [row for row in known if firing.scope == "all" or row.id in firing.accounts]

    async def _flatten(self, firing_id: str, rows: Sequence[AccountRow]) -> list[AccountRow]:
        """Flatten accounts, those in use first; return all but those that were not open and held nothing."""
        unused = {row.id for row in rows if not self._parts.openings.is_open(row.id)}
        first = sorted(rows, key=lambda row: (row.id in unused, row.mode == "paper"))
        async with asyncio.TaskGroup() as group:
            for row in first:
                group.create_task(self._account(firing_id, row, is_unused=row.id in unused))
        return [row for row in rows if row.id not in unused or not self._held_nothing(firing_id, row)]

    def _held_nothing(self, firing_id: str, row: AccountRow) -> bool:
        lines = [line for line in self._firings[firing_id].lines if line.account == row.id]
        return bool(lines) and all(line.state == "flat" and not line.orders + line.closed for line in lines)

    async def _account(self, firing_id: str, row: AccountRow, *, is_unused: bool) -> None:
        """Flatten an account, until it is flat or trades again; one that was only looked at is closed."""
        await self._until_flat(firing_id, row)
        if is_unused and self._held_nothing(firing_id, row):
            await self._parts.openings.close(row.id)

    async def _until_flat(self, firing_id: str, row: AccountRow) -> None:
        before = [line for line in self._firings[firing_id].lines if line.account == row.id]

        def tell(lines: list[FlatLine]) -> None:
            firing = self._firings[firing_id]
            others = [line for line in firing.lines if line.account != row.id]
            self._note(msgspec.structs.replace(firing, lines=[*others, *added(before, lines)]))

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
        kept = self._kept(firing)
        self.report.put(kept)
        return kept

    def _note(self, firing: Firing) -> None:
        self.report.note(self._kept(firing))

    def _kept(self, firing: Firing) -> Firing:
        kept = msgspec.structs.replace(firing, updated_at=self._parts.clock.now(), hand="desk")
        self._firings[kept.id] = kept
        return kept
