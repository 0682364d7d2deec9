"""What tests of drafting stand on: two markets with their prices, and options written on one line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from services.alerts.drafting import Drafted, Look, draft
from services.alerts.messages import Kind, Options
from services.market.messages import Origin, Quote

NOW = datetime(2025, 6, 16, 12, tzinfo=UTC)
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


def quote(market: str, price: str) -> Quote:
    """Return the price of a market at noon."""
    origin = Origin(venue="binance", nature="live", as_of=NOW, received_at=NOW)
    return Quote(market=market, price=Decimal(price), tick=Decimal("0.1"), origin=origin)


QUOTES = {"BTC": quote(BTC, "64000"), "eth": quote(ETH, "3000")}


def drafted(kind: Kind, *answers: str, locale: str = "en", **given: str) -> Drafted:
    """Draft an alert as a member sets it."""
    return draft(kind, given, Options(locale=locale), Look(quotes=QUOTES, answers=answers))


def options(text: str) -> dict[str, str]:
    """Return options as in ``market=BTC way=above``, a tilde for a blank."""
    return {
        name: value.replace("~", " ") for name, _, value in (part.partition("=") for part in text.split())
    }


LINE = "market=BTC way=above second_at=2025-06-01 second_price=60k first_at=2025-06-05~14:30 first_price=65k"
"""A trend line from two points."""
