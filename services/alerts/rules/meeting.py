"""How price meets a band: touches it, is rejected by it, or breaks it. A single level is a band of no height.

Belongs here: the three ways to meet, and what a rule remembers of bands between two closes. Where the bands
come from belongs to `fib` and `zones`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from analytics.candles import Candles
from analytics.structure.ranges import last_range
from services.alerts.conditions import Meeting
from services.alerts.posts import Value
from services.alerts.rules.declare import UNKNOWN, Memory, Met, Seen, Span
from services.alerts.rules.values import told

_NEAR: Final = 0.25
"""Average true ranges by which price must leave a band to touch it anew."""
_AT, _MARGIN = "at", "margin"
_LOW, _HIGH = "low", "high"
_WINDOW: Final = 400
"""Candles that bands follow from: fewer than there may be, so that one candle more pushes none out."""
_TO_MEET: Final = 2
"""Candles: the one that meets, and the one before, which says from where it came."""


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high`, both of it included, in quote currency."""

    low: float
    high: float


Bands = Sequence[Band]
Find = Callable[[Candles], Bands]
"""Finds bands in candles, the one that matters most first; none where there are none to be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a rule looks, and for what."""

    market: str
    timeframe: str
    meeting: Meeting


def remembered(memory: Memory) -> tuple[Band, ...]:
    """Return the bands that `memory` holds."""
    count = sum(name.startswith(_LOW) for name in memory)
    return tuple(Band(memory[f"{_LOW}{at}"], memory[f"{_HIGH}{at}"]) for at in range(count))


def thresholds(memory: Memory, *, is_touch: bool) -> tuple[float, ...] | None:
    """Return the edges of the bands, and how far price must leave them; None while they are not known."""
    if not is_touch:
        return ()
    if _AT not in memory:
        return None
    margin = memory[_MARGIN]
    found = remembered(memory)
    edges = (edge for band in found for edge in (band.low, band.high, band.low - margin, band.high + margin))
    return tuple(sorted(set(edges)))


def edges(memory: Memory) -> tuple[float, ...]:
    """Return the edges of the bands for a chart."""
    return tuple(sorted({edge for band in remembered(memory) for edge in (band.low, band.high)}))


def met_at(place: Place, seen: Seen, memory: Memory, find: Find) -> Met:
    """Tell whether price met a band that was there before the candle that met it.

    In the step that closes a candle the bands are those before it; from then on those with it. They are
    worked out once a candle and remembered.
    """
    candles = seen.candles(place.market, place.timeframe)
    if candles is None or len(candles) < _TO_MEET:
        return UNKNOWN
    is_closing = seen.is_closing(place.market, place.timeframe)
    now = _memory(candles, memory, find)
    if not is_closing:
        return _touched(place, seen, now) if place.meeting == "touch" else _nothing(now)
    before = _memory(candles.slice(0, len(candles) - 1), memory, find)
    if place.meeting == "touch":
        return _touched(place, seen, before, then=now)
    return _closed(place.meeting, candles, before, then=now)


def _memory(candles: Candles, memory: Memory, find: Find) -> Memory:
    """Return the bands that follow from `candles`: what is remembered, where it is of the same."""
    at = float(candles.time[-1])
    if memory.get(_AT) == at:
        return memory
    window = _window(candles)
    found = find(window)
    bands = {f"{_LOW}{place}": band.low for place, band in enumerate(found)}
    bands |= {f"{_HIGH}{place}": band.high for place, band in enumerate(found)}
    return {_AT: at, _MARGIN: _margin(window), **bands}


@lru_cache(maxsize=512)
def _window(candles: Candles) -> Candles:
    """Return the candles that bands follow from: one object for all who ask, to share what is found in it."""
    return candles.last(_WINDOW)


@lru_cache(maxsize=512)
def _margin(window: Candles) -> float:
    return _NEAR * (last_range(window) or 0.0)


def _nothing(memory: Memory) -> Met:
    return Met(hit=False, holds=False, memory=memory) if remembered(memory) else _unknown(memory)


def _unknown(memory: Memory) -> Met:
    return Met(hit=None, holds=None, memory=memory)


def _touched(place: Place, seen: Seen, bands: Memory, *, then: Memory | None = None) -> Met:
    span, left = seen.span(place.market), bands if then is None else then
    found = remembered(bands)
    if span is None or not found:
        return _unknown(left)
    margin = bands[_MARGIN]
    touched = [band for band in found if _reaches(span, band)]
    holds = any(band.low - margin <= span.close <= band.high + margin for band in found)
    return Met(hit=bool(touched), holds=holds, values=_values((touched or found)[0], span.close), memory=left)


def _reaches(span: Span, band: Band) -> bool:
    """Return whether a span has a price of the band, or jumps over it."""
    return min(span.open, span.low) <= band.high and band.low <= max(span.open, span.high)


def _closed(meeting: Meeting, candles: Candles, bands: Memory, *, then: Memory) -> Met:
    found = remembered(bands)
    if not found:
        return _unknown(then)
    test = _is_rejected if meeting == "reject" else _is_broken
    met = [band for band in found if test(candles, band)]
    values = _values((met or found)[0], float(candles.close[-1]))
    return Met(hit=bool(met), holds=False, values=values, memory=then)


def _is_rejected(candles: Candles, band: Band) -> bool:
    """Return whether the newest candle came to the band and closed on the side that it came from."""
    before, close = candles.close[-2], candles.close[-1]
    from_above = before > band.high and close > band.high and candles.low[-1] <= band.high
    from_below = before < band.low and close < band.low and candles.high[-1] >= band.low
    return bool(from_above or from_below)


def _is_broken(candles: Candles, band: Band) -> bool:
    """Return whether the newest candle closed beyond the band, and the one before did not."""
    before, close = candles.close[-2], candles.close[-1]
    return bool((before >= band.low > close) or (before <= band.high < close))


def _values(band: Band, price: float) -> tuple[Value, ...]:
    if band.low == band.high:
        return (told("Price", price), told("Level", band.low))
    return (told("Price", price), told("Lower edge", band.low), told("Upper edge", band.high))
