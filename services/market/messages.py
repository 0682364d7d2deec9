"""What the market process answers, publishes and appends. Prices and amounts are Decimal."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

import msgspec

from services.bus.messages import Key, Log, Message, Request, Topic

Nature = Literal["live", "replay", "simulated"]
Timeframe = Literal["1m", "5m", "15m", "1h", "4h", "1d"]
TIMEFRAMES: tuple[Timeframe, ...] = get_args(Timeframe)
"""Of which there are candles, the smallest first."""


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
    bid: Decimal | None = None
    ask: Decimal | None = None
    mark: Decimal | None = None
    """What margin and liquidation go by; None for spot or where the venue does not say."""


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
    is_filled: bool = False
    """Whether trades were missed and the figures come from the venue's own history instead."""

    @property
    def id(self) -> str:
        """Return what tells this candle from every other: venue, nature, market, timeframe and open time."""
        where = f"{self.origin.venue}:{self.origin.nature}:{self.market}:{self.timeframe}"
        return f"{where}:{self.opens_at.timestamp():.0f}"


class MarketNames(Message, frozen=True, kw_only=True):
    """Names of markets, the most traded first."""

    names: list[str]


class BookLevel(Message, frozen=True, kw_only=True):
    """One price of an order book; the amount is in base currency."""

    price: Decimal
    amount: Decimal


class Book(Message, frozen=True, kw_only=True):
    """The best levels of both sides, best first."""

    market: str
    bids: list[BookLevel]
    asks: list[BookLevel]
    tick: Decimal
    origin: Origin
    is_depth_simulated: bool = False
    """Whether the amounts are made up although the prices are recorded."""


class FundingRate(Message, frozen=True, kw_only=True):
    """The funding rate of a perpetual: longs pay shorts `rate` of their notional, or get it if negative."""

    market: str
    rate: Decimal
    """For one interval; 0.0001 is 0.01 %."""
    origin: Origin
    next_at: datetime | None = None
    """In market time."""
    interval_hours: int | None = None


class FundingRates(Message, frozen=True, kw_only=True):
    """Funding rates, the highest first; of all markets that are watched where none was asked for."""

    rates: list[FundingRate]


class Interest(Message, frozen=True, kw_only=True):
    """The open interest of a contract, counted once for both sides."""

    market: str
    amount: Decimal
    """In base currency."""
    origin: Origin
    cost: Decimal | None = None
    """In quote currency; None where there is no price to value it by."""


class VenueQuote(Message, frozen=True, kw_only=True):
    """What one venue says; without a quote, `why_not` says in words why there is none."""

    venue: str
    quote: Quote | None = None
    why_not: str = ""


class Comparison(Message, frozen=True, kw_only=True):
    """One market at several venues. Of the quotes that are fresh; None where fewer than two are."""

    market: str
    quotes: list[VenueQuote]
    median: Decimal | None = None
    spread: Decimal | None = None
    """The highest less the lowest price, in quote currency."""


class Movers(Message, frozen=True, kw_only=True):
    """Quotes whose price moved most in 24 hours, the strongest first."""

    quotes: list[Quote]


class Conversion(Message, frozen=True, kw_only=True):
    """An amount of one currency in another, at last prices and without fees."""

    amount: Decimal
    source: str
    target: str
    result: Decimal
    rate: Decimal
    path: list[str]
    """The markets it went through; empty where both are the same currency."""
    origin: Origin | None = None
    """Of the oldest price used; None where none was."""


class CandleSeries(Message, frozen=True, kw_only=True):
    """Closed candles, oldest first; the lists have one length. Times are open times in ms since 1970."""

    market: str
    timeframe: str
    time: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    origin: Origin
    tick: Decimal | None = None
    """None where the venue does not tell it."""


class Print(Message, frozen=True, kw_only=True):
    """One trade as the venue printed it; `is_buy` says whether the taker bought. The amount is in base."""

    market: str
    id: str
    price: Decimal
    amount: Decimal
    is_buy: bool
    as_of: datetime


class Prints(Message, frozen=True, kw_only=True):
    """Trades of the watched markets, in the order in which they came, a tenth of a second or so of them."""

    prints: list[Print]
    venue: str
    nature: Nature


