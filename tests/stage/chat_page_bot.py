"""A small real bot for the page's tests: ``chat_page_bot.py ADDRESS TOKEN`` prints a line once ready."""

from __future__ import annotations

import asyncio
import io
import struct
import sys
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

import discord
import yarl
from discord import app_commands, ui

MARKETS = [f"{coin}/USDT:USDT" for coin in ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "AVAX", "LINK")]
Answer = discord.Interaction[discord.Client]
Command = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group


def picture(width: int = 600, height: int = 240) -> bytes:
    """Draw a PNG of a rising line on a dark ground. Source: PNG specification, W3C, sections 5 and 11."""
    dark, light = b"\x16\x1b\x22", b"\x26\xa6\x9a"
    rows = bytearray()
    for y in range(height):
        edge = [height - 60 - x // 4 + 18 * ((x // 40) % 3) for x in range(width)]
        rows += b"\0" + b"".join(light if y > at else dark for at in edge)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(rows))), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


PICTURE = picture()


def chart() -> discord.File:
    return discord.File(io.BytesIO(PICTURE), "chart.png", description="BTC/USDT 4h, rising 1.2 %")


def price_card(market: str, persona: str) -> discord.Embed:
    card = discord.Embed(
        title=f"{market} 64,210.50",
        description=f"**Up 1.20 %** in 4 h, says {persona}. Closed <t:1700000000:t>.",
        colour=0x26A69A,
        timestamp=discord.utils.utcnow(),
    )
    card.set_author(name="Xyko")
    card.add_field(name="High", value="64,900.00").add_field(name="Low", value="63,120.00")
    card.add_field(name="Volume", value="1.2B USDT").add_field(
        name="Note", value="Replayed data", inline=False
    )
    card.set_image(url="attachment://chart.png")
    card.set_footer(text="binance, replay, 2 s old")
    return card


class PriceView(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Button(label="Docs", url="https://example.org/docs"))

    @ui.button(label="Refresh", style=discord.ButtonStyle.primary, custom_id="refresh")
    async def refresh(self, answer: Answer, _: ui.Button[Any]) -> None:
        await answer.response.edit_message(content="Refreshed just now")

    @ui.button(label="Details", style=discord.ButtonStyle.secondary, custom_id="details")
    async def details(self, answer: Answer, _: ui.Button[Any]) -> None:
        await answer.response.send_message("Only for the one who pressed", ephemeral=True)

    @ui.button(label="Alert me", style=discord.ButtonStyle.success, custom_id="alert")
    async def alert(self, answer: Answer, _: ui.Button[Any]) -> None:
        await answer.response.send_modal(OrderModal())

    @ui.button(label="Broken", style=discord.ButtonStyle.danger, custom_id="broken")
    async def broken(self, answer: Answer, _: ui.Button[Any]) -> None:
        """Never answers."""


Option = TypeVar("Option", discord.SelectOption, discord.RadioGroupOption, discord.CheckboxGroupOption)


def _options(kind: Callable[..., Option], *labels: str) -> list[Option]:
    return [kind(label=label) for label in labels]


class OrderModal(ui.Modal, title="New alert"):
    def __init__(self) -> None:
        super().__init__()
        note: ui.TextInput[Any] = ui.TextInput(style=discord.TextStyle.paragraph, required=False)
        self.name: ui.TextInput[Any] = ui.TextInput(min_length=3)
        self.side: ui.Select[Any] = ui.Select(options=_options(discord.SelectOption, "Above", "Below"))
        self.speed: ui.RadioGroup[Any] = ui.RadioGroup(
            options=_options(discord.RadioGroupOption, "Calm", "Urgent")
        )
        self.ways: ui.CheckboxGroup[Any] = ui.CheckboxGroup(
            max_values=2, options=_options(discord.CheckboxGroupOption, "Channel", "DM")
        )
        self.add_item(ui.Label(text="Name", description="What you will recognise it by", component=self.name))
        self.add_item(ui.Label(text="Side", component=self.side))
        self.add_item(ui.Label(text="Urgency", component=self.speed))
        self.add_item(ui.Label(text="Ways", component=self.ways))
        self.add_item(ui.Label(text="Note", component=note))

    async def on_submit(self, answer: Answer) -> None:
        ways = "+".join(self.ways.values)
        said = f"Alert {self.name.value}: {self.side.values[0]}, {self.speed.value}, {ways}"
        await answer.response.send_message(said)


class NoteModal(ui.Modal, title="Old-style note"):
    text: ui.TextInput[Any] = ui.TextInput(label="Text", style=discord.TextStyle.paragraph)

    async def on_submit(self, answer: Answer) -> None:
        await answer.response.send_message(f"Noted: {self.text.value}")


