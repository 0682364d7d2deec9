"""What an alert of a member may be: its options, how many there are, and that it is not there already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from config.farm_file import AlertsSection
from services.alerts.conditions import Condition, from_text
from services.alerts.messages import Options
from services.alerts.own.views import options_of
from services.errors import UserMistake
from services.market.messages import TIMEFRAMES
from services.store.rows import RuleRow
from services.store.store import Rows

COUNTED: Final = frozenset({"active", "paused"})
"""What an alert is that counts against the limits: it waits, or may be let wait."""
LONGEST_NOTE: Final = 200
LONGEST_LIFE: Final = timedelta(days=366)
LONGEST_WAIT: Final = 86_400
LONGEST_COOLDOWN: Final = 7 * 86_400
_APART: Final = "\u200b"
"""Nothing to be seen: behind an @ it makes a name of what would be a mention."""
_ALIKE: Final = Decimal("0.001")
_OUT_OF_THE_WAY: Final = frozenset({"margin"})
"""Fields in which two conditions may differ and still be the same to whoever hears of them."""


def checked_options(options: Options, *, now: datetime) -> Options:
    """Return the options with a note that mentions nobody.

    Raises:
        UserMistake: one of them cannot be taken.
    """
    _check_expiry(options.expires_at, now)
    _check_confirming(options)
    if not 0 <= options.cooldown <= LONGEST_COOLDOWN:
        raise UserMistake("A pause between two messages is at most 7 days.", hint="Take a shorter one.")
    note = options.note.replace(_APART, "").strip()
    if len(note) > LONGEST_NOTE:
        raise UserMistake(
            f"The note has {len(note)} characters.", hint=f"At most {LONGEST_NOTE} fit: make it shorter."
        )
    return msgspec.structs.replace(options, note=note.replace("@", f"@{_APART}"))


def _check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is None:
        return
    if expires_at <= now:
        raise UserMistake("The end of the alert lies in the past.", hint="Take a later one, or none at all.")
    if expires_at > now + LONGEST_LIFE:
        raise UserMistake(
            "An alert lasts at most a year.",
            hint="Take an earlier end, or none: then it lasts until it fires.",
        )


def _check_confirming(options: Options) -> None:
    if options.confirming == "close" and options.confirm_timeframe not in TIMEFRAMES:
        raise UserMistake(
            "An alert that a close confirms needs the timeframe of the candle.",
            hint=f"Choose one of {', '.join(TIMEFRAMES)}.",
        )
    if options.confirming == "seconds" and not 1 <= options.confirm_seconds <= LONGEST_WAIT:
        raise UserMistake(
            "The time that an alert must hold is 1 second to 24 hours.", hint="Take a time within that."
        )


async def check_room(rows: Rows, new: RuleRow, old: RuleRow | None, limits: AlertsSection) -> None:
    """Refuse one more alert where there are as many as there may be; `old` is what `new` stands in place of.

    Raises:
        UserMistake: the member's or the server's limit is reached.
    """
    was_counted = old is not None and old.status in COUNTED
    if not was_counted:
        await _check_member(rows, new.user_id or "", limits)
    if new.guild_id is not None and not (was_counted and old is not None and old.guild_id == new.guild_id):
        await _check_guild(rows, new.guild_id, limits)


async def _check_member(rows: Rows, user_id: str, limits: AlertsSection) -> None:
    if await rows.own_alerts.count(user_id=user_id) >= limits.per_member:
        raise UserMistake(
            f"A member may have {limits.per_member} alerts here, and you have no room for one more.",
            hint="Delete one that you no longer need with /alerts delete, then set this one again.",
            facts={"limit": limits.per_member},
        )


async def _check_guild(rows: Rows, guild_id: str, limits: AlertsSection) -> None:
    if await rows.own_alerts.count(guild_id=guild_id) >= limits.per_guild:
        raise UserMistake(
            f"This server may have {limits.per_guild} alerts, and there is no room for one more.",
            hint="Delete one of yours with /alerts delete, or set it in a direct message.",
            facts={"limit": limits.per_guild},
        )


def refuse_twin(condition: Condition, options: Options, others: Iterable[RuleRow]) -> None:
    """Refuse an alert that says the same as one of `others`, to the same place.

    Raises:
        UserMistake: there is one; it is named.
    """
    for row in others:
        if _is_heard_alike(options, options_of(row)) and _is_alike(condition, from_text(row.condition)):
            raise UserMistake(
                f"Your alert {row.id} says the same already.",
                hint="Change that one with /alerts edit. Levels must be at least 0.1% apart.",
                facts={"alert": row.id},
            )


def _is_heard_alike(one: Options, other: Options) -> bool:
    names = ("place", "confirming", "confirm_timeframe", "confirm_seconds")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _is_alike(one: object, other: object) -> bool:
    """Return whether all that two conditions are of is the same, numbers to a thousandth."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= _ALIKE * abs(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_alike, one, other))
    if isinstance(one, msgspec.Struct) and type(one) is type(other):
        names = [name for name in one.__struct_fields__ if name not in _OUT_OF_THE_WAY]
        return all(_is_alike(getattr(one, name), getattr(other, name)) for name in names)
    return one == other
