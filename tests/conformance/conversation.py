"""What a member does with the talking bot and what has to come of it, whoever plays Discord or the bot.

A `Member` is one person in one place: the sandbox's client, or an actor of a simulator. Each flow is one
exchange; `converse` has them one after the other. Flows of the connection itself stand in `connection`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = Mapping[str, Any]
EPHEMERAL, V2 = 1 << 6, 1 << 15
ROW, BUTTON, SELECT, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER = 1, 2, 3, 9, 10, 12, 13, 14, 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a member got: the message that answers, or the modal that opened."""

    message: Json = field(default_factory=dict)
    modal: Json | None = None
    source: Any = None
    """What the member itself needs to act on this again."""

    @property
    def text(self) -> str:
        return str(self.message["content"])

    @property
    def is_private(self) -> bool:
        return bool(self.message["flags"] & EPHEMERAL)


class Member(Protocol):
    """What a member can do; each call returns once the bot has answered."""

    async def slash(self, name: str, **options: str) -> Heard: ...
    async def complete(self, name: str, option: str, typed: str) -> list[str]: ...
    async def press(self, heard: Heard, custom_id: str) -> Heard: ...
    async def choose(self, heard: Heard, custom_id: str, value: str) -> Heard: ...
    async def submit(self, heard: Heard, **values: str) -> Heard: ...
    async def use_menu(self, name: str, heard: Heard) -> Heard: ...
    async def use_menu_on(self, name: str, user: str) -> Heard: ...
    async def mention(self, text: str) -> Heard: ...
    async def sees(self, heard: Heard, text: str) -> Json: ...
    async def download(self, address: str) -> bytes: ...


Flow = Callable[[Member], Awaitable[None]]


async def slash_reply(member: Member) -> None:
    heard = await member.slash("echo", text="hi")
    assert heard.text == "echo: hi"
    assert not heard.is_private


async def embed_file_and_rows(member: Member) -> None:
    heard = await member.slash("report")
    (embed,) = heard.message["embeds"]
    assert (embed["title"], embed["fields"][0]["value"], embed["footer"]["text"]) == ("Report", "1", "now")
    kinds = [part["type"] for row in heard.message["components"] for part in row["components"]]
    assert kinds == [BUTTON, SELECT]


async def attachment_reference(member: Member) -> None:
    report, layout = await member.slash("report"), await member.slash("layout")
    assert (report.message["attachments"], layout.message["attachments"]) == ([], [])
    gallery = layout.message["components"][0]["components"][3]
    for media in (report.message["embeds"][0]["image"], gallery["items"][0]["media"]):
        assert media["url"].startswith("http")
        assert (await member.download(media["url"])).startswith(b"\x89PNG")


async def autocomplete(member: Member) -> None:
    assert await member.complete("pick", "market", "b") == ["BTC/USDT"]
    assert await member.complete("pick", "market", "usdt") == ["BTC/USDT", "ETH/USDT", "SOL/USDT"]
    assert (await member.slash("pick", market="BTC/USDT")).text == "picked BTC/USDT"


async def button(member: Member) -> None:
    report = await member.slash("report")
    heard = await member.press(report, "press")
    assert (heard.text, heard.message["id"]) == ("pressed", report.message["id"])


async def select(member: Member) -> None:
    heard = await member.choose(await member.slash("report"), "choose", "4h")
    assert (heard.text, heard.is_private) == ("chose 4h", True)


async def defer_edit_and_follow_up(member: Member) -> None:
    heard = await member.slash("slow")
    assert (heard.text, heard.is_private) == ("done", True)
    assert [file["filename"] for file in (await member.sees(heard, "saw done"))["attachments"]] == [
        "chart.png"
    ]


async def modal_of_rows(member: Member) -> None:
    heard = await member.slash("ask")
    assert heard.modal is not None
    assert (heard.modal["title"], heard.modal["components"][0]["type"]) == ("Old form", ROW)
    assert (await member.submit(heard, answer="yes")).text == "answer: yes"


async def modal_of_labels(member: Member) -> None:
    heard = await member.slash("form")
    assert heard.modal is not None
    assert heard.modal["title"] == "Form"
    assert (await member.submit(heard, side="long", why="because")).text == "form: long because"


async def components_v2(member: Member) -> None:
    heard = await member.slash("layout")
    assert heard.message["flags"] & V2
    assert not heard.text
    (box,) = heard.message["components"]
    parts = [TEXT, SECTION, SEPARATOR, GALLERY, FILE, ROW]
    assert (box["type"], [part["type"] for part in box["components"]]) == (CONTAINER, parts)
    opened = await member.press(heard, "open")
    assert (opened.text, opened.is_private) == ("opened", True)


async def mention_reply_with_file(member: Member) -> None:
    heard = await member.mention("hello")
    assert heard.text == "you called"
    assert [file["filename"] for file in heard.message["attachments"]] == ["chart.png"]
    assert heard.message["message_reference"]["message_id"]


async def message_menu(member: Member) -> None:
    heard = await member.use_menu("Quote This", await member.slash("echo", text="quotable"))
    assert (heard.text, heard.is_private) == ("quote: echo: quotable", True)


async def user_menu(member: Member) -> None:
    heard = await member.use_menu_on("Who Is This", "theo")
    assert (heard.text, heard.is_private) == ("that is theo", True)


async def members_by_name(member: Member) -> None:
    assert (await member.slash("search", prefix="the")).text == "found theo"


async def subcommand_with_user(member: Member) -> None:
    heard = await member.slash("team greet", user="theo", times="2", how="welcome")
    assert heard.text.startswith("welcome welcome <@")


async def history_with_download(member: Member) -> None:
    await member.mention("send me a file")
    assert (await member.slash("history")).text == "read 70 bytes of chart.png"


COMMON: Mapping[str, Flow] = {
    one.__name__: one
    for one in (
        slash_reply,
        embed_file_and_rows,
        autocomplete,
        button,
        select,
        defer_edit_and_follow_up,
        modal_of_rows,
        modal_of_labels,
        components_v2,
        mention_reply_with_file,
    )
}
"""What every client's bot can do."""

FULL: Mapping[str, Flow] = {
    **COMMON,
    **{
        one.__name__: one
        for one in (
            attachment_reference,
            message_menu,
            user_menu,
            members_by_name,
            subcommand_with_user,
            history_with_download,
        )
    },
}
"""What the discord.py bot can do besides."""


async def converse(member: Member, flows: Mapping[str, Flow]) -> None:
    """Have every exchange of `flows`; the name of one that fails is noted on its error."""
    for name, flow in flows.items():
        try:
            await flow(member)
        except AssertionError as failure:
            failure.add_note(f"in the flow {name}")
            raise
