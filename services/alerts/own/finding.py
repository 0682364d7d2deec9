"""Finds what a member means by an id or the beginning of one: an alert of their own, or a firing they saw.

What belongs to somebody else is not there: an answer never tells that it exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from services.errors import UserMistake
from services.store.rows import HappenedRow, RuleRow
from services.store.store import Rows

_SHOWN: Final = 32
_Found = TypeVar("_Found", RuleRow, HappenedRow)


async def own_rule(rows: Rows, user_id: str, written: str) -> RuleRow:
    """Return the member's rule of that id or beginning.

    Raises:
        UserMistake: none of theirs begins so, or several.
    """
    found = await look_for_own(rows, user_id, written)
    if found is None:
        raise no_such(written)
    return found


async def look_for_own(rows: Rows, user_id: str, written: str) -> RuleRow | None:
    """Return the member's rule of that id or beginning; None for none. Raises UserMistake for several."""
    wanted = _id_in(written)
    if not wanted:
        return None
    exact = await rows.alerts.rule(wanted)
    if exact is not None and exact.user_id == user_id:
        return exact
    return _only(await rows.own_alerts.starting_with(user_id, wanted), wanted)


async def seen_firing(rows: Rows, user_id: str, written: str) -> HappenedRow:
    """Return the firing of that id that the member may ask about.

    It is of their own, or of a feed; or it came into a channel, and they know the whole of its id, which
    stands on the buttons of that message alone.

    Raises:
        UserMistake: there is none, or several begin so.
    """
    wanted = _id_in(written)
    if not wanted:
        raise no_such(written)
    exact = await rows.alerts.alert(wanted)
    if exact is not None and (exact.alert.user_id in {user_id, None} or exact.is_in_channel):
        return exact
    found = _only(await rows.own_alerts.alerts_starting_with(user_id, wanted), wanted)
    if found is None:
        raise no_such(written)
    return found


def no_such(written: str) -> UserMistake:
    """Build the error for an id that is none of the member's."""
    hint = "/alerts list shows yours with their ids; the first letters of one are enough."
    shown = written.strip()[:_SHOWN]
    return UserMistake(f"There is no alert {shown}." if shown else "No alert was named.", hint=hint)


def _id_in(written: str) -> str:
    return written.strip().lstrip("#").casefold()


def _only(found: Sequence[_Found], wanted: str) -> _Found | None:
    if len(found) > 1:
        raise UserMistake(
            f"Several alerts begin with {wanted[:_SHOWN]}.", hint="Write more letters of the id."
        )
    return found[0] if found else None
