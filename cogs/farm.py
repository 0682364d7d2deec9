"""`/farm`: how the farm is, and what an admin may change about it. The farm itself checks the right again."""

from __future__ import annotations

from typing import Final, Literal

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host, Pressed, caller_of, holds, needs, require, say_ended
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, matching, speaker_choices
from cogs._ui.deadletters_card import SHOWN, deadletters_card
from cogs._ui.farm_cards import logs_card, status_card
from services.alerts.feeds import DeadLetters, ListDead, ReplayDead
from services.errors import UserMistake
from services.farm.messages import Done, GetFarm, GetLogs, ReloadConfig, RestartBot, ToggleBot
from services.personas.lines import Line

LINES: Final = (
    Line(name="farm_status", sample={"ready": 4, "total": 5, "broken": 0}),
    Line(name="farm_status", sample={"ready": 3, "total": 5, "broken": 2}),
    Line(name="farm_done", sample={"detail": "xyko is switched on"}, must=("detail",)),
    Line(name="farm_logs", sample={"bot": "xyko", "is_empty": False}),
    Line(name="farm_logs", sample={"bot": "xyko", "is_empty": True}),
    Line(name="deadletters", sample={"count": 3}, must=("count",)),
    Line(name="deadletters", sample={"count": 0}),
)
Lines = app_commands.Range[int, 1, 100]
_STATUS: Final = "Run /farm status for your own."
_OWN: Final = {"replay": "Run /farm deadletters for your own."}
"""By what is pressed: how to get a card of one's own."""


class Farm(commands.Cog):
    """Talks to the supervisor. Answers are for the admin alone; the id of a change is its interaction's."""

    presses = "farm"
    farm = app_commands.Group(name="farm", description="The farm and its bots", guild_only=True)

    def __init__(self, host: Host) -> None:
        self._host = host

    @farm.command(
        name="status",
        description="Which bots run, and what is wrong with those that do not",
        extras={"example": "/farm status", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def status(self, interaction: Asked, persona: str | None = None) -> None:
        """Show the state of every bot."""
        await self._show_status(interaction, persona)

    @farm.command(
        name="toggle",
        description="Switch a bot on or off in farm.yaml",
        extras={"example": "/farm toggle bot:xyko state:off", "is_private": True},
    )
    @app_commands.describe(bot="Which bot", state="on or off", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def toggle(
        self, interaction: Asked, bot: str, state: Literal["on", "off"], persona: str | None = None
    ) -> None:
        """Enable or disable a bot."""
        request = ToggleBot(
            id=str(interaction.id), caller=caller_of(interaction), bot=bot, enabled=state == "on"
        )
        await self._say(interaction, await self._host.ask(request), persona)

    @farm.command(
        name="reload",
        description="Read farm.yaml again now",
        extras={"example": "/farm reload", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def reload(self, interaction: Asked, persona: str | None = None) -> None:
        """Make the farm read its configuration."""
        request = ReloadConfig(id=str(interaction.id), caller=caller_of(interaction))
        await self._say(interaction, await self._host.ask(request), persona)

    @farm.command(
        name="restart",
        description="Stop a bot in order and start it again",
        extras={"example": "/farm restart bot:xyko", "is_private": True},
    )
    @app_commands.describe(bot="Which bot", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def restart(self, interaction: Asked, bot: str, persona: str | None = None) -> None:
        """Restart a bot."""
        request = RestartBot(id=str(interaction.id), caller=caller_of(interaction), bot=bot)
        await self._say(interaction, await self._host.ask(request), persona)

    @farm.command(
        name="logs",
        description="The last lines that a bot logged",
        extras={"example": "/farm logs bot:xyko", "is_private": True},
    )
    @app_commands.describe(bot="Which bot", lines="How many lines, 20 unless you say", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def logs(self, interaction: Asked, bot: str, lines: Lines = 20, persona: str | None = None) -> None:
        """Show the end of a bot's log."""
        found = await self._host.ask(GetLogs(caller=caller_of(interaction), bot=bot, lines=lines))
        voice = await self._host.speaker(interaction, persona)
        await self._host.answer(interaction, logs_card(bot, found.lines, voice, key=str(interaction.id)))

    @farm.command(
        name="deadletters",
        description="What could not be delivered, and why; it can be tried again",
        extras={"example": "/farm deadletters", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def deadletters(self, interaction: Asked, persona: str | None = None) -> None:
        """Show what could not be delivered or handled."""
        found = await self._host.ask(ListDead(caller=caller_of(interaction), limit=SHOWN))
        await self._show_dead(interaction, found, persona)

    @toggle.autocomplete("bot")
    @restart.autocomplete("bot")
    @logs.autocomplete("bot")
    async def _bots(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        if not await holds(interaction, "admin"):
            return []
        farm = await self._host.ask(GetFarm(caller=caller_of(interaction)), remember=3.0)
        return matching([bot.name for bot in farm.bots], typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Refresh the state, or try something again, for the admin whose card it is."""
        owner, *rest = pressed.arguments or ("",)
        if owner != str(interaction.user.id):
            raise UserMistake("That card belongs to somebody else.", hint=_OWN.get(pressed.action, _STATUS))
        await require(interaction, "admin")
        match pressed.action, rest:
            case "status", _:
                await self._show_status(interaction, "".join(rest))
            case "replay", [dead]:
                request = ReplayDead(id=str(interaction.id), caller=caller_of(interaction), dead=dead)
                await self._show_dead(interaction, await self._host.ask(request), None)
            case _:
                await say_ended(self._host, interaction)

    async def _show_status(self, interaction: Asked, persona: str | None) -> None:
        farm = await self._host.ask(GetFarm(caller=caller_of(interaction)))
        voice = await self._host.speaker(interaction, persona or None)
        owner = str(interaction.user.id)
        await self._host.answer(interaction, status_card(farm, voice, key=str(interaction.id), owner=owner))

    async def _show_dead(self, interaction: Asked, found: DeadLetters, persona: str | None) -> None:
        voice, owner = await self._host.speaker(interaction, persona), str(interaction.user.id)
        card = deadletters_card(found, voice, key=str(interaction.id), owner=owner)
        await self._host.answer(interaction, card)

    async def _say(self, interaction: Asked, done: Done, persona: str | None) -> None:
        voice = await self._host.speaker(interaction, persona)
        detail = voice.text.sentence(done.detail)
        spoken = voice.render("farm_done", key=str(interaction.id), detail=detail)
        await self._host.answer(interaction, Card(verdict=spoken, accent=voice.card.accent))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Farm(host))
