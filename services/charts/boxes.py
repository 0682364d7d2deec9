"""Rectangles of a picture, and how labels are moved apart so that none hides another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the finished picture; right and bottom are just outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Return the height of its middle, from the top of the picture."""
        return (self.top + self.bottom) / 2

    def overlaps(self, other: Box) -> bool:
        """Return whether a pixel belongs to both."""
        is_beside = self.right <= other.left or other.right <= self.left
        return not (is_beside or self.bottom <= other.top or other.bottom <= self.top)

    def holds(self, other: Box) -> bool:
        """Return whether all of `other` lies within."""
        is_wide = self.left <= other.left and other.right <= self.right
        return is_wide and self.top <= other.top and other.bottom <= self.bottom


def spread(
    wanted: Sequence[float], weights: Sequence[float], height: int, *, top: int, bottom: int
) -> list[int]:
    """Return the tops of labels of one `height`, moved apart as little as possible, in the order of `wanted`.

    Args:
        wanted: where the middle of each would best be, ascending.
        weights: how much each resists being moved; positive, one for each.
        height: of every label, in pixels.
        top: the first pixel that they may cover.
        bottom: the first pixel below that they may not. The labels must fit between the two.

    Source: isotonic regression by pooling neighbours that are in each other's way; Best and Chakravarti,
    "Active set algorithms for isotonic regression", Mathematical Programming 47 (1990).
    """
    pools: list[tuple[float, float, int]] = []
    for number, (middle, weight) in enumerate(zip(wanted, weights, strict=True)):
        mean, total, count = middle - height / 2 - number * height, weight, 1
        while pools and pools[-1][0] > mean:
            before, held, members = pools.pop()
            mean = (before * held + mean * total) / (held + total)
            total, count = held + total, members + count
        pools.append((mean, total, count))
    lowest = bottom - height * len(wanted)
    starts = [round(min(max(mean, top), lowest)) for mean, _, count in pools for _ in range(count)]
    return [start + number * height for number, start in enumerate(starts)]


def heaviest(weights: Sequence[float], most: int) -> list[int]:
    """Return the positions of the `most` largest weights, ascending; of equal ones the first."""
    ranked = sorted(range(len(weights)), key=lambda number: (-weights[number], number))
    return sorted(ranked[: max(0, most)])
