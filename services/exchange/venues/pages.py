"""Reads what an account's venue tells of the past, from the newest page back to a moment, each entry once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from services.exchange.orders import Fill, FundingPayment

A_PAGE = 100
_MOST_PAGES = 20
T = TypeVar("T", Fill, FundingPayment)

Page = Callable[[dict[str, Any]], Awaitable[tuple[Sequence[T], bool]]]
"""Asks for one page; returns it, and whether it is certainly the last."""


async def newest(page: Page[T], *, asked: dict[str, Any], older_than: str | None, limit: int) -> Sequence[T]:
    """Return the newest `limit` entries, oldest first.

    Args:
        page: asks for one page.
        asked: what goes with every question.
        older_than: the name under which a page is asked for that ends before an entry, where there is one.
        limit: how many at most.
    """
    found: dict[str, T] = {}
    for _ in range(_MOST_PAGES):
        told, is_last = await page(asked)
        new = [one for one in told if one.id not in found]
        found |= {one.id: one for one in new}
        if is_last or not new or len(found) >= limit or older_than is None:
            break
        asked = {**asked, older_than: min(new, key=lambda one: (one.at, one.id)).id}
    return sorted(found.values(), key=lambda one: (one.at, one.id))[-limit:]
