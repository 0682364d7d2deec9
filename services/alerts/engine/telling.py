"""How a firing is told: the facts of its card. Who gets it belongs to delivery."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.alerts.engine.held import Held
from services.alerts.engine.looking import Known
from services.alerts.engine.machine import Happened, alert_id
from services.alerts.firing import Firing
from services.alerts.messages import Options
from services.alerts.posts import Told

_LATE_SECONDS: Final = 5
"""What is known no later than this after it happened is in time."""


def firing_of(
    held: Held,
    happened: Happened,
    known: Known | None,
    *,
    span: int,
    seen_at: datetime,
    received_at: datetime | None = None,
) -> Firing:
    """Return what has happened to a rule as it goes to whoever wants to know.

    Args:
        held: the rule.
        happened: what happened.
        known: the market that it looks at first; None where it looks at none.
        span: seconds of the candle it was seen in; 0 for a single price.
        seen_at: wall time.
        received_at: wall time at which the candle closed that it was seen in; None for a single price.
    """
    late = _late(happened, known, seen_at - (received_at or seen_at))
    return Firing(
        told=_told(held, happened, known, span=span, late=late, seen_at=seen_at),
        options=held.options,
        user_id=held.user_id,
        guild_id=held.guild_id,
        market=next(iter(held.markets), ""),
    )


def _told(
    held: Held, happened: Happened, known: Known | None, *, span: int, late: int, seen_at: datetime
) -> Told:
    options = held.options
    return Told(
        alert=alert_id(held.id, happened.number),
        rule=held.id,
        condition=held.condition,
        state=happened.state,
        at=happened.at,
        seen_at=seen_at,
        values=list(happened.values),
        origin=None if known is None else known.origin,
        price=None if known is None else known.told,
        tick=None if known is None else known.tick,
        span=span,
        late=late,
        severity=held.severity,
        feed=held.feed,
        owner=held.user_id or "",
        note=options.note,
        role=options.role,
        confirmed_by=confirmed_by(options),
        repeats=options.repeats,
    )


def _late(happened: Happened, known: Known | None, waited: timedelta) -> int:
    """Return how many seconds had passed when it was seen; of what follows later that is no matter.

    Market time tells it where that has gone on by then, and else how long the candle has `waited`.
    """
    if known is None or known.at is None or not happened.is_first:
        return 0
    newest = known.at if known.come_to is None else max(known.at, known.come_to)
    late = int(max(newest - happened.at, waited).total_seconds())
    return late if late > _LATE_SECONDS else 0


def confirmed_by(options: Options) -> str:
    """Return how an alert is confirmed, in English; empty for at once."""
    match options.confirming:
        case "close":
            return f"the close of {options.confirm_timeframe}"
        case "seconds":
            return f"{options.confirm_seconds} s"
        case "venues":
            return "two venues"
        case _:
            return ""
