"""`/settings`: what a member chose, such as who answers where one bot speaks for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host
from cogs._markets import MARKET, market_choices
from cogs._ui.choices import persona_choices
from cogs._ui.settings_cards import persona_name, settings_card
from services.market.messages import GetQuote
from services.members.messages import ChangeMember, GetMember, MemberSettings
from services.personas.lines import Line

_NOBODY: Final = "none"
"""What a member picks to leave the voice to the bot."""
LINES: Final = (
    Line(name="settings", sample={"persona": "Xyko"}),
    Line(name="settings", sample={"persona": None}),
    Line(name="settings_saved", sample={"what": "theme", "value": "light"}),
    Line(name="settings_saved", sample={"what": "theme", "value": None}),
)


class Settings(commands.Cog):
    """Shows and changes the settings of the member who asks; nobody else sees them."""

    settings = app_commands.Group(name="settings", description="What you chose, for you alone")

    def __init__(self, host: Host) -> None:
        self._host = host

    @settings.command(
        name="show",
        description="What you chose, and what you can choose",
        extras={"example": "/settings show", "is_private": True},
    )
    async def show(self, interaction: Asked) -> None:
        """Show the member's settings."""
        await self._show(interaction, await self._stored(interaction), line="settings")

    @settings.command(
        name="persona",
        description="Whose voice answers you where one bot speaks for all",
        extras={"example": "/settings persona who:Xyko", "is_private": True},
    )
    @app_commands.describe(who="Who should answer you; none leaves it to the bot")
    async def persona(self, interaction: Asked, who: str) -> None:
        """Choose the persona that answers the member, or none."""
        is_cleared = who.strip().casefold() == _NOBODY
        persona = None if is_cleared else self._host.roster.card(who).name
        saved = await self._host.ask(ChangeMember(user_id=str(interaction.user.id), persona=persona))
        await self._show(interaction, saved, line="settings_saved")

    @settings.command(
        name="favourite",
        description="Keep a market at the head of every list of choices, or let it go again",
        extras={"example": "/settings favourite market:BTC/USDT:USDT", "is_private": True},
    )
    @app_commands.describe(market=MARKET)
    @app_commands.autocomplete(market=market_choices)
    async def favourite(self, interaction: Asked, market: str) -> None:
        """Make `market` a favourite, or no favourite any more where it is one."""
        favourites = (await self._stored(interaction)).favourites
        name = market if market in favourites else (await self._host.ask(GetQuote(market=market))).market
        saved = await self._host.ask(_toggling(str(interaction.user.id), name, favourites))
        voice, roster, kept = await self._host.speaker(interaction), self._host.roster, saved.favourites
        key = str(interaction.id)
        verdict = voice.render("favourite_saved", key=key, market=name, is_kept=name in kept, count=len(kept))
        await self._host.answer(interaction, settings_card(saved, roster, voice, verdict=verdict))

    @persona.autocomplete("who")
    async def _personas(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return persona_choices(self._host.roster, typed, _NOBODY)

    async def _stored(self, interaction: Asked) -> MemberSettings:
        return await self._host.ask(GetMember(user_id=str(interaction.user.id)))

    async def _show(self, interaction: Asked, settings: MemberSettings, *, line: str) -> None:
        voice, roster = await self._host.speaker(interaction), self._host.roster
        verdict = voice.render(line, key=str(interaction.id), persona=persona_name(settings, roster))
        await self._host.answer(interaction, settings_card(settings, roster, voice, verdict=verdict))


def _toggling(user_id: str, market: str, favourites: Sequence[str]) -> ChangeMember:
    if market in favourites:
        return ChangeMember(user_id=user_id, let_go=[market])
    return ChangeMember(user_id=user_id, keep=[market])


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Settings(host))
