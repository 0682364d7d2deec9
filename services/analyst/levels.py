"""Findings of support and resistance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from analytics.candles import Candles
from analytics.structure.levels import Sides, Zone, around, zones
from analytics.structure.swings import zigzag
from services.analyst.messages import LevelsFinding, PriceZone
from services.analyst.sight import Sight
from services.exchange.prices import to_moment

LEAST_CANDLES: Final = 40
_EACH_SIDE: Final = 6
_MULTIPLE: Final = 2.0
"""Average true ranges of a turn: finer than for a swing, as a level is made of many small turns."""


def find_levels(sight: Sight) -> LevelsFinding:
    """Return the zones around the last close."""
    found = zones_around(sight.candles, float(sight.scene.price))
    return LevelsFinding(
        scene=sight.scene,
        supports=_zones(sight, found.below),
        resistances=_zones(sight, found.above),
    )


def zones_around(candles: Candles, price: float) -> Sides:
    """Return the zones below and above `price`, the nearest first."""
    return around(zones(candles, zigzag(candles, _MULTIPLE)), price)


def _zones(sight: Sight, found: Sequence[Zone]) -> list[PriceZone]:
    return [_zone(sight, one) for one in found[:_EACH_SIDE]]


def _zone(sight: Sight, zone: Zone) -> PriceZone:
    return PriceZone(
        low=sight.price(zone.low),
        high=sight.price(zone.high),
        price=sight.price(zone.price),
        touches=zone.touches,
        strength=round(zone.strength),
        touched_at=to_moment(int(sight.candles.time[zone.last_position])),
    )
