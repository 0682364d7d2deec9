"""Decides when a process that keeps ending is started again, and when it is not. It knows no process."""

from __future__ import annotations

from collections import deque

_FIRST_DELAY = 0.25


class Breaker:
    """Counts exits within a window of time; more than the allowed ones and it is open.

    Exits that do not count (killed after it was ready) still make the next start wait a little longer, so
    that something that kills for ever does not keep a core busy.
    """

    def __init__(self, *, allowed: int, window: float, longest: float) -> None:
        self._allowed = allowed
        self._window = window
        self._longest = longest
        self._exits: deque[tuple[float, bool]] = deque()

    def delay_after(self, at: float, *, counts: bool) -> float | None:
        """Take note of an exit at `at` (monotonic); return the seconds to wait, None to leave it stopped."""
        self._exits.append((at, counts))
        while self._exits[0][0] <= at - self._window:
            self._exits.popleft()
        if sum(counted for _, counted in self._exits) > self._allowed:
            return None
        earlier = len(self._exits) - 1
        return 0.0 if earlier == 0 else min(self._longest, _FIRST_DELAY * 2.0 ** min(earlier - 1, 16))

    def reset(self) -> None:
        """Forget every exit; an operator has acted."""
        self._exits.clear()
