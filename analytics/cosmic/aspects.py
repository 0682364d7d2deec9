"""Aspects: two bodies about a named angle apart in longitude."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import copysign
from typing import Final

from analytics.cosmic.angles import wrapped
from analytics.cosmic.bodies import Motion, longitude
from analytics.cosmic.zeros import zeros

ANGLES: Final = {"conjunction": 0.0, "sextile": 60.0, "square": 90.0, "trine": 120.0, "opposition": 180.0}
"""Degrees."""
ORBS: Final = {"conjunction": 8.0, "sextile": 6.0, "square": 8.0, "trine": 8.0, "opposition": 8.0}
"""How far from exact, in degrees, still counts: a convention, on which astrologers differ.

Source: the middle ground of https://encyclopedia.kids.net.au/page/as/Astrological_aspects, without the two
degrees more that it gives to conjunctions with Sun or Moon.
"""
_STEP: Final = 2.0
_WRAPS: Final = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """Two bodies in aspect: `orb` is how far from exact they are, in degrees, 0 and more."""

    first: str
    second: str
    kind: str
    orb: float
    is_applying: bool
    """Whether the orb is becoming smaller."""


def aspects(motions: Sequence[Motion]) -> list[Aspect]:
    """Return every aspect among bodies, the closest first."""
    found = [
        aspect for one, other in combinations(motions, 2) if (aspect := _between(one, other)) is not None
    ]
    return sorted(found, key=lambda aspect: aspect.orb)


def _between(one: Motion, other: Motion) -> Aspect | None:
    separation = wrapped(one.position.longitude - other.position.longitude)
    widening = copysign(1.0, separation) * (one.speed - other.speed)
    for kind, angle in ANGLES.items():
        excess = abs(separation) - angle
        if abs(excess) <= ORBS[kind]:
            is_applying = excess * widening < 0
            return Aspect(
                first=one.body, second=other.body, kind=kind, orb=abs(excess), is_applying=is_applying
            )
    return None


def exact(first: str, second: str, kind: str, start: float, end: float) -> Iterator[float]:
    """Yield when two bodies are exactly in aspect, from `start` to `end`.

    Where the angle has two sides (sextile, square, trine), all of one side come before those of the other.
    """
    for angle in sorted({ANGLES[kind], -ANGLES[kind] % 360}):
        yield from zeros(partial(_off, first, second, angle), start, end, step=_STEP, jump=_WRAPS)


def _off(first: str, second: str, angle: float, day: float) -> float:
    return wrapped(longitude(first, day) - longitude(second, day) - angle)
