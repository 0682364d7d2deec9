"""The newest closed candles of one market and timeframe, as arrays that grow at their end.

Where the candles come from belongs to `asking`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.candles import Candles, Floats

MOST: Final = 500
"""Candles that a rule sees."""
KEPT: Final = 600
"""Candles that are kept at least: one that is decided late still sees as many as it would have in time."""
_FIGURES: Final = ("open", "high", "low", "close", "volume")

Figures = tuple[float, float, float, float, float]
"""Open, high, low, close and volume of one candle."""


class Window:
    """Begins with `candles`, all of which it keeps; then `add` brings one at a time."""

    __slots__ = ("_figures", "_length", "_seen", "_shown_ms", "_time", "step_ms")

    def __init__(self, candles: Candles) -> None:
        self.step_ms = candles.step_ms
        self._length = len(candles)
        self._time = candles.time
        self._figures: Floats = np.stack([getattr(candles, name) for name in _FIGURES])
        self._seen: tuple[int, Candles] | None = None
        self._shown_ms: int | None = None

    @property
    def ends_ms(self) -> int:
        """Return when the newest candle closed, in ms since 1970; 0 where there is none."""
        return int(self._time[self._length - 1]) + self.step_ms if self._length else 0

    def add(self, opens_ms: int, figures: Figures, *, may_skip: bool = False) -> bool:
        """Add the candle that opens then; return whether it is there now.

        It is not where candles before it are missing, unless it `may_skip` them. One that was there already
        changes nothing.
        """
        if opens_ms < self.ends_ms:
            return True
        if opens_ms > self.ends_ms and self._length and not may_skip:
            return False
        if self._length == len(self._time):
            self._make_room()
        self._time[self._length] = opens_ms
        self._figures[:, self._length] = figures
        self._length += 1
        return True

    def show(self, until_ms: int) -> None:
        """Show what had closed by then, and nothing after it, until more is shown: for a replay."""
        self._shown_ms = until_ms

    def until(self, cut_ms: int) -> Candles:
        """Return the newest candles that had closed by then, up to `MOST`.

        Two who ask for the same get the same object, until a candle is added.
        """
        stop = self._length
        if self._shown_ms is not None:
            cut_ms = min(cut_ms, self._shown_ms)
        if cut_ms < self.ends_ms:
            stop = int(np.searchsorted(self._time[:stop], cut_ms - self.step_ms, side="right"))
        if self._seen is None or self._seen[0] != stop:
            self._seen = (stop, self._cut(max(0, stop - MOST), stop))
        return self._seen[1]

    def _cut(self, start: int, stop: int) -> Candles:
        arrays = dict(zip(_FIGURES, self._figures[:, start:stop], strict=True))
        return Candles(step_ms=self.step_ms, time=self._time[start:stop], **arrays)

    def _make_room(self) -> None:
        """Move to new arrays: what was handed out is of the old ones and stays as it is."""
        kept = min(self._length, KEPT)
        time, figures = np.empty(kept + KEPT, np.int64), np.empty((len(_FIGURES), kept + KEPT))
        time[:kept] = self._time[self._length - kept : self._length]
        figures[:, :kept] = self._figures[:, self._length - kept : self._length]
        self._time, self._figures, self._length, self._seen = time, figures, kept, None
