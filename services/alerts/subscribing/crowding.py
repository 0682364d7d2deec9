"""How full channels are within an hour, as the alerts of one step of the engine fill them.

Belongs here: the count. What becomes of an alert for a full channel is decided in `planning`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from services.store.store import Rows

_HOUR: Final = timedelta(hours=1)


class Crowds:
    """The room that channels have left, within one transaction.

    A channel that takes a single alert is only asked for whether it is full, which costs one row where there
    are thousands of channels; it is counted as soon as it is to take another.

    Args:
        rows: what is kept; what the step adds is not among it yet.
        most: how many alerts a channel takes in an hour.
        now: when the hour ends.
    """

    def __init__(self, rows: Rows, *, most: int, now: datetime) -> None:
        self._rows = rows
        self._most = most
        self._now = now
        self._left: dict[str, int] = {}
        self._uncounted: set[str] = set()

    async def expect(self, channels: Mapping[str, int]) -> None:
        """Look up channels, and how many alerts each is to take, in as few questions as can be.

        Raises:
            StoreUnavailable: the database is away.
        """
        await self._look([*channels])
        await self._count([channel for channel, alerts in channels.items() if alerts > 1], taken=0)

    async def fill(self, channels: Sequence[str]) -> frozenset[str]:
        """Let each channel take one alert more; return those that are full already.

        Raises:
            StoreUnavailable: the database is away.
        """
        await self._look([channel for channel in channels if channel not in self._left])
        await self._count([channel for channel in channels if not self._left[channel]], taken=1)
        full = frozenset(channel for channel in channels if self._left[channel] <= 0)
        for channel in channels:
            if channel not in full:
                self._left[channel] -= 1
        return full

    async def _look(self, channels: Sequence[str]) -> None:
        if not channels:
            return
        made = await self._rows.held.nth_newest(channels, self._most)
        full = {channel for channel, at in made.items() if self._now - at < _HOUR}
        self._left.update({channel: int(channel not in full) for channel in channels})
        self._uncounted.update(channel for channel in channels if channel not in full)

    async def _count(self, channels: Sequence[str], *, taken: int) -> None:
        wanted = [channel for channel in channels if channel in self._uncounted]
        if not wanted:
            return
        made = await self._rows.held.made_since(wanted, self._now - _HOUR)
        self._left.update({channel: self._most - taken - made.get(channel, 0) for channel in wanted})
        self._uncounted.difference_update(wanted)
