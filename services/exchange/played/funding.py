"""Funding rates of markets that are played, and how much of them is held open: recorded, else made up.

A rate is known by the boundary at which it is paid. What was recorded a few milliseconds after a boundary was
paid at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analytics.candles import Floats, Integers
from services.exchange.exchange import Nature
from services.exchange.played.noise import drift
from services.exchange.prices import to_amount

HOUR_MS = 3_600_000
_DRIFT_MS = 60_000
_USUAL, _SWING = 0.0001, 0.0002
"""Made-up rates lie so far round the usual one."""
_RATE_PERIODS = 6
_INTEREST_MINUTES, _INTEREST_SWING, _INTEREST_PERIOD_MS = 600.0, 0.08, 12 * HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FundingHistory:
    """Recorded rates, oldest first: when each was paid in milliseconds since 1970, and the share.

    Both arrays have the shape (n,).
    """

    time: Integers
    rate: Floats

    def at(self, boundary_ms: int) -> float | None:
        """Return the rate that was paid within a minute of that boundary, or None where none was recorded."""
        place = int(np.searchsorted(self.time, boundary_ms - _DRIFT_MS))
        if place == len(self.time) or self.time[place] > boundary_ms + _DRIFT_MS:
            return None
        return float(self.rate[place])


@dataclass(frozen=True, slots=True)
class Rate:
    """What longs pay shorts at one boundary, as a share of the notional."""

    boundary_ms: int
    rate: Decimal
    nature: Nature


def next_boundary(moment_ms: float, hours: int) -> int:
    """Return the first boundary after `moment_ms`; they are counted from midnight in UTC."""
    step = hours * HOUR_MS
    return int(moment_ms // step + 1) * step


def boundaries(since_ms: float, until_ms: float, hours: int) -> Iterator[int]:
    """Yield each boundary after `since_ms` and up to `until_ms`."""
    boundary = next_boundary(since_ms, hours)
    while boundary <= until_ms:
        yield boundary
        boundary += hours * HOUR_MS


def rate_at(
    boundary_ms: int, *, history: FundingHistory | None, key: int, hours: int, simulated_from_ms: int
) -> Rate:
    """Return what is paid at a boundary: as recorded, else from -0.01 % to 0.03 % as follows from `key`.

    Nothing is taken from a recording at or after `simulated_from_ms`.
    """
    is_recorded = history is not None and boundary_ms < simulated_from_ms
    found = history.at(boundary_ms) if history is not None and is_recorded else None
    if found is not None:
        return Rate(boundary_ms, to_amount(found), "replay")
    made_up = _USUAL + _SWING * drift(key, boundary_ms, period_ms=_RATE_PERIODS * hours * HOUR_MS)
    return Rate(boundary_ms, to_amount(round(made_up, 6)), "simulated")


def interest_at(moment_ms: float, *, turnover: float, key: int) -> float:
    """Return how much is held open, in base currency: some hours' turnover, which moves within a day."""
    swing = _INTEREST_SWING * drift(key, int(moment_ms), period_ms=_INTEREST_PERIOD_MS)
    return turnover * _INTEREST_MINUTES * (1.0 + swing)
