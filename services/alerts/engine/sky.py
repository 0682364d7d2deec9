"""What happens in the sky, from the cosmic service, by the names that rules know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.alerts.conditions import SKY_EVENTS
from services.alerts.engine.asking import Ask
from services.alerts.engine.keeping import Unkept
from services.cosmic.messages import GetCalendar, SkyEvent
from services.errors import OmegaError

SKY: Final = "sky"
"""In place of a market among the marks: up to when the sky has been looked at."""
_ASK_SECONDS: Final = 5.0
_DAYS: Final = 3
_AHEAD: Final = timedelta(days=1)
_MARK_EVERY: Final = timedelta(minutes=10)
_OTHER_TIME: Final = timedelta(days=2)
_TURNS: Final = {"{planet} turns retrograde": "retrograde", "{planet} turns direct": "direct"}

log = structlog.get_logger(__name__)


class Sky:
    """Goes along with a time that goes on; of one that jumps, nothing is told."""

    def __init__(self, ask: Ask, unkept: Unkept) -> None:
        self.at: datetime | None = None
        """Up to when it has been looked at."""
        self._ask = ask
        self._unkept = unkept
        self._events: list[SkyEvent] = []
        self._until: datetime | None = None
        self._marked: datetime | None = None

    async def up_to(self, at: datetime) -> frozenset[str]:
        """Return what happened since the last time; nothing while the cosmic service does not answer."""
        before = self.at
        if before is None or not timedelta(0) <= at - before <= _OTHER_TIME:
            self.at, self._until = at, None
            self._mark(at)
            return frozenset()
        if (self._until is None or at >= self._until - _AHEAD) and not await self._read(before):
            return frozenset()
        self.at = at
        found = happened_between(self._events, before, at)
        if found or self._marked is None or at - self._marked >= _MARK_EVERY:
            self._mark(at)
        return found

    def _mark(self, at: datetime) -> None:
        self._marked = at
        self._unkept.mark(SKY, at)

    async def _read(self, since: datetime) -> bool:
        try:
            told = await self._ask(GetCalendar(days=_DAYS, at=since), timeout=_ASK_SECONDS)
        except OmegaError as error:
            log.info("sky_not_seen", reason=error.message)
            return False
        self._events, self._until = told.events, since + timedelta(days=_DAYS)
        return True


def happened_between(events: Iterable[SkyEvent], after: datetime, until: datetime) -> frozenset[str]:
    """Return the names of `SKY_EVENTS` that happened after one moment and no later than another."""
    named = (name_of(event) for event in events if after < event.at <= until)
    return frozenset(name for name in named if name in SKY_EVENTS)


def name_of(event: SkyEvent) -> str:
    """Return what rules call it; what they do not know is called something else."""
    if event.title in _TURNS:
        return f"{event.words['planet'].lower()}_{_TURNS[event.title]}"
    words = event.title.lower().split()
    if words[-1] in {"perigee", "apogee"}:
        return words[-1]
    return "_".join(words[-2:] if words[-1] == "eclipse" else words)
