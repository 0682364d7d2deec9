"""The rule for the nearest support or resistance."""

from __future__ import annotations

from functools import lru_cache

from analytics.candles import Candles
from analytics.structure.levels import Sides
from services.alerts.conditions import ZoneMeeting
from services.alerts.rules.declare import Memory, Met, Seen, rule
from services.alerts.rules.meeting import Band, Bands, Place, edges, met_at, thresholds
from services.analyst.levels import LEAST_CANDLES, zones_around


@rule(
    ZoneMeeting,
    closes=lambda leaf: ((leaf.market, leaf.timeframe),),
    thresholds=lambda leaf, memory: thresholds(memory, is_touch=leaf.meeting == "touch"),
    drawn=lambda _leaf, memory: edges(memory),
    lasts=lambda leaf: leaf.meeting == "touch",
)
def zone_meeting(leaf: ZoneMeeting, seen: Seen, memory: Memory) -> Met:
    """Tell whether price met the zone that was nearest before the candle that meets it."""
    place = Place(market=leaf.market, timeframe=leaf.timeframe, meeting=leaf.meeting)
    return met_at(place, seen, memory, lambda candles: _nearest(candles, is_support=leaf.is_support))


def _nearest(candles: Candles, *, is_support: bool) -> Bands:
    sides = _sides(candles)
    return [Band(one.low, one.high) for one in (sides.below if is_support else sides.above)[:1]]


@lru_cache(maxsize=512)
def _sides(candles: Candles) -> Sides:
    """Return the zones about the last close; rules of both sides ask for those of the very same candles."""
    if len(candles) < LEAST_CANDLES:
        return Sides(below=(), above=())
    return zones_around(candles, float(candles.close[-1]))
