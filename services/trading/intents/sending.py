"""Sends intents: written, judged, written as being sent, and only then sent, once.

What is sent without an answer is unknown and belongs to `resolving`; what happens to an open order belongs
to `watching`. Nothing here sends anything a second time.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, OmegaError, OrderRejected, Unavailable
from services.exchange.orders import Order
from services.exchange.venues.limits import ahead_of_reads
from services.store.trading_rows import AccountRow, IntentRow
from services.trading.intents.canceling import Canceling, Losses
from services.trading.intents.crash_points import CrashPoints
from services.trading.intents.in_flight import InFlight
from services.trading.intents.intent import KILLSWITCH, RECONCILING, Intent, Judged, client_id_of
from services.trading.intents.leverage import Leverages
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.publishing import Publishing
from services.trading.intents.register import Register
from services.trading.intents.rows import row_of
from services.trading.ports import Gate, Latch, Session, Sessions, Tenure

log = structlog.get_logger(__name__)

"""The reason of an intent that came before its account was compared with the venue."""
HELD = "Trading was halted before it was sent."
_GATE_FAILED = "The risk gate could not judge it."


class Readiness(Protocol):
    """Whether an account has been compared with its venue since the start."""

    async def ensure(self, account_id: str, market: str = "") -> bool:
        """Compare it if it never was; False where that does not work out now.

        `market` is where something is to be sent: from then on it is compared, too.
        """
        ...


class Lookups(Protocol):
    """Looks unknown intents up."""

    def wake(self) -> None:
        """Look now whether there are any."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What an intent meets on its way."""

    register: Register
    outcomes: Outcomes
    sessions: Sessions
    gate: Gate
    latch: Latch
    readiness: Readiness
    lookups: Lookups
    tenure: Tenure
    leverages: Leverages
    publishing: Publishing
    clock: Clock
    points: CrashPoints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passed:
    """What the gate let pass, and who held trading up when it was asked."""

    judged: Judged
    held_by: tuple[str, ...]


