from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from persona_fakes import FakeBus
from structlog.testing import capture_logs

from bots.waze.chat import Chat
from bots.waze.host import WazeHost
from bots.waze.reception import Reception
from cogs.chat import Chat as Listener
from config.farm_file import LimitsSection
from services.chat.messages import Converse, Quoted, Reply, Shown
from services.errors import BusUnavailable, UserMistake
from services.locales import Locale
from services.members.messages import GetMember, MemberSettings

ME: Any = SimpleNamespace(id=42)
ANSWER = Reply(card=Shown(verdict="It is so."), id="a-1")


class Message:
    """A message as the gateway gives it; keeps what is replied."""

    def __init__(self, content: str, **other: Any) -> None:
        self.id = other.get("id", 1)
        self.content = content
        self.guild = other.get("guild", SimpleNamespace(id=5, preferred_locale=other.get("server", "en-US")))
        self.channel: Any = SimpleNamespace(id=9, fetch_message=self.fetch, typing=self.begin_typing)
        self.mentions = [SimpleNamespace(id=id_, bot=True) for id_ in other.get("mentions", [42])]
        self.author = SimpleNamespace(id=7, bot=other.get("is_bot", False), display_name="mia")
        self.webhook_id = other.get("webhook_id")
        self.reference = other.get("reference")
        self.type = discord.MessageType.default if self.reference is None else discord.MessageType.reply
        self.attachments: list[Any] = []
        self.embeds: list[Any] = []
        self.replies: list[str] = []
        self.fetched: list[int] = []
        self.refusal: Exception | None = other.get("refusal")

    async def fetch(self, message_id: int) -> Any:
        self.fetched.append(message_id)
        if self.refusal is not None:
            raise self.refusal
        return Message("BTC is dead", id=message_id)

    async def begin_typing(self) -> None:
        """Nobody looks at it here."""

    async def reply(self, **given: Any) -> Any:
        if self.refusal is not None:
            raise self.refusal
        assert given["mention_author"] is False
        assert given["nonce"] == str(self.id)
        self.replies.append(given["embed"].description)
        return SimpleNamespace(id=self.id + 100)


@pytest.fixture
async def chat(xyko: WazeHost, bus: FakeBus) -> Chat:
    bus.answers[Converse] = ANSWER
    return await listening(xyko)


async def listening(host: WazeHost) -> Chat:
    """Return a chat in which the cog that hears is carried."""
    host.carry_on(ignore, lambda _: None)
    await host.add_cog(Listener(host))
    return Chat(host, Reception(host, LimitsSection(), lambda _: None))


async def ignore(_: object) -> None:
    """Take a cog, and do nothing with its commands."""


async def heard(chat: Chat, message: Any) -> list[str]:
    await chat.hear(message, ME)
    replies: list[str] = message.replies
    return replies


def asked(bus: FakeBus) -> list[Converse]:
    return [request for request in bus.asked if isinstance(request, Converse)]


@pytest.mark.parametrize(
    "message",
    [
        Message("price of BTC", mentions=[]),
        Message("<@42> price of BTC", is_bot=True),
        Message("<@42> price of BTC", webhook_id=5),
    ],
    ids=["not meant", "bot", "webhook"],
)
async def test_only_people_who_mean_the_bot_are_heard(chat: Chat, bus: FakeBus, message: Message) -> None:
    assert await heard(chat, message) == []
    assert bus.questions == []


async def test_one_bot_for_all_lets_the_members_persona_answer(alone: WazeHost, bus: FakeBus) -> None:
    bus.answers[Converse] = ANSWER
    await heard(await listening(alone), Message("<@42> price of btc"))
    assert (asked(bus)[0].persona, asked(bus)[0].is_alone) == ("waze", True)


@pytest.mark.parametrize(("server", "locale"), [("en-US", "en"), ("pt-BR", "pt-BR"), ("de", "en")])
async def test_the_servers_language_goes_along(chat: Chat, bus: FakeBus, server: str, locale: str) -> None:
    await heard(chat, Message("<@42> BTC?", server=server))
    assert asked(bus)[0].server_locale == locale


@pytest.mark.parametrize(
    ("text", "chosen", "words"),
    [
        ("qual o preço do BTX?", None, "Nenhum mercado foi citado."),
        ("price of BTX", None, "No market was named."),
        ("price of BTX", "pt-BR", "Nenhum mercado foi citado."),
    ],
)
async def test_an_error_is_said_in_the_chosen_language_else_the_questions(
    chat: Chat, bus: FakeBus, text: str, chosen: Locale | None, words: str
) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", locale=chosen)
    bus.answers[Converse] = UserMistake("No market was named.", hint="Pick one from the list.")
    assert words in (await heard(chat, Message(f"<@42> {text}")))[0]


async def test_a_hasty_member_gets_one_notice_and_then_silence(chat: Chat) -> None:
    replies = [await heard(chat, Message("<@42>", id=n)) for n in range(6)]
    assert [len(reply) for reply in replies] == [1, 1, 1, 1, 0, 0]


async def test_a_message_that_is_delivered_twice_is_answered_once(chat: Chat) -> None:
    first, again = Message("<@42> hi"), Message("<@42> hi")
    assert [len(await heard(chat, first)), len(await heard(chat, again))] == [1, 0]


async def test_what_is_replied_to_is_asked_for_once_where_discord_left_it_out(
    chat: Chat, bus: FakeBus
) -> None:
    message = Message("<@42> really?", reference=SimpleNamespace(message_id=77, resolved=None))
    await heard(chat, message)
    assert message.fetched == [77]
    assert asked(bus)[0].quoted == [Quoted(author="member", text="BTC is dead")]


async def test_a_bot_that_carries_no_ear_says_so(xyko: WazeHost) -> None:
    replies = await heard(Chat(xyko, Reception(xyko, LimitsSection(), lambda _: None)), Message("<@42> hi"))
    assert "does not listen yet" in replies[0]


def forbidden() -> discord.Forbidden:
    response: Any = SimpleNamespace(status=403, reason="")
    return discord.Forbidden(response, {"code": 50013, "message": "Missing Permissions"})


@pytest.mark.parametrize("answer", [ANSWER, BusUnavailable("Away.")], ids=["answer", "error card"])
async def test_a_reply_that_was_not_delivered_is_logged_as_unsent(
    chat: Chat, bus: FakeBus, answer: Any
) -> None:
    bus.answers[Converse] = answer
    with capture_logs() as lines:
        await chat.hear(Message("<@42> hello", refusal=forbidden()), ME)  # type: ignore[arg-type]  # a stand-in
    (line,) = [line for line in lines if line["event"] == "question_handled"]
    assert line["outcome"] == "unsent"
    assert "Missing Permissions" in line["why"]
