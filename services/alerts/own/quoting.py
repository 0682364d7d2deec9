"""The prices of the markets that an alert looks at, as the market process tells them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from services.alerts.drafting import markets_in
from services.alerts.messages import Kind
from services.alerts.own.ports import AlertsBus
from services.errors import Unavailable, UnknownMarket
from services.market.messages import GetQuote, Quote

_WITHOUT_PRICES: Final = frozenset({"stale", "cosmic"})
"""Kinds that can begin to wait while no price comes."""


async def quotes_in(bus: AlertsBus, kind: Kind, given: Mapping[str, str]) -> dict[str, Quote]:
    """Return a fresh quote of each market that is named, by how it is written. Raises as `quote_for`."""
    named = markets_in(kind, given)
    found = await asyncio.gather(*(quote_for(bus, kind, market) for market in named))
    return {market: quote for market, quote in zip(named, found, strict=True) if quote is not None}


async def quote_for(bus: AlertsBus, kind: str, market: str) -> Quote | None:
    """Return the fresh quote from which an alert waits; None for one that needs none where there is none.

    Raises:
        UnknownMarket: the venue does not have the market.
        Unavailable: there is no fresh one now.
    """
    if not market:
        return None
    try:
        return await bus.ask(GetQuote(market=market))
    except Unavailable:
        if kind in _WITHOUT_PRICES:
            return None
        raise


async def quote_or_none(bus: AlertsBus, market: str) -> Quote | None:
    """Return the fresh quote of a market to show beside an alert; None where there is none to be had."""
    try:
        return await quote_for(bus, "", market)
    except (Unavailable, UnknownMarket):
        return None
