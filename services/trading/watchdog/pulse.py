"""How long the desk has been silent, by the watchdog's own clock: wall time may jump, and does not count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from services.clock import Clock
from services.errors import Misconfigured
from services.trading.watchdog.heartbeat import Beat, BeatAccount, boot_id, read_beat

_ASLEEP_SECONDS: Final = 3.0

log = structlog.get_logger(__name__)


class Pulse:
    """Feels the desk's pulse.

    Args:
        path: of heartbeat.json.
        clock: monotonic time.
    """

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self.unread = ""
        """Why the last beat cannot be read."""
        self._path = path
        self._clock = clock
        self._boot = boot_id()
        self._last: Beat | None = None
        self._felt_at = self._looked_at = clock.monotonic()

    @property
    def accounts(self) -> Sequence[BeatAccount]:
        """Return the accounts that the desk told last."""
        return self._last.accounts if self._last is not None else ()

    @property
    def has_beaten(self) -> bool:
        """Return whether there was ever a beat."""
        return self._last is not None

    def feel(self) -> float:
        """Return for how many seconds there was no new beat."""
        now, beat = self._clock.monotonic(), self._read()
        if now - self._looked_at > _ASLEEP_SECONDS:  # the watchdog itself stood still: the desk may have, too
            self._felt_at += now - self._looked_at
        self._looked_at = now
        if beat is not None and (self._last is None or _name(beat) != _name(self._last)):
            self._felt_at = self._first_felt(beat, now) if self._last is None else now
            self._last = beat
        return now - self._felt_at

    def _read(self) -> Beat | None:
        try:
            beat, unread = read_beat(self._path), ""
        except Misconfigured as error:
            beat, unread = None, error.message
        if unread and not self.unread:
            log.error("heartbeat_unreadable", reason=unread)
        self.unread = unread
        return beat

    def _first_felt(self, beat: Beat, now: float) -> float:
        """Return when the first beat that is seen was made: it may be old."""
        is_comparable = beat.boot == self._boot and bool(self._boot) and beat.monotonic <= now
        return beat.monotonic if is_comparable else now


def _name(beat: Beat) -> tuple[int, int, float]:
    return beat.pid, beat.number, beat.monotonic
