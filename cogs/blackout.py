"""`/blackout`: events around which nothing is opened. An admin sets them, everybody may know them."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._alert_deeds import zone_of
from cogs._desk_choices import blackout_choices
from cogs._host import PRIVATE, Asked, Host, caller_of, needs
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_risk import blackouts_card
from cogs._ui.durations import start_in
from services.personas.lines import Line
from services.trading.risk.messages import AddBlackout, Blackouts, ListBlackouts, RemoveBlackout

LINES: Final = (
    Line(name="blackouts", sample={"count": 2}, must=("count",)),
    Line(name="blackouts", sample={"count": 0}),
    Line(name="blackout_set", sample={"event": "FOMC", "is_removed": False}, must=("event",)),
    Line(name="blackout_set", sample={"event": "FOMC", "is_removed": True}, must=("event",)),
)
_Minutes = app_commands.Range[int, 0, 1440]


class Blackout(commands.Cog):
    """Adds, lists and removes blackouts of a server."""

    blackout = app_commands.Group(name="blackout", description="Events around which nothing is opened")

    def __init__(self, host: Host) -> None:
        self._host = host

    @blackout.command(
        name="list",
        description="The blackouts that are on or to come",
        extras={"example": "/blackout list", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def list_(self, interaction: Asked, persona: str | None = None) -> None:
        """List what is on or to come."""
        voice = await self._host.speaker(interaction, persona)
        found = await self._host.ask(ListBlackouts(caller=caller_of(interaction)))
        verdict = voice.render("blackouts", key=str(interaction.id), count=len(found.blackouts))
        await self._host.answer(interaction, blackouts_card(found, voice, verdict=verdict))

    @blackout.command(
        name="add",
        description="Let nothing be opened around an event",
        extras={"example": "/blackout add event:FOMC at:2h", **PRIVATE},
    )
    @app_commands.describe(
        event="What happens then",
        at="Such as 2h, or 2026-12-24 18:00 where you live",
        before="Minutes before it, 30 if left out",
        after="Minutes after it, 30 if left out",
        persona=PERSONA,
    )
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def add(
        self,
        interaction: Asked,
        *,
        event: app_commands.Range[str, 1, 100],
        at: app_commands.Range[str, 1, 40],
        before: _Minutes = 30,
        after: _Minutes = 30,
        persona: str | None = None,
    ) -> None:
        """Add one around a moment."""
        voice = await self._host.speaker(interaction, persona)
        zone, now = await zone_of(interaction), self._host.clock.now()
        request = AddBlackout(
            id=str(interaction.id),
            caller=caller_of(interaction),
            event=event,
            at=start_in(at, now=now, zone=zone, locale=voice.locale),
            minutes_before=before,
            minutes_after=after,
        )
        found = await self._host.ask(request)
        await self._changed(interaction, found, event, persona, is_removed=False)

    @blackout.command(
        name="remove",
        description="Remove a blackout of this server",
        extras={"example": "/blackout remove blackout:FOMC", **PRIVATE},
    )
    @app_commands.describe(blackout="Which one", persona=PERSONA)
    @app_commands.autocomplete(blackout=blackout_choices, persona=speaker_choices)
    @needs("admin")
    async def remove(self, interaction: Asked, blackout: str, persona: str | None = None) -> None:
        """Remove one."""
        caller = caller_of(interaction)
        before = await self._host.ask(ListBlackouts(caller=caller))
        names = {one.id: one.event for one in before.blackouts}
        request = RemoveBlackout(id=str(interaction.id), caller=caller, blackout=blackout)
        found = await self._host.ask(request)
        await self._changed(interaction, found, names.get(blackout, blackout), persona, is_removed=True)

    async def _changed(
        self, interaction: Asked, found: Blackouts, event: str, persona: str | None, *, is_removed: bool
    ) -> None:
        voice = await self._host.speaker(interaction, persona)
        verdict = voice.render("blackout_set", key=str(interaction.id), event=event, is_removed=is_removed)
        await self._host.answer(interaction, blackouts_card(found, voice, verdict=verdict))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Blackout(host))
