"""The sky at a moment: every body with its speed, the aspects, and the Moon's phase, age and nodes."""

from __future__ import annotations

import asyncio

from figures import Figure, percentile

from analytics.cosmic.sky import sky
from services.clock import SystemClock

MOMENTS = 200
FIRST = 46_000.0
APART = 1.37
"""Days from one moment to the next, so that none is like the one before."""


def state_ms() -> float:
    """Return the median time of a whole sky."""
    clock, taken = SystemClock(), []
    for place in range(MOMENTS):
        began = clock.monotonic()
        sky(FIRST + place * APART)
        taken.append(1000 * (clock.monotonic() - began))
    return percentile(taken, 0.5)


async def measure() -> list[Figure]:
    """Measure away from the event loop, as the service answers."""
    return [Figure("analytics.cosmic_state_ms", await asyncio.to_thread(state_ms), "ms")]
