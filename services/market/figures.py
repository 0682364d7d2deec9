"""What follows from the market's messages by arithmetic alone: spreads, sums of a book, funding per year.

Pure functions of one message. What has to be asked for belongs to `service`; how a figure is written belongs
to whoever shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from services.market.messages import Book, BookLevel, Comparison, FundingRate, Origin, Quote

_HOURS_A_YEAR = 24 * 365
_SAME_TIME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The distance between two prices, in quote currency and as a share of the price it lies around."""

    price: Decimal
    around: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in one side of a book up to a distance from its middle, in quote currency."""

    cost: Decimal
    is_whole: bool
    """False where the levels that are known end before that distance, so that more may stand there."""


def base_of(market: str) -> str:
    """Return what is traded: BTC of ``BTC/USDT:USDT``."""
    return market.partition("/")[0]


def currency_of(market: str) -> str:
    """Return what it is priced in: USDT of ``BTC/USDT:USDT``."""
    return market.partition("/")[2].partition(":")[0]


def middle_of(book: Book) -> Decimal | None:
    """Return the price half-way between the best of both sides; None where a side is empty."""
    if not book.bids or not book.asks:
        return None
    return (book.bids[0].price + book.asks[0].price) / 2


def spread_of(book: Book) -> Spread | None:
    """Return the distance between the best of both sides; None where one of them is empty."""
    middle = middle_of(book)
    if not middle:
        return None
    distance = book.asks[0].price - book.bids[0].price
    return Spread(price=distance, around=middle, share=distance / middle)


def standing_within(levels: Sequence[BookLevel], middle: Decimal, share: Decimal) -> Standing:
    """Return what stands in `levels`, best first, no further from `middle` than `share` of it."""
    reach = middle * share
    within = [level for level in levels if abs(level.price - middle) <= reach]
    cost = sum((level.price * level.amount for level in within), Decimal(0))
    return Standing(cost=cost, is_whole=len(within) < len(levels))


def rate_per_year(funding: FundingRate) -> Decimal | None:
    """Return the rate of a year of such intervals, not compounded; None where the interval is not known."""
    if not funding.interval_hours:
        return None
    return funding.rate * _HOURS_A_YEAR / funding.interval_hours


def comes_at(market_time: datetime, origin: Origin) -> datetime:
    """Return the wall time at which the market that `origin` tells of comes to `market_time`.

    The two are the same but for a replay, whose market time lies in the past and passes as fast as ours.
    """
    lag = origin.received_at - origin.as_of
    return market_time + lag if lag > _SAME_TIME and origin.nature != "live" else market_time


def day_before(quote: Quote) -> Decimal | None:
    """Return the price of 24 h ago, where there is one that a change can be measured against."""
    return quote.open_24h or None


def distance_from_median(comparison: Comparison, quote: Quote) -> Decimal | None:
    """Return how far a venue's price is off the median, as a share of it; None where there is no median."""
    return quote.price / comparison.median - 1 if comparison.median else None


def spread_across(comparison: Comparison) -> Spread | None:
    """Return the distance between the dearest and the cheapest venue; None where fewer than two are fresh."""
    distance, median = comparison.spread, comparison.median
    if distance is None or not median:
        return None
    return Spread(price=distance, around=median, share=distance / median)


def finest_tick(quotes: Sequence[Quote]) -> Decimal | None:
    """Return the smallest tick of several quotes, on which the prices of all of them can be written."""
    return min((quote.tick for quote in quotes), default=None)
