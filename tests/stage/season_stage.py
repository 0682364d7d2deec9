"""The paper service on a real database: accounts that are worth what a test says, orders that cancel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from desk_accounts_stage import LIVE, NotingSessions, a_store
from persona_fakes import HandClock

from services.errors import ExchangeUnavailable, UnknownMarket, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import Order
from services.members.messages import Caller, Right
from services.omega import ServiceConfig
from services.store.store import Store
from services.store.trading_rows import AccountRow, IntentRow, PlanRow
from services.trading.accounts.book import MemberAccounts
from services.trading.ports import ClosedTrade, EquityPoint, Picture
from services.trading.seasons.ground import Ground
from services.trading.seasons.messages import (
    GetLeaderboard,
    JoinSeason,
    Leaderboard,
    Place,
    ResetPaper,
    StartSeason,
)
from services.trading.seasons.service import PaperService
from services.trading.strategies.ground import Runs
from services.trading.strategies.messages import RUNS_CHANGED

ADA, BOB, EVE = (Caller(user_id=number, guild_id="10") for number in ("1", "2", "3"))
BTC = "BTC/USDT:USDT"
START = Decimal(10_000)


@dataclass
class House:
    """A venue and a ledger that say what a test laid down."""

    store: Store
    clock: HandClock
    equity: Decimal | None = START
    is_away: bool = False
    orders: dict[str, list[Order]] = field(default_factory=dict)
    canceled: list[str] = field(default_factory=list)
    traders: list[str] = field(default_factory=list)
    """Those who were told that their runs are others now."""
    sticks: bool = False
    """Whether an order stays open although it was canceled."""
    marks: dict[str, list[EquityPoint]] = field(default_factory=dict)
    closed: dict[str, list[ClosedTrade]] = field(default_factory=dict)

    async def of(self, account_id: str, *, max_age: float = 0.0) -> Picture:
        del max_age
        if self.is_away:
            raise ExchangeUnavailable("The venue does not answer.")
        return Picture(
            row=await self._row(account_id),
            equity=self.equity,
            free=self.equity,
            currency="USDT",
            holdings=(),
            orders=tuple(self.orders.get(account_id, ())),
            at=self.clock.now(),
        )

    async def _row(self, account_id: str) -> AccountRow:
        async with self.store.read() as rows:
            row = await rows.trading.accounts.get(account_id)
        if row is None or row.status == "unlinked":
            raise UserMistake("That account is not linked any more.")
        return row

    async def submit(self, intent: Any) -> IntentRow:
        raise AssertionError(intent)

    async def row(self, intent_id: str) -> None:
        raise AssertionError(intent_id)

    async def cancel(self, account_id: str, intent_or_order: str) -> Any:
        self.canceled.append(intent_or_order)
        if not self.sticks:
            async with self.store.write() as rows:
                for row in await rows.trading.intents.where(account_id=account_id, order_id=intent_or_order):
                    await rows.trading.intents.change(row.id, status="canceled")
        return SimpleNamespace(status="open" if self.sticks else "canceled")

    async def append(self, log: Any, message: Any) -> str:
        assert log == RUNS_CHANGED
        self.traders.append(message.trader)
        return ""

    async def cancel_all(self, account_id: str, /) -> None:
        async with self.store.write() as rows:
            for plan in await rows.trading.plans.where(account_id=account_id, status="active"):
                await rows.trading.plans.change(plan.id, status="canceled")

    async def trades(self, account_id: str, *, since: datetime | None = None) -> Sequence[ClosedTrade]:
        return [one for one in self.closed.get(account_id, []) if since is None or one.closed_at >= since]

    async def equity_of(self, account_id: str, since: datetime | None) -> Sequence[EquityPoint]:
        return [one for one in self.marks.get(account_id, []) if since is None or one.at >= since]

    async def record(self, account_id: str) -> int:
        await self.of(account_id)
        return 0


@dataclass
class Books:
    """The ledger of a house."""

    house: House

    async def trades(self, account_id: str, *, since: datetime | None = None) -> Sequence[ClosedTrade]:
        return await self.house.trades(account_id, since=since)

    async def equity(self, account_id: str, *, since: datetime | None = None) -> Sequence[EquityPoint]:
        return await self.house.equity_of(account_id, since)

    async def record(self, account_id: str) -> int:
        return await self.house.record(account_id)


class OneMarket(NotingSessions):
    """Sessions of a venue that lists one market."""

    async def of(self, account_id: str) -> Any:
        session = await super().of(account_id)
        session.market = _only_btc
        return session


def _only_btc(name: str) -> Market:
    if name != BTC:
        raise UnknownMarket.of(name, [BTC])
    return Market(name=name, tick=Decimal("0.1"))


@dataclass
class SeasonStage:
    """The service, and the short way to what members do."""

    service: PaperService
    house: House
    store: Store
    clock: HandClock
    book: MemberAccounts

    async def start(self, caller: Caller = ADA, number: str = "s1", **more: Any) -> Leaderboard:
        given = {"name": "Spring", "days": 7, **more}
        return await self.service.process(StartSeason(id=number, caller=caller, **given))

    async def join(self, caller: Caller, name: str = "", number: str = "j", **more: Any) -> Leaderboard:
        asked = JoinSeason(id=number, caller=caller, name=name, **more)
        return await self.service.process(asked)

    async def board(self, caller: Caller = ADA) -> Leaderboard:
        return await self.service.process(GetLeaderboard(caller=caller))

    async def reset(self, caller: Caller = ADA, number: str = "r1") -> Any:
        return await self.service.process(ResetPaper(id=number, caller=caller))

    async def did(self, caller: Caller, *, equity: str, trades: int, low: str = "") -> None:
        """Let the caller's account in use have come to so much, over a low."""
        account = await self.book.chosen(caller)
        self.clock.seconds += 600
        at = self.clock.now()
        values = [Decimal(low)] if low else []
        points = [EquityPoint(at=at, equity=one) for one in (*values, Decimal(equity))]
        self.house.marks.setdefault(account.id, []).extend(points)
        self.house.closed.setdefault(account.id, []).extend(a_trade(at) for _ in range(trades))

    async def later(self, **time: float) -> None:
        """Let time pass, and what is due be done."""
        self.clock.seconds += timedelta(**time).total_seconds()
        await self.service.look_after()

    async def place(self, name: str, caller: Caller = ADA) -> Place:
        return next(one for one in (await self.board(caller)).places if one.name == name)


