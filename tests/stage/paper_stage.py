"""What tests of the paper exchange stand on: one account, two markets, and time that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from analytics.candles import Candles
from services.clock import Clock
from services.errors import ExchangeUnavailable, NotOffered, UnknownMarket
from services.exchange.exchange import (
    Capability,
    Channel,
    Funding,
    Level,
    Market,
    Nature,
    OpenInterest,
    OrderBook,
    Side,
    Ticker,
    Trade,
    Update,
)
from services.exchange.orders import Balance, Fill, Order, OrderRequest, Position
from services.exchange.paper.engine import PaperEngine
from services.exchange.paper.events import (
    AccountOpened,
    Amended,
    Canceled,
    Event,
    HedgingSet,
    LeverageSet,
    MarginModeSet,
    MarketsListed,
    Placed,
    Seen,
    Told,
    Woken,
)
from services.exchange.paper.margin import Tier
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.state import AccountState, OrderState, PositionState
from services.exchange.paper.worth import Equity

SWAP = "ETH/USDT:USDT"
SPOT = "ETH/USDT"
OTHER = "BTC/USDT:USDT"
START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
ME = "me"
TIERS = (
    Tier(up_to=Decimal(100_000), rate=Decimal("0.005"), max_leverage=Decimal(100)),
    Tier(up_to=Decimal(10_000_000), rate=Decimal("0.0065"), max_leverage=Decimal(50)),
)
MARKETS = (
    Market(
        name=SWAP,
        tick=Decimal("0.1"),
        step=Decimal("0.01"),
        min_amount=Decimal("0.01"),
        min_cost=Decimal(5),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0006"),
        max_leverage=Decimal(100),
        funding_hours=8,
    ),
    Market(name=OTHER, tick=Decimal("0.1"), step=Decimal("0.001"), max_leverage=Decimal(100)),
    Market(
        name=SPOT,
        tick=Decimal("0.1"),
        step=Decimal("0.01"),
        min_cost=Decimal(1),
        maker_fee=Decimal("0.001"),
        taker_fee=Decimal("0.001"),
    ),
)
INSTANT = PaperSettings(entry_latency=0, response_latency=0, tiers=TIERS, price_band=Decimal("0.1"))

Money = str | int | Decimal
Rows = Iterable[tuple[Money, Money]]


def dec(value: Money | None) -> Decimal | None:
    """A number as people write it; None stays."""
    return None if value is None else Decimal(value)


def a_book(
    bids: Rows, asks: Rows, *, market: str = SWAP, as_of: datetime = START, is_simulated: bool = False
) -> OrderBook:
    """A picture of a book."""
    return OrderBook(
        market=market,
        bids=tuple(Level(Decimal(price), Decimal(amount)) for price, amount in bids),
        asks=tuple(Level(Decimal(price), Decimal(amount)) for price, amount in asks),
        as_of=as_of,
        nature="replay",
        is_depth_simulated=is_simulated,
    )


def a_request(side: Side, amount: Money, price: Money | None = None, **more: Any) -> OrderRequest:
    """A limit order where it has a price, else a market order, unless `more` says otherwise."""
    more = {key: Decimal(value) if isinstance(value, int) else value for key, value in more.items()}
    for key in ("trigger_price", "stop_loss", "take_profit", "shown_amount", "trailing_percent"):
        if isinstance(more.get(key), str):
            more[key] = Decimal(more[key])
    fields = {"market": SWAP, "kind": "market" if price is None else "limit", "client_id": "", **more}
    return OrderRequest(side=side, amount=Decimal(amount), price=dec(price), **fields)


def status(order: OrderState) -> str:
    """How an order stands now; read anew each time, unlike what a type checker remembers."""
    return order.status


class Scene:
    """An engine with one account, in which every step takes a tenth of a second."""

    def __init__(
        self,
        settings: PaperSettings = INSTANT,
        *,
        is_unified: bool = False,
        markets: Sequence[Market] = MARKETS,
    ) -> None:
        self.engine = PaperEngine(venue="somewhere", settings=settings)
        self.now = START
        self.journal: list[Event] = []
        self.told: list[Told] = []
        self._printed = 0
        self.apply(MarketsListed(at=self.now, markets=tuple(markets)))
        self.apply(AccountOpened(at=self.now, account=ME, is_unified=is_unified))

    @property
    def state(self) -> AccountState:
        """Everything about the account."""
        return self.engine.holders[ME].state

    def apply(self, event: Event) -> list[Told]:
        self.journal.append(event)
        told = list(self.engine.apply(event))
        self.told += told
        return told

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.apply(Woken(at=self.now))

    def see(self, update: Update) -> list[Told]:
        self.now += timedelta(seconds=0.1)
        return self.apply(Seen(at=self.now, update=update))

    def book(self, bids: Rows, asks: Rows, *, market: str = SWAP, is_simulated: bool = False) -> None:
        self.see(a_book(bids, asks, market=market, as_of=self.now, is_simulated=is_simulated))

    def ticker(self, price: Money, *, mark: Money | None = None, market: str = SWAP) -> list[Told]:
        return self.see(
            Ticker(market=market, price=Decimal(price), as_of=self.now, nature="replay", mark=dec(mark))
        )

    def trade(self, side: Side, amount: Money, price: Money, *, market: str = SWAP) -> list[Told]:
        self._printed += 1
        return self.see(
            Trade(
                market=market,
                id=str(self._printed),
                price=Decimal(price),
                amount=Decimal(amount),
                side=side,
                as_of=self.now,
                nature="replay",
            )
        )

    def market(self, price: Money = 3200, *, market: str = SWAP, depth: Money = 1000) -> None:
        """Quote one price: a book one tick round it, and a ticker."""
        at = Decimal(price)
        self.book([(at - Decimal("0.1"), depth)], [(at + Decimal("0.1"), depth)], market=market)
        self.ticker(at, market=market)

    def place(self, side: Side, amount: Money, price: Money | None = None, **more: Any) -> OrderState:
        self.now += timedelta(seconds=0.1)
        told = self.apply(Placed(at=self.now, account=ME, request=a_request(side, amount, price, **more)))
        ids = [one.change.id for one in told if isinstance(one.change, Order) and not one.change.filled]
        # What was told with it may be of orders that are forgotten since.
        known = [one for one in ids if (found := self.state.order(one)) is not None and found.parent is None]
        return self.order(max(known, key=int))

    def amend(self, order: OrderState, *, price: Money | None = None, amount: Money | None = None) -> None:
        self.apply(Amended(at=self.now, account=ME, order_id=order.id, price=dec(price), amount=dec(amount)))

    def cancel(self, order: OrderState) -> None:
        self.apply(Canceled(at=self.now, account=ME, order_id=order.id))

    def leverage(self, leverage: Money, *, market: str = SWAP) -> None:
        self.apply(LeverageSet(at=self.now, account=ME, market=market, leverage=Decimal(leverage)))

    def isolate(self, *, market: str = SWAP) -> None:
        self.apply(MarginModeSet(at=self.now, account=ME, market=market, mode="isolated"))

    def hedge(self) -> None:
        self.apply(HedgingSet(at=self.now, account=ME, is_hedged=True))

    def order(self, order_id: str) -> OrderState:
        found = self.engine.holders[ME].state.order(order_id)
        assert found is not None
        return found

    def position(self, *, market: str = SWAP) -> PositionState:
        found = self.engine.holders[ME].state.position(market)
        assert found is not None
        return found

    def shown(self, *, market: str = SWAP) -> Position:
        """The position as the port shows it."""
        return self.engine.holders[ME].worth.public(self.position(market=market))

    def has_position(self, *, market: str = SWAP) -> bool:
        return self.engine.holders[ME].state.position(market) is not None

    def live(self) -> list[OrderState]:
        return list(self.engine.holders[ME].state.orders.values())

    def fills(self) -> list[Fill]:
        return list(self.engine.holders[ME].state.fills)

    def traded(self) -> list[tuple[str, str]]:
        """Amount and price of every fill."""
        return [(f"{one.amount:f}", f"{one.price:f}") for one in self.fills()]

    def equity(self) -> Equity:
        holder = self.engine.holders[ME]
        found = holder.worth.equity("unified" if holder.state.is_unified else "swap", "USDT")
        assert found is not None
        return found

    def balance(self, currency: str = "USDT", *, wallet: str = "swap") -> Balance:
        found = self.engine.holders[ME].worth.balance(wallet, currency)  # type: ignore[arg-type]
        assert found is not None
        return found

    def cash(self, currency: str = "USDT", *, wallet: str = "swap") -> Decimal:
        return self.engine.holders[ME].state.cash_of(wallet, currency)  # type: ignore[arg-type]


class HandClock:
    """Time that stands still until a test moves it; whoever sleeps wakes at the right moment of it."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.passed + seconds, future))
        await future

    async def step(self, seconds: float) -> None:
        """Let time pass, and everybody who sleeps do what they do at their time."""
        until = self.passed + seconds
        while True:
            await settle()
            self._sleepers = [one for one in self._sleepers if not one[1].done()]
            due = [one for one in self._sleepers if one[0] <= until]
            if not due:
                break
            deadline, future = min(due, key=lambda one: one[0])
            self.passed = max(self.passed, deadline)
            future.set_result(None)
        self.passed = until
        await settle()


