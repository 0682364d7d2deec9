"""What time it is in a market that is played."""

from __future__ import annotations

from services.clock import Clock


class MarketTime:
    """Was `begins_at_ms` when this was built and runs with wall time, `speed` times as fast."""

    def __init__(self, begins_at_ms: int, *, clock: Clock, speed: float = 1.0) -> None:
        self.begins_at_ms = begins_at_ms
        self.speed = speed
        self._clock = clock
        self._started = clock.monotonic()

    def now_ms(self) -> float:
        """Return milliseconds since 1970."""
        return self.begins_at_ms + (self._clock.monotonic() - self._started) * 1000 * self.speed