@asynccontextmanager
async def a_farm(folder: Path, *, temperaments: Sequence[str] = ()) -> AsyncIterator[SeasonStage]:
    """Open the paper service with an empty database; Ada is an admin."""
    clock = HandClock()
    async with a_store(folder, clock) as store:
        house, book = House(store, clock), MemberAccounts(store=store, desk=LIVE, clock=clock)

        async def right_of(caller: Caller) -> Right:
            return "admin" if caller == ADA else "trader"

        ground = Ground(
            store=store,
            book=book,
            sessions=OneMarket(store),
            intents=house,
            plans=house,
            runs=Runs(store=store, bus=house, clock=clock),  # type: ignore[arg-type]  # one verb of the bus
            ledger=Books(house),
            pictures=house,
            right_of=right_of,
            clock=clock,
            temperaments=temperaments,
        )
        service = PaperService(ServiceConfig(), ground)
        yield SeasonStage(service, house, store, clock, book)


def a_trade(at: datetime, net: str = "1") -> ClosedTrade:
    return ClosedTrade(
        market=BTC,
        side="long",
        opened_at=at,
        closed_at=at,
        amount=Decimal(1),
        entry=Decimal(100),
        exit=Decimal(101),
        realised=Decimal(net),
        fees=Decimal(0),
        funding=Decimal(0),
    )


def an_order(order_id: str, at: datetime) -> Order:
    return Order(
        id=order_id,
        client_id=None,
        market=BTC,
        side="buy",
        kind="limit",
        status="open",
        amount=Decimal(1),
        filled=Decimal(0),
        remaining=Decimal(1),
        created_at=at,
        updated_at=at,
    )


def an_intent(account: AccountRow, order_id: str, *, status: str = "open") -> IntentRow:
    return IntentRow(
        id=f"i{order_id}",
        account_id=account.id,
        user_id=account.user_id,
        client_id=f"c{order_id}",
        status=status,
        origin="member",
        group_id="",
        market=BTC,
        side="buy",
        kind="limit",
        amount=Decimal(1),
        request="{}",
        created_at=account.created_at,
        updated_at=account.created_at,
        order_id=order_id,
    )


def a_plan(account: AccountRow) -> PlanRow:
    return PlanRow(
        id="p1",
        account_id=account.id,
        user_id=account.user_id,
        kind="twap",
        market=BTC,
        status="active",
        body="{}",
        due_at=None,
        created_at=account.created_at,
        updated_at=account.created_at,
    )
