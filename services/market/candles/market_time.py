"""What time it is at the venue, told by the times on what it sends."""

from __future__ import annotations

_LOOKS = 30
"""How often a clock is looked at before it is believed to go on in the past; ten times a second."""
_LEAP_MS = 10_000
_INSISTS = 10


class MarketTime:
    """The newest market time that was heard.

    One wrong time moves nothing: a leap of more than ten seconds counts once another market makes it too, or
    the same one insists on it ten times while no other goes on from where time was.
    """

    def __init__(self) -> None:
        self._now: int | None = None
        self._leap: tuple[str, int, int] | None = None
        self._behind_at: int | None = None
        self._looks = 0

    @property
    def now(self) -> int | None:
        """Return the time in ms since 1970, or None before anything was heard."""
        return self._now

    def hear(self, market: str, moment: int) -> None:
        """Learn that something happened in `market` at `moment`, in ms."""
        if self._now is None or self._now < moment <= self._now + _LEAP_MS:
            self._now = moment
            if self._leap is not None and self._leap[0] != market:
                self._leap = None
        elif moment > self._now:
            self._hear_leap(market, moment)

    def restart(self, other: MarketTime) -> None:
        """Go to the time of `other`, which the venue's own has gone back to."""
        self._now, self._leap = other.now, None

    def goes_on_before(self, other: MarketTime, distance: int) -> bool:
        """Return whether this clock keeps moving while it is more than `distance` ms behind `other`.

        Asked ten times a second. One that stands still tells of a quiet market only.
        """
        if self._now is None or other.now is None or self._now > other.now - distance:
            self._forget_looks()
            return False
        if self._behind_at is None:
            self._behind_at = self._now
        self._looks += 1
        return self._looks >= _LOOKS and self._now > self._behind_at

    def _hear_leap(self, market: str, moment: int) -> None:
        """Believe a leap that is witnessed. That it moves this clock tells nothing of one that goes on."""
        leaper, landed, times = self._leap or ("", moment, 0)
        if leaper == market:
            times += 1
        elif leaper and abs(moment - landed) <= _LEAP_MS:
            times = _INSISTS
        else:
            times = 1
        if times >= _INSISTS:
            self._now, self._leap = max(moment, landed), None
            self._forget_looks()
        else:
            self._leap = (market, moment, times)

    def _forget_looks(self) -> None:
        self._behind_at, self._looks = None, 0