async def settle() -> None:
    """Let everything run that does not wait for time."""
    for _ in range(10):
        await asyncio.sleep(0)


class HandFedExchange:
    """A source whose tickers, trades and books a test puts in by hand."""

    def __init__(self, clock: Clock, markets: Sequence[Market] = MARKETS) -> None:
        self.listed = list(markets)
        self.standing: dict[str, Ticker] = {}
        self.next_funding: Funding | None = None
        self.minutes: Candles | None = None
        self.is_down = False
        """Whether whoever watches is told so instead of the next update."""
        self._clock = clock
        self._watchers: list[tuple[Channel, asyncio.Queue[Update]]] = []

    @property
    def venue(self) -> str:
        return "somewhere"

    @property
    def nature(self) -> Nature:
        return "replay"

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({"trades", "order_book", "watch_ticker", "watch_trade", "watch_book"})

    async def markets(self) -> Sequence[Market]:
        return self.listed

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        return [one for name, one in self.standing.items() if markets is None or name in markets]

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        if self.minutes is None:
            raise NotOffered.by(self.venue, f"{timeframe} candles of {market}")
        since_ms = 0 if since is None else int(since.timestamp() * 1000)
        return self.minutes.between(since_ms, since_ms + limit * self.minutes.step_ms)

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        raise NotOffered.by(self.venue, f"{limit} trades of {market}")

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        raise NotOffered.by(self.venue, f"a book of {market} {depth} deep")

    async def funding(self, market: str) -> Funding:
        if self.next_funding is None:
            raise NotOffered.by(self.venue, "funding rates")
        if self.next_funding.market != market:
            raise UnknownMarket.of(market, ())
        return self.next_funding

    async def open_interest(self, market: str) -> OpenInterest:
        raise NotOffered.by(self.venue, f"open interest of {market}")

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        queue: asyncio.Queue[Update] = asyncio.Queue()
        watcher = (channel, queue)
        self._watchers.append(watcher)
        try:
            while True:
                update = await queue.get()
                if self.is_down:
                    raise ExchangeUnavailable("The line is cut.", facts={"venue": self.venue})
                if update.market in markets:
                    yield update
        finally:
            self._watchers.remove(watcher)

    async def put(self, update: Update) -> None:
        """Show an update to whoever watches, and wait until all have had the time to see it."""
        kind: Channel = (
            "ticker" if isinstance(update, Ticker) else "trade" if isinstance(update, Trade) else "book"
        )
        while not any(channel == kind for channel, _ in self._watchers):
            await settle()
        for channel, queue in self._watchers:
            if channel == kind:
                queue.put_nowait(update)
        await settle()

    async def quote(self, price: Money = 3200, *, market: str = SWAP, depth: Money = 1000) -> None:
        """Show one price: a book one tick round it, and a ticker."""
        at, now = Decimal(price), self._clock.now()
        tick = Decimal("0.1")
        await self.put(a_book([(at - tick, depth)], [(at + tick, depth)], market=market, as_of=now))
        await self.put(Ticker(market=market, price=at, as_of=now, nature="replay"))


@asynccontextmanager
async def running(task: Any) -> AsyncIterator[None]:
    """Let something run beside a test, and stop it after."""
    running_task = asyncio.ensure_future(task)
    try:
        yield
    finally:
        running_task.cancel()
        await asyncio.gather(running_task, return_exceptions=True)
