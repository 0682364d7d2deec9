"""A desk as far as the kill switch needs one: accounts at a local exchange, a latch, and no bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from account_stage import NoLimit
from sandbox_exchange_stage import SANDBOX_KEY

from sandbox.exchange.keys import credentials
from services.alerts.trading_posts import Event
from services.clock import SystemClock
from services.errors import BusUnavailable, UserMistake
from services.exchange.orders import Account, OrderRequest, Orders
from services.exchange.venues.account import Patience, open_account
from services.exchange.venues.addresses import Connection, Credentials
from services.loops import Loops
from services.members.messages import Caller, Right
from services.omega import ServiceConfig
from services.store.migrate import migrate
from services.store.store import Store, open_store
from services.store.trading_rows import AccountRow
from services.trading.killswitch.drill import Drill, DrillAccount
from services.trading.killswitch.flattening import Flattening
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.news import News
from services.trading.killswitch.reach import Pace
from services.trading.killswitch.resuming import Resuming
from services.trading.killswitch.roster import Roster
from services.trading.killswitch.service import KillSwitchService, ServiceParts
from services.trading.killswitch.switch import KillSwitch, SwitchParts

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
BEGAN = datetime(2025, 6, 24, 12, 0, tzinfo=UTC)
SWIFT = Pace(look=0.05, again=(0.05, 0.1), round=5.0, plans=0.2)


def account_row(name: str, user: str = "", **changes: Any) -> AccountRow:
    """Return the row of a paper account whose id and name everywhere are `name`."""
    row = AccountRow(
        id=name,
        user_id=user or f"user-{name}",
        guild_id="",
        name=name,
        venue="sandbox",
        mode="paper",
        status="active",
        created_at=BEGAN,
        updated_at=BEGAN,
        venue_account=name,
    )
    return replace(row, **changes)


def an_order(name: str, side: str = "buy", amount: str = "0.01", **more: Any) -> OrderRequest:
    """Return an order whose client id is `name`; a market order unless it says otherwise."""
    asked = {"market": BTC, "kind": "limit" if "price" in more else "market", **more}
    return OrderRequest(side=side, amount=Decimal(amount), client_id=name, **asked)  # type: ignore[arg-type]


@asynccontextmanager
async def keyed_account(url: str, name: str, cache: Path) -> AsyncIterator[Any]:
    """Open the sandbox's account of that name with the key of a desk, over the wire."""
    own = credentials(name, SANDBOX_KEY)
    keys = Credentials(
        key=own.key, secret=own.secret.get_secret_value(), passphrase=own.passphrase.get_secret_value()
    )
    connection = Connection(venue="sandbox", base_url=url, credentials=keys)
    patience = Patience(look_again=(0.02, 0.05))
    async with open_account(
        connection, cache=cache, clock=SystemClock(), patience=patience, budget_of=lambda _: NoLimit()
    ) as account:
        yield account


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, as far as the kill switch looks at one."""

    row: AccountRow
    account: Account
    orders: Orders


class KeyedSessions:
    """Accounts, each opened at its first use; those of `away` are not to be reached."""

    def __init__(self, url: str, folder: Path, rows: Sequence[AccountRow], opened: AsyncExitStack) -> None:
        self.rows = {row.id: row for row in rows}
        self.away: set[str] = set()
        self._url = url
        self._folder = folder
        self._opened = opened
        self._open: dict[str, Opened] = {}
        self._turn = asyncio.Lock()

    async def of(self, account_id: str) -> Any:
        if account_id not in self.rows:
            raise UserMistake("There is no such account.")
        if account_id in self.away:
            raise ConnectionResetError("a defect of the adapter, not one of our errors")
        async with self._turn:
            if account_id not in self._open:
                row = self.rows[account_id]
                opening = keyed_account(self._url, row.venue_account, self._folder)
                account = await self._opened.enter_async_context(opening)
                self._open[account_id] = Opened(row, account, account.orders)
            return self._open[account_id]

    async def all_active(self) -> Sequence[AccountRow]:
        return list(self.rows.values())

    def is_open(self, account_id: str) -> bool:
        return account_id in self.rows

    async def close(self, account_id: str) -> None:
        raise AssertionError(f"{account_id} stays open")


@dataclass
class Others:
    """Everything else of a desk, all of it broken where `is_broken`."""

    is_broken: bool = False
    right: Right = "member"
    code: str = ""
    """Of the second factor that everybody has; without one nobody has."""
    events: list[Event] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)

    def _fail(self) -> None:
        if self.is_broken:
            raise ZeroDivisionError("the profit could not be computed")

    async def tell(self, event: Event) -> None:
        self._fail()
        self.events.append(event)

    async def write(
        self, row: AccountRow, kind: str, words: str, *, facts: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        del row, kind, words, facts, more
        self._fail()

    async def publish(self, topic: Any, message: Any) -> None:
        del topic
        if self.is_broken:
            raise BusUnavailable("Redis does not answer.")
        self.said.append(message)

    async def append(self, log: Any, message: Any) -> str:
        await self.publish(log, message)
        return ""

    async def cancel_all(self, account_id: str) -> None:
        self._fail()
        self.plans.append(account_id)

    async def right_of(self, caller: Caller) -> Right:
        del caller
        return self.right

    async def is_in_force(self, user_id: str) -> bool:
        del user_id
        return bool(self.code)

    async def check(self, user_id: str, code: str) -> None:
        del user_id
        if code != self.code:
            raise UserMistake("The code is not right.")


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A kill switch at work."""

    folder: DeskFolder
    store: Store
    latch: FileLatch
    switch: KillSwitch
    roster: Roster
    resuming: Resuming
    service: KillSwitchService
    sessions: Any
    others: Others


