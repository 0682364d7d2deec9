"""`/schedule`: posts by the clock in a channel; for admins."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import Collection
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands
from msgspec.structs import replace

from cogs._clocks import AT, ZONE, zone_named
from cogs._host import PRIVATE, Asked, Host, caller_of, holds, needs
from cogs._markets import market_choices
from cogs._ui.choices import PERSONA, speaker_choices, to_choices
from cogs._ui.clock_times import minute_in
from cogs._ui.schedule_cards import DAYS, clock_words, schedule_choices, schedules_card
from cogs._ui.zones import zone_choices
from services.alerts.feeds import AddSchedule, ListSchedules, RemoveSchedule, Schedule, Schedules
from services.personas.lines import Line
from services.personas.voice import Voice

LINES: Final = (
    Line(name="schedule_saved", sample={"kind": "daily", "is_on": True, "at": "08:00"}, must=("at",)),
    Line(name="schedule_saved", sample={"kind": "weekly", "is_on": True, "at": "08:00"}, must=("at",)),
    Line(name="schedule_saved", sample={"kind": "session", "is_on": True, "at": None}),
    Line(name="schedule_saved", sample={"kind": "daily", "is_on": False, "at": None}),
    Line(name="schedules", sample={"count": 2}, must=("count",)),
    Line(name="schedules", sample={"count": 0}),
)

_BRINGS: Final = "Who should bring it"
_MARKETS: Final = "Such as BTC, ETH; left out they are the most traded"
_CHANNEL: Final = "Where; left out it is this channel"
_DAYS: Final = [app_commands.Choice(name=name, value=number) for number, name in enumerate(DAYS)]
_REMEMBERED: Final = 3.0
_ADD_WITHIN: Final = 6.0
"""Seconds; the markets that are named are looked up first."""


class Scheduling(commands.Cog):
    """Keeps the posts by the clock of a server; the alerts process checks the right again."""

    schedule = app_commands.Group(
        name="schedule", description="Posts by the clock in this server", guild_only=True
    )

    def __init__(self, host: Host, zones: Collection[str]) -> None:
        self._host = host
        self._zones = zones

    @schedule.command(
        name="daily",
        description="A brief each day: prices, levels, findings, what comes, the sky",
        extras={"example": "/schedule daily at:08:00", **PRIVATE},
    )
    @app_commands.describe(at=AT, timezone=ZONE, persona=_BRINGS, markets=_MARKETS, channel=_CHANNEL)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def daily(
        self,
        interaction: Asked,
        at: str,
        *,
        timezone: str | None = None,
        persona: str | None = None,
        markets: str | None = None,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Post a brief each day."""
        wanted = Schedule(
            id=str(interaction.id),
            kind="daily",
            place=_place(interaction, channel),
            minute=minute_in(at),
            timezone=await zone_named(interaction, timezone),
            persona=self._brings(persona),
            markets=_named(markets),
        )
        await self._add(interaction, wanted)

    @schedule.command(
        name="weekly",
        description="A recap each week",
        extras={"example": "/schedule weekly day:0 at:08:00", **PRIVATE},
    )
    @app_commands.describe(
        day="On which day", at=AT, timezone=ZONE, persona=_BRINGS, markets=_MARKETS, channel=_CHANNEL
    )
    @app_commands.choices(day=_DAYS)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def weekly(
        self,
        interaction: Asked,
        day: int,
        at: str,
        *,
        timezone: str | None = None,
        persona: str | None = None,
        markets: str | None = None,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Post a recap each week."""
        wanted = Schedule(
            id=str(interaction.id),
            kind="weekly",
            place=_place(interaction, channel),
            minute=minute_in(at),
            weekday=day,
            timezone=await zone_named(interaction, timezone),
            persona=self._brings(persona),
            markets=_named(markets),
        )
        await self._add(interaction, wanted)

    @schedule.command(
        name="sessions",
        description="A post whenever Tokyo, London or New York opens",
        extras={"example": "/schedule sessions", **PRIVATE},
    )
    @app_commands.describe(persona=_BRINGS, markets=_MARKETS, channel=_CHANNEL)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def sessions(
        self,
        interaction: Asked,
        *,
        persona: str | None = None,
        markets: str | None = None,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Post at the beginning of each trading session."""
        wanted = Schedule(
            id=str(interaction.id),
            kind="session",
            place=_place(interaction, channel),
            persona=self._brings(persona),
            markets=_named(markets),
        )
        await self._add(interaction, wanted)

    @schedule.command(
        name="list",
        description="What is posted by the clock in this server",
        extras={"example": "/schedule list", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def list_(self, interaction: Asked, persona: str | None = None) -> None:
        """Show the posts of the server."""
        kept = await self._host.ask(ListSchedules(caller=caller_of(interaction)))
        voice = await self._host.speaker(interaction, persona)
        said = voice.render("schedules", key=str(interaction.id), count=len(kept.schedules))
        await self._show(interaction, voice, kept, said)

    @schedule.command(
        name="remove",
        description="Post something by the clock no more",
        extras={"example": "/schedule remove id:1", **PRIVATE},
    )
    @app_commands.describe(id="Which post", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def remove(
        self,
        interaction: Asked,
        id: str,  # noqa: A002 - the name of the option
        persona: str | None = None,
    ) -> None:
        """Take a post off the clock."""
        caller = caller_of(interaction)
        before = await self._host.ask(ListSchedules(caller=caller))
        kind = next((one.kind for one in before.schedules if one.id == id), "daily")
        request = RemoveSchedule(id=str(interaction.id), caller=caller, schedule=id)
        kept, voice = await self._host.ask(request), await self._host.speaker(interaction, persona)
        said = voice.render("schedule_saved", key=str(interaction.id), kind=kind, is_on=False, at=None)
        await self._show(interaction, voice, kept, said)

    @remove.autocomplete("id")
    async def _posts(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        if not await holds(interaction, "admin"):
            return []
        voice = await self._host.speaker(interaction)
        kept = await self._host.ask(ListSchedules(caller=caller_of(interaction)), remember=_REMEMBERED)
        guild = interaction.guild
        channels = {} if guild is None else {str(one.id): one.name for one in guild.text_channels}
        return schedule_choices(kept.schedules, channels, typed, voice)

    @daily.autocomplete("timezone")
    @weekly.autocomplete("timezone")
    async def _offer(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return zone_choices(self._zones, typed, now=self._host.clock.now())

    @daily.autocomplete("markets")
    @weekly.autocomplete("markets")
    @sessions.autocomplete("markets")
    async def _offer_markets(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        *chosen, begun = typed.split(",")
        found = await market_choices(interaction, begun.strip())
        return to_choices(", ".join([*_named(",".join(chosen)), choice.value]) for choice in found)

    async def _add(self, interaction: Asked, wanted: Schedule) -> None:
        voice = await self._host.speaker(interaction)
        request = AddSchedule(
            id=wanted.id, caller=caller_of(interaction), schedule=replace(wanted, locale=voice.locale)
        )
        kept = await self._host.ask(request, timeout=_ADD_WITHIN)
        said = voice.render(
            "schedule_saved", key=wanted.id, kind=wanted.kind, is_on=True, at=clock_words(wanted)
        )
        await self._show(interaction, voice, kept, said)

    async def _show(self, interaction: Asked, voice: Voice, kept: Schedules, said: str) -> None:
        card = schedules_card(kept.schedules, self._host.roster, voice, verdict=said)
        await self._host.answer(interaction, card)

    def _brings(self, persona: str | None) -> str:
        return "" if persona is None else self._host.roster.card(persona).name


def _place(interaction: Asked, channel: discord.TextChannel | None) -> str:
    return f"channel:{interaction.channel_id if channel is None else channel.id}"


def _named(markets: str | None) -> list[str]:
    """Return the markets of a list with commas between them."""
    return [name.strip() for name in (markets or "").split(",") if name.strip()]


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Scheduling(host, await asyncio.to_thread(zoneinfo.available_timezones)))
