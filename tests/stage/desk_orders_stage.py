"""The orders of a desk on a real database, at a venue that does at once what a test says."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from desk_orders_venue import NOON, HandClock, Venue
from market_answers import levels
from persona_fakes import FakeBus

from services.alerts.trading_posts import DeskTold, Event
from services.errors import ExchangeUnavailable, UnknownMarket, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import AccountModes, Order, Position
from services.market.messages import Book, GetBook, GetQuote, Origin, Quote
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.store.migrate import migrate
from services.store.store import Store, open_store
from services.store.trading_rows import AccountRow
from services.trading.intents.intent import Intent, Judged
from services.trading.messages import AccountView, Verdict
from services.trading.orders.messages import ConfirmTicket, DraftOrder, OrderTerms, Outcome, Ticket
from services.trading.orders.service import OrdersService
from services.trading.ports import DeskBus, Holding, Picture, Session

BTC, SPOT = "BTC/USDT:USDT", "BTC/USDT"
ANN, BOB = Caller(user_id="7", guild_id="10"), Caller(user_id="8", guild_id="10")
PAPER = AccountRow(
    id="acc",
    user_id="7",
    guild_id="10",
    name="paper",
    venue="sandbox",
    mode="paper",
    status="active",
    created_at=NOON,
    updated_at=NOON,
)
LIVE = replace(PAPER, id="live", name="real", mode="live", venue="bitget", consented_at=NOON)
SWAP = Market(
    name=BTC,
    tick=Decimal("0.1"),
    step=Decimal("0.001"),
    min_amount=Decimal("0.001"),
    min_cost=Decimal(5),
    maker_fee=Decimal("0.0002"),
    taker_fee=Decimal("0.0006"),
    max_leverage=Decimal(125),
)
MARKETS = {BTC: SWAP, SPOT: replace(SWAP, name=SPOT, max_leverage=None)}


@dataclass
class Desk:
    """The parts around the orders: each says what a test lays down and keeps what it is told."""

    accounts: dict[str, AccountRow] = field(default_factory=lambda: {"acc": PAPER, "live": LIVE})
    why_not: str = ""
    refusal: str = ""
    codes: set[str] = field(default_factory=lambda: {"123456"})
    equity: Decimal | None = Decimal(10_000)
    holdings: list[Holding] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    is_hedged: bool = False
    is_unified: bool = False
    is_out_of_reach: bool = False
    events: dict[str, Event] = field(default_factory=dict)
    judged: list[Intent] = field(default_factory=list)

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        row = self.accounts.get(account or "acc")
        if row is None or row.user_id != caller.user_id:
            raise UserMistake("There is no such account.")
        return row

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        del caller
        return AccountView(
            id=row.id, name=row.name, venue=row.venue, mode=cast("Any", row.mode), status=row.status
        )

    def may_send(self, row: AccountRow) -> str:
        del row
        return self.why_not

    async def check(self, user_id: str, code: str) -> None:
        del user_id
        if code not in self.codes:
            raise UserMistake("That is another code.")
        self.codes.discard(code)

    async def is_in_force(self, user_id: str) -> bool:
        del user_id
        return True

    async def judge(self, intent: Intent, session: Session) -> Judged:
        del session
        self.judged.append(intent)
        verdict = Verdict(rule="size", words=self.refusal or "Size", is_passed=not self.refusal)
        return Judged(state="ACTIVE", verdicts=(verdict,))

    async def modes(self) -> AccountModes:
        return AccountModes(is_hedged=self.is_hedged, is_unified=self.is_unified)

    async def tell(self, event: Event) -> None:
        self.events.setdefault(event.id, event)

    async def write(self, *line: object, **more: object) -> None:
        del line, more

    @property
    def news(self) -> list[DeskTold]:
        return [event.body for event in self.events.values() if isinstance(event.body, DeskTold)]


@dataclass
class OpenAccount:
    """A session, and the sessions and pictures of which it is one."""

    desk: Desk
    clock: HandClock
    row: AccountRow = PAPER
    nature: str = "simulated"

    @property
    def account(self) -> Desk:
        return self.desk

    @property
    def orders(self) -> None:
        return None

    def market(self, name: str) -> Market:
        if name not in MARKETS:
            raise UnknownMarket.of(name, [BTC])
        return MARKETS[name]


class Sessions:
    def __init__(self, desk: Desk, clock: HandClock) -> None:
        self._desk = desk
        self._clock = clock

    async def of(self, account_id: str) -> Any:
        if self._desk.is_out_of_reach:
            raise ExchangeUnavailable(account_id)
        return OpenAccount(self._desk, self._clock, self._desk.accounts[account_id])

    async def all_active(self) -> Sequence[AccountRow]:
        return list(self._desk.accounts.values())


class Pictures:
    def __init__(self, desk: Desk, clock: HandClock) -> None:
        self._desk = desk
        self._clock = clock

    async def of(self, account_id: str, *, max_age: float = 0.0) -> Picture:
        del max_age
        return Picture(
            row=self._desk.accounts[account_id],
            equity=self._desk.equity,
            free=self._desk.equity,
            currency="USDT",
            holdings=tuple(self._desk.holdings),
            orders=tuple(self._desk.orders),
            at=self._clock.now(),
        )


def holding(side: str = "long", amount: str = "0.5", entry: str = "58000", **more: Any) -> Holding:
    """Return an open position of the swap."""
    position = Position(
        market=BTC,
        side=cast("Any", side),
        amount=Decimal(amount),
        entry=Decimal(entry),
        as_of=NOON,
        mark=Decimal(60_000),
        leverage=Decimal(10),
        **more,
    )
    return Holding(position=position, market=SWAP)


def resting(order_id: str, kind: str, *, side: str = "sell", amount: str = "0.5", **more: Any) -> Order:
    """Return an order that waits at the venue and only reduces."""
    known: dict[str, Any] = {"is_reduce_only": True, "client_id": None, **more}
    return Order(
        id=order_id,
        market=BTC,
        side=cast("Any", side),
        kind=cast("Any", kind),
        status="waiting",
        amount=Decimal(amount),
        filled=Decimal(0),
        remaining=Decimal(amount),
        created_at=NOON,
        updated_at=NOON,
        **known,
    )


@dataclass
class Stage:
    """Orders at work."""

    service: OrdersService
    venue: Venue
    desk: Desk
    bus: FakeBus
    store: Store
    clock: HandClock
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def draft(self, caller: Caller = ANN, account: str = "", **terms: Any) -> Ticket:
        """Draft an order to buy a little at the market, unless told otherwise."""
        more = {name: terms.pop(name) for name in ("locale", "replaces") if name in terms}
        asked = OrderTerms(**{"market": BTC, "side": "buy", "size": "0.01", **terms})
        request = DraftOrder(id=f"d{next(self.numbers)}", caller=caller, account=account, terms=asked, **more)
        return await self.service.process(request)

    async def confirm(self, ticket: Ticket | str, request_id: str = "", **more: Any) -> Outcome:
        ticket_id = ticket if isinstance(ticket, str) else ticket.id
        given = {"caller": ANN, **more}
        number = request_id or f"c{next(self.numbers)}"
        return await self.service.process(ConfirmTicket(id=number, ticket=ticket_id, **given))

    async def began(self, **terms: Any) -> str:
        """Draft and confirm, and return the id of the ticket, which is that of its plan."""
        ticket = await self.draft(**terms)
        await self.confirm(ticket)
        return ticket.id

    async def plan(self, plan_id: str) -> Any:
        async with self.store.read() as rows:
            return await rows.trading.plans.get(plan_id)

    async def later(self, plan_id: str, seconds: float) -> None:
        """Let time pass, and the plan be asked."""
        self.clock.seconds += seconds
        await self.service.keeper.step(plan_id)

    def sent(self) -> list[tuple[str, str, str, str]]:
        """Return side, kind, amount and price of what was sent, oldest first."""
        return [
            (one.request.side, one.request.kind, plain(one.request.amount), plain(_price(one)))
            for one in self.venue.sent
        ]


def plain(number: Decimal | None) -> str:
    """Write a number without zeros at its end."""
    return "None" if number is None else f"{number.normalize():f}"


def _price(intent: Intent) -> Decimal | None:
    return intent.request.trigger_price or intent.request.price


class Answers:
    """What the market process answers."""

    def __init__(self, venue: Venue, clock: HandClock) -> None:
        self._venue = venue
        self._clock = clock

    def origin(self) -> Origin:
        now = self._clock.now()
        return Origin(venue="sandbox", nature="simulated", as_of=now, received_at=now)

    def quote(self, request: GetQuote) -> Quote:
        names: Mapping[str, str] = {"BTC": BTC, BTC: BTC, SPOT: SPOT}
        if request.market not in names:
            raise UnknownMarket.of(request.market, [BTC])
        return Quote(
            market=names[request.market],
            price=self._venue.price,
            tick=Decimal("0.1"),
            origin=self.origin(),
            mark=self._venue.price,
        )

    def book(self, request: GetBook) -> Book:
        near, far = self._venue.price, Decimal(100)
        return Book(
            market=request.market,
            bids=levels((str(near), "1"), (str(near - far), "10")),
            asks=levels((str(near), "1"), (str(near + far), "10")),
            tick=Decimal("0.1"),
            origin=self.origin(),
        )


_EMPTY: dict[str, bytes] = {}
"""An empty database: brought up to date once, and copied for each test."""


async def _empty(folder: Path) -> bytes:
    if not _EMPTY:
        await migrate(None, path=folder / "empty.db")
        _EMPTY["file"] = (folder / "empty.db").read_bytes()
    return _EMPTY["file"]


@asynccontextmanager
async def a_desk(folder: Path, **laid_down: Any) -> AsyncIterator[Stage]:
    """Open the orders of a desk with an empty database."""
    clock, desk = HandClock(), Desk(**laid_down)
    path = folder / "omega.db"
    path.write_bytes(await _empty(folder))
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock) as store:
        async with store.write() as rows:
            await rows.trading.accounts.put(PAPER, LIVE)
        yield on(store, clock, desk)


def on(store: Store, clock: HandClock, desk: Desk, venue: Venue | None = None, *, wait: float = 0.0) -> Stage:
    """Begin the orders of a desk anew on a database."""
    venue = venue or Venue(store, clock)
    answers, bus = Answers(venue, clock), FakeBus(clock)
    bus.answers |= {GetQuote: cast("Any", answers.quote), GetBook: cast("Any", answers.book)}
    numbers = itertools.count(int(clock.seconds * 1000) + 1)
    service = OrdersService(
        ServiceConfig(),
        store=store,
        book=desk,
        factor=desk,
        gate=desk,
        intents=venue,
        pictures=Pictures(desk, clock),
        sessions=Sessions(desk, clock),
        bus=cast("DeskBus", bus),
        journal=cast("Any", desk),
        teller=desk,
        clock=clock,
        token=lambda: f"ticket{next(numbers):06}",
        wait=wait,
    )
    return Stage(service=service, venue=venue, desk=desk, bus=bus, store=store, clock=clock)