@asynccontextmanager
async def opened_latch(folder: Path) -> AsyncIterator[tuple[FileLatch, Store]]:
    """Open a latch on a database and a file in `folder`; it does not run."""
    clock, path = SystemClock(), folder / "omega.db"
    await migrate(None, path=path)
    opening = open_store(None, path=path, busy_timeout=timedelta(seconds=0.2), clock=clock)
    async with opening as store:
        latch = FileLatch(DeskFolder.below(folder).latch, store, clock=clock)
        await latch.open()
        yield latch, store


def _service(
    parts: SwitchParts, switch: KillSwitch, resuming: Resuming, drills: Drill, known: Others
) -> KillSwitchService:
    offered = ServiceParts(
        switch=switch,
        latch=parts.latch,
        roster=parts.roster,
        resuming=resuming,
        drills=drills,
        news=parts.news,
        right_of=known.right_of,
        clock=parts.clock,
    )
    return KillSwitchService(ServiceConfig(), offered)


@asynccontextmanager
async def switch_at(
    folder: Path, sessions: Any, *, others: Others | None = None, has_sandbox: bool = True, desk: Any = None
) -> AsyncIterator[Staged]:
    """Run a kill switch over `sessions`."""
    clock, known = SystemClock(), others or Others()
    async with opened_latch(folder) as (latch, store):
        place, roster = DeskFolder.below(folder), Roster(sessions.all_active)
        news = News(known, known, known)  # type: ignore[arg-type]  # of all verbs two are used
        parts = SwitchParts(
            folder=place,
            latch=latch,
            roster=roster,
            flattening=Flattening(sessions, plans=known, pace=SWIFT),
            news=news,
            clock=clock,
            openings=sessions,
        )
        switch = KillSwitch(parts)
        resuming = Resuming(switch, latch, factors=known, news=news, clock=clock)
        account = DrillAccount(store, has_sandbox=has_sandbox, clock=clock)
        drills = Drill(switch, latch, account=account, sessions=sessions, desk=desk, clock=clock)
        staged = Staged(
            folder=place,
            store=store,
            latch=latch,
            switch=switch,
            roster=roster,
            resuming=resuming,
            sessions=sessions,
            others=known,
            service=_service(parts, switch, resuming, drills, known),
        )
        await roster.now()
        async with Loops(latch.run(), switch.run()):
            yield staged
