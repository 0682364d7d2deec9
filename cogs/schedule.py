"""`/schedule`: posts by the clock in a channel; for admins."""

from __future__ import annotations

from typing import Final

from cogs._host import Host
from services.personas.lines import Line

LINES: Final = (
    Line(name="schedule_saved", sample={"kind": "daily", "is_on": True, "at": "08:00"}, must=("at",)),
    Line(name="schedule_saved", sample={"kind": "weekly", "is_on": True, "at": "08:00"}, must=("at",)),
    Line(name="schedule_saved", sample={"kind": "session", "is_on": True, "at": None}),
    Line(name="schedule_saved", sample={"kind": "daily", "is_on": False, "at": None}),
    Line(name="schedules", sample={"count": 2}, must=("count",)),
    Line(name="schedules", sample={"count": 0}),
)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    del host
