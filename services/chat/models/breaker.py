"""A circuit breaker for one model: one that fails again and again is left alone for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from config.settings import variable_of_model
from services.clock import Clock
from services.errors import ModelFailed

FAILURES: Final = 5
"""In a row; then it rests."""
WINDOW_S: Final = 300.0
"""A failure that is older than this before the next one is forgotten."""
SHORTEST_S: Final = 30.0
LONGEST_S: Final = 600.0
"""A rest takes the first, and twice as long after each trial that failed, up to the second."""

Entry = Literal["usual", "trial"]

log = structlog.get_logger(__name__)


class Breaker:
    """Whether a model may be asked. After a rest one request is let through, and decides.

    Each request that `enter` lets through ends with exactly one of `succeeded`, `failed`, `left`.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._in_a_row = 0
        self._failed_at = 0.0
        self._pause = SHORTEST_S
        self._until: float | None = None
        self._is_tried = False

    def enter(self) -> Entry | None:
        """Return how a request may go out now; None where it may not."""
        if self._until is None:
            return "usual"
        if self._is_tried or self._clock.monotonic() < self._until:
            return None
        self._is_tried = True
        return "trial"

    def succeeded(self) -> None:
        """Note an answer: all is well."""
        self._in_a_row, self._pause, self._until, self._is_tried = 0, SHORTEST_S, None, False

    def left(self, entry: Entry) -> None:
        """Note a request that nobody waited for: it says nothing, and after a trial the next one may try."""
        self._is_tried = self._is_tried and entry != "trial"

    def failed(self, entry: Entry, error: ModelFailed) -> None:
        """Note a failure. A rate limit and a wrong key need no second one."""
        now = self._clock.monotonic()
        self._in_a_row = self._in_a_row + 1 if now - self._failed_at <= WINDOW_S else 1
        self._failed_at = now
        self.left(entry)
        match error.facts.get("why"):
            case "key":
                log.error(
                    "model_key_refused", model=self._name, hint=f"Put {variable_of_model(self._name)} right."
                )
                self._rest(LONGEST_S)
            case "busy":
                self._rest(_seconds(error.facts.get("retry_after")))
            case _ if entry == "trial" or (self._until is None and self._in_a_row >= FAILURES):
                self._rest(self._pause)
                self._pause = min(2 * self._pause, LONGEST_S)

    def rests_until(self) -> datetime | None:
        """Return when it is asked again; None where it may be asked now."""
        left = 0.0 if self._until is None else self._until - self._clock.monotonic()
        return self._clock.now() + timedelta(seconds=left) if left > 0 else None

    def _rest(self, seconds: float) -> None:
        until = self._clock.monotonic() + seconds
        self._until = until if self._until is None else max(until, self._until)
        log.warning("model_rests", model=self._name, seconds=round(seconds))


def _seconds(told: object) -> float:
    asked = float(told) if isinstance(told, int | float) and told > 0 else SHORTEST_S
    return min(asked, LONGEST_S)
