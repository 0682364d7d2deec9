"""Compares every account with its venue: before it may trade, and again and again. The venue wins.

What the venue has of ours is taken in, whatever we thought of it. What fills do not explain, and an order of
ours that we never wrote, halts its market. Orders and positions by hand are told once and left alone, unless
they grow a market in which orders of ours stand: that halts it, too. What only makes a position smaller never
halts anything: venues place protective orders of their own beside ours, and liquidate.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from services.clock import Clock
from services.errors import OmegaError, OrderNotFound
from services.exchange.orders import Fill, Order
from services.loops import Loops
from services.store.trading_rows import IntentRow
from services.trading.intents.comparing import Baseline, Holdings, nets
from services.trading.intents.crash_points import CrashPoints
from services.trading.intents.foreign import Alarm, Foreigners
from services.trading.intents.intent import is_of_the_switch, is_ours
from services.trading.intents.leverage import Leverages
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.publishing import Publishing
from services.trading.intents.register import Register
from services.trading.intents.roster import Roster
from services.trading.intents.turns import Turns
from services.trading.ports import Ledger, Session, Sessions

log = structlog.get_logger(__name__)

_AT_ONCE = 4
_LOOKS = 3
_FILLS = 100
_ENSURE_SECONDS = 5.0
_QUIET = timedelta(minutes=10)
"""So long after its last fill a market is compared on, where nothing is held or waits any more."""
MOVED = "The position is {found}, and fills explain {expected}."
ORPHAN = "The venue has an order with a name of ours that was never written here: {order}."
LOST = "The venue does not know the open order {order} any more."
UNLISTED = "The venue does not know the order {order}, which has filled."
GROWN = "Somebody traded here by hand while orders of the desk stood: {order}."


@dataclass(slots=True)
class _Known:
    """What is known of one account since the start."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    baseline: Baseline = field(default_factory=Baseline)
    markets: set[str] = field(default_factory=set)
    missing: dict[str, int] = field(default_factory=dict)
    """How often an open order was not found, by intent."""
    in_use: set[str] = field(default_factory=set)
    """The markets in which orders stood at the last look."""
    is_changed: bool = False
    """Whether anything was found since it was last published."""

    @property
    def is_ready(self) -> bool:
        """Return whether orders and positions were compared once."""
        return self.baseline.at is not None

    def forget_quiet(self, now: Holdings) -> None:
        """Let go of the markets in which nothing stands, nothing is held, and nothing has filled for long."""
        needed = self.in_use | set(nets(now.positions))
        for market, fills in now.fills.items():
            if market not in needed and all(fill.at < now.at - _QUIET for fill in fills):
                self.markets.discard(market)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What reconciliation stands on."""

    register: Register
    outcomes: Outcomes
    sessions: Sessions
    roster: Roster
    ledger: Ledger
    alarm: Alarm
    turns: Turns
    leverages: Leverages
    publishing: Publishing
    clock: Clock
    points: CrashPoints
    every: timedelta
    again: float = 1.0
    """Seconds before a difference is looked at again."""


class Reconciler:
    """Of all accounts."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._known: defaultdict[str, _Known] = defaultdict(_Known)
        self._foreigners = Foreigners(around.register, around.alarm)
        self._wanted: set[str] = set()
        self._under_way: set[str] = set()
        self._woken = asyncio.Event()

    async def ensure(self, account_id: str, market: str = "") -> bool:
        """Compare an account if it never was, and `market` from now on; see `Readiness`."""
        self._around.roster.note(account_id)
        known = self._known[account_id]
        known.markets |= {market} - {""}
        if known.is_ready:
            return True
        try:
            async with asyncio.timeout(_ENSURE_SECONDS):
                await self.reconcile(account_id)
        except TimeoutError:
            return known.is_ready
        except OmegaError as error:
            log.warning("account_not_reconciled", account=account_id, code=error.code, error=error.message)
            return False
        return known.is_ready

    def is_lost(self, account_id: str, intent_id: str) -> bool:
        """Return whether the venue has answered often enough that it does not know an open order."""
        return self._known[account_id].missing.get(intent_id, 0) >= _LOOKS

    def soon(self, account_id: str) -> None:
        """Compare an account as soon as possible."""
        self._wanted.add(account_id)
        self._woken.set()

    async def run(self) -> None:
        """Compare every account again and again, until cancelled."""
        turn, due = asyncio.Semaphore(_AT_ONCE), self._around.clock.monotonic()
        async with Loops() as crew:
            while True:
                if self._around.clock.monotonic() >= due:
                    due = self._around.clock.monotonic() + self._around.every.total_seconds()
                    self._wanted |= await self._all()
                for account_id in sorted(self._wanted - self._under_way):
                    self._wanted.discard(account_id)
                    self._under_way.add(account_id)
                    crew.start(self._in_turn(turn, account_id))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(due - self._around.clock.monotonic()):
                        await self._woken.wait()
                self._woken.clear()

    async def _all(self) -> set[str]:
        try:
            return {row.id for row in await self._around.roster.watched()}
        except OmegaError as error:
            log.warning("accounts_not_read", code=error.code, error=error.message)
            return set()

    async def _in_turn(self, turn: asyncio.Semaphore, account_id: str) -> None:
        async with turn:
            try:
                await self.reconcile(account_id)
            except OmegaError as error:
                log.warning(
                    "account_not_reconciled", account=account_id, code=error.code, error=error.message
                )
            finally:
                self._under_way.discard(account_id)
                self._woken.set()

    async def reconcile(self, account_id: str) -> None:
        """Compare one account; it may trade once its positions stood still long enough to be compared.

        Raises:
            OmegaError: the venue or the database does not answer; nothing was concluded.
        """
        known = self._known[account_id]
        async with known.lock:
            session = await self._around.sessions.of(account_id)
            await self._orders(session, known)
            self._around.points.reach("reconciled_orders")
            await self._positions(session, known)
            if known.is_changed:
                known.is_changed = False
                self._around.publishing.found(session.row)
        self._around.turns.put(f"ledger:{account_id}", partial(self._around.ledger.record, account_id))

    async def _orders(self, session: Session, known: _Known) -> None:
        register = self._around.register
        ours = await register.standing("sending", "unknown", "open", account_id=session.row.id)
        listed = await session.orders.open_orders()
        known.in_use = {row.market for row in ours} | {order.market for order in listed}
        known.markets |= known.in_use
        known.missing = {row.id: known.missing[row.id] for row in ours if row.id in known.missing}
        for order in listed:
            await self._take(session, known, order)
        there = {order.id for order in listed} | {order.client_id for order in listed}
        for row in ours:
            if row.status == "open" and row.order_id not in there and row.client_id not in there:
                await self._look_after(session, known, row)

    async def _take(self, session: Session, known: _Known, order: Order) -> None:
        """Take in an order that the venue has, whoever placed it."""
        row = await self._around.register.of_order(
            session.row.id, order_id=order.id, client_id=order.client_id
        )
        if row is not None:
            known.is_changed |= await self._around.outcomes.order(session, row, order) != row
        elif is_of_the_switch(order.client_id) or (is_ours(order.client_id) and order.is_reduce_only):
            log.info("close_of_the_kill_switch_seen", account=session.row.id, order=order.client_id)
        elif is_ours(order.client_id):
            facts = {"order": order.client_id or order.id}
            await self._around.alarm.raise_over(session.row, order.market, ORPHAN, facts, key=order.id)
        else:
            await self._foreigners.see_order(session.row, order, GROWN)

    async def _look_after(self, session: Session, known: _Known, row: IntentRow) -> None:
        """Find out how an order ended that is not open any more."""
        try:
            order = await session.orders.find(row.market, order_id=row.order_id)
        except OrderNotFound:
            known.missing[row.id] = known.missing.get(row.id, 0) + 1
            if known.missing[row.id] >= _LOOKS:
                facts = {"order": row.order_id}
                await self._around.alarm.raise_over(session.row, row.market, LOST, facts, key=row.id)
            return
        known.missing.pop(row.id, None)
        known.is_changed |= await self._around.outcomes.order(session, row, order) != row

    async def _positions(self, session: Session, known: _Known) -> None:
        """Explain what is held by what was held and what has filled since."""
        now = await self._holdings(session, known)
        for _ in range(_LOOKS):
            if now is not None and not known.baseline.differences(now):
                break
            await asyncio.sleep(self._around.again)
            now = await self._holdings(session, known)
        if now is None:
            return
        for fills in known.baseline.news(now).values():
            for fill in fills:
                await self._explain(session, known, fill)
        for one in known.baseline.differences(now):
            facts = {"expected": str(one.expected), "found": str(one.found)}
            key = f"{one.market}:{one.expected}:{one.found}:{now.at.isoformat()}"
            await self._around.alarm.raise_over(session.row, one.market, MOVED, facts, key=key)
        known.is_changed |= known.baseline.held != nets(now.positions)
        known.forget_quiet(now)
        known.baseline.take(now, known.markets)

    async def _holdings(self, session: Session, known: _Known) -> Holdings | None:
        """Read positions and the fills that go with them; None where they move faster than they are read."""
        positions = await session.account.positions()
        for _ in range(_LOOKS):
            known.markets |= {one.market for one in positions}
            fills = {
                market: await session.account.fills(market, limit=_FILLS) for market in sorted(known.markets)
            }
            after = await session.account.positions()
            self._around.leverages.see(session.row.id, after)
            if nets(after) == nets(positions):
                return Holdings(positions=after, fills=fills, at=self._around.clock.now())
            positions = after
        return None

    async def _explain(self, session: Session, known: _Known, fill: Fill) -> None:
        """Take in a fill that may have been missed, or find out whose it is."""
        row = await self._around.register.of_order(
            session.row.id, order_id=fill.order_id, client_id=fill.client_id
        )
        if row is not None:
            known.is_changed |= await self._around.outcomes.fill(session, row, fill) != row
            return
        try:
            order = await session.orders.find(fill.market, order_id=fill.order_id)
        except OrderNotFound:
            log.warning("order_of_fill_not_listed", account=session.row.id, order=fill.order_id)
            if not (is_of_the_switch(fill.client_id) or known.baseline.is_reduced_by(fill)):
                facts = {"order": fill.order_id}
                await self._around.alarm.raise_over(
                    session.row, fill.market, UNLISTED, facts, key=fill.order_id
                )
            return
        await self._take(session, known, order)
