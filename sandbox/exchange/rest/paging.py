"""Pages of rows, newest first: from where, how many, and of which time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sandbox.exchange.rest.call import Call
from services.exchange.prices import to_milliseconds

_Row = TypeVar("_Row")
MOST = 100
_LONGEST_ID = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Some of what there is, and the id from which the next page goes on; None for none of both."""

    rows: Sequence[_Row]
    end: str | None


def page(
    call: Call,
    rows: Sequence[_Row],
    *,
    id_of: Callable[[_Row], str],
    time_of: Callable[[_Row], datetime],
    before: str = "idLessThan",
) -> Page[_Row]:
    """Return what a request asks for of `rows`, which are newest first.

    The classic protocol pages by the id before which to go on, the unified one calls that a cursor.
    """
    start, end, last = call.moment("startTime"), call.moment("endTime"), call.get(before) or ""
    is_from = last.isascii() and last.isdecimal() and len(last) <= _LONGEST_ID
    kept = [
        row
        for row in rows
        if (start is None or to_milliseconds(time_of(row)) >= start)
        and (end is None or to_milliseconds(time_of(row)) <= end)
        and (not is_from or int(id_of(row)) < int(last))
    ]
    found = kept[: call.whole("limit", MOST, most=MOST)]
    return Page(found, id_of(found[-1]) if found else None)
