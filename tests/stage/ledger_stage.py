"""What tests of the ledger stand on: fills as rows, an account that is told what happened, and a service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from persona_fakes import HandClock

from services.errors import UnknownMarket, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import Account, Balance, Fee, Fill, FundingPayment, Order, Orders
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.store.migrate import migrate
from services.store.store import Store, open_store
from services.store.trading_rows import AccountRow, FillRow, IntentRow
from services.trading.ledger.ledger import KeptLedger
from services.trading.ledger.service import LedgerService
from services.trading.messages import AccountView
from services.trading.ports import Holding, Picture

BTC, SPOT = "BTC/USDT:USDT", "BTC/USDT"
AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN, BOB = Caller(user_id="7"), Caller(user_id="8")


def facts(*values: object) -> tuple[object, ...]:
    """Return values that a type checker lets be compared with plain numbers."""
    return values


def account_row(name: str = "acc1", user: str = "7", **more: Any) -> AccountRow:
    return AccountRow(
        id=name,
        user_id=user,
        guild_id="",
        name="paper",
        venue="sandbox",
        mode="paper",
        status="active",
        created_at=AT,
        updated_at=AT,
        **more,
    )


def a_fill(
    number: int,
    side: str,
    amount: str | Decimal,
    price: str | Decimal,
    *,
    market: str = BTC,
    minute: float = 0,
    fee: str | Decimal = "0",
    fee_currency: str = "USDT",
    **more: Any,
) -> FillRow:
    """A fill as it is kept; `minute` after `AT`."""
    fields: dict[str, Any] = {"order_id": f"o{number}", "client_id": "", "is_maker": False} | more
    return FillRow(
        id=f"acc1:{market}:{number}",
        account_id="acc1",
        user_id="7",
        market=market,
        side=side,
        price=Decimal(price),
        amount=Decimal(amount),
        at=AT + timedelta(minutes=minute),
        fee=Decimal(fee),
        fee_currency=fee_currency,
        **fields,
    )


def row_of(fill: Fill) -> FillRow:
    """A venue's fill as it is kept, for tests without a store."""
    fee = fill.fee or Fee(amount=Decimal(0), currency="")
    return FillRow(
        id=f"acc1:{fill.market}:{fill.id}",
        account_id="acc1",
        user_id="7",
        market=fill.market,
        side=fill.side,
        price=fill.price,
        amount=fill.amount,
        at=fill.at,
        order_id=fill.order_id,
        client_id="",
        fee=fee.amount,
        fee_currency=fee.currency,
        is_maker=fill.is_maker,
        position_side=fill.position_side or "",
        realised=fill.realised,
    )


def told_fill(
    number: int, side: str, amount: str, price: str, *, market: str = BTC, minute: float = 0
) -> Fill:
    """A fill as a venue tells it."""
    return Fill(
        id=str(number),
        order_id=f"o{number}",
        market=market,
        side=side,  # type: ignore[arg-type]
        price=Decimal(price),
        amount=Decimal(amount),
        at=AT + timedelta(minutes=minute),
        fee=Fee(amount=Decimal("0.1"), currency="USDT"),
        is_maker=False,
    )


def an_intent(name: str, *, order_id: str = "", user: str = "7", **more: Any) -> IntentRow:
    fields: dict[str, Any] = {
        "status": "filled",
        "origin": "member",
        "group_id": "",
        "market": BTC,
        "side": "buy",
        "kind": "market",
        "amount": Decimal(1),
        "request": "{}",
        "created_at": AT,
        "updated_at": AT,
    } | more
    return IntentRow(
        id=name, account_id="acc1", user_id=user, client_id=f"omega{name}", order_id=order_id, **fields
    )


