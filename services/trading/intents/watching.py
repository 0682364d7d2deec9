"""Hears what happens in every watched account, as it happens, and takes it in at once.

What a stream loses is found by `reconciling`, which is asked whenever a stream begins, ends or brings what
cannot be taken in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import structlog

from services.errors import OmegaError
from services.exchange.orders import Balance, Change, Fill, Order, Position
from services.loops import Loops
from services.trading.intents.crash_points import CrashPoints
from services.trading.intents.in_flight import InFlight
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.publishing import Publishing
from services.trading.intents.reconciling import Reconciler
from services.trading.intents.register import Register
from services.trading.intents.roster import Roster
from services.trading.intents.turns import Turns
from services.trading.ports import Ledger, Session, Sessions

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Seconds between looks."""

    look: float = 1.0
    """At which accounts there are to watch."""
    again: float = 1.0
    """Before a stream that ended is begun anew."""
    settle: float = 0.5
    """After a stream began, until it is sure to tell everything."""
    flight: float = 1.0
    """At most, for the sender of an order to take in what a stream tells of it."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Onlooker(Protocol):
    """Is told of every change of an account while it is listened to."""

    def begin(self, account_id: str) -> None:
        """Learn that from now on every change is told."""
        ...

    def hear(self, account_id: str, change: Change) -> None:
        """Learn what happened."""
        ...

    def end(self, account_id: str) -> None:
        """Learn that changes are not told any more."""
        ...


class Forgetting:
    """An onlooker that has everything read anew after each change."""

    def __init__(self, forget: Callable[[str], None]) -> None:
        self._forget = forget

    def begin(self, account_id: str) -> None:
        """Have it read anew."""
        self._forget(account_id)

    def hear(self, account_id: str, change: Change) -> None:
        """Have it read anew, but for balances, which move with every price."""
        if not isinstance(change, Balance):
            self._forget(account_id)

    def end(self, account_id: str) -> None:
        """Have it read anew."""
        self._forget(account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who is told of what is heard."""

    register: Register
    outcomes: Outcomes
    reconciler: Reconciler
    in_flight: InFlight
    roster: Roster
    sessions: Sessions
    ledger: Ledger
    publishing: Publishing
    turns: Turns
    points: CrashPoints
    onlooker: Onlooker
    pauses: Pauses = field(default_factory=Pauses)


class Watcher:
    """Of all accounts."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._watched: set[str] = set()
        self._recording: set[str] = set()

    async def run(self) -> None:
        """Watch every account of the roster, until cancelled."""
        async with Loops() as crew:
            while True:
                for account_id in await self._unwatched():
                    self._watched.add(account_id)
                    crew.start(self._watch(account_id))
                await self._heard.pauses.sleep(self._heard.pauses.look)

    async def _unwatched(self) -> list[str]:
        try:
            return [row.id for row in await self._heard.roster.watched() if row.id not in self._watched]
        except OmegaError as error:
            log.warning("accounts_not_read", code=error.code, error=error.message)
            return []

    async def _watch(self, account_id: str) -> None:
        """Listen to one account until it is not watched any more."""
        pauses = self._heard.pauses
        try:
            while account_id in {row.id for row in await self._heard.roster.watched()}:
                try:
                    async with Loops(self._look_anew(account_id)):
                        await self._listen(account_id)
                except OmegaError as error:
                    log.warning(
                        "account_stream_ended", account=account_id, code=error.code, error=error.message
                    )
                finally:
                    self._heard.onlooker.end(account_id)
                await pauses.sleep(pauses.again)
        except OmegaError as error:
            log.warning("accounts_not_read", code=error.code, error=error.message)
        finally:
            self._watched.discard(account_id)

    async def _look_anew(self, account_id: str) -> None:
        """Compare the account when its stream has begun: what came before is not told."""
        await self._heard.pauses.sleep(self._heard.pauses.settle)
        self._heard.onlooker.begin(account_id)
        self._heard.reconciler.soon(account_id)

    async def _listen(self, account_id: str) -> None:
        session = await self._heard.sessions.of(account_id)
        async with aclosing(session.account.changes()) as changes:  # type: ignore[type-var]  # a generator
            async for change in changes:
                await self._take(session, change)

    async def _take(self, session: Session, change: Change) -> None:
        self._heard.onlooker.hear(session.row.id, change)
        if isinstance(change, Balance):
            return
        client_id = None if isinstance(change, Position) else change.client_id
        if self._heard.in_flight.is_flying(client_id):
            self._heard.turns.put(
                f"flight:{client_id}", partial(self._take_later, session, change, client_id)
            )
            return
        await self._take_now(session, change)

    async def _take_later(self, session: Session, change: Change, client_id: str | None) -> None:
        """Let the sender of an order be the first to take it in: it knows the same at the same moment."""
        await self._heard.in_flight.landing(client_id, at_most=self._heard.pauses.flight)
        await self._take_now(session, change)

    async def _take_now(self, session: Session, change: Change) -> None:
        account_id = session.row.id
        try:
            await self._move(session, change)
        except OmegaError as error:
            log.warning("change_not_taken", account=account_id, code=error.code, error=error.message)
            self._heard.reconciler.soon(account_id)
        self._heard.publishing.changed(session.row)

    async def _move(self, session: Session, change: Change) -> None:
        if not isinstance(change, Order | Fill):
            return
        account_id = session.row.id
        order_id = change.order_id if isinstance(change, Fill) else change.id
        row = await self._heard.register.of_order(account_id, order_id=order_id, client_id=change.client_id)
        self._heard.points.reach("change_heard")
        if row is None and isinstance(change, Fill):
            self._heard.outcomes.hear(account_id, change)
        elif row is None:
            self._heard.reconciler.soon(account_id)
        elif isinstance(change, Fill):
            await self._heard.outcomes.fill(session, row, change)
        else:
            await self._heard.outcomes.order(session, row, change)
        if isinstance(change, Fill):
            self._record(account_id)

    def _record(self, account_id: str) -> None:
        """Let the ledger read the new fills; one that waits for its turn reads them all."""
        if account_id in self._recording:
            return
        self._recording.add(account_id)

        async def record() -> None:
            self._recording.discard(account_id)
            await self._heard.ledger.record(account_id)

        self._heard.turns.put(f"ledger:{account_id}", record)
