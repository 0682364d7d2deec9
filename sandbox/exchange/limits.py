"""How often a resource may be asked for: 20 units a second for each key, or each address where nobody signs.

A request weighs as many units as its route says, and each resource has units of its own, as the venue counts
them. Source: the venue's limits as clients of it know them, by way of ccxt 4.5.90's weights.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from sandbox.exchange.refusal import Refused

UNITS = 20.0
WINDOW_SECONDS = 1.0
_MANY = 10_000


class Limiter:
    """Counts what was asked in the last second."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._asked: dict[tuple[str, str], deque[float]] = {}

    def check(self, subject: str, path: str, weight: float) -> None:
        """Count one request of `subject`, which is a key or an address.

        Raises:
            Refused: it comes too soon; the answer says in whole seconds when to come again.
        """
        now = self._monotonic()
        asked = self._asked.setdefault((subject, path), deque())
        while asked and asked[0] <= now - WINDOW_SECONDS:
            asked.popleft()
        if len(asked) >= max(1, int(UNITS / weight + 1e-6)):
            raise _too_many()
        asked.append(now)
        if len(self._asked) > _MANY:
            self._forget(now)

    def _forget(self, now: float) -> None:
        for key in [
            key for key, asked in self._asked.items() if not asked or asked[-1] < now - WINDOW_SECONDS
        ]:
            del self._asked[key]


def _too_many() -> Refused:
    refused = Refused("429")
    refused.headers["Retry-After"] = "1"
    return refused
