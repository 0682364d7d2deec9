"""Ids as Discord makes them: milliseconds since 2015 in the upper bits, so that they sort by age."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from services.clock import Clock

DISCORD_EPOCH_MS = 1_420_070_400_000
_SEEDED_AT_MS = 1_600_000_000_000
_TIME_SHIFT = 22


class Snowflakes:
    """Makes ids that never repeat and never go backwards, also when the clock does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """Return a new id."""
        now_ms = int(self._clock.now().timestamp() * 1000)
        first_of_now = (now_ms - DISCORD_EPOCH_MS) << _TIME_SHIFT
        self._last = max(self._last + 1, first_of_now)
        return str(self._last)

    def never_before(self, seen: str) -> None:
        """Make every later id greater than `seen`, an id from before a restart."""
        self._last = max(self._last, int(seen))


def stable_id(kind: str, name: str) -> str:
    """Return the id that `name` always has: seeded things and applications keep theirs over restarts."""
    digest = hashlib.sha256(f"{kind}:{name}".encode()).digest()
    spread = int.from_bytes(digest[:5], "big")
    return str(((_SEEDED_AT_MS - DISCORD_EPOCH_MS) << _TIME_SHIFT) + spread)


def created_at(snowflake: str) -> datetime:
    """Return when an id was made, in UTC."""
    ms = (int(snowflake) >> _TIME_SHIFT) + DISCORD_EPOCH_MS
    return datetime.fromtimestamp(ms / 1000, UTC)
