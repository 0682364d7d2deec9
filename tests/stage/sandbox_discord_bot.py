"""A discord.py bot that does once everything that our bots do: commands, components, modals, replies."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
from discord import app_commands

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000030802000000368849d6"
    "0000000c49444154789c6360a02d000000450001d1f9a1090000000049454e44ae426082"
)
"""Two pixels wide, three high."""


def picture() -> discord.File:
    return discord.File(io.BytesIO(PNG), filename="chart.png", description="a falling line")


class ChartView(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="More", custom_id="more")
    async def more(self, interaction: discord.Interaction[Any], _button: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="more of it")

    @discord.ui.button(label="Whisper", custom_id="whisper")
    async def whisper(self, interaction: discord.Interaction[Any], _button: discord.ui.Button[Any]) -> None:
        await interaction.response.send_message("only you", ephemeral=True)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction[Any], _button: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later it is")

    @discord.ui.button(label="Note", custom_id="note")
    async def note(self, interaction: discord.Interaction[Any], _button: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(NoteModal())

    @discord.ui.select(
        custom_id="timeframe",
        options=[
            discord.SelectOption(label="4 hours", value="4h"),
            discord.SelectOption(label="1d", value="1d"),
        ],
    )
    async def timeframe(self, interaction: discord.Interaction[Any], select: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"timeframe {select.values[0]}")

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who")
    async def who(self, interaction: discord.Interaction[Any], select: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(f"chose {select.values[0].name}")


class NoteModal(discord.ui.Modal, title="A note"):
    text: discord.ui.TextInput[Any] = discord.ui.TextInput(label="What", custom_id="text", max_length=20)

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"noted: {self.text.value}")


class FormModal(discord.ui.Modal, title="A form"):
    side: discord.ui.Label[Any] = discord.ui.Label(
        text="Side",
        component=discord.ui.Select(
            custom_id="side",
            options=[
                discord.SelectOption(label="Buy", value="buy"),
                discord.SelectOption(label="Sell", value="sell"),
            ],
        ),
    )
    why: discord.ui.Label[Any] = discord.ui.Label(
        text="Why", component=discord.ui.TextInput(custom_id="why", required=False)
    )

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        side, why = self.side.component, self.why.component
        assert isinstance(side, discord.ui.Select)
        assert isinstance(why, discord.ui.TextInput)
        await interaction.response.send_message(f"{side.values[0]} because {why.value}")


class Panel(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery(
            discord.MediaGalleryItem("attachment://chart.png")
        )
        button: discord.ui.Button[Any] = discord.ui.Button(label="Press", custom_id="panel-press")
        section: discord.ui.Section[Any] = discord.ui.Section("a section", accessory=button)
        container: discord.ui.Container[Any] = discord.ui.Container(
            discord.ui.TextDisplay("a panel"), section, discord.ui.Separator(), gallery
        )
        self.add_item(container)


class FlowBot(discord.Client):
    """Connects, syncs its commands, and answers."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", discord.Intents.default())
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.happened: list[str] = []
        self.done: list[str] = []
        self.problems: list[Exception] = []
        add_commands(self)

    async def setup_hook(self) -> None:
        self.add_view(ChartView())
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)
        if self.user in message.mentions and not message.author.bot:
            await message.reply("you called", file=picture())

    async def on_resumed(self) -> None:
        self.happened.append("resumed")

    async def on_ready(self) -> None:
        self.happened.append("ready")


def add_commands(bot: FlowBot) -> None:
    """Register every command."""
    _add_plain(bot)
    _add_rich(bot)
    _add_slow(bot)
    _add_menus(bot)

    @bot.tree.error
    async def on_error(_interaction: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        bot.problems.append(error)


def _add_plain(bot: FlowBot) -> None:
    @bot.tree.command(description="The price of a market")
    async def price(interaction: discord.Interaction[Any], market: str, amount: int = 1) -> None:
        await interaction.response.send_message(f"{amount} {market}")

    @price.autocomplete("market")
    async def markets(_interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        names = ["BTC/USDT", "ETH/USDT"]
        return [app_commands.Choice(name=one, value=one) for one in names if typed.upper() in one]

    @bot.tree.command(description="Something private")
    async def secret(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("psst", ephemeral=True)

    @bot.tree.command(description="For admins")
    @app_commands.default_permissions(administrator=True)
    async def toggle(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("toggled")

    group = app_commands.Group(name="farm", description="The farm")

    @group.command(description="Whose farm")
    async def owner(interaction: discord.Interaction[Any], user: discord.Member) -> None:
        role = user.roles[-1].name
        await interaction.response.send_message(f"{user.display_name} is {role}")

    bot.tree.add_command(group)


def _add_rich(bot: FlowBot) -> None:
    @bot.tree.command(description="A chart")
    async def chart(interaction: discord.Interaction[Any]) -> None:
        embed = discord.Embed(title="BTC/USDT", description="falling").set_image(url="attachment://chart.png")
        await interaction.response.send_message("a chart", embed=embed, file=picture(), view=ChartView())

    @bot.tree.command(description="A panel")
    async def panel(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(view=Panel(), file=picture())

    @bot.tree.command(description="Opens a modal")
    async def note(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(NoteModal())

    @bot.tree.command(description="Opens a modal with labels")
    async def form(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(FormModal())


def _add_slow(bot: FlowBot) -> None:
    @bot.tree.command(description="Takes a while")
    async def slow(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await asyncio.sleep(0.02)
        await interaction.followup.send("done at last")

    @bot.tree.command(description="Edits, follows up, reads and deletes")
    async def whole(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(content="first")
        extra = await interaction.followup.send("second", wait=True)
        again = await interaction.original_response()
        await extra.edit(content=f"{again.content} and second")
        gone = await interaction.followup.send("third", wait=True)
        await gone.delete()
        bot.done.append("whole")

    @bot.tree.command(description="Never answers")
    async def mute(_interaction: discord.Interaction[Any]) -> None:
        return

    @bot.tree.command(description="Answers too late")
    async def late(interaction: discord.Interaction[Any]) -> None:
        await asyncio.sleep(0.2)
        await interaction.response.send_message("too late")

    @bot.tree.command(description="Answers twice")
    async def twice(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("once")
        interaction.response._response_type = None
        await interaction.response.send_message("twice")


def _add_menus(bot: FlowBot) -> None:
    @bot.tree.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}")

    @bot.tree.context_menu(name="Who is it")
    async def who(interaction: discord.Interaction[Any], member: discord.Member) -> None:
        await interaction.response.send_message(member.display_name)
