"""The port through which prices enter: what every venue, recording or simulation of one looks like to us.

Money is Decimal here and time is aware UTC in market time; only `Exchange.candles` gives arrays. Adapters
translate their vendor's words into these and their vendor's failures into `services.errors`. What is unknown
is None, never 0. Orders, balances and positions belong to `orders`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from analytics.candles import Candles

Nature = Literal["live", "replay", "simulated"]
Side = Literal["buy", "sell"]
Channel = Literal["ticker", "trade", "book"]
"""What can be watched."""
Capability = Literal[
    "candles",
    "trades",
    "order_book",
    "funding",
    "open_interest",
    "watch_ticker",
    "watch_trade",
    "watch_book",
    "account",
]

TIMEFRAMES = ("1m", "5m", "15m", "1h", "4h", "1d")
"""What every adapter gives, the smallest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One market, named as ccxt names it: ``BTC/USDT`` is spot, ``BTC/USDT:USDT`` is the perpetual."""

    name: str
    tick: Decimal
    """The smallest price step; every price is a multiple of it."""
    step: Decimal | None = None
    """The smallest step of an amount, in base currency."""
    min_amount: Decimal | None = None
    """In base currency."""
    min_cost: Decimal | None = None
    """In quote currency."""
    maker_fee: Decimal | None = None
    """A share of the cost: 0.0002 is 0.02 %; negative is a rebate."""
    taker_fee: Decimal | None = None
    max_leverage: Decimal | None = None
    funding_hours: int | None = None
    """Between two payments of funding; None for spot or where the venue does not say."""
    is_open: bool = True
    """False while the venue lets nobody trade it: maintenance, a delisting."""

    @property
    def base(self) -> str:
        """Return what is traded: ``BTC``."""
        return self.name.partition("/")[0]

    @property
    def quote(self) -> str:
        """Return what it is priced in: ``USDT``."""
        return self.name.partition("/")[2].partition(":")[0]

    @property
    def settle(self) -> str | None:
        """Return what a contract is settled in; None for spot."""
        return self.name.partition(":")[2].partition("-")[0] or None

    @property
    def is_swap(self) -> bool:
        """Return whether it is a perpetual contract."""
        return ":" in self.name and "-" not in self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The 24 hours of market time up to a ticker, the trades of the running minute included."""

    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    """In quote currency; an estimate where the venue gives base volumes only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """The last price of a market at `as_of`, in market time; `day` is None while 24 hours are not known."""

    market: str
    price: Decimal
    as_of: datetime
    nature: Nature
    day: Day | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    mark: Decimal | None = None
    """What margin and liquidation go by; None for spot."""
    is_timed: bool = True
    """Whether `as_of` is the venue's own word; else it is when the ticker was received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One trade as the venue printed it; `side` is that of the taker. `id` is the venue's, once a market."""

    market: str
    id: str
    price: Decimal
    amount: Decimal
    """In base currency."""
    side: Side
    as_of: datetime
    nature: Nature


class Level(NamedTuple):
    """One price of an order book and what stands there, in base currency."""

    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """A whole picture of the best levels of both sides, best first; bids are below asks."""

    market: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    as_of: datetime
    nature: Nature
    """Of the prices."""
    is_depth_simulated: bool = False
    """Whether the amounts are made up although the prices are recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """The funding rate of a perpetual: longs pay shorts `rate` of their notional, or get it if negative."""

    market: str
    rate: Decimal
    """For one interval; 0.0001 is 0.01 %."""
    as_of: datetime
    nature: Nature
    next_at: datetime | None = None
    interval_hours: int | None = None
    mark: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInterest:
    """How much of a contract is held open, counted once for both sides."""

    market: str
    amount: Decimal
    """In base currency."""
    as_of: datetime
    nature: Nature
    cost: Decimal | None = None
    """In quote currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """One closed candle; its times are market time."""

    market: str
    timeframe: str
    opens_at: datetime
    closes_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    """In base currency."""
    nature: Nature


Update = Ticker | Trade | OrderBook


class Exchange(Protocol):
    """Public data of one venue. Whoever opened it, such as `open_venue` or `open_played`, closes it."""

    @property
    def venue(self) -> str:
        """Return whose prices these are, such as ``binance``."""
        ...

    @property
    def nature(self) -> Nature:
        """Return how real the prices are at this moment; a replay turns simulated when its recording ends."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what this venue has; asking for anything else raises `NotOffered`."""
        ...

    async def markets(self) -> Sequence[Market]:
        """Return every market there is, in no particular order.

        Raises:
            ExchangeUnavailable: the venue does not answer.
        """
        ...

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        """Return the current price of `markets`, or of all; one that has no price is left out.

        Raises:
            UnknownMarket: one of `markets` does not exist.
            ExchangeUnavailable: the venue does not answer.
        """
        ...

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        """Return the newest `limit` closed candles, or all there are where that is fewer.

        With `since`, the oldest `limit` of those that open at or after it.

        Raises:
            UnknownMarket: there is no market of exactly that name.
            UserMistake: the timeframe is none of `TIMEFRAMES`.
            ExchangeUnavailable: the venue does not answer.
        """
        ...

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        """Return the newest `limit` trades or fewer, oldest first. Raises as `order_book`."""
        ...

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        """Return up to `depth` levels a side.

        Raises:
            UnknownMarket: there is no market of exactly that name.
            NotOffered: the venue has none of these.
            ExchangeUnavailable: the venue does not answer.
        """
        ...

    async def funding(self, market: str) -> Funding:
        """Return the funding rate that is paid next. Raises as `order_book`; spot has none: `NotOffered`."""
        ...

    async def open_interest(self, market: str) -> OpenInterest:
        """Return the open interest. Raises as `order_book`; spot has none: `NotOffered`."""
        ...

    def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        """Yield what happens in `channel` of `markets` from now on, in order within each market.

        Tickers and books begin with how they stand, and who reads slowly gets the newest of each market; of
        trades none is left out while the iteration goes on. After it ends or raises, `trades` and `candles`
        tell what was missed.

        Raises:
            UnknownMarket: one of `markets` does not exist any more; facts name it as ``asked``.
            NotOffered: the venue does not stream this.
            ExchangeUnavailable: the stream is gone or silent; a new iteration may find it again.
        """
        ...
