"""Figures as the rows write them. What is not known is "", or what a row has in its stead."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.wire import at_tick, plain

_FINEST = Decimal("0.00000001")


def price(one: Listing, value: Decimal | None, unknown: str = "") -> str:
    """Return a price with the decimals of its market's tick."""
    return unknown if value is None else at_tick(value, one.tick)


def rate(value: Decimal | None) -> str:
    """Return a quotient to eight decimals."""
    return "" if value is None else plain(value.quantize(_FINEST))
