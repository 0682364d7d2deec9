"""Winds up the dead man's switches of venues: while the desk lives, none of them goes off.

A venue's switch cancels every order, and so what protects a position and what was placed by hand. It is only
wound up while nothing of the kind rests in the account, nor will once an order fills; else it is ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from services.errors import OmegaError
from services.exchange.orders import STOPS, TARGETS, TRAILING, Order
from services.store.store import Store
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import LIVE, is_ours, request_in

log = structlog.get_logger(__name__)

_PROTECTING: Final = STOPS | TARGETS | {TRAILING}


class DeadMan(Protocol):
    """The switch of one account at its venue."""

    @property
    def is_offered(self) -> bool:
        """Return whether the venue has one."""
        ...

    async def wind(self, seconds: int) -> None:
        """Let the venue cancel every order unless this is called again in time; 0 ends it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """An open account, as far as it is looked at here."""

    dead_man: DeadMan
    open_orders: Callable[[], Awaitable[Sequence[Order]]]


Reach = Callable[[str], Awaitable[Switched]]
"""Opens an account by its id; raises as `Sessions.of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """How often switches are wound up, and when they go off, in seconds."""

    every: float = 20.0
    seconds: int = 60


class DeadManSwitches:
    """Of all accounts. It listens to intents, as `IntentListener`.

    Args:
        reach: opens an account.
        store: where intents are kept.
        beat: how often.
    """

    def __init__(self, reach: Reach, store: Store, *, beat: Beat | None = None) -> None:
        self._reach = reach
        self._store = store
        self._beat = beat or Beat()
        self._wound: set[str] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Wind them up until cancelled; what is wound up then goes off, as it should."""
        while True:
            self._woken.clear()
            for account_id in sorted(self._wound | await self._trading()):
                await self._tried(account_id)
            await self._nap()

    async def _trading(self) -> set[str]:
        """Return the accounts in which orders of ours may rest; none while the database is away."""
        try:
            return {one.account_id for one in await self._live()}
        except OmegaError as error:
            log.warning("dead_men_not_looked_at", code=error.code, error=error.message)
            return set()

    async def _nap(self) -> None:
        try:
            async with asyncio.timeout(self._beat.every):
                await self._woken.wait()
        except TimeoutError:
            return

    async def changed(self, row: IntentRow, before: str) -> None:
        """Look at once where something may protect that did not before: the switch must not take it along."""
        del before
        if row.account_id in self._wound and _guards(row):
            self._woken.set()

    async def _tried(self, account_id: str) -> None:
        try:
            await self.look(account_id)
        except OmegaError as error:
            log.warning("dead_man_not_wound", account=account_id, code=error.code, error=error.message)

    async def look(self, account_id: str) -> None:
        """Wind up, or end, the switch of one account.

        Raises:
            OmegaError: account, venue or database do not answer; what was wound up before runs on.
        """
        account = await self._reach(account_id)
        if not account.dead_man.is_offered:
            return
        orders = await account.open_orders()
        ours = [one for one in await self._live() if one.account_id == account_id]
        if orders and all(map(_may_go, orders)) and not any(map(_guards, ours)):
            await account.dead_man.wind(self._beat.seconds)
            self._wound.add(account_id)
        elif account_id in self._wound:
            await account.dead_man.wind(0)
            self._wound.discard(account_id)

    async def _live(self) -> Sequence[IntentRow]:
        async with self._store.read() as rows:
            return await rows.trading.intents.where(status=LIVE)


def _may_go(order: Order) -> bool:
    """Return whether an order is ours and protects nothing."""
    return is_ours(order.client_id) and not order.is_reduce_only and order.kind not in _PROTECTING


def _guards(row: IntentRow) -> bool:
    """Return whether an intent protects something, or brings what does."""
    request = request_in(row.request)
    has_guards = request.stop_loss is not None or request.take_profit is not None
    return row.is_reducing or has_guards or request.kind in _PROTECTING
