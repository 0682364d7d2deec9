"""What the farm's risk gate would have refused: the limits of an account that a replay can tell.

Belongs here: the loss of a day, the drawdown and the losses in a row, as `services.trading.risk` holds an
account to them. Does not belong here: sizes, which `amounts` bounds, and what a recording does not say of a
market. Nobody resumes a replay: after a drawdown it opens nothing any more, since flat it cannot come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from analytics.candles import Floats, Integers
from analytics.risk import STREAK_PAUSE
from config.farm_file import RiskSection

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """How an account has done up to now. `curve` is its equity at the closes of `closed_ms`."""

    start: float
    curve: Floats
    closed_ms: Integers
    equity: float
    losses: int
    """In a row."""
    last_closed_at: datetime | None


def refusal(past: Past, at: datetime, limits: RiskSection) -> str:
    """Return why nothing may be opened now; empty where something may."""
    if _fall_of_day(past, at) >= limits.daily_loss:
        return "The loss of the day has reached the farm's limit."
    peak = max(past.start, past.equity, float(past.curve.max(initial=0.0)))
    if past.equity <= peak * (1 - limits.drawdown):
        return "The drawdown has reached the farm's limit."
    is_near = past.last_closed_at is not None and at < past.last_closed_at + STREAK_PAUSE
    if past.losses >= limits.losing_streak and is_near:
        return "So many losses in a row pause trading for an hour."
    return ""


def _fall_of_day(past: Past, at: datetime) -> float:
    """Return the deepest loss since midnight UTC, of the equity then: a halt lasts until the next."""
    midnight_ms = int(at.timestamp() * 1000) // DAY_MS * DAY_MS
    begun = int(np.searchsorted(past.closed_ms, midnight_ms, side="right"))
    start = float(past.curve[begun - 1]) if begun else past.start
    lowest = min(past.equity, float(past.curve[begun:].min(initial=start)))
    return (start - lowest) / start if start > 0 else 1.0
