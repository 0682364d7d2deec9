"""Time zones as choices, and the clock and the day in one of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from discord.app_commands import Choice

from cogs._ui.limits import CHOICE, CHOICES
from services.locales.numbers import clip

_CLOCK: Final = "%H:%M"


def clock_in(zone: str, now: datetime) -> str:
    """Return the time of day there."""
    return f"{now.astimezone(ZoneInfo(zone)):{_CLOCK}}"


def day_in(zone: str | None, now: datetime) -> date:
    """Return which day it is there, in UTC where no zone was chosen."""
    return now.astimezone(UTC if zone is None else ZoneInfo(zone)).date()


def zone_choices(zones: Collection[str], typed: str, *, now: datetime) -> list[Choice[str]]:
    """Return the zones that hold what was typed, cities that begin with it first, each with its clock."""
    wanted = _plain(typed)
    hits = sorted(zone for zone in zones if wanted in _plain(zone))
    hits.sort(key=lambda zone: not _plain(zone.rpartition("/")[2]).startswith(wanted))
    return [
        Choice(name=clip(f"{zone} · {clock_in(zone, now)}", CHOICE), value=zone) for zone in hits[:CHOICES]
    ]


def _plain(text: str) -> str:
    return text.strip().replace("_", " ").casefold()