class ToldAccount:
    """An account of which a test says what happened there; counts what it was asked."""

    def __init__(self) -> None:
        self.told: list[Fill] = []
        self.paid: list[FundingPayment] = []
        self.coins: list[Balance] = []
        self.asked: list[tuple[str, datetime | None]] = []

    async def fills(self, market: str, *, since: datetime | None = None, limit: int = 100) -> Sequence[Fill]:
        self.asked.append((market, since))
        found = [one for one in self.told if one.market == market and (since is None or one.at >= since)]
        return found[-limit:]

    async def fundings(
        self, market: str, *, since: datetime | None = None, limit: int = 100
    ) -> Sequence[FundingPayment]:
        found = [one for one in self.paid if one.market == market and (since is None or one.at >= since)]
        return found[-limit:]

    async def balances(self) -> Sequence[Balance]:
        return self.coins


class Desk:
    """Sessions, pictures and the book of one account each of two members."""

    def __init__(self, clock: HandClock, account: Account, orders: Orders | None = None) -> None:
        self.clock = clock
        self.account = account
        self.orders = cast("Orders", orders)
        self.row = account_row()
        self.nature = "simulated"
        self.holdings: tuple[Holding, ...] = ()
        self.open: tuple[Order, ...] = ()
        self.equity: Decimal | None = Decimal(10_000)
        self.trouble: Exception | None = None

    def market(self, name: str) -> Market:
        if name not in {BTC, SPOT}:
            raise UnknownMarket.of(name, [])
        return Market(name=name, tick=Decimal("0.1"))

    async def of(self, account_id: str) -> Desk:
        del account_id
        if self.trouble is not None:
            raise self.trouble
        return self

    async def all_active(self) -> Sequence[AccountRow]:
        return [self.row]

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        if caller.user_id == "7" and account in {"", "acc1"}:
            return self.row
        if caller.user_id == "8" and account in {"", "acc2"}:
            return account_row("acc2", "8")
        raise UserMistake("There is no such account.")

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        del caller
        return AccountView(id=row.id, name=row.name, venue=row.venue, mode="paper", status=row.status)

    def may_send(self, row: AccountRow) -> str:
        del row
        return ""


class Pictured:
    """Shows what the desk of a test holds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.lag = 0.0
        """How old they are."""

    async def of(self, account_id: str, *, max_age: float = 0.0) -> Picture:
        del max_age
        if self._desk.trouble is not None:
            raise self._desk.trouble
        return Picture(
            row=replace(self._desk.row, id=account_id),
            equity=self._desk.equity,
            free=None,
            currency="USDT",
            holdings=self._desk.holdings,
            orders=self._desk.open,
            at=self._desk.clock.now() - timedelta(seconds=self.lag),
        )


class Books:
    """The ledger and its service, with all that they stand on."""

    def __init__(self, store: Store, account: Account, orders: Orders | None = None) -> None:
        self.clock = HandClock()
        self.store = store
        self.desk = Desk(self.clock, account, orders)
        self.pictures = Pictured(self.desk)
        self.slept: list[float] = []
        self.ledger = KeptLedger(
            store=store,
            sessions=self.desk,
            pictures=self.pictures,
            clock=self.clock,
            sleep=self._sleep,
        )
        self.service = LedgerService(
            ServiceConfig(),
            store=store,
            book=self.desk,
            ledger=self.ledger,
            pictures=self.pictures,
            clock=self.clock,
        )
        self.rounds = 0

    async def _sleep(self, seconds: float) -> None:
        """Let time pass at once, for as many rounds as a test wants."""
        self.slept.append(seconds)
        if len(self.slept) > self.rounds:
            raise StopRunningError
        self.clock.seconds += seconds

    async def put(self, *rows: FillRow | IntentRow) -> None:
        async with self.store.write() as found:
            await found.trading.fills.put(*(one for one in rows if isinstance(one, FillRow)))
            await found.trading.intents.put(*(one for one in rows if isinstance(one, IntentRow)))


class StopRunningError(Exception):
    """The test has seen enough of a loop."""


@asynccontextmanager
async def open_books(
    folder: Path, account: Account | None = None, orders: Orders | None = None
) -> AsyncIterator[Books]:
    path = folder / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=HandClock()) as store:
        yield Books(store, account or cast("Account", ToldAccount()), orders)
