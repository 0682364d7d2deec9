"""A discord.py bot that does everything the farm's bots may come to do; `conversation` talks with it.

Its commands, texts and ids are those of the other clients' bots, so that one conversation fits all.
"""

from __future__ import annotations

import asyncio
import io
from typing import Any, Literal

import discord
from discord import app_commands, ui
from discord.ext import commands

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0000003010100"
    "c9fe92ef0000000049454e44ae426082"
)
MARKETS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")


def picture() -> discord.File:
    """Return a small picture to attach."""
    return discord.File(io.BytesIO(PNG), filename="chart.png")


class Panel(ui.View):
    """A button and a select under the report."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Press", style=discord.ButtonStyle.primary, custom_id="press")
    async def press(self, interaction: discord.Interaction, _button: ui.Button[Panel]) -> None:
        await interaction.response.edit_message(content="pressed")

    @ui.select(
        custom_id="choose",
        placeholder="Choose",
        options=[discord.SelectOption(label=one, value=one) for one in ("1h", "4h")],
    )
    async def choose(self, interaction: discord.Interaction, select: ui.Select[Panel]) -> None:
        await interaction.response.send_message(f"chose {select.values[0]}", ephemeral=True)


class OldForm(ui.Modal, title="Old form"):
    """A modal whose text input stands in a row, as before labels."""

    answer: ui.TextInput[OldForm] = ui.TextInput(label="Answer", custom_id="answer", min_length=1)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"answer: {self.answer.value}")


class Form(ui.Modal, title="Form"):
    """A modal of labels with a select and a text input."""

    side: ui.Label[Form] = ui.Label(
        text="Side",
        component=ui.Select(
            custom_id="side",
            options=[discord.SelectOption(label=one, value=one) for one in ("long", "short")],
        ),
    )
    why: ui.Label[Form] = ui.Label(
        text="Why",
        description="In your own words",
        component=ui.TextInput(custom_id="why", required=False, style=discord.TextStyle.paragraph),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        side, why = self.side.component, self.why.component
        assert isinstance(side, ui.Select)
        assert isinstance(why, ui.TextInput)
        await interaction.response.send_message(f"form: {side.values[0]} {why.value}")


class LayoutRow(ui.ActionRow["Layout"]):
    """The button inside the container."""

    @ui.button(label="Open", custom_id="open")
    async def open(self, interaction: discord.Interaction, _button: ui.Button[Layout]) -> None:
        await interaction.response.send_message("opened", ephemeral=True)


class Layout(ui.LayoutView):
    """Every layout part of Components V2 once."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        media = discord.MediaGalleryItem("attachment://chart.png", description="a chart")
        box: ui.Container[Layout] = ui.Container(accent_colour=0x00AAFF)
        box.add_item(ui.TextDisplay("# Layout"))
        box.add_item(ui.Section("a section", accessory=ui.Thumbnail("attachment://chart.png")))
        box.add_item(ui.Separator(spacing=discord.SeparatorSpacing.large))
        box.add_item(ui.MediaGallery(media))
        box.add_item(ui.File("attachment://notes.txt"))
        box.add_item(LayoutRow())
        self.add_item(box)


class TalkBot(commands.Bot):
    """The bot; it counts what happened to its connection."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            "!",
            intents=discord.Intents.default(),
            status=discord.Status.idle,
            guild_ready_timeout=0.2,
            **options,
        )
        self.seen: dict[str, int] = {}
        for add in (add_answers, add_questions, add_menu, add_team):
            add(self.tree)

    async def setup_hook(self) -> None:
        self.add_view(Panel())
        self.add_view(Layout())
        await self.tree.sync()

    async def on_ready(self) -> None:
        self._count("ready")
        await self.change_presence(activity=discord.Game("the market"))

    async def on_resumed(self) -> None:
        self._count("resumed")

    async def on_message(self, message: discord.Message, /) -> None:
        if self.user is not None and self.user.mentioned_in(message) and not message.author.bot:
            async with message.channel.typing():
                await message.reply("you called", file=picture())

    def _count(self, name: str) -> None:
        self.seen[name] = self.seen.get(name, 0) + 1


def add_answers(tree: app_commands.CommandTree[Any]) -> None:
    """Add the commands that answer at once."""

    @tree.command(description="Say it back")
    async def echo(interaction: discord.Interaction, text: str) -> None:
        await interaction.response.send_message(f"echo: {text}")

    @tree.command(description="An embed, a picture and a panel")
    async def report(interaction: discord.Interaction) -> None:
        embed = discord.Embed(title="Report", description="all is well", colour=0x00AAFF)
        embed.add_field(name="price", value="1").set_image(url="attachment://chart.png").set_footer(
            text="now"
        )
        embed.timestamp = discord.utils.utcnow()
        await interaction.response.send_message("report", embed=embed, file=picture(), view=Panel())

    @tree.command(description="Every layout part")
    async def layout(interaction: discord.Interaction) -> None:
        notes = discord.File(io.BytesIO(b"notes"), filename="notes.txt")
        await interaction.response.send_message(view=Layout(), files=[picture(), notes])

    @tree.command(description="Take a while")
    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await asyncio.sleep(0.05)
        await interaction.edit_original_response(content="done")
        extra = await interaction.followup.send("extra", wait=True)
        await extra.edit(content="extra, edited")
        again = await interaction.original_response()
        await interaction.followup.send(f"saw {again.content}", file=picture())
        await extra.delete()


def add_questions(tree: app_commands.CommandTree[Any]) -> None:
    """Add the commands that ask back."""

    @tree.command(description="Pick a market")
    async def pick(interaction: discord.Interaction, market: str) -> None:
        await interaction.response.send_message(f"picked {market}")

    @pick.autocomplete("market")
    async def complete(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        found = [one for one in MARKETS if current.upper() in one]
        return [app_commands.Choice(name=one, value=one) for one in found]

    @tree.command(description="A modal with a row")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(OldForm(custom_id="old"))

    @tree.command(description="A modal with labels")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form(custom_id="form"))

    @tree.command(description="Find members")
    async def search(interaction: discord.Interaction, prefix: str) -> None:
        assert interaction.guild is not None
        found = await interaction.guild.query_members(prefix, limit=5)
        await interaction.response.send_message(f"found {' '.join(one.name for one in found)}")

    @tree.command(description="Read back")
    async def history(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        assert isinstance(interaction.channel, discord.TextChannel)
        files = [
            attachment
            async for message in interaction.channel.history(limit=20)
            for attachment in message.attachments
        ]
        await interaction.followup.send(f"read {len(await files[0].read())} bytes of {files[0].filename}")


def add_menu(tree: app_commands.CommandTree[Any]) -> None:
    """Add what stands in the menus of messages and members."""

    @tree.context_menu(name="Quote This")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"quote: {message.content}", ephemeral=True)

    @tree.context_menu(name="Who Is This")
    async def who(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"that is {member.name}", ephemeral=True)


def add_team(tree: app_commands.CommandTree[Any]) -> None:
    """Add a group with a subcommand of typed options."""
    team = app_commands.Group(name="team", description="The team")

    @team.command(description="Greet somebody")
    async def greet(
        interaction: discord.Interaction,
        user: discord.Member,
        times: app_commands.Range[int, 1, 3] = 1,
        how: Literal["hello", "welcome"] = "hello",
    ) -> None:
        await interaction.response.send_message(" ".join([how] * times + [user.mention]))

    tree.add_command(team)
