"""`/paper`: starting over with a paper account, and seasons with their leaderboard."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import PATIENCE
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, needs, say_ended
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_paper import (
    kept_card,
    leaderboard_card,
    place_of,
    question_card,
    reset_card,
    waiting_words,
)
from services.errors import UserMistake
from services.personas.lines import Line
from services.trading.seasons.messages import GetLeaderboard, JoinSeason, ResetPaper, StartSeason

LINES: Final = (
    Line(name="paper_reset", sample={"equity": "10,000.00 USDT"}, must=("equity",)),
    Line(name="leaderboard", sample={"name": "Autumn", "place": 3, "is_over": False}, must=("name", "place")),
    Line(name="leaderboard", sample={"name": "Autumn", "place": None, "is_over": False}, must=("name",)),
    Line(name="leaderboard", sample={"name": "Autumn", "place": 1, "is_over": True}, must=("name", "place")),
    Line(name="season_joined", sample={"name": "Autumn", "is_leaving": False}, must=("name",)),
    Line(name="season_joined", sample={"name": "Autumn", "is_leaving": True}, must=("name",)),
    Line(name="season_started", sample={"name": "Autumn", "days": 30}, must=("name", "days")),
)
"""place: of the member; None without one."""


class Paper(commands.Cog):
    """Starts paper accounts over and runs seasons; whether somebody takes part is their own choice."""

    presses = "paper"
    paper = app_commands.Group(name="paper", description="Practice with simulated money")

    def __init__(self, host: Host) -> None:
        self._host = host

    @paper.command(
        name="reset",
        description="Start over with a new paper account; you are asked once more",
        extras={"example": "/paper reset", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def reset(self, interaction: Asked, persona: str | None = None) -> None:
        """Ask whether to start over."""
        voice = await self._host.speaker(interaction, persona)
        await self._host.answer(interaction, question_card(voice, owner=str(interaction.user.id)))

    @paper.command(
        name="leaderboard",
        description="The season of this server: who stands where",
        extras={"example": "/paper leaderboard", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def leaderboard(self, interaction: Asked, persona: str | None = None) -> None:
        """Show the season that is on, or the last one."""
        voice = await self._host.speaker(interaction, persona)
        board = await self._host.ask(GetLeaderboard(caller=caller_of(interaction)))
        key, place = str(interaction.id), place_of(board)
        verdict = waiting_words(board, voice) or voice.render(
            "leaderboard", key=key, name=board.name, place=place, is_over=board.is_over
        )
        await self._host.answer(interaction, leaderboard_card(board, voice, verdict=verdict))

    @paper.command(
        name="join",
        description="Take part in the season of this server with your paper account",
        extras={"example": "/paper join", **PRIVATE},
    )
    @app_commands.describe(name="What others see of you", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def join(
        self, interaction: Asked, name: app_commands.Range[str, 1, 32] = "", persona: str | None = None
    ) -> None:
        """Take part."""
        await self._join(interaction, persona, name=name, is_leaving=False)

    @paper.command(
        name="leave",
        description="Take no more part in the season of this server",
        extras={"example": "/paper leave", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def leave(self, interaction: Asked, persona: str | None = None) -> None:
        """Take no more part."""
        await self._join(interaction, persona, name="", is_leaving=True)

    @paper.command(
        name="season",
        description="Begin a season of this server",
        extras={"example": "/paper season name:Autumn days:30", **PRIVATE},
    )
    @app_commands.describe(name="What it is called", days="How long it lasts", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def season(
        self,
        interaction: Asked,
        name: app_commands.Range[str, 1, 60],
        days: app_commands.Range[int, 1, 30],
        persona: str | None = None,
    ) -> None:
        """Begin a season."""
        voice, key = await self._host.speaker(interaction, persona), str(interaction.id)
        request = StartSeason(id=key, caller=caller_of(interaction), name=name, days=days)
        board = await self._host.ask(request)
        verdict = voice.render("season_started", key=key, name=board.name, days=days)
        await self._host.answer(interaction, leaderboard_card(board, voice, verdict=verdict))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Start over or leave it, for the member who was asked."""
        owner = "".join(pressed.arguments[:1])
        if owner != str(interaction.user.id):
            raise UserMistake("That card belongs to somebody else.", hint="Run /paper reset for your own.")
        voice, key = await self._host.speaker(interaction), str(interaction.id)
        match pressed.action:
            case "reset":
                request = ResetPaper(id=key, caller=caller_of(interaction))
                reset = await self._host.ask(request, timeout=PATIENCE)
                await self._host.answer(interaction, reset_card(reset, voice, key=key))
            case "keep":
                await self._host.answer(interaction, kept_card(voice))
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _join(self, interaction: Asked, persona: str | None, *, name: str, is_leaving: bool) -> None:
        voice, key = await self._host.speaker(interaction, persona), str(interaction.id)
        request = JoinSeason(id=key, caller=caller_of(interaction), name=name, is_leaving=is_leaving)
        board = await self._host.ask(request)
        verdict = voice.render("season_joined", key=key, name=board.name, is_leaving=is_leaving)
        card = leaderboard_card(board, voice, verdict=verdict, is_joining=not is_leaving)
        await self._host.answer(interaction, card)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Paper(host))
