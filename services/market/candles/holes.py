"""Where trades of a market were missed, as stretches of market time in ms, and where they were made good."""

from __future__ import annotations

import sys
from collections import deque

FOREVER = sys.maxsize
_MOST_FILLED = 64


class Holes:
    """Begins with an open hole at `since`; at most one is open, from its start to an end not known yet."""

    def __init__(self, since: int) -> None:
        self._open_since: int | None = since
        self._closed: list[tuple[int, int]] = []
        self._filled: deque[tuple[int, int]] = deque(maxlen=_MOST_FILLED)

    @property
    def is_open(self) -> bool:
        """Return whether trades are being missed."""
        return self._open_since is not None

    @property
    def since(self) -> int:
        """Return when the open hole began, or `FOREVER` while there is none."""
        return FOREVER if self._open_since is None else self._open_since

    def open(self, since: int) -> None:
        """Begin to miss trades."""
        self._open_since = since

    def close(self, until: int) -> None:
        """End the open hole; it never was where `until` is its start or before."""
        since, self._open_since = self.since, None
        if until > since:
            self.add(since, until)

    def add(self, since: int, until: int) -> None:
        """Make a hole from `since` to before `until`."""
        self._closed.append((since, until))

    def touch(self, since: int, until: int) -> bool:
        """Return whether any hole has a part between `since` and `until`."""
        return self.since < until or any(start < until and end > since for start, end in self._closed)

    def end_of(self, moment: int) -> int:
        """Return the end of the last hole that reaches beyond `moment`, `FOREVER` for one that is open."""
        if self.is_open:
            return FOREVER
        return max((end for _, end in self._closed if end > moment), default=moment)

    def forget_until(self, moment: int) -> None:
        """Forget what lies before `moment`; an open hole goes on from there."""
        self._closed = [one for one in self._closed if one[1] > moment]
        if self._open_since is not None:
            self._open_since = max(self._open_since, moment)

    def filled(self, since: int, until: int) -> None:
        """Remember that the venue's own candles stand for this stretch."""
        if self._filled and self._filled[-1][1] == since:
            since = self._filled.pop()[0]
        self._filled.append((since, until))

    def has_filled(self, moment: int) -> bool:
        """Return whether the venue's own candles stand for `moment`."""
        return any(start <= moment < end for start, end in self._filled)
