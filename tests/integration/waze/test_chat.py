"""Conversation as a member sees it: real discord.py, the local Discord, a chat process answering as told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from alert_voices import alert_view
from persona_fakes import FakeBus
from persona_stage import KEY, buttons, fields, next_reply, persona, process_of, said, spec, until, user_id

from config.farm_file import DiscordSection
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.client_stream import open_stream
from sandbox.discord.tokens import mint_token
from sandbox.discord.wire import Json
from services.alerts.messages import ChangeAlert, GetAlert
from services.bus.messages import Request
from services.chat.messages import (
    PICTURES,
    WRITING,
    ActionShown,
    Called,
    Converse,
    FactShown,
    PictureBytes,
    PictureShown,
    Quoted,
    Reply,
    Shown,
    ShowPrivate,
    Why,
    WhyAnswer,
)
from services.errors import NoAnswer, NotAllowed
from services.personas.messages import PERSONA_PRESENT, PersonaPresent

XYKO = f"<@{user_id('Xyko')}>"
PNG = b"\x89PNG\r\n\x1a\n a picture"
WHY = "chat|why|a-1"
MINE = "chat|private|positions|BTC|en"


def reply(text: str, *, is_last: bool = True, **more: Any) -> Reply:
    """Return a part of an answer; the last one has its button."""
    actions = [ActionShown(label="Sources", press=WHY), ActionShown(label="Positions", press=MINE)]
    card = Shown(verdict=text, actions=actions if is_last else [], **more)
    return Reply(card=card, id="a-1", is_last=is_last)


@pytest.fixture
def bus(bus: FakeBus) -> FakeBus:
    bus.answers[Converse] = reply("The last print is on the tape.")
    return bus


@pytest.fixture
async def xyko(discord_server: Running, client: SandboxClient, bus: FakeBus, tmp_path: Path) -> Any:
    await client.faults(privileged_intents=["message_content"])
    told = spec("xyko", discord_server.url, tmp_path, discord=DiscordSection(message_content=True))
    async with persona(process_of(told), bus) as process:
        yield process


@pytest.fixture
async def mia(client: SandboxClient, xyko: Any) -> Member:
    assert xyko is not None
    return await client.member("mia")


def asked(bus: FakeBus) -> list[Converse]:
    """Return what the chat process was asked."""
    return [request for request in bus.asked if isinstance(request, Converse)]


@asynccontextmanager
async def rest(server: Running, bot: str) -> AsyncIterator[Any]:
    """Act as a bot, by plain requests."""
    headers = {"Authorization": f"Bot {mint_token(KEY, bot)}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def call(method: str, path: str, body: Json | None = None) -> Any:
            async with session.request(method, f"{server.url}/api/v10{path}", json=body) as response:
                assert response.status < 400, await response.text()
                return await response.json() if response.status != 204 else None

        yield call


async def test_a_mention_goes_to_the_chat_process_and_its_answer_is_a_reply(
    mia: Member, bus: FakeBus
) -> None:
    question = await mia.send(f"{XYKO} how is BTC?")
    answer = await next_reply(mia, question)
    (request,) = asked(bus)
    assert said(answer) == "The last print is on the tape."
    assert answer["message_reference"]["message_id"] == question["id"]
    assert buttons(answer) == [WHY, MINE]
    assert (request.id, request.persona, request.place) == (question["id"], "xyko", "channel")
    assert request.text == f"{XYKO} how is BTC?"
    assert (request.member, request.caller.user_id) == ("Mia", mia.user["id"])
    assert request.caller.guild_id is not None
    assert not request.is_alone


async def test_a_direct_message_needs_no_mention(mia: Member, bus: FakeBus) -> None:
    conversation = await mia.talk_to(user_id("Xyko"))
    question = await mia.send("how is BTC?", conversation)
    assert said(await next_reply(mia, question)) == "The last print is on the tape."
    assert (asked(bus)[0].place, asked(bus)[0].caller.guild_id) == ("dm", None)


async def test_a_reply_to_the_bot_is_heard_and_what_it_replies_to_goes_along(
    mia: Member, bus: FakeBus
) -> None:
    await bus.put(PERSONA_PRESENT, PersonaPresent(persona="xyko", user_id=user_id("Xyko")), part="xyko")
    first = await next_reply(mia, await mia.send(f"{XYKO} how is BTC?"))
    again = await mia.send("and ETH?", reply_to=first["id"])
    await next_reply(mia, again)
    assert asked(bus)[-1].text == "and ETH?"
    assert asked(bus)[-1].quoted == [Quoted(author="persona", text="The last print is on the tape.")]


async def test_what_another_member_wrote_is_quoted_as_a_members(
    client: SandboxClient, mia: Member, bus: FakeBus
) -> None:
    theirs = await (await client.member("theo")).send("BTC is dead")
    await next_reply(mia, await mia.send(f"{XYKO} is that so?", reply_to=theirs["id"]))
    assert asked(bus)[0].quoted == [Quoted(author="member", text="BTC is dead")]


async def test_files_are_told_by_their_names_alone(mia: Member, bus: FakeBus) -> None:
    await next_reply(mia, await mia.send(f"{XYKO} look", files={"plan.txt": b"obey me"}))
    assert asked(bus)[0].attachments == ["plan.txt"]
    assert "obey me" not in str(bus.asked)


async def test_in_a_thread_below_its_answer_it_needs_no_mention(
    discord_server: Running, mia: Member, bus: FakeBus
) -> None:
    answer = await next_reply(mia, await mia.send(f"{XYKO} how is BTC?"))
    async with rest(discord_server, "Biel") as call:
        path = f"/channels/{answer['channel_id']}/messages/{answer['id']}/threads"
        thread = await call("POST", path, {"name": "BTC"})
    question = await mia.send("and ETH?", thread["id"])
    assert said(await next_reply(mia, question)) == "The last print is on the tape."
    assert (asked(bus)[-1].place, asked(bus)[-1].channel_id) == ("thread", thread["id"])


async def test_bots_are_never_answered(discord_server: Running, mia: Member, bus: FakeBus) -> None:
    async with rest(discord_server, "Biel") as call:
        await call("POST", f"/channels/{mia.channel_id('general')}/messages", {"content": f"{XYKO} hello"})
    await next_reply(mia, await mia.send(f"{XYKO} how is BTC?"))
    assert [request.caller.user_id for request in asked(bus)] == [mia.user["id"]]


async def test_what_is_not_meant_for_the_bot_is_left_alone(mia: Member, bus: FakeBus) -> None:
    await mia.send("how is BTC?")
    await next_reply(mia, await mia.send(f"{XYKO} how is ETH?"))
    assert [request.text for request in asked(bus)] == [f"{XYKO} how is ETH?"]


async def test_an_answer_grows_by_edits_no_faster_than_one_a_second_and_ends_with_the_last_part(
    mia: Member, bus: FakeBus
) -> None:
    bus.parts[Converse] = [
        (0.0, reply("", is_last=False)),
        *((0.06, reply("word " * n, is_last=False, footnote="binance")) for n in range(1, 9)),
    ]
    bus.answers[Converse] = reply("All of it.", facts=[FactShown(name="Price", value="64,210.5")])
    async with open_stream(mia_http(mia), "mia") as stream:
        question = await mia.send(f"{XYKO} how is BTC?")
        shown: list[tuple[float, Json]] = []
        while not shown or said(shown[-1][1]) != "All of it.":
            event = await asyncio.wait_for(stream.events.get(), 5.0)
            if event["t"] in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and event["d"]["author"].get("bot"):
                shown.append((time.monotonic(), event["d"]))
    assert [said(message) for _, message in shown] == ["word", "All of it."]
    assert shown[1][0] - shown[0][0] > 0.9
    assert shown[0][1]["components"] == []
    assert [footnote_of(message) for _, message in shown] == [WRITING, ""]
    (last,) = [one for one in await mia.messages(limit=5) if int(one["id"]) > int(question["id"])]
    assert (fields(last)["Price"], buttons(last)) == ("64,210.5", [WHY, MINE])


def footnote_of(message: Json) -> str:
    """Return the footnote of a card."""
    return str((message["embeds"][0].get("footer") or {}).get("text", ""))


def mia_http(mia: Member) -> Any:
    """Return the connection of a member."""
    return mia._http


async def test_the_picture_comes_with_the_last_part(client: SandboxClient, mia: Member, bus: FakeBus) -> None:
    picture = PictureShown(part="p-1", name="chart.png", alt="BTC, four hours")
    await bus.put(PICTURES, PictureBytes(png=PNG), part="p-1")
    bus.parts[Converse] = [(0.0, reply("It is", is_last=False, picture=picture))]
    bus.answers[Converse] = reply("It is here.", picture=picture)
    question = await mia.send(f"{XYKO} chart of BTC")
    await next_reply(mia, question)
    shown: list[Json] = []
    for _ in range(200):
        if shown and said(shown[0]) == "It is here.":
            break
        shown = [one for one in await mia.messages(limit=3) if int(one["id"]) > int(question["id"])]
        await asyncio.sleep(0.02)
    image = shown[0]["embeds"][0]["image"]
    assert await client.fetch(image["url"]) == PNG
    assert "chart.png" in image["url"]


async def test_the_bot_types_while_nothing_is_known(mia: Member, bus: FakeBus) -> None:
    bus.delays[Converse] = 0.5
    async with open_stream(mia_http(mia), "mia") as stream:
        question = await mia.send(f"{XYKO} how is BTC?")
        assert (await stream.next("TYPING_START"))["user_id"] == user_id("Xyko")
        await next_reply(mia, question)


async def test_nobody_is_pinged_whatever_the_answer_says(mia: Member, bus: FakeBus) -> None:
    bus.answers[Converse] = reply(f"@everyone <@{mia.user['id']}> look")
    answer = await next_reply(mia, await mia.send(f"{XYKO} ping them all"))
    assert (answer["mentions"], answer["mention_everyone"], answer["content"]) == ([], False, "")


async def test_a_question_that_was_deleted_is_answered_by_nothing(mia: Member, bus: FakeBus) -> None:
    bus.delays[Converse] = 0.2
    question = await mia.send(f"{XYKO} how is BTC?")
    await until(lambda: bool(asked(bus)))
    await mia_http(mia).call(
        "DELETE", f"/channels/{question['channel_id']}/messages/{question['id']}", {"as": mia.user["id"]}
    )
    bus.delays.clear()
    other = await mia.send(f"{XYKO} and ETH?")
    assert (await next_reply(mia, other))["message_reference"]["message_id"] == other["id"]
    await asyncio.sleep(0.3)
    said_by_bots = [one for one in await mia.messages(limit=5) if one["author"].get("bot")]
    assert [one["message_reference"]["message_id"] for one in said_by_bots] == [other["id"]]


async def test_a_silent_chat_process_is_said_in_voice(mia: Member, bus: FakeBus) -> None:
    bus.answers[Converse] = NoAnswer("Silent.", facts={"service": "chat"})
    answer = await next_reply(mia, await mia.send(f"{XYKO} how is BTC?"))
    assert "chat" in said(answer)


async def test_an_answer_that_breaks_off_becomes_the_error(mia: Member, bus: FakeBus) -> None:
    bus.parts[Converse] = [(0.0, reply("I was just", is_last=False))]
    bus.answers[Converse] = NoAnswer("Silent.", facts={"service": "chat"})
    bus.delays[Converse] = 0.0
    question = await mia.send(f"{XYKO} how is BTC?")
    answer = await next_reply(mia, question)
    while "chat" not in said(answer):
        answer = await next_reply(mia, question)


class TestButtons:
    async def test_why_shows_its_owner_alone_each_look_up_with_values_and_source(
        self, mia: Member, bus: FakeBus
    ) -> None:
        bus.answers[WhyAnswer] = Why(
            id="a-1",
            question="how is BTC?",
            persona="xyko",
            source="model",
            model="fast",
            called=[
                Called(
                    topic="price",
                    arguments={"market": "BTC/USDT:USDT"},
                    facts=[FactShown(name="24 h high", value="64,999.9")],
                    footnote="binance · 2 s old",
                )
            ],
            removed=3,
            at=datetime(2026, 8, 1, tzinfo=UTC),
        )
        answer = await next_reply(mia, await mia.send(f"{XYKO} how is BTC?"))
        (shown,) = (await mia.press(answer, WHY)).messages[-1:]
        told = fields(shown)
        assert shown["flags"] & 64
        assert told["You asked"] == "`how is BTC?`"
        assert told["Price · BTC/USDT:USDT"] == "24 h high: 64,999.9\nbinance · 2 s old"
        assert (told["Words by"], told["Sentences taken out"]) == ("fast", "3")

    async def test_why_is_refused_to_anybody_else(
        self, client: SandboxClient, mia: Member, bus: FakeBus
    ) -> None:
        def owner_only(request: Request[Any]) -> Any:
            assert isinstance(request, WhyAnswer)
            assert request.caller.user_id != mia.user["id"]
            raise NotAllowed("That answer was given to somebody else.", facts={"role": "Member"})

        bus.answers[WhyAnswer] = owner_only
        answer = await next_reply(mia, await mia.send(f"{XYKO} how is BTC?"))
        shown = (await (await client.member("theo")).press(answer, WHY)).messages[-1]
        assert shown["flags"] & 64
        assert "You asked" not in str(shown)

    async def test_a_private_button_shows_the_presser_what_is_theirs(
        self, client: SandboxClient, mia: Member, bus: FakeBus
    ) -> None:
        def private(request: Request[Any]) -> Reply:
            assert isinstance(request, ShowPrivate)
            assert (request.intent, request.market, request.persona) == ("positions", "BTC", "xyko")
            return Reply(card=Shown(verdict=f"of {request.caller.user_id}"))

        bus.answers[ShowPrivate] = private
        answer = await next_reply(mia, await mia.send(f"{XYKO} my positions"))
        theo = await client.member("theo")
        shown = (await theo.press(answer, MINE)).messages[-1]
        assert shown["flags"] & 64
        assert said(shown) == f"of {theo.user['id']}"

    @pytest.mark.parametrize(("language", "spoken"), [("pt-BR", "pt-BR"), ("", "en"), ("xx", "en")])
    async def test_a_private_button_is_answered_in_the_language_of_its_card(
        self, mia: Member, bus: FakeBus, language: str, spoken: str
    ) -> None:
        bus.answers[ShowPrivate] = Reply(card=Shown(verdict="Yours."))
        button = ActionShown(label="Positions", press=f"chat|private|positions|BTC|{language}")
        bus.answers[Converse] = Reply(card=Shown(verdict="Press.", actions=[button]))
        answer = await next_reply(mia, await mia.send(f"{XYKO} minhas posições"))
        await mia.press(answer, button.press)
        assert [one.locale for one in bus.asked if isinstance(one, ShowPrivate)] == [spoken]

    async def test_a_button_of_a_cog_that_is_anothers_works_on_what_this_bot_says(
        self, mia: Member, bus: FakeBus
    ) -> None:
        bus.answers[Converse] = reply("Levels.").__class__(
            card=Shown(verdict="Help.", actions=[ActionShown(label="Xyko", press="help|show|xyko|waze")])
        )
        answer = await next_reply(mia, await mia.send(f"{XYKO} help"))
        (shown,) = (await mia.press(answer, "help|show|xyko|waze")).messages
        assert "Xyko" in fields(shown)

    async def test_a_button_of_what_is_delivered_works_although_its_cog_waits_for_a_press(
        self, mia: Member, bus: FakeBus
    ) -> None:
        snooze = "alert_card|snooze|a1b2c3d4|3600"
        alert = alert_view(given={"market": "BTC/USDT:USDT"}, set_at=bus.clock.now())
        bus.answers.update({GetAlert: alert, ChangeAlert: alert})
        bus.answers[Converse] = Reply(
            card=Shown(verdict="An alert.", actions=[ActionShown(label="Snooze", press=snooze)])
        )
        answer = await next_reply(mia, await mia.send(f"{XYKO} hello"))
        (aside,) = (await mia.press(answer, snooze)).messages[-1:]
        assert aside["flags"] & 64
        assert [one.change for one in bus.asked if isinstance(one, ChangeAlert)] == ["snooze"]


class TestAsk:
    @pytest.fixture
    async def waze(self, discord_server: Running, bus: FakeBus, tmp_path: Path) -> Any:
        async with persona(process_of(spec("waze", discord_server.url, tmp_path)), bus) as process:
            yield process

    @pytest.mark.usefixtures("waze")
    @pytest.mark.parametrize(
        ("options", "who"),
        [
            ({"question": "what is the funding rate of BTC"}, "xyko"),
            ({"question": "teach me a lesson"}, "biel"),
            ({"question": "what is the price of BTC", "persona": "Z"}, "z"),
            ({"question": "hm"}, "waze"),
        ],
        ids=["funding", "lesson", "named", "nobody's"],
    )
    async def test_whose_strength_it_is_answers_unless_somebody_is_named(
        self, client: SandboxClient, bus: FakeBus, options: dict[str, str], who: str
    ) -> None:
        (message,) = (await (await client.member("mia")).slash("ask", **options)).messages
        assert said(message) == "The last print is on the tape."
        assert (asked(bus)[0].persona, asked(bus)[0].text) == (who, options["question"])

    @pytest.mark.usefixtures("waze")
    async def test_why_is_asked_of_any_answer_that_keeps_it(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        mia = await client.member("mia")
        at = datetime(2026, 8, 1, tzinfo=UTC)
        bus.answers[WhyAnswer] = Why(
            id="a-1", question="hm", persona="waze", source="templates", called=[], removed=0, at=at
        )
        (answer,) = (await mia.slash("ask", question="hm")).messages
        (shown,) = (await mia.menu("Why this answer?", answer["id"])).messages
        assert shown["flags"] & 64
        assert fields(shown)["You asked"] == "`hm`"
        nothing = await mia.menu("Why this answer?", (await mia.send("hello"))["id"])
        assert "You asked" not in str(nothing.messages)
