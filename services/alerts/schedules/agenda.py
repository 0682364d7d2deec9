"""Which slots are due, of all schedules: what `triggers` finds, cached, since a look comes every second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.alerts.schedules.triggers import Slot, next_slot, slot_named
from services.store.rows import ScheduleRow

LATEST: Final = timedelta(hours=2)
"""A slot that is missed for longer is skipped."""
_FAR_AHEAD: Final = timedelta(days=1)
"""A last slot further ahead than this was posted by a clock that was wrong: it holds back nothing."""

log = structlog.get_logger(__name__)


class Agenda:
    """Remembers of each schedule when to look again. A clock that is put back makes it forget."""

    def __init__(self) -> None:
        self._next: dict[str, tuple[ScheduleRow, Slot]] = {}
        self._looked_at: datetime | None = None

    def due(self, rows: Iterable[ScheduleRow], now: datetime) -> Iterator[tuple[ScheduleRow, Slot]]:
        """Yield the schedules that are due with their slots, and log those that are skipped."""
        if self._looked_at is not None and now < self._looked_at:
            self._next.clear()
        self._looked_at = now
        for row in rows:
            upcoming = self._upcoming(row, now)
            if upcoming.at > now:
                continue
            slot = due_slot(row, now)
            if slot is None:
                log.warning("scheduled_post_skipped", schedule=row.id, slot=upcoming.name)
                self._next[row.id] = (row, next_slot(row, now))
            else:
                yield row, slot

    def _upcoming(self, row: ScheduleRow, now: datetime) -> Slot:
        known = self._next.get(row.id)
        if known is not None and known[0] == row:
            return known[1]
        slot = next_slot(row, _begin(row, now))
        self._next[row.id] = (row, slot)
        return slot


def due_slot(row: ScheduleRow, now: datetime) -> Slot | None:
    """Return the newest slot that is due and not posted; None for none less than two hours late."""
    slot, found = None, next_slot(row, max(_begin(row, now), now - LATEST))
    while found.at <= now:
        slot, found = found, next_slot(row, found.at)
    return slot


def _begin(row: ScheduleRow, now: datetime) -> datetime:
    """Return after which moment slots count: the last one posted, or when the schedule was added."""
    last = slot_named(row, row.last_slot) if row.last_slot else None
    if last is None or last.at - now > _FAR_AHEAD:
        return row.created_at
    return max(row.created_at, last.at)
