"""`/settings`: what a member chose, and how the charts that they ask for look."""

from __future__ import annotations

from typing import Final, Literal

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.settings_cards import PALETTES, persona_name, settings_card
from services.members.checks import palette_called
from services.members.messages import ChangeMember, GetMember, MemberSettings
from services.personas.lines import Line

LINES: Final = (
    Line(name="settings", sample={"persona": "Xyko"}, must=("persona",)),
    Line(name="settings", sample={"persona": None}),
    Line(name="settings_saved", sample={"what": "theme", "value": "light"}, must=("what", "value")),
    Line(name="settings_saved", sample={"what": "theme", "value": None}, must=("what",)),
)
_PALETTES: Final = [app_commands.Choice(name=name, value=palette) for palette, name in PALETTES.items()]


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
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def show(self, interaction: Asked, persona: str | None = None) -> None:
        """Show the member's settings."""
        stored = await self._host.ask(GetMember(user_id=str(interaction.user.id)))
        facts = {"persona": persona_name(stored, self._host.roster)}
        await self._show(interaction, stored, "settings", facts, persona)

    @settings.command(
        name="theme",
        description="Charts on a dark or a light ground; left out the choice is taken back",
        extras={"example": "/settings theme ground:light", "is_private": True},
    )
    @app_commands.describe(ground="Left out it is dark again", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def theme(
        self, interaction: Asked, ground: Literal["dark", "light"] | None = None, persona: str | None = None
    ) -> None:
        """Choose the ground of the charts that the member asks for."""
        saved = await self._host.ask(ChangeMember(user_id=str(interaction.user.id), theme=ground))
        await self._show(
            interaction, saved, "settings_saved", {"what": "theme", "value": saved.theme}, persona
        )

    @settings.command(
        name="palette",
        description="Colours of charts; the colour-blind ones do without red and green",
        extras={"example": "/settings palette colours:colour_blind", "is_private": True},
    )
    @app_commands.describe(colours="Left out they are the standard ones again", persona=PERSONA)
    @app_commands.choices(colours=_PALETTES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def palette(
        self, interaction: Asked, colours: str | None = None, persona: str | None = None
    ) -> None:
        """Choose the colours of the charts that the member asks for."""
        chosen = None if colours is None else palette_called(colours)
        saved = await self._host.ask(ChangeMember(user_id=str(interaction.user.id), palette=chosen))
        value = None if saved.palette is None else PALETTES[saved.palette]
        await self._show(interaction, saved, "settings_saved", {"what": "palette", "value": value}, persona)

    async def _show(
        self,
        interaction: Asked,
        settings: MemberSettings,
        line: str,
        facts: dict[str, str | None],
        persona: str | None,
    ) -> None:
        voice, roster = await self._host.speaker(interaction, persona), self._host.roster
        said = {name: fact and voice.text(fact) for name, fact in facts.items()}
        verdict = voice.render(line, key=str(interaction.id), **said)
        await self._host.answer(interaction, settings_card(settings, roster, voice, verdict=verdict))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Settings(host))
