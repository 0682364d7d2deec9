"""What the market process may answer, ordinary and extreme, for whoever shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.market.messages import (
    Book,
    BookLevel,
    Comparison,
    Conversion,
    FundingRate,
    Interest,
    Nature,
    Origin,
    Quote,
    VenueQuote,
)

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
LONGEST = "1000000BABYDOGE/USDT:USDT"
"""As long as the names of perpetuals get."""


def origin(
    venue: str = "binance", nature: Nature = "live", *, now: datetime = NOW, seconds: float = 2.0
) -> Origin:
    """Where a figure comes from; a replay's market time lies 300 days back."""
    received = now - timedelta(seconds=seconds)
    lag = timedelta(days=300) if nature == "replay" else timedelta()
    return Origin(venue=venue, nature=nature, as_of=received - lag, received_at=received)


def quote(market: str = BTC, price: str = "64210.5", tick: str = "0.1", **other: Any) -> Quote:
    """A quote of which nothing is known but the price."""
    other.setdefault("origin", origin())
    return Quote(market=market, price=Decimal(price), tick=Decimal(tick), **other)


def levels(*pairs: tuple[str, str]) -> list[BookLevel]:
    """Levels of a book from prices and amounts."""
    return [BookLevel(price=Decimal(price), amount=Decimal(amount)) for price, amount in pairs]


def book(market: str = BTC, tick: str = "0.1", **other: Any) -> Book:
    """A book of two levels a side around 64,210.5, the far ones 1 % and more away."""
    other.setdefault("bids", levels(("64210.4", "2"), ("63000", "5")))
    other.setdefault("asks", levels(("64210.6", "1.5"), ("65000", "10")))
    other.setdefault("origin", origin())
    return Book(market=market, tick=Decimal(tick), **other)


def rate(market: str = BTC, share: str = "0.0001", **other: Any) -> FundingRate:
    """A funding rate that is paid every 8 hours, next in two."""
    other.setdefault("origin", origin())
    other.setdefault("interval_hours", 8)
    other.setdefault("next_at", other["origin"].as_of + timedelta(hours=2))
    return FundingRate(market=market, rate=Decimal(share), **other)


def interest(market: str = BTC, **other: Any) -> Interest:
    """An open interest of 84,210 BTC."""
    other.setdefault("amount", Decimal(84_210))
    other.setdefault("cost", Decimal("5.41e9"))
    return Interest(market=market, origin=origin(), **other)


def comparison(*quotes: VenueQuote, market: str = BTC) -> Comparison:
    """A comparison whose median and spread are those of the quotes that have no reason against them."""
    prices = sorted(one.quote.price for one in quotes if one.quote is not None and not one.why_not)
    if len(prices) < 2:
        return Comparison(market=market, quotes=list(quotes))
    middle = len(prices) // 2
    median = prices[middle] if len(prices) % 2 else (prices[middle - 1] + prices[middle]) / 2
    return Comparison(market=market, quotes=list(quotes), median=median, spread=prices[-1] - prices[0])


def conversion(amount: str = "0.5", result: str = "32105.25", rate: str = "64210.5") -> Conversion:
    """Half a bitcoin in USDT."""
    return Conversion(
        amount=Decimal(amount),
        source="BTC",
        target="USDT",
        result=Decimal(result),
        rate=Decimal(rate),
        path=["BTC/USDT"],
        origin=origin(),
    )
