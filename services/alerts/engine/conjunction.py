"""Whether several conditions about one price were met by one price, and not each by another of the same span.

A rule says of a span that it was met at some moment of it. Of several that must be met together, each may
have been at a moment of its own, as with above 110 and below 105 in a candle from 100 to 112.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from services.alerts.conditions import Leaf, SkyShows
from services.alerts.engine.looking import Look
from services.alerts.rules.declare import Memory, Met, Span, rule_of

_SEVERAL: Final = 2
Part = tuple[Leaf, Memory, Met]
"""A leaf, what it remembered before the look, and what it said of the look."""


def meets_at_once(parts: Sequence[Part], look: Look) -> bool:
    """Return whether one price of a look meets all that the price decides, where each was met by itself."""
    by_price = [part for part in parts if _is_by_price(part, look.market)]
    span = look.moved
    if span is None or len(by_price) < _SEVERAL or (span.low == span.high and span.open == span.close):
        return True
    if span.opens_at == span.closes_at:
        return all(_is_met_by_jump(part, look, span) for part in by_price)
    return any(
        all(_is_met_at(price, part, look, span) for part in by_price) for price in _prices(by_price, span)
    )


def _is_by_price(part: Part, market: str) -> bool:
    leaf, _, met = part
    if isinstance(leaf, SkyShows) or leaf.market != market:
        return False
    return rule_of(leaf).thresholds(leaf, met.memory) != ()


def _prices(parts: Sequence[Part], span: Span) -> Iterator[float]:
    """Return the prices of a span at which an answer may be another: its path passes all between them."""
    drawn = (_edges(leaf, memory) for leaf, before, met in parts for memory in (before, met.memory))
    ends = (span.close, span.open, span.low, span.high)
    return iter(dict.fromkeys([*ends, *(edge for edge in chain(*drawn) if span.low <= edge <= span.high)]))


def _edges(leaf: Leaf, memory: Memory) -> tuple[float, ...]:
    found = rule_of(leaf)
    return (*(found.thresholds(leaf, memory) or ()), *found.drawn(leaf, memory))


def _is_met_at(price: float, part: Part, look: Look, span: Span) -> bool:
    """Return whether a price meets a part; the last one also by what the span itself brought before it."""
    leaf, before, met = part
    memories = (before, met.memory) if price == span.close else (before,)
    still = look.still(price)
    return any(rule_of(leaf).decide(leaf, still, memory).hit is True for memory in memories)


def _is_met_by_jump(part: Part, look: Look, span: Span) -> bool:
    """Return whether a jump meets a part: where it ends, or, of a level that is touched, by passing it."""
    return _is_met_at(span.close, part, look, span) or not _is_met_at(span.open, part, look, span)