class Intents:
    """The `IntentDesk`. Intents of one account go one after the other, so that none is judged beside another.

    Those that make a position smaller wait for nobody.
    """

    def __init__(self, way: Way, in_flight: InFlight, losses: Losses) -> None:
        self._way = way
        self._in_flight = in_flight
        self._canceling = Canceling(way.register, way.outcomes, way.sessions, losses)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def submit(self, intent: Intent) -> IntentRow:
        """Write, judge and send an intent; see `IntentDesk.submit`."""
        if intent.request.client_id != client_id_of(intent.id):
            raise ValueError(f"the client id of {intent.id} does not follow from it")
        self._way.tenure.check()
        if intent.id in self._in_flight:
            return await self.row(intent.id) or row_of(intent, self._way.clock.now())
        with self._in_flight.flight(intent.id):
            row, is_new = await self._way.register.add(row_of(intent, self._way.clock.now()))
            if not is_new:
                return row
            self._way.points.reach("intent_written")
            async with self._turn(intent):
                return await self._go(intent, row)

    async def cancel(self, account_id: str, intent_or_order: str) -> IntentRow | Order:
        """Cancel an open order; see `IntentDesk.cancel`."""
        return await self._canceling.cancel(account_id, intent_or_order)

    async def row(self, intent_id: str) -> IntentRow | None:
        """Return how an intent stands."""
        return await self._way.register.get(intent_id)

    @asynccontextmanager
    async def _turn(self, intent: Intent) -> AsyncIterator[None]:
        if intent.is_exempt:
            yield
            return
        async with self._turns[intent.account]:
            yield

    async def _go(self, intent: Intent, row: IntentRow) -> IntentRow:
        try:
            session = await self._way.sessions.of(intent.account)
            session.market(intent.request.market)
        except OmegaError as error:
            return await self._drop(row, error)
        with ahead_of_reads():
            return await self._pass(intent, row, session)

    async def _pass(self, intent: Intent, row: IntentRow, session: Session) -> IntentRow:
        """Send an intent that may be sent."""
        if intent.origin != KILLSWITCH and not await self._is_ready(intent):
            return await self._way.outcomes.settle(session.row, row, "rejected", reason=RECONCILING)
        held_by = tuple(self._way.latch.held_by(session.row, intent.request.market))
        judged = await self._judged(intent, session)
        self._way.points.reach("intent_judged")
        if judged is None or not judged.is_passed:
            why = _GATE_FAILED if judged is None else "; ".join(one.words for one in judged.refusals)
            verdicts = () if judged is None else judged.verdicts
            return await self._way.outcomes.settle(
                session.row, row, "rejected", reason=why, verdicts=verdicts
            )
        return await self._send(intent, row, session, _Passed(judged=judged, held_by=held_by))

    async def _is_ready(self, intent: Intent) -> bool:
        return await self._way.readiness.ensure(intent.account, intent.request.market)

    async def _drop(self, row: IntentRow, error: OmegaError) -> IntentRow:
        """Let an intent go whose account or market cannot be reached: nothing was sent."""
        log.warning("intent_not_sent", intent=row.id, code=error.code, error=error.message)
        accounts = await self._way.sessions.all_active()
        return await self._way.outcomes.leave(accounts, row, "abandoned", reason=error.message)

    async def _judged(self, intent: Intent, session: Session) -> Judged | None:
        """Ask the gate; None where it fails, which is never a pass."""
        try:
            return await self._way.gate.judge(intent, session)
        except OmegaError as error:
            log.exception("gate_failed", intent=intent.id, code=error.code)
            return None

    async def _send(self, intent: Intent, row: IntentRow, session: Session, passed: _Passed) -> IntentRow:
        outcomes, account, verdicts = self._way.outcomes, session.row, passed.judged.verdicts
        try:
            await self._way.leverages.ensure(intent, session, verdicts)
        except OmegaError as error:
            status = "rejected" if isinstance(error, OrderRejected) else "abandoned"
            return await outcomes.settle(account, row, status, reason=error.message, verdicts=verdicts)
        self._way.points.reach("leverage_set")
        try:
            row = await outcomes.sent(account, row, verdicts=verdicts)
            if row.status != "sending":  # another desk has let it go
                return row
            self._way.points.reach("before_send")
            self._way.tenure.check()  # it may have been frozen just now
        except Unavailable as error:
            return await outcomes.unsent(account, row, reason=error.message)
        if self._is_held(intent, account, passed):
            return await outcomes.unsent(account, row, reason=HELD)
        return await self._place(intent, row, session)

    def _is_held(self, intent: Intent, account: AccountRow, passed: _Passed) -> bool:
        """Tell whether trading was halted since the gate let an intent pass.

        What makes a position smaller goes on where nobody else halts than those whom the gate lets it pass.
        """
        market = intent.request.market
        state = self._way.latch.state(account, market)
        if state == "ACTIVE" or intent.origin == KILLSWITCH:
            return False
        if state == "REDUCING" or not intent.is_exempt:
            return not intent.is_exempt
        was_let_pass = passed.judged.state == "HALTED"
        return not was_let_pass or tuple(self._way.latch.held_by(account, market)) != passed.held_by

    async def _place(self, intent: Intent, row: IntentRow, session: Session) -> IntentRow:
        """Send once. Only a refusal is one; whatever else goes wrong, the venue may have the order."""
        outcomes, account = self._way.outcomes, session.row
        try:
            order = await session.orders.place(intent.request)
        except OrderRejected as error:
            return await outcomes.settle(account, row, "rejected", reason=error.message)
        except ExchangeUnavailable as error:  # it was certainly not sent
            return await outcomes.unsent(account, row, reason=error.message)
        except OmegaError as error:
            row = await outcomes.settle(account, row, "unknown", reason=error.message)
            self._way.lookups.wake()
            return row
        self._way.points.reach("order_placed")
        row = await outcomes.order(session, row, order)
        self._way.points.reach("after_outcome")
        self._way.publishing.changed(account)
        return row
