"""`/privacy`: what the farm keeps of a member, as a file, and its deletion."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import PATIENCE
from cogs._host import Asked, Host, Pressed, say_ended
from cogs._markets import forget_markets, recent_markets
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.privacy_cards import Everything, deleted_card, export_card, kept_card, question_card
from services.alerts.messages import ExportAlerts, ForgetAlerts
from services.chat.messages import DeleteChat, ExportChat
from services.errors import UserMistake
from services.members.messages import MEMBER_LANGUAGE, DeleteMember, ExportMember
from services.personas.lines import Line
from services.trading.accounts.messages import ExportDesk, ForgetDesk

LINES: Final = (
    Line(name="privacy_exported", sample={"count": 7}, must=("count",)),
    Line(name="privacy_exported", sample={"count": 0}),
    Line(name="privacy_asked", sample={"count": 7}, must=("count",)),
    Line(name="privacy_asked", sample={"count": 0}),
    Line(name="privacy_deleted", sample={"count": 7}, must=("count",)),
    Line(name="privacy_kept"),
)
"""count: of things that are kept; when asked and when deleted, of those that are the member's own, which the
audit log is not. privacy_asked: asks whether to delete them for good; of none it says so. privacy_kept: they
were left."""


class Privacy(commands.Cog):
    """Gives a member what is kept of them, and deletes it when the member says so twice.

    What may refuse goes first, so that nothing is deleted then: the desk while a real order is open, and
    whichever process is away.
    """

    presses = "privacy"
    privacy = app_commands.Group(name="privacy", description="What the farm keeps of you")

    def __init__(self, host: Host) -> None:
        self._host = host

    @privacy.command(
        name="export",
        description="All that the farm keeps of you, as a file for you alone",
        extras={"example": "/privacy export", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def export(self, interaction: Asked, persona: str | None = None) -> None:
        """Answer with a file of everything that is kept of the member."""
        everything = await self._everything(interaction)
        voice = await self._host.speaker(interaction, persona)
        await self._host.answer(interaction, export_card(everything, voice, key=str(interaction.id)))

    @privacy.command(
        name="delete",
        description="Delete what the farm keeps of you; you are asked once more",
        extras={"example": "/privacy delete", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def delete(self, interaction: Asked, persona: str | None = None) -> None:
        """Ask whether to delete what is kept of the member."""
        everything, owner = await self._everything(interaction), str(interaction.user.id)
        voice = await self._host.speaker(interaction, persona)
        card = question_card(everything, voice, key=str(interaction.id), owner=owner)
        await self._host.answer(interaction, card)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Delete, or leave it, for the member who was asked."""
        owner = "".join(pressed.arguments[:1])
        if owner != str(interaction.user.id):
            raise UserMistake("That card belongs to somebody else.", hint="Run /privacy delete for your own.")
        match pressed.action, *pressed.arguments[1:]:
            case "delete", persona:
                await self._delete(interaction, persona or None)
            case "keep", persona:
                voice = await self._host.speaker(interaction, persona or None)
                await self._host.answer(interaction, kept_card(voice, key=str(interaction.id)))
            case _:
                await say_ended(self._host, interaction)

    async def _delete(self, interaction: Asked, persona: str | None) -> None:
        everything, user_id = await self._everything(interaction), str(interaction.user.id)
        await self._host.ask(ForgetDesk(user_id=user_id), timeout=PATIENCE)
        await self._host.ask(ForgetAlerts(user_id=user_id))
        await self._host.ask(DeleteChat(user_id=user_id))
        await forget_markets(interaction)
        await self._host.ask(DeleteMember(user_id=user_id))
        voice = await self._host.speaker(interaction, persona)
        card = deleted_card(voice, key=str(interaction.id), count=everything.own)
        await self._host.answer(interaction, card)

    async def _everything(self, interaction: Asked) -> Everything:
        """Return all that is kept. Where one process that keeps something is away, so is the answer."""
        user_id = str(interaction.user.id)
        alerts = await self._host.ask(ExportAlerts(user_id=user_id))
        desk = await self._host.ask(ExportDesk(user_id=user_id), timeout=PATIENCE)
        chat = await self._host.ask(ExportChat(user_id=user_id))
        kept = await self._host.ask(ExportMember(user_id=user_id))
        recent = await recent_markets(interaction)
        spoken = await self._host.latest(MEMBER_LANGUAGE, part=user_id)
        language = "" if spoken is None else spoken.value.locale
        return Everything(
            kept=kept,
            recent_markets=recent,
            discord_language=language,
            alerts=alerts,
            desk=desk,
            chat=chat,
        )


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Privacy(host))
