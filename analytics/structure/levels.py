"""Support and resistance: bands in which price turned several times.

Belongs here: how turns form bands and how strong these are. Does not belong here: where the turns are
(analytics.structure.swings), and levels that follow from a ratio (analytics.fibonacci).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.candles import Candles, Floats
from analytics.structure.bands import Band, bands, best_apart
from analytics.structure.ranges import average_range
from analytics.structure.swings import Swings

_TOUCH_PART, _RECENT_PART, _VOLUME_PART = 0.5, 0.3, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A band from the lowest to the highest of the turns in it; `price` is their mean."""

    low: float
    high: float
    price: float
    touches: int
    strength: float
    """0 to 100."""
    last_position: int
    """Of the newest turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Zones below and above a price, the nearest first."""

    below: tuple[Zone, ...]
    above: tuple[Zone, ...]


def zones(candles: Candles, swings: Swings, *, width: float = 1.0, half_life: float = 250.0) -> list[Zone]:
    """Return the bands with two or more turns, the lowest first; no turn is in two of them.

    Bands with most turns are formed first, of equal ones the narrower.

    The strength is 50 % touches, 1 - 0.5 ** (turns - 1); 30 % recency, 0.5 ** (candles since the last turn /
    `half_life`); 20 % volume v / (v + e), v what was traded within a band of full width about its price and e
    what such a band would hold if all had been traded evenly between the lowest and the highest price.
    Without any volume it is made of the other two alone.

    Args:
        candles: of which `swings` are.
        swings: highs and lows alike: what was resistance is support once it is broken.
        width: the widest band, in average true ranges at its lowest turn.
        half_life: in candles.

    Source: role reversal and the weight of touches, recency and volume after John J. Murphy, Technical
    Analysis of the Financial Markets (1999), chapter 4; the formula is this project's own.
    """
    order = np.argsort(swings.price, kind="stable")
    price, position = swings.price[order], swings.position[order]
    reach = width * average_range(candles)[position]
    values = price.tolist()
    found = best_apart(
        ((float(stop - first), values[first] - values[stop - 1]), Band(first, stop))
        for first, stop in bands(values, reach.tolist())
    )
    return [
        _zone(candles, price[first:stop], int(position[first:stop].max()), float(reach[first]), half_life)
        for first, stop in sorted(found)
    ]


def _zone(candles: Candles, turns: Floats, last: int, reach: float, half_life: float) -> Zone:
    low, high = float(turns[0]), float(turns[-1])
    price = min(max(float(turns.mean()), low), high)
    touch = 1 - 0.5 ** (len(turns) - 1)
    recent = 0.5 ** ((len(candles) - 1 - last) / half_life)
    volume = _volume_part(candles, price - reach / 2, price + reach / 2)
    parts = [(_TOUCH_PART, touch), (_RECENT_PART, recent)]
    parts += [] if volume is None else [(_VOLUME_PART, volume)]
    strength = sum(part * value for part, value in parts) / sum(part for part, _ in parts)
    return Zone(
        low=low, high=high, price=price, touches=len(turns), strength=100 * strength, last_position=last
    )


def _volume_part(candles: Candles, low: float, high: float) -> float | None:
    """Return v / (v + e) as `zones` defines it; None where nothing was traded."""
    even = float(candles.volume.sum()) * (high - low) / float(candles.high.max() - candles.low.min())
    within = float(volume_within(candles, low, high))
    return within / (within + even) if even > 0 else None


def volume_within(candles: Candles, low: float, high: float) -> float:
    """Return the volume traded from `low` to `high`, in base currency, each candle's spread evenly over it.

    Source: this project's own approximation; a candle does not tell at which of its prices what was traded.
    """
    height = candles.high - candles.low
    overlap = np.minimum(candles.high, high) - np.maximum(candles.low, low)
    is_point = height == 0
    share = np.clip(overlap, 0, None) / np.where(is_point, 1.0, height)
    return float(np.sum(candles.volume * np.where(is_point, overlap >= 0, share)))


def around(found: Sequence[Zone], price: float) -> Sides:
    """Return the zones whose own price is at or below `price`, and those above it.

    A zone that `price` stands in counts by its own price, so that it is on one side alone.
    """
    below = sorted((zone for zone in found if zone.price <= price), key=lambda zone: -zone.price)
    above = sorted((zone for zone in found if zone.price > price), key=lambda zone: zone.price)
    return Sides(below=tuple(below), above=tuple(above))
