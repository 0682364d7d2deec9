"""`/persona`: who there is, what each is good at, and whose voice a member hears."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host, Pressed, say_ended
from cogs._ui.choices import PERSONA, persona_choices, speaker_choices
from cogs._ui.persona_cards import persona_card, personas_card
from cogs._ui.settings_cards import persona_name, settings_card
from services.locales import locale_of
from services.locales.texts import texts_of
from services.members.messages import ChangeMember
from services.personas.lines import Line

_SHOWN = {"who": "Biel", "about": "For beginners: lessons and plain words", "example": "/lesson"}
LINES: Final = (
    Line(name="persona_list", sample={"count": 6}, must=("count",)),
    Line(name="persona_shown", sample={**_SHOWN, "is_self": False}, must=("who", "about", "example")),
    Line(name="persona_shown", sample={**_SHOWN, "is_self": True}, must=("about", "example")),
    Line(name="persona_set", sample={"who": "Biel"}, must=("who",)),
    Line(name="persona_set", sample={"who": None}),
)
"""persona_shown: about is the tagline of `who` without a full stop, is_self whether it speaks of itself.
persona_set: who answers from now on where one bot speaks for all; None leaves it to the bot."""
_NOBODY: Final = "none"
"""What a member picks to leave the voice to the bot."""


class Personas(commands.Cog):
    """Shows the personas to the member who asks, and keeps whose voice they want to hear."""

    presses = "personas"
    persona = app_commands.Group(name="persona", description="Who is here, and who answers you")

    def __init__(self, host: Host) -> None:
        self._host = host

    @persona.command(
        name="list",
        description="Everybody who is here, and what each is good at",
        extras={"example": "/persona list", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def show_all(self, interaction: Asked, persona: str | None = None) -> None:
        """Show all personas."""
        await self._show_all(interaction, persona)

    @persona.command(
        name="show",
        description="One of us: character, strengths, and how it talks",
        extras={"example": "/persona show who:Xyko", "is_private": True},
    )
    @app_commands.describe(who="Whom to show", persona=PERSONA)
    @app_commands.autocomplete(who=speaker_choices, persona=speaker_choices)
    async def show(self, interaction: Asked, who: str, persona: str | None = None) -> None:
        """Show the persona `who`, which speaks for itself unless another is asked for."""
        await self._show(interaction, who, persona or who)

    @persona.command(
        name="set",
        description="Whose voice answers you where one bot speaks for all",
        extras={"example": "/persona set who:Xyko", "is_private": True},
    )
    @app_commands.describe(who="Who should answer you; none leaves it to the bot", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def choose(self, interaction: Asked, who: str, persona: str | None = None) -> None:
        """Choose the persona that answers the member, or none."""
        is_cleared = who.strip().casefold() in _nobody()
        await self._choose(interaction, "" if is_cleared else self._host.roster.card(who).name, persona)

    @choose.autocomplete("who")
    async def _voices(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        text = texts_of(locale_of(str(interaction.locale)))
        return persona_choices(self._host.roster, typed, text(_NOBODY))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the persona that a button names, or all, or choose it for whoever pressed."""
        match pressed.action, pressed.arguments:
            case "show", (who, persona):
                await self._show(interaction, who, persona or None)
            case "set", (who, persona):
                await self._choose(interaction, who, persona or None)
            case "list", (persona,):
                await self._show_all(interaction, persona or None)
            case _:
                await say_ended(self._host, interaction)

    async def _show_all(self, interaction: Asked, persona: str | None) -> None:
        voice = await self._host.speaker(interaction, persona)
        cards = self._host.roster.cards.values()
        await self._host.answer(interaction, personas_card(cards, voice, key=str(interaction.id)))

    async def _show(self, interaction: Asked, who: str, persona: str | None) -> None:
        voice, shown = await self._host.speaker(interaction, persona), self._host.roster.card(who)
        await self._host.answer(interaction, persona_card(shown, voice, key=str(interaction.id)))

    async def _choose(self, interaction: Asked, who: str, persona: str | None) -> None:
        saved = await self._host.ask(ChangeMember(user_id=str(interaction.user.id), persona=who or None))
        voice, roster = await self._host.speaker(interaction, persona), self._host.roster
        verdict = voice.render("persona_set", key=str(interaction.id), who=persona_name(saved, roster))
        await self._host.answer(interaction, settings_card(saved, roster, voice, verdict=verdict))


def _nobody() -> set[str]:
    return {_NOBODY, texts_of("pt-BR")(_NOBODY).casefold()}


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Personas(host))
