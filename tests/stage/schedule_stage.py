"""What tests of posts by the clock stand on: a clock to set, a store, schedules, and answers to ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import NoAnswer, OmegaError
from services.store.migrate import migrate
from services.store.rows import ScheduleRow
from services.store.store import Store, open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday."""


class WallClock:
    """Both times go on together; `jump` sets the wall alone, as an administrator does."""

    def __init__(self, wall: datetime = NOON) -> None:
        self.wall = wall
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def pass_by(self, by: timedelta) -> None:
        self.wall += by
        self.seconds += by.total_seconds()

    def jump(self, by: timedelta) -> None:
        self.wall += by


@asynccontextmanager
async def open_database(
    folder: Path, clock: Clock, *, patience: timedelta = timedelta(seconds=5)
) -> AsyncIterator[Store]:
    """Open a new database, or the one that is in the folder already."""
    path = folder / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=patience, clock=clock) as opened:
        yield opened


def schedule(
    name: str = "s1",
    *,
    kind: str = "daily",
    minute: int = 8 * 60,
    weekday: int = 0,
    timezone: str = "UTC",
    last_slot: str = "",
    created_at: datetime = NOON - timedelta(days=30),
    markets: tuple[str, ...] = (),
    guild_id: str = "10",
) -> ScheduleRow:
    return ScheduleRow(
        id=name,
        user_id="1",
        guild_id=guild_id,
        kind=kind,
        place="channel:55",
        minute=minute,
        weekday=weekday,
        timezone=timezone,
        persona="",
        locale="en",
        markets=markets,
        last_slot=last_slot,
        created_at=created_at,
    )


class Answers:
    """Answers requests by their kind; a kind without an answer is not there, an error is raised."""

    def __init__(self, answers: Mapping[type[Request[Any]], Message | OmegaError]) -> None:
        self.answers = dict(answers)
        self.asked: list[Request[Any]] = []

    async def __call__(self, request: Request[R], *, timeout: float) -> R:  # noqa: ASYNC109 - the bus's own
        del timeout
        self.asked.append(request)
        found = self.answers.get(type(request), NoAnswer("Nobody is there."))
        if isinstance(found, OmegaError):
            raise found
        return cast("R", found)
