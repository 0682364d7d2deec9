"""Which trades were counted, by the venue's ids, as far back as a venue repeats them."""

from __future__ import annotations

from collections import deque

_MOST = 2_000


class Seen:
    """The ids of the last 2,000 trades of a market; a trade without an id is always new."""

    def __init__(self) -> None:
        self._order: deque[str] = deque()
        self._ids: set[str] = set()

    def is_new(self, trade_id: str) -> bool:
        """Return whether `trade_id` was not asked for before, and remember it."""
        if trade_id in self._ids:
            return False
        if trade_id:
            self._ids.add(trade_id)
            self._order.append(trade_id)
            if len(self._order) > _MOST:
                self._ids.discard(self._order.popleft())
        return True
