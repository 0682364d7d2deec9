"""Long lists in pages: which rows are shown, and which pages lie before and behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; pages count from 1. None stands where there is no page before or behind."""

    rows: Sequence[T]
    number: int
    count: int
    before: int | None
    behind: int | None


def page_of(rows: Sequence[T], wanted: int, *, size: int) -> Page[T]:
    """Return a page of `rows`, the nearest there is to the one `wanted`."""
    count = max(1, -(-len(rows) // size))
    number = min(max(wanted, 1), count)
    return Page(
        rows=rows[(number - 1) * size : number * size],
        number=number,
        count=count,
        before=number - 1 if number > 1 else None,
        behind=number + 1 if number < count else None,
    )


def first_of(number: int, *, size: int) -> int:
    """Return how many rows lie before a page."""
    return (number - 1) * size


def page_with(rows: Sequence[T], row: T | None, *, size: int) -> int:
    """Return the number of the page that shows `row`; the first where it is nowhere."""
    return 1 if row is None or row not in rows else rows.index(row) // size + 1