class MarketTerms(Message, frozen=True, kw_only=True):
    """What a venue asks of whoever trades a market; `services.exchange.exchange.Market` explains each."""

    name: str
    tick: Decimal
    step: Decimal | None = None
    min_amount: Decimal | None = None
    min_cost: Decimal | None = None
    maker_fee: Decimal | None = None
    taker_fee: Decimal | None = None
    max_leverage: Decimal | None = None
    funding_hours: int | None = None
    is_open: bool = True


class MarketList(Message, frozen=True, kw_only=True):
    """Every market of the farm's own venue."""

    markets: list[MarketTerms]
    venue: str
    nature: Nature


class Venues(Message, frozen=True, kw_only=True):
    """The venues that can be asked, the farm's own first."""

    names: list[str]


class GetQuote(Request[Quote], frozen=True, kw_only=True, tag="market.get_quote"):
    """Ask for a fresh quote.

    `market` is as people write it: ``BTC``, ``btcusdt``, ``$BTC`` or ``BTC/USDT:USDT``; `venue` is one of
    `Venues`, or empty for the farm's own. Answers `Quote`; raises `UnknownMarket`, `UnknownVenue`,
    `StalePrice`, `ExchangeUnavailable`.
    """

    market: str
    venue: str = ""


class GetBook(Request[Book], frozen=True, kw_only=True, tag="market.get_book"):
    """Ask for an order book of up to `depth` levels a side. Raises as `GetQuote`, and `NotOffered`."""

    market: str
    venue: str = ""
    depth: int = 50


class GetFunding(Request[FundingRates], frozen=True, kw_only=True, tag="market.get_funding"):
    """Ask for the funding rate of one market, or with ``""`` of all. Raises as `GetBook`."""

    market: str = ""


class GetInterest(Request[Interest], frozen=True, kw_only=True, tag="market.get_interest"):
    """Ask for the open interest of a contract. Raises as `GetBook`."""

    market: str


class Compare(Request[Comparison], frozen=True, kw_only=True, tag="market.compare"):
    """Ask what several venues say of one market; no `venues` means all there are. Raises `UnknownVenue`."""

    market: str
    venues: list[str] = msgspec.field(default_factory=list)


class GetMovers(Request[Movers], frozen=True, kw_only=True, tag="market.get_movers"):
    """Ask what rose or fell most in 24 hours."""

    direction: Literal["up", "down"]
    limit: int = 10


class Convert(Request[Conversion], frozen=True, kw_only=True, tag="market.convert"):
    """Ask what `amount` of `source` is in `target`, such as ``BTC`` in ``EUR``.

    Raises `UserMistake` where no markets lead from one to the other, and as `GetQuote`.
    """

    amount: Decimal
    source: str
    target: str


class GetCandles(Request[CandleSeries], frozen=True, kw_only=True, tag="market.get_candles"):
    """Ask for the newest `limit` closed candles, up to 1,000, or of those that had closed by `until`.

    Raises as `GetQuote`, and `NotOffered` where there are none so old.
    """

    market: str
    timeframe: str
    limit: int = 300
    until: datetime | None = None
    """In market time."""


class ListVenues(Request[Venues], frozen=True, kw_only=True, tag="market.list_venues"):
    """Ask which venues can be named."""


class ListMarkets(Request[MarketList], frozen=True, kw_only=True, tag="market.list_markets"):
    """Ask for every market of the farm's own venue and its terms. Raises `ExchangeUnavailable`."""


class FindMarkets(Request[MarketNames], frozen=True, kw_only=True, tag="market.find_markets"):
    """Ask for markets that match what a member has typed so far; ``""`` gives the most traded.

    Those of `first` that match come first, in their order: a member's favourites, then what they used last.
    """

    typed: str = ""
    limit: int = 25
    first: list[str] = msgspec.field(default_factory=list)


QUOTES = Topic("quotes", Quote)
PRINTS = Topic("prints", Prints)
CANDLES = Log("candles", ClosedCandle)
SECONDS = Log("seconds", ClosedCandle, keep=200_000)
"""Candles of one second, of the markets that are watched; a second without a trade has none."""
BOOKS = Log("books", Book, keep=20_000)
"""A picture of each watched book every few seconds."""
LAST_QUOTE = Key("quote", Quote)
BOOK_TOP = Key("book_top", Book)
"""The best levels of each watched book, as they change."""
FUNDING = Key("funding", FundingRate)
MARKET_NAMES = Key("market_names", MarketNames)
"""Every market there is, for whoever looks for one in a text."""
