"""Rules about what the venues say beside the price: funding, how far they differ, and silence."""

from __future__ import annotations

from typing import Final

from services.alerts.conditions import FeedStale, FundingRate, VenueSpread
from services.alerts.rules.declare import UNKNOWN, Memory, Met, Seen, rule
from services.alerts.rules.values import told

_NARROWED: Final = 0.8
"""Venues count as close again once they differ by less than this part of what was asked for."""


@rule(FundingRate, is_timely=True)
def funding_rate(leaf: FundingRate, seen: Seen, _: Memory) -> Met:
    """Tell whether the funding rate is at the limit or beyond it."""
    rate = seen.funding(leaf.market)
    if rate is None:
        return UNKNOWN
    limit = float(leaf.rate)
    is_met = rate >= limit if leaf.side == "above" else rate <= limit
    values = (told("Funding rate", rate, "rate"), told("Limit", limit, "rate"))
    return Met(hit=is_met, holds=is_met, values=values)


@rule(VenueSpread, is_timely=True)
def venue_spread(leaf: VenueSpread, seen: Seen, _: Memory) -> Met:
    """Tell whether the venues differ by more than a percentage; that holds until a fifth less."""
    spread = seen.spread(leaf.market)
    if spread is None:
        return UNKNOWN
    limit = float(leaf.percent)
    return Met(
        hit=spread > limit,
        holds=spread > limit * _NARROWED,
        values=(told("Difference of venues", spread, "percent"), told("Limit", limit, "percent")),
    )


@rule(FeedStale, is_timely=True)
def feed_stale(leaf: FeedStale, seen: Seen, _: Memory) -> Met:
    """Tell whether no price has come for as long as asked; one price ends that."""
    silence = seen.silence(leaf.market)
    if silence is None:
        return UNKNOWN
    is_met = silence >= leaf.seconds
    values = (told("Seconds without a price", silence, "seconds"), told("Limit", leaf.seconds, "seconds"))
    return Met(hit=is_met, holds=is_met, values=values)
