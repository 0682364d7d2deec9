"""Candles that a series lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.candles import Integers, bucket_start
from services.exchange.prices import to_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A run of `missing` candles: the first would open at `start`, and the next there is opens at `end`."""

    start: datetime
    end: datetime
    missing: int


def gaps_in(
    time: Integers, step_ms: int, *, start_ms: int | None = None, end_ms: int | None = None
) -> list[Gap]:
    """Return the gaps between the open times `time`, ascending, of candles of `step_ms`.

    With `start_ms` or `end_ms` the edges count too: every candle that opens at or after the one and has
    closed by the other.
    """
    edges = [time]
    if start_ms is not None:
        first = _first_from(start_ms, step_ms)
        edges.insert(0, np.array([first - step_ms]))
    if end_ms is not None:
        edges.append(bucket_start(np.array([end_ms]), step_ms))
    marks = np.concatenate(edges)
    holes = np.flatnonzero(np.diff(marks) > step_ms)
    return [
        Gap(
            start=to_moment(marks[hole] + step_ms),
            end=to_moment(marks[hole + 1]),
            missing=int((marks[hole + 1] - marks[hole]) // step_ms - 1),
        )
        for hole in holes.tolist()
    ]


def _first_from(moment_ms: int, step_ms: int) -> int:
    """Return the first open time at or after `moment_ms`."""
    start = int(bucket_start(np.array([moment_ms]), step_ms)[0])
    return start if start == moment_ms else start + step_ms
