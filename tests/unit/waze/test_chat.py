from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from market_answers import quote
from structlog.testing import capture_logs

from bots.waze.chat import Chat
from bots.waze.host import WazeHost
from bots.waze.reception import Reception
from cogs.price import Price
from config.farm_file import LimitsSection
from services.errors import BusUnavailable, UserMistake
from services.market.messages import GetQuote, MarketNames
from services.members.messages import GetMember, MemberSettings
from services.personas.messages import PersonaPresent

ME: Any = SimpleNamespace(id=42)


class Message:
    """A message as the gateway gives it; keeps what is replied."""

    def __init__(self, content: str, **other: Any) -> None:
        self.id = other.get("id", 1)
        self.content = content
        self.guild = other.get("guild", SimpleNamespace(preferred_locale=other.get("server", "en-US")))
        self.mentions = [SimpleNamespace(id=id_) for id_ in other.get("mentions", [42])]
        self.author = SimpleNamespace(id=7, bot=other.get("is_bot", False), display_name="mia")
        self.webhook_id = other.get("webhook_id")
        self.replies: list[str] = []
        self.shown: list[list[str]] = []

        self.refusal: Exception | None = other.get("refusal")

    async def reply(self, **given: Any) -> None:
        if self.refusal is not None:
            raise self.refusal
        assert given["mention_author"] is False
        assert given["nonce"] == str(self.id)
        self.replies.append(given["embed"].description)
        self.shown.append([field.name for field in given["embed"].fields])


@pytest.fixture
def chat(xyko: WazeHost) -> Chat:
    xyko.answering.append(Price(xyko))
    return Chat(xyko, Reception(xyko, LimitsSection(), lambda _: None))


async def heard(chat: Chat, message: Any) -> list[str]:
    await chat.hear(message, ME)
    replies: list[str] = message.replies
    return replies


@pytest.mark.parametrize(
    "message",
    [
        Message("price of BTC", mentions=[]),
        Message("<@42> price of BTC", is_bot=True),
        Message("<@42> price of BTC", webhook_id=5),
    ],
    ids=["not meant", "bot", "webhook"],
)
async def test_only_people_who_mean_the_bot_are_heard(chat: Chat, bus: Any, message: Message) -> None:
    assert await heard(chat, message) == []
    assert bus.questions == []


async def test_a_direct_message_needs_no_mention(chat: Chat) -> None:
    assert len(await heard(chat, Message("hello", guild=None, mentions=[]))) == 1


async def test_a_question_in_plain_words_asks_for_the_market_it_names(chat: Chat, bus: Any) -> None:
    bus.answers[GetQuote] = BusUnavailable("Away.")
    replies = await heard(chat, Message("<@42> what's the price of btc?"))
    assert bus.questions == [GetQuote(market="btc")]
    assert "not well" in replies[0]


@pytest.mark.parametrize(
    ("text", "market"),
    [("btc", "btc"), ("how is BTC doing", "BTC"), ("what's the price of eth doing today", "eth")],
)
async def test_a_market_there_is_makes_a_question_one_of_its_price(
    chat: Chat, bus: Any, text: str, market: str
) -> None:
    bus.answers[GetQuote] = BusUnavailable("Away.")
    bus.kept["market_names:"] = MarketNames(names=["BTC/USDT:USDT", "ETH/USDT"])
    await heard(chat, Message(f"<@42> {text}"))
    assert bus.questions == [GetQuote(market=market)]


async def test_a_market_in_a_question_for_another_leaves_it_to_the_other(chat: Chat, bus: Any) -> None:
    bus.kept["market_names:"] = MarketNames(names=["BTC/USDT:USDT"])
    assert "/farm status" in (await heard(chat, Message("<@42> restart the btc bots")))[0]
    assert bus.questions == []


async def test_a_question_for_another_names_who_can_help(chat: Chat, bus: Any) -> None:
    bus.kept["persona_present:waze"] = PersonaPresent(persona="waze", user_id="99")
    replies = await heard(chat, Message("<@42> restart the bots please"))
    assert "<@99>" in replies[0]
    assert "/farm status" in replies[0]


async def test_a_helper_who_is_away_is_named_and_said_to_be_away(chat: Chat) -> None:
    replies = await heard(chat, Message("<@42> restart the bots please"))
    assert "Waze" in replies[0]
    assert "<@" not in replies[0]


async def test_one_bot_for_all_sends_nobody_elsewhere(alone: WazeHost, bus: Any) -> None:
    bus.answers[GetQuote] = BusUnavailable("Away.")
    bus.answers[GetMember] = MemberSettings(user_id="7")
    chat = Chat(alone, Reception(alone, LimitsSection(), lambda _: None))
    alone.answering.append(Price(alone))
    await heard(chat, Message("<@42> price of btc"))
    assert GetQuote(market="btc") in bus.asked


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (("preço do btc", "en-US", None), "Fonte"),
        (("price of btc", "pt-BR", None), "Source"),
        (("BTC?", "pt-BR", None), "Fonte"),
        (("BTC?", "de", None), "Source"),
        (("price of btc", "en-US", "pt-BR"), "Fonte"),
        (("preço do btc", "pt-BR", "en"), "Source"),
    ],
)
async def test_the_language_is_the_chosen_else_the_questions_else_the_servers(
    chat: Chat, bus: Any, asked: tuple[str, str, str | None], spoken: str
) -> None:
    text, server, chosen = asked
    bus.answers[GetMember] = MemberSettings(user_id="7", locale=chosen)
    bus.answers[GetQuote] = quote()
    message = Message(f"<@42> {text}", server=server)
    await heard(chat, message)
    assert spoken in message.shown[0]


async def test_an_error_is_said_in_the_language_of_the_question(chat: Chat, bus: Any) -> None:
    bus.answers[GetQuote] = UserMistake("No market was named.", hint="Pick one from the list.")
    replies = await heard(chat, Message("<@42> qual o preço do BTX?"))
    assert "Nenhum mercado foi citado." in replies[0]


async def test_what_nobody_understands_is_admitted(chat: Chat) -> None:
    assert "/help" in (await heard(chat, Message("<@42> sing me a song")))[0]


async def test_a_hasty_member_gets_one_notice_and_then_silence(chat: Chat) -> None:
    replies = [await heard(chat, Message("<@42>", id=n)) for n in range(6)]
    assert [len(reply) for reply in replies] == [1, 1, 1, 1, 0, 0]


async def test_a_message_that_is_delivered_twice_is_answered_once(chat: Chat) -> None:
    first, again = Message("<@42> hi"), Message("<@42> hi")
    assert [len(await heard(chat, first)), len(await heard(chat, again))] == [1, 0]


def forbidden() -> discord.Forbidden:
    response: Any = SimpleNamespace(status=403, reason="")
    return discord.Forbidden(response, {"code": 50013, "message": "Missing Permissions"})


@pytest.mark.parametrize("content", ["<@42> hello", "<@42> price of btc"], ids=["answer", "error card"])
async def test_a_reply_that_was_not_delivered_is_logged_as_unsent(chat: Chat, bus: Any, content: str) -> None:
    bus.answers[GetQuote] = BusUnavailable("Away.")
    with capture_logs() as lines:
        await chat.hear(Message(content, refusal=forbidden()), ME)  # type: ignore[arg-type]  # a stand-in
    (line,) = [line for line in lines if line["event"] == "question_handled"]
    assert line["outcome"] == "unsent"
    assert "Missing Permissions" in line["why"]
