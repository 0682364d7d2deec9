"""The ladder of distances to liquidation: each rung is told once an approach. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

RUNGS: Final = tuple(Decimal(text) for text in ("0.20", "0.10", "0.05", "0.03", "0.01"))
"""Distances of the mark from liquidation, of the mark."""
URGENT: Final = Decimal("0.10")
_LET_GO: Final = Decimal("1.25")


def climb(distance: Decimal, passed: Sequence[Decimal]) -> tuple[Decimal | None, list[Decimal]]:
    """Return the rung to tell now, if any, and the rungs that are passed from now on.

    A rung is to be told again once the distance was 1.25 times it: one that hovers at it is told once.

    Args:
        distance: of the mark from liquidation, of the mark.
        passed: rungs that were told in this approach.
    """
    kept = [rung for rung in RUNGS if rung in passed and distance < rung * _LET_GO]
    new = [rung for rung in RUNGS if distance <= rung and rung not in kept]
    return (min(new) if new else None), sorted({*kept, *new}, reverse=True)


def born_with(entry: Decimal, liquidation: Decimal | None) -> list[Decimal]:
    """Return the rungs that a position stands on from its entry on: it did not come near, it began there."""
    if liquidation is None:
        return []
    distance = abs(entry - liquidation) / entry
    return [rung for rung in RUNGS if distance <= rung]
