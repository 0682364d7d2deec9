"""Prices that lie close together, as bands that do not overlap.

Belongs here: which neighbours fit into a band, and which bands to keep. Does not belong here: what makes one
better than another; levels and confluences each say that themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

Merit = TypeVar("Merit", float, tuple[float, ...])


class Band(NamedTuple):
    """Members `first` (included) to `stop` (excluded) of prices in rising order."""

    first: int
    stop: int


def bands(prices: Sequence[float], reach: Sequence[float]) -> Iterator[Band]:
    """Yield every band of two or more neighbours no wider than the `reach` of its lowest member.

    Args:
        prices: in rising order.
        reach: as long as `prices`; a NaN is the lowest member of no band.
    """
    for first, (low, width) in enumerate(zip(prices, reach, strict=True)):
        for stop in range(first + 1, len(prices)):
            if not prices[stop] - low <= width:
                break
            yield Band(first, stop + 1)


def best_apart(candidates: Iterable[tuple[Merit, Band]]) -> list[Band]:
    """Return bands that share no member: the best, then the best of those left, and so on.

    Of equal ones the lower stands first.
    """
    taken: set[int] = set()
    chosen = []
    for _, band in sorted(sorted(candidates, key=lambda one: one[1]), key=lambda one: one[0], reverse=True):
        members = range(*band)
        if taken.isdisjoint(members):
            taken.update(members)
            chosen.append(band)
    return chosen
