"""What time it is in a market that is played."""

from __future__ import annotations

from services.clock import Clock

_ASLEEP = 1.0
"""Seconds by which wall time must get ahead before that is a machine that slept, and no clock that drifts."""


class MarketTime:
    """Was `begins_at_ms` when this was built and runs with wall time, `speed` times as fast.

    It never goes back. While a machine sleeps only its wall clock goes on, and the market with it.
    """

    def __init__(self, begins_at_ms: int, *, clock: Clock, speed: float = 1.0) -> None:
        self.begins_at_ms = begins_at_ms
        self.speed = speed
        self._clock = clock
        self._started = clock.monotonic()
        self._started_at = clock.now()
        self._slept = 0.0

    def now_ms(self) -> float:
        """Return milliseconds since 1970."""
        awake = self._clock.monotonic() - self._started
        ahead = (self._clock.now() - self._started_at).total_seconds() - awake
        if ahead > self._slept + _ASLEEP:
            self._slept = ahead
        return self.begins_at_ms + (awake + self._slept) * 1000 * self.speed
