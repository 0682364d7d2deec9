"""Looks up what was sent without an answer, until it is known. Nothing is ever sent from here.

What is not found counts only where the venue has answered, several times, some time after the send; a venue
that does not answer changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import structlog

from services.clock import Clock
from services.errors import OmegaError, OrderNotFound
from services.exchange.orders import Order
from services.loops import Loops
from services.store.trading_rows import IntentRow
from services.trading.intents.crash_points import CrashPoints
from services.trading.intents.in_flight import InFlight
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.register import Register
from services.trading.intents.rows import looked
from services.trading.ports import Session, Sessions, Tenure

log = structlog.get_logger(__name__)

NEVER_SENT = "It was not sent before the desk stopped."
NO_ANSWER = "The desk stopped before the venue answered."
NOT_THERE = "The venue does not know it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an unknown order is looked for."""

    spacing: Sequence[float] = (0.5, 1.0, 2.0, 4.0, 5.0)
    """Seconds before each look; the last goes on for ever."""
    looks: int = 3
    """Answers without the order that it takes."""
    seconds: float = 10.0
    """So long after it was sent an order may still turn up."""
    sweep: float = 5.0
    """Between two looks into our own rows."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def pauses(self) -> Iterator[float]:
        """Yield the seconds before each look, without end."""
        return chain(self.spacing, repeat(self.spacing[-1]))


class Resolver:
    """Of all accounts."""

    def __init__(
        self,
        register: Register,
        outcomes: Outcomes,
        sessions: Sessions,
        *,
        in_flight: InFlight,
        tenure: Tenure,
        patience: Patience,
        points: CrashPoints,
        clock: Clock,
    ) -> None:
        self._register = register
        self._outcomes = outcomes
        self._sessions = sessions
        self._in_flight = in_flight
        self._tenure = tenure
        self._patience = patience
        self._points = points
        self._clock = clock
        self._at_work: set[str] = set()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look now whether anything is unknown."""
        self._woken.set()

    async def recover(self) -> None:
        """Settle what nobody carries on: what was not sent never will be, and what was sent is unknown."""
        left = [
            one for one in await self._register.standing("new", "sending") if one.id not in self._in_flight
        ]
        accounts = await self._sessions.all_active() if left else ()
        for row in left:
            if row.status == "new":
                await self._outcomes.leave(accounts, row, "abandoned", reason=NEVER_SENT)
            else:
                await self._outcomes.leave(accounts, row, "unknown", reason=NO_ANSWER)

    async def run(self) -> None:
        """Look up whatever is unknown, until cancelled."""
        async with Loops() as crew:
            while True:
                await self._begin(crew)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._patience.sweep):
                        await self._woken.wait()
                self._woken.clear()

    async def _begin(self, crew: Loops) -> None:
        try:
            self._tenure.check()  # what another desk sends is not left behind
            await self.recover()
            unknown = await self._register.standing("unknown")
        except OmegaError as error:
            log.warning("unknown_orders_not_read", code=error.code, error=error.message)
            return
        for row in unknown:
            if row.id not in self._at_work:
                self._at_work.add(row.id)
                crew.start(self._resolve(row.id))

    async def _resolve(self, intent_id: str) -> None:
        try:
            for pause in self._patience.pauses():
                await self._patience.sleep(pause)
                if await self._is_clear(intent_id):
                    return
        finally:
            self._at_work.discard(intent_id)

    async def _is_clear(self, intent_id: str) -> bool:
        try:
            row = await self._register.get(intent_id)
            if row is None or row.status != "unknown":
                return True
            session = await self._sessions.of(row.account_id)
            order = await seek(session, row)
            self._points.reach("look_done")
            if order is not None:
                await self._outcomes.order(session, row, order)
                return True
            return await self._gives_up(session, row)
        except OmegaError as error:
            log.info("look_failed", intent=intent_id, code=error.code, error=error.message)
            return False

    async def _gives_up(self, session: Session, row: IntentRow) -> bool:
        """Count an answer without the order; True once it is enough of them."""
        row = (await self._register.move(row, looked)).after
        if row.status != "unknown":
            return True
        sent = row.sent_at or row.created_at
        is_late = (self._clock.now() - sent).total_seconds() >= self._patience.seconds
        if row.looks < self._patience.looks or not is_late:
            return False
        await self._outcomes.settle(session.row, row, "abandoned", reason=NOT_THERE)
        return True


async def seek(session: Session, row: IntentRow) -> Order | None:
    """Look for the order of an intent everywhere; None where the venue answered and has it nowhere.

    Raises:
        OmegaError: the venue did not answer everything, which says nothing.
    """
    with contextlib.suppress(OrderNotFound):
        return await session.orders.find(row.market, client_id=row.client_id)
    for order in await session.orders.open_orders(row.market):
        if order.client_id == row.client_id:
            return order
    for fill in await session.account.fills(row.market):
        if fill.client_id == row.client_id:
            return await session.orders.find(row.market, order_id=fill.order_id)
    return None
