"""One market at several venues, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from statistics import median

from services.errors import OmegaError
from services.market.messages import Comparison, Quote, VenueQuote
from services.market.patience import within

_PATIENCE_SECONDS = 1.7
"""For each venue; the slow ones are told apart and hold up nobody."""


async def compare(
    market: str, venues: Sequence[str], quote_at: Callable[[str], Awaitable[Quote]]
) -> Comparison:
    """Ask `venues` for `market` at the same time; one that fails says why."""
    async with asyncio.TaskGroup() as asking:
        asked = [asking.create_task(_ask(venue, quote_at)) for venue in venues]
    return summary(market, [task.result() for task in asked])


def summary(market: str, quotes: Sequence[VenueQuote]) -> Comparison:
    """Return the comparison of what the venues said."""
    prices = [said.quote.price for said in quotes if said.quote is not None]
    is_comparable = len(prices) > 1
    return Comparison(
        market=market,
        quotes=list(quotes),
        median=median(prices) if is_comparable else None,
        spread=max(prices) - min(prices) if is_comparable else None,
    )


async def _ask(venue: str, quote_at: Callable[[str], Awaitable[Quote]]) -> VenueQuote:
    try:
        quote = await within(quote_at(venue), venue=venue, seconds=_PATIENCE_SECONDS)
    except OmegaError as error:
        return VenueQuote(venue=venue, why_not=error.message)
    return VenueQuote(venue=venue, quote=quote)
