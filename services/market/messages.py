"""What the market process answers, publishes and appends. Prices and amounts are Decimal."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.bus.messages import Key, Log, Message, Request, Topic

Nature = Literal["live", "replay", "simulated"]


class Origin(Message, frozen=True, kw_only=True):
    """Where a figure comes from and when: market time, wall time of receipt, venue, and how real it is."""

    venue: str
    nature: Nature
    as_of: datetime
    received_at: datetime


class Quote(Message, frozen=True, kw_only=True):
    """The last price of a market, its tick size, and the last 24 h of market time where they are known."""

    market: str
    price: Decimal
    tick: Decimal
    origin: Origin
    open_24h: Decimal | None = None
    high_24h: Decimal | None = None
    low_24h: Decimal | None = None
    volume_24h: Decimal | None = None
    """In quote currency."""


class ClosedCandle(Message, frozen=True, kw_only=True):
    """One closed candle; `opens_at` is its open time, in market time.

    The same candle may be appended more than once: after a lost reply, or when a replay starts again. Its
    `id` is then the same, and consumers keep what they make of it under that id.
    """

    market: str
    timeframe: str
    opens_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    """In base currency."""
    origin: Origin

    @property
    def id(self) -> str:
        """Return what tells this candle from every other: venue, nature, market, timeframe and open time."""
        where = f"{self.origin.venue}:{self.origin.nature}:{self.market}:{self.timeframe}"
        return f"{where}:{self.opens_at.timestamp():.0f}"


class MarketNames(Message, frozen=True, kw_only=True):
    """Names of markets, the most traded first."""

    names: list[str]


class GetQuote(Request[Quote], frozen=True, kw_only=True, tag="market.get_quote"):
    """Ask for a fresh quote.

    `market` is as people write it: ``BTC``, ``btcusdt``, ``$BTC`` or ``BTC/USDT:USDT``. Answers `Quote`;
    raises `UnknownMarket`, `StalePrice`, `ExchangeUnavailable`.
    """

    market: str


class FindMarkets(Request[MarketNames], frozen=True, kw_only=True, tag="market.find_markets"):
    """Ask for markets that match what a member has typed so far; ``""`` gives the most traded."""

    typed: str = ""
    limit: int = 25


QUOTES = Topic("quotes", Quote)
CANDLES = Log("candles", ClosedCandle)
LAST_QUOTE = Key("quote", Quote)
MARKET_NAMES = Key("market_names", MarketNames)
"""Every market there is, for whoever looks for one in a text."""
