"""How much is let in: a token bucket for each member, and places for all that wait to be acknowledged.

What guards a member's money has a larger bucket of its own and is never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from cogs._ui.card import read_press
from config.farm_file import LimitsSection
from services.clock import Clock

_TRACKED = 10_000
"""Members kept in mind; beyond it those who have been quiet are forgotten."""

_GUARDING: Final = frozenset({"killswitch", "cancel", "close", "sl", "tp"})
"""Commands that halt, close or protect."""
_PRESSED: Final = frozenset({"killswitch", "order", "desk_ticket", "desk_card", "positions"})
"""Cogs whose buttons and forms confirm a ticket, or halt, close and protect."""

Verdict = Literal["admitted", "notice", "dropped"]


def is_guarding(about: Mapping[str, Any]) -> bool:
    """Return whether what Discord says of an interaction is a command or a press that guards money."""
    return about.get("name") in _GUARDING or read_press(str(about.get("custom_id", "")))[0] in _PRESSED


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    notified_at: float = float("-inf")


class Limiter:
    """Decides in constant time and without awaiting, so that it stands before anything that costs."""

    def __init__(self, limits: LimitsSection, clock: Clock) -> None:
        self._rate = limits.commands_per_second
        self._burst = float(limits.burst)
        self._notice_every = limits.notice_every.total_seconds()
        self._clock = clock
        self._buckets: dict[int, _Bucket] = {}

    def admit(self, member: int) -> Verdict:
        """Take one request of `member`: admitted, refused with a notice due, or dropped in silence."""
        now = self._clock.monotonic()
        bucket = self._refilled(member, now)
        if bucket.tokens < 1.0:
            return self.refuse(member)
        bucket.tokens -= 1.0
        return "admitted"

    def refuse(self, member: int) -> Verdict:
        """Turn one request of `member` away at no cost to its allowance: with a notice, or in silence."""
        now = self._clock.monotonic()
        bucket = self._refilled(member, now)
        if now - bucket.notified_at < self._notice_every:
            return "dropped"
        bucket.notified_at = now
        return "notice"

    def wait(self, member: int) -> float:
        """Return the seconds until `member` is admitted again."""
        bucket = self._refilled(member, self._clock.monotonic())
        return max(0.0, (1.0 - bucket.tokens) / self._rate)

    def _refilled(self, member: int, now: float) -> _Bucket:
        bucket = self._buckets.get(member)
        if bucket is None:
            if len(self._buckets) >= _TRACKED:
                self._forget_the_quiet(now)
            bucket = self._buckets[member] = _Bucket(tokens=self._burst, at=now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        return bucket

    def _forget_the_quiet(self, now: float) -> None:
        full_after = max(self._burst / self._rate, self._notice_every)
        self._buckets = {who: bucket for who, bucket in self._buckets.items() if now - bucket.at < full_after}


class Places:
    """Room for so many interactions at once that the last of them is acknowledged before Discord forgets it.

    Without it a bot that falls behind answers everything too late, and so nothing.
    """

    def __init__(self, size: int, clock: Clock, *, lapse: float) -> None:
        self._size = size
        self._clock = clock
        self._lapse = lapse
        self._taken: dict[int, float] = {}

    def is_full(self) -> bool:
        """Return whether there is no place left; one held for `lapse` seconds is free again."""
        if len(self._taken) >= self._size:
            oldest = self._clock.monotonic() - self._lapse
            self._taken = {who: at for who, at in self._taken.items() if at > oldest}
        return len(self._taken) >= self._size

    def take(self, who: int) -> None:
        """Take a place."""
        self._taken[who] = self._clock.monotonic()

    def leave(self, who: int) -> None:
        """Give the place back; once is enough, twice does no harm."""
        self._taken.pop(who, None)
