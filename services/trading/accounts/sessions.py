"""Accounts while they are open: each in a task of its own, opened once however many ask. Fulfils `Sessions`.

Belongs here: opening, keeping and closing. Who may use an account is decided in `book`, what is sent in
other parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from services.bus.guard import Failed, attempt
from services.clock import Clock
from services.errors import ExchangeBusy, Misconfigured, OmegaError, StoreUnavailable, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import Account, Orders
from services.exchange.venues.account import CcxtAccount, Patience, open_account
from services.exchange.venues.addresses import Connection
from services.exchange.venues.limits import BudgetOf
from services.exchange.venues.markets import SharedTables
from services.loops import Loops
from services.store.store import Store
from services.store.trading_rows import AccountRow
from services.trading.accounts.budgets import Budgets
from services.trading.accounts.places import Places

AT_ONCE: Final = 16
"""Accounts that are being opened at the same time; the others wait."""
_TRIES: Final = 4
"""Of opening an account at a venue that says it is busy."""
_UNREAD: Final = (StoreUnavailable, Misconfigured)
"""The database is away, or its file is damaged: accounts are as they were last known, and can be closed."""

log = structlog.get_logger(__name__)


class OpenSession:
    """An account that is open. `row` is the newest that is known."""

    def __init__(self, row: AccountRow, account: CcxtAccount) -> None:
        self.row = row
        self.account: Account = account
        self.orders: Orders = account.orders
        self.dead_man = account.dead_man
        self._own = account

    def market(self, name: str) -> Market:
        """Return a market of the venue by its exact name. Raises `UnknownMarket`."""
        return self._own.market(name)

    @property
    def nature(self) -> str:
        """Return what its prices are: live, replay or simulated."""
        return self._own.nature


@dataclass(slots=True, eq=False)
class _Keeper:
    """The task that holds one account open."""

    row: AccountRow
    opened: asyncio.Future[OpenSession]
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def is_of(self, row: AccountRow) -> bool:
        """Tell whether it was opened with the key that the row has, and is not on its way out."""
        return not self.closing.is_set() and _key(self.row) == _key(row)


class OpenSessions:
    """Holds accounts open while its context is. Built in the process that alone holds keys."""

    def __init__(
        self,
        *,
        store: Store,
        places: Places,
        cache: Path,
        clock: Clock,
        budget_of: BudgetOf | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`cache` is the folder of the markets; `budget_of` replaces the budgets of every venue."""
        self._store = store
        self._places = places
        self._cache = cache
        self._clock = clock
        self._budgets = Budgets(clock, budget_of)
        self._patience = patience
        self._loops = Loops()
        self._keepers: dict[str, _Keeper] = {}
        self._known: dict[str, AccountRow] = {}
        self._is_remembering = False
        self._tables = SharedTables()
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def of(self, account_id: str) -> OpenSession:
        """Return the open session of an account; see `Sessions.of`."""
        row = await self._row(account_id)
        keeper = self._keepers.get(account_id)
        if keeper is None or not keeper.is_of(row):
            keeper = self._start(row, keeper)
        session = await asyncio.shield(keeper.opened)
        session.row = row
        return session

    async def all_active(self) -> Sequence[AccountRow]:
        """Return every active account opened here; without the database, those that were last known."""
        try:
            async with self._store.read() as rows:
                active = await rows.trading.accounts.where(status="active")
        except _UNREAD as error:
            if not self._known:
                raise
            self._remember(error)
            return [row for row in self._known.values() if row.status == "active"]
        self._is_remembering = False
        found = [row for row in active if self._places.may_open(row)]
        self._known = {row.id: row for row in found}
        for account_id, keeper in self._keepers.items():
            if account_id not in self._known and keeper.opened.done():
                keeper.closing.set()
        return found

    def is_open(self, account_id: str) -> bool:
        """Return whether an account is open, or being opened."""
        return account_id in self._keepers

    async def close(self, account_id: str) -> None:
        """Close an account, if it is open, and wait until it is."""
        keeper = self._keepers.get(account_id)
        if keeper is not None:
            keeper.closing.set()
            await keeper.closed.wait()

    async def try_out(self, connection: Connection) -> None:
        """Open an account and close it again.

        Raises:
            Misconfigured: its key is refused, by the venue or for what it may do.
            ExchangeUnavailable: the venue does not answer.
        """
        async with self._gate, self._opening(connection):
            pass

    async def __aenter__(self) -> Self:
        await self._loops.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._loops.__aexit__(kind, error, trace)

    async def _row(self, account_id: str) -> AccountRow:
        try:
            async with self._store.read() as rows:
                row = await rows.trading.accounts.get(account_id)
        except _UNREAD as error:
            row = self._known.get(account_id)
            if row is None:
                raise
            self._remember(error)
        if row is None or row.status == "unlinked":
            raise UserMistake("That account is not linked any more.", hint="Choose another with /account.")
        self._known[account_id] = row
        return row

    def _remember(self, error: OmegaError) -> None:
        """Say once that accounts are from now on as they were last known."""
        if not self._is_remembering:
            log.warning("accounts_as_last_known", reason=error.message)
        self._is_remembering = True

    def _start(self, row: AccountRow, before: _Keeper | None) -> _Keeper:
        keeper = _Keeper(row=row, opened=asyncio.get_running_loop().create_future())
        keeper.opened.add_done_callback(_look_at)
        self._keepers[row.id] = keeper
        if before is not None:
            before.closing.set()
        Context().run(self._loops.start, self._keep(keeper, before))  # it outlives whoever asked first
        return keeper

    async def _keep(self, keeper: _Keeper, before: _Keeper | None) -> None:
        """Open the account and hold it; whoever waits for it hears why where it cannot be opened."""
        try:
            if before is not None:
                await before.closed.wait()
            ended = await attempt(self._hold(keeper))
            if isinstance(ended, Failed):
                await self._failed(keeper, ended.error)
        finally:
            keeper.closed.set()
            keeper.opened.cancel()
            if self._keepers.get(keeper.row.id) is keeper:
                del self._keepers[keeper.row.id]

    async def _failed(self, keeper: _Keeper, error: Exception) -> None:
        """Let those who wait hear why; one that was open already is opened anew by whoever asks next."""
        is_ours = isinstance(error, OmegaError)
        log.warning(
            "account_not_opened",
            account=keeper.row.id,
            reason=str(error) if is_ours else type(error).__name__,
            exc_info=None if is_ours else error,
        )
        if keeper.opened.done():
            return
        refusal = error if isinstance(error, OmegaError) else _defect(keeper.row, error)
        await self._note(keeper.row, refusal)
        keeper.opened.set_exception(refusal)

    async def _hold(self, keeper: _Keeper) -> None:
        for left in reversed(range(_TRIES)):
            try:
                await self._open(keeper)
            except ExchangeBusy as error:
                if keeper.opened.done() or not left:
                    raise
                await asyncio.sleep(float(str(error.facts["retry_after"])))
            else:
                return

    async def _open(self, keeper: _Keeper) -> None:
        async with AsyncExitStack() as stack:
            async with self._gate:
                connection = self._places.connection(keeper.row)
                account = await stack.enter_async_context(self._opening(connection))
            await self._note(keeper.row, None)
            keeper.opened.set_result(OpenSession(keeper.row, account))
            await keeper.closing.wait()

    def _opening(self, connection: Connection) -> AbstractAsyncContextManager[CcxtAccount]:
        return open_account(
            connection,
            cache=self._cache,
            clock=self._clock,
            budget_of=self._budgets.of(connection.venue),
            patience=self._patience,
            shared=self._tables,
        )

    async def _note(self, row: AccountRow, refusal: OmegaError | None) -> None:
        """Keep whether the venue refuses the key of an account; one that it takes again is active again."""
        if refusal is None and row.status != "refused":
            return
        if refusal is not None and not _is_of_venue(refusal, row):
            return
        status, reason = ("active", "") if refusal is None else ("refused", refusal.message)
        is_as_it_was = {"status": row.status, "sealed": row.sealed}
        try:
            async with self._store.write() as rows:
                await rows.trading.accounts.change(
                    row.id, only_if=is_as_it_was, status=status, reason=reason, updated_at=self._clock.now()
                )
        except _UNREAD as error:
            log.warning("account_status_not_kept", account=row.id, status=status, reason=error.message)


def _is_of_venue(refusal: OmegaError, row: AccountRow) -> bool:
    return isinstance(refusal, Misconfigured) and row.mode == "live" and "venue" in refusal.facts


def _defect(row: AccountRow, error: Exception) -> Misconfigured:
    refusal = Misconfigured(
        f"The account {row.name} cannot be opened.",
        hint="Whoever runs this farm finds the reason in the log of the desk.",
    )
    refusal.__cause__ = error
    return refusal


def _key(row: AccountRow) -> tuple[str, str, str]:
    return row.venue, row.venue_account, row.sealed


def _look_at(opened: asyncio.Future[OpenSession]) -> None:
    """Take note of an error that nobody waits for any more; it is in the log."""
    if not opened.cancelled():
        opened.exception()
