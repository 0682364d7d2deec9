"""`/locale` and `/timezone`: in which language and by which clock a member is answered."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import Collection
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.settings_cards import LANGUAGES, language_name, persona_name, settings_card
from cogs._ui.zones import clock_in, zone_choices
from services.members.messages import ChangeMember, GetMember, MemberSettings
from services.personas.lines import Line

LINES: Final = (
    Line(name="locale_saved", sample={"language": "English"}, must=("language",)),
    Line(name="locale_saved", sample={"language": None}),
    Line(
        name="timezone_saved",
        sample={"timezone": "America/Sao_Paulo", "clock": "14:05"},
        must=("timezone", "clock"),
    ),
    Line(name="timezone_saved", sample={"timezone": None, "clock": None}),
)
"""None: the choice was taken back, and Discord's own language, or UTC, counts again.

Without an option nothing is changed, and the line `settings` of `/settings` tells what was chosen.
"""
_AS_IN_DISCORD: Final = "discord"
_AS_EVERYBODY: Final = "utc"
_LANGUAGES: Final = [
    *(app_commands.Choice(name=name, value=locale) for locale, name in LANGUAGES.items()),
    app_commands.Choice(name="as in my Discord", value=_AS_IN_DISCORD),
]


class Language(commands.Cog):
    """Keeps the language and the time zone of the member who asks."""

    def __init__(self, host: Host, zones: Collection[str]) -> None:
        self._host = host
        self._zones = zones

    @app_commands.command(
        name="locale",
        description="In which language we answer you; without one we say which it is",
        extras={"example": "/locale language:pt-BR", "is_private": True},
    )
    @app_commands.describe(language="Left out nothing is changed", persona=PERSONA)
    @app_commands.choices(language=_LANGUAGES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def locale(
        self, interaction: Asked, language: str | None = None, persona: str | None = None
    ) -> None:
        """Answer the member in `language` from now on, this answer included."""
        user_id = str(interaction.user.id)
        if language is None:
            await self._show(interaction, await self._host.ask(GetMember(user_id=user_id)), persona)
            return
        chosen = None if language == _AS_IN_DISCORD else language
        saved = await self._host.ask(ChangeMember(user_id=user_id, locale=chosen))
        facts = {"language": language_name(saved.locale)}
        await self._say(interaction, saved, "locale_saved", facts, persona)

    @app_commands.command(
        name="timezone",
        description="Your time zone; without one we say which it is",
        extras={"example": "/timezone zone:America/Sao_Paulo", "is_private": True},
    )
    @app_commands.describe(zone="A city near you, such as America/Sao_Paulo", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def timezone(self, interaction: Asked, zone: str | None = None, persona: str | None = None) -> None:
        """Keep the member's time zone, and show the clock there."""
        user_id = str(interaction.user.id)
        if zone is None:
            await self._show(interaction, await self._host.ask(GetMember(user_id=user_id)), persona)
            return
        chosen = None if zone.casefold() == _AS_EVERYBODY else zone
        saved = await self._host.ask(ChangeMember(user_id=user_id, timezone=chosen))
        kept = saved.timezone
        clock = None if kept is None else clock_in(kept, self._host.clock.now())
        facts = {"timezone": kept, "clock": clock}
        await self._say(interaction, saved, "timezone_saved", facts, persona)

    @timezone.autocomplete("zone")
    async def _offer(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return zone_choices(self._zones, typed, now=self._host.clock.now())

    async def _show(self, interaction: Asked, kept: MemberSettings, persona: str | None) -> None:
        facts = {"persona": persona_name(kept, self._host.roster)}
        await self._say(interaction, kept, "settings", facts, persona)

    async def _say(
        self,
        interaction: Asked,
        kept: MemberSettings,
        line: str,
        facts: dict[str, str | None],
        persona: str | None,
    ) -> None:
        voice = await self._host.speaker(interaction, persona)
        verdict = voice.render(line, key=str(interaction.id), **facts)
        await self._host.answer(interaction, settings_card(kept, self._host.roster, voice, verdict=verdict))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Language(host, await asyncio.to_thread(zoneinfo.available_timezones)))
