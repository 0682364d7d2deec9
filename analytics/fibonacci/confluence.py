"""Where Fibonacci levels of several timeframes meet.

Belongs here: bands of levels, and their score. Does not belong here: the levels of one timeframe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.candles import Candles
from analytics.fibonacci.legs import auto_leg
from analytics.fibonacci.levels import Level, extensions, retracements
from analytics.fibonacci.ratios import weight
from analytics.structure.bands import Band, bands, best_apart

_BREADTH_PART, _WEIGHT_PART, _NARROW_PART = 0.5, 0.3, 0.2
_TO_MEET = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A level of a timeframe."""

    timeframe: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A band from the lowest to the highest of its members, which are in rising order of price."""

    low: float
    high: float
    score: float
    """0 to 100."""
    members: tuple[Member, ...]

    @property
    def timeframes(self) -> int:
        """Return how many timeframes meet here."""
        return len({member.timeframe for member in self.members})


def frame_levels(candles: Candles) -> tuple[Level, ...]:
    """Return the retracements and extensions of the dominant leg, on its scale; none without a leg."""
    leg = auto_leg(candles)
    if leg is None:
        return ()
    return (*retracements(leg, is_log=leg.is_long), *extensions(leg, is_log=leg.is_long))


def confluence(frames: Mapping[str, Sequence[Level]], tolerance: float) -> list[Cluster]:
    """Return the bands in which levels of two or more timeframes meet, the strongest first; none overlap.

    The score is 50 % breadth, (timeframes that meet - 1) / (timeframes looked at - 1); 30 % weight, the mean
    over these timeframes of the weightiest ratio each has in the band (`ratios.weight`); 20 % narrowness, 1
    for levels at one price and 0 for a band of full `tolerance`.

    A leg that several timeframes see is one leg: a level with ratio and price of one that an earlier
    timeframe has is left out, or every such leg would meet itself.

    Args:
        frames: levels by timeframe; where a leg is seen twice, the first timeframe keeps it.
        tolerance: the widest band, in quote currency; an average true range is a good one.

    Source: Carolyn Boroden, Fibonacci Trading (2008), clusters of price relationships; the score is this
    project's own.
    """
    members = sorted(_distinct(frames), key=lambda member: member.level.price)
    prices = [member.level.price for member in members]
    scores = dict(_scored(members, prices, tolerance, len(frames)))
    found = best_apart((score, band) for band, score in scores.items())
    return [_cluster(members[band.first : band.stop], scores[band]) for band in found]


def _distinct(frames: Mapping[str, Sequence[Level]]) -> Iterator[Member]:
    seen: set[tuple[float, str]] = set()
    for timeframe, levels in frames.items():
        new = {(level.ratio, f"{level.price:.10g}"): level for level in levels}
        yield from (Member(timeframe=timeframe, level=level) for key, level in new.items() if key not in seen)
        seen |= new.keys()


def _scored(
    members: Sequence[Member], prices: Sequence[float], tolerance: float, looked_at: int
) -> Iterator[tuple[Band, float]]:
    """Yield the bands of two timeframes or more with their score from 0 to 100."""
    weights = [weight(member.level.ratio) for member in members]
    best: dict[str, float] = {}
    last_first = -1
    for band in bands(prices, [tolerance] * len(prices)):
        if band.first != last_first:
            last_first = band.first
            best = {members[last_first].timeframe: weights[last_first]}
        added = band.stop - 1
        timeframe = members[added].timeframe
        best[timeframe] = max(best.get(timeframe, 0.0), weights[added])
        if len(best) >= _TO_MEET:
            narrow = 1 - (prices[added] - prices[band.first]) / tolerance if tolerance else 1.0
            yield band, _score(best, narrow, looked_at)


def _score(best: Mapping[str, float], narrow: float, looked_at: int) -> float:
    breadth = (len(best) - 1) / (looked_at - 1)
    mean = sum(best.values()) / len(best)
    return 100 * (_BREADTH_PART * breadth + _WEIGHT_PART * mean + _NARROW_PART * narrow)


def _cluster(members: Sequence[Member], score: float) -> Cluster:
    low, high = members[0].level.price, members[-1].level.price
    return Cluster(low=low, high=high, score=score, members=tuple(members))
