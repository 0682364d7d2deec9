"""The port through which prices enter: what every venue, recording or simulation of one looks like to us.

Money is Decimal here and time is aware UTC in market time; only `Exchange.candles` gives arrays. Adapters
translate their vendor's words into these and their vendor's failures into `services.errors`. Orders and
accounts do not belong here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from analytics.candles import Candles

Nature = Literal["live", "replay", "simulated"]

TIMEFRAMES = ("1m", "5m", "15m", "1h", "4h", "1d")
"""What every adapter gives, the smallest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One market, named as ccxt names it: ``BTC/USDT`` is spot, ``BTC/USDT:USDT`` is the perpetual."""

    name: str
    tick: Decimal
    """The smallest price step; every price is a multiple of it."""

    @property
    def base(self) -> str:
        """Return what is traded: ``BTC``."""
        return self.name.partition("/")[0]

    @property
    def quote(self) -> str:
        """Return what it is priced in: ``USDT``."""
        return self.name.partition("/")[2].partition(":")[0]


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


class Exchange(Protocol):
    """Public data of one venue. Opened by `services.exchange.source.open_exchange`, which also closes it."""

    @property
    def venue(self) -> str:
        """Return whose prices these are, such as ``binance``."""
        ...

    @property
    def nature(self) -> Nature:
        """Return how real the prices are at this moment; a replay turns simulated when its recording ends."""
        ...

    async def markets(self) -> Sequence[Market]:
        """Return every market there is, in no particular order.

        Raises:
            ExchangeUnavailable: the venue does not answer.
        """
        ...

    async def candles(self, market: str, timeframe: str, *, limit: int) -> Candles:
        """Return the newest `limit` closed candles, or all there are where that is fewer.

        Raises:
            UnknownMarket: there is no market of exactly that name.
            UserMistake: the timeframe is none of `TIMEFRAMES`.
            ExchangeUnavailable: the venue does not answer.
        """
        ...

    def tickers(self) -> AsyncIterator[Ticker]:
        """Yield the current price of every market, then each new one, oldest first in each market.

        Raises:
            ExchangeUnavailable: the venue is gone; a new iteration may find it again.
        """
        ...

    def closed_candles(self) -> AsyncIterator[Candle]:
        """Yield each candle of each of `TIMEFRAMES` that closes from now on, once and in order.

        Of those that close together, the smaller timeframe comes first. Who reads slowly loses none.

        Raises:
            ExchangeUnavailable: the venue is gone; a new iteration may find it again.
        """
        ...