class PickView(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.select(
        custom_id="frames",
        placeholder="Timeframes",
        max_values=2,
        options=[
            discord.SelectOption(label=one, description=f"Candles of {one}")
            for one in ("15m", "1h", "4h", "1d")
        ],
    )
    async def frames(self, answer: Answer, select: ui.Select[Any]) -> None:
        await answer.response.send_message(f"Frames: {', '.join(select.values)}")

    @ui.select(cls=ui.UserSelect, custom_id="who", placeholder="Somebody")
    async def who(self, answer: Answer, select: ui.UserSelect[Any]) -> None:
        await answer.response.send_message(f"User: {select.values[0].display_name}")

    @ui.select(cls=ui.RoleSelect, custom_id="role", placeholder="Some role")
    async def role(self, answer: Answer, select: ui.RoleSelect[Any]) -> None:
        await answer.response.send_message(f"Role: {select.values[0].name}")

    @ui.select(cls=ui.ChannelSelect, custom_id="where", placeholder="Some channel")
    async def where(self, answer: Answer, select: ui.ChannelSelect[Any]) -> None:
        await answer.response.send_message(f"Channel: {select.values[0].name}")


class Card(ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        row: ui.ActionRow[Any] = ui.ActionRow(ui.Button(label="Take it", style=discord.ButtonStyle.success))
        section: ui.Section[Any] = ui.Section(
            "**BTC/USDT** bull trap 87 %", "-# at 64,210", accessory=ui.Thumbnail("attachment://chart.png")
        )
        box: ui.Container[Any] = ui.Container(
            ui.TextDisplay("## Bull trap"),
            section,
            ui.Separator(spacing=discord.SeparatorSpacing.large),
            ui.MediaGallery(discord.MediaGalleryItem("attachment://chart.png", description="The chart")),
            ui.File("attachment://levels.txt"),
            row,
            accent_colour=0xEF5350,
        )
        self.add_item(box)


class StageBot(discord.Client):
    """Answers a handful of commands, one for each thing that the page draws."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(intents=intents, guild_ready_timeout=0.2)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        for command in COMMANDS:
            self.tree.add_command(command)
        await self.tree.sync()
        self.add_view(PriceView())
        self.add_view(PickView())

    async def on_ready(self) -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    async def on_message(self, message: discord.Message) -> None:
        if self.user in message.mentions and message.author != self.user:
            async with message.channel.typing():
                await asyncio.sleep(0.6)
            await message.reply(f"Hello {message.author.mention}, try `/price`")


@app_commands.command(description="Show the price of a market")
@app_commands.describe(market="Which market", persona="Whose voice")
@app_commands.choices(
    persona=[app_commands.Choice(name=one, value=one) for one in ("Xyko", "Biel", "Gemini")]
)
async def price(answer: Answer, market: str, persona: str = "Xyko") -> None:
    card = price_card(market, persona)
    await answer.response.send_message(embed=card, file=chart(), view=PriceView())


@price.autocomplete("market")
async def suggest_market(_: Answer, current: str) -> list[app_commands.Choice[str]]:
    found = [market for market in MARKETS if current.upper() in market]
    return [app_commands.Choice(name=market, value=market) for market in found]


@app_commands.command(description="Answer only to you")
async def secret(answer: Answer) -> None:
    await answer.response.send_message("Your balance is **12,000 USDT**", ephemeral=True)


@app_commands.command(description="Think for a while")
async def slow(answer: Answer) -> None:
    await answer.response.defer()
    await asyncio.sleep(0.8)
    await answer.edit_original_response(content="Done thinking")


@app_commands.command(description="Never answer")
async def silent(answer: Answer) -> None:
    """Let the deadline pass."""


@app_commands.command(description="Show a card of Components V2")
async def card(answer: Answer) -> None:
    levels = discord.File(io.BytesIO(b"0.618 63,120\n"), "levels.txt")
    await answer.response.send_message(view=Card(), files=[chart(), levels])


@app_commands.command(description="Choose from lists")
async def pick(answer: Answer) -> None:
    await answer.response.send_message("Choose:", view=PickView())


@app_commands.command(description="Set an alert in a form")
async def alert(answer: Answer) -> None:
    await answer.response.send_modal(OrderModal())


@app_commands.command(description="Write a note in an old-style form")
async def note(answer: Answer) -> None:
    await answer.response.send_modal(NoteModal())


@app_commands.command(description="Show every kind of mark")
async def marks(answer: Answer) -> None:
    text = (
        f"# Levels\n**bold** *italic* `code` ~~old~~ ||hidden|| [link](https://example.org)\n> quoted\n"
        f"- one\n- two\n```\n0.618 63,120\n```\n{answer.user.mention} <t:1700000000:R> "
        "<script>alert(1)</script>"
    )
    await answer.response.send_message(text, allowed_mentions=discord.AllowedMentions.none())


@app_commands.context_menu(name="Quote")
async def quote(answer: Answer, message: discord.Message) -> None:
    await answer.response.send_message(f"Quoted: {message.content}")


@app_commands.context_menu(name="Greet")
async def greet(answer: Answer, user: discord.User) -> None:
    await answer.response.send_message(f"Greetings, {user.display_name}")


farm = app_commands.Group(
    name="farm", description="Look after the farm", default_permissions=discord.Permissions(manage_guild=True)
)


@farm.command(description="Show how the farm is")
async def status(answer: Answer) -> None:
    await answer.response.send_message("All bots are up", ephemeral=True)


COMMANDS: list[Command] = [price, secret, slow, silent, card, pick, alert, note, marks, quote, greet, farm]


def main(address: str, token: str) -> None:
    discord.http.Route.BASE = f"{address}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address.replace("http", "ws", 1))
    discord.Asset.BASE = f"{address}/cdn"
    StageBot().run(token, log_level=30)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
