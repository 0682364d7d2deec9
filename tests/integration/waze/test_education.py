from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from education_stage import TeachingBus, education_store, teaching
from persona_stage import buttons, farm_bus, fields, persona, process_of, said, spec

from bots.process import Process
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.wire import Json
from services.bus.messages import Request
from services.education.messages import ExplainText, GetQuiz, GetWisdom
from services.education.reading import read_curricula
from services.errors import NoAnswer
from services.members.messages import GetMember, MemberSettings

RIGHT = {question.id: question.right for question in read_curricula()["en"].questions}


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[TeachingBus]:
    bus = TeachingBus(farm_bus().clock)
    bus.answers |= farm_bus().answers
    async with education_store(tmp_path, bus.clock) as store, teaching(store, bus.clock) as service:
        bus.service = service
        yield bus


@pytest.fixture
async def biel(discord_server: Running, bus: TeachingBus, tmp_path: Path) -> AsyncIterator[Process]:
    async with persona(process_of(spec("biel", discord_server.url, tmp_path)), bus) as process:
        yield process


@pytest.fixture
async def mia(client: SandboxClient) -> Member:
    return await client.member("mia")


async def answer(member: Member, command: str, **options: str) -> Json:
    (message,) = (await member.slash(command, **options)).messages
    return message


async def pressed(member: Member, message: Json, label: str) -> Json:
    found = next(
        button["custom_id"]
        for row in message["components"]
        for button in row["components"]
        if button["label"] == label
    )
    (changed,) = (await member.press(message, found)).messages
    return changed


def title(message: Json) -> str:
    return str(message["embeds"][0]["title"])


async def menu(member: Member, name: str, target: Json) -> Json:
    (told,) = (await member.menu(name, target["id"])).messages
    assert told["flags"] & 64
    return told


@pytest.mark.usefixtures("biel")
class TestLessons:
    async def test_a_member_walks_from_lesson_to_lesson(self, mia: Member) -> None:
        first = await answer(mia, "lesson")
        assert title(first) == "1. What a candle tells"
        assert "**opened**" in said(first)
        assert fields(first)["Part"] == "First steps"
        done = await pressed(mia, first, "Done")
        assert done["id"] == first["id"]
        assert "Timeframes" in said(done)
        following = await pressed(mia, done, "Next lesson")
        assert title(following) == "2. Timeframes"
        listed = await pressed(mia, following, "All lessons")
        assert title(listed) == "All lessons · 1/4"
        assert "✓ 1. What a candle tells" in said(listed)
        assert "○ 2. Timeframes" in said(listed)

    async def test_lessons_are_found_by_page_by_number_by_words_and_while_typing(self, mia: Member) -> None:
        page = await pressed(mia, await answer(mia, "lesson", name="36"), "All lessons")
        for number in (2, 3, 4):
            page = await pressed(mia, page, "Next page")
            assert title(page) == f"All lessons · {number}/4"
        assert "Next page" not in str(page["components"])
        page = await pressed(mia, page, "Previous")
        assert title(page) == "All lessons · 3/4"
        assert title(await pressed(mia, page, "25")) == "25. RSI"
        found = await answer(mia, "lesson", name="maker fee")
        assert "maker fee" in said(found)
        assert title(await pressed(mia, found, "8. Fees")) == "8. Fees"
        assert "zebra" in said(await answer(mia, "lesson", name="zebra"))
        choices = {one["name"]: one["value"] for one in await mia.autocomplete("lesson", "name", "liq")}
        assert choices["15. The liquidation price"] == "liquidation"
        assert len(await mia.autocomplete("quiz", "lesson", "")) == 25

    async def test_how_far_a_member_is_is_seen_by_the_member_alone(
        self, mia: Member, client: SandboxClient
    ) -> None:
        theo = await client.member("theo")
        for command, label in (("lesson", "Done"), ("quiz", "A")):
            card = await answer(mia, command)
            assert card["flags"] & 64
            assert (await pressed(mia, card, label))["id"] == card["id"]
        term = await answer(mia, "glossary", term="leverage")
        assert not term["flags"] & 64
        lesson = await pressed(theo, term, "13. Leverage")
        assert lesson["flags"] & 64
        assert lesson["id"] != term["id"]
        done = await pressed(theo, lesson, "Done")
        assert done["id"] == lesson["id"]
        (still, *_) = [
            one for one in await mia.messages(term["channel_id"], limit=10) if one["id"] == term["id"]
        ]
        assert still["embeds"] == term["embeds"]


@pytest.mark.usefixtures("biel")
class TestQuiz:
    async def test_a_right_and_a_wrong_answer_are_marked_and_counted(self, mia: Member) -> None:
        asked = await answer(mia, "quiz", lesson="fees")
        assert title(asked) == "Quiz: Fees"
        assert [button.split("|")[3] for button in buttons(asked)] == [*"ABCD"]
        assert all(button.endswith(mia.user["id"]) for button in buttons(asked))
        right = await pressed(mia, asked, RIGHT["fees-1"])
        assert right["id"] == asked["id"]
        assert "You said" not in fields(right)
        second = await pressed(mia, right, "Next question")
        assert title(second) == "Quiz: Fees"
        wrong = await pressed(mia, second, next(one for one in "ABCD" if one != RIGHT["fees-2"]))
        assert fields(wrong)["Why"]
        assert fields(wrong)["You said"] != fields(wrong)["Right answer"]
        assert title(await pressed(mia, wrong, "8. Fees")) == "8. Fees"

    async def test_it_is_offered_again_where_lessons_are_away(self, mia: Member, bus: TeachingBus) -> None:
        bus.answers[GetQuiz] = NoAnswer("Nobody answered.", facts={"service": "education"})
        failed = await answer(mia, "quiz", lesson="fees")
        del bus.answers[GetQuiz]
        assert title(await pressed(mia, failed, "Try again")) == "Quiz: Fees"


@pytest.mark.usefixtures("biel")
class TestGlossaryAndWisdom:
    async def test_a_term_leads_to_its_neighbours_and_to_its_lesson(self, mia: Member) -> None:
        term = await answer(mia, "glossary", term="liq price")
        assert title(term) == "Liquidation price"
        assert "mark price at which a position is liquidated" in said(term)
        assert title(await pressed(mia, term, "Leverage")) == "Leverage"
        assert title(await pressed(mia, term, "13. Leverage")) == "13. Leverage"
        refused = await answer(mia, "glossary", term="leverge")
        assert refused["flags"] & 64
        assert "Leverage" in said(refused)
        choices = await mia.autocomplete("glossary", "term", "fib")
        assert [choice["value"] for choice in choices][:2] == ["Fibonacci extension", "Fibonacci retracement"]

    async def test_a_member_who_chose_portuguese_is_taught_in_it(self, mia: Member, bus: TeachingBus) -> None:
        bus.answers[GetMember] = MemberSettings(user_id=mia.user["id"], locale="pt-BR")
        lesson = await answer(mia, "lesson", name="leverage")
        assert title(lesson) == "13. Alavancagem"
        assert fields(lesson)["Parte"] == "Derivativos"
        assert "Você quis dizer Alavancagem" in said(await answer(mia, "glossary", term="alavancajem"))
        assert title(await answer(mia, "wisdom")) == "Sabedoria do dia"
        first, again = [said(await answer(mia, "wisdom")).partition("> ")[2] for _ in range(2)]
        assert first == again

    async def test_the_saying_is_that_of_the_members_own_day(
        self, mia: Member, client: SandboxClient, bus: TeachingBus
    ) -> None:
        def chosen(request: Request[Any]) -> MemberSettings:
            assert isinstance(request, GetMember)
            is_mia = request.user_id == mia.user["id"]
            zone = "Pacific/Kiritimati" if is_mia else "Pacific/Niue"
            return MemberSettings(user_id=request.user_id, timezone=zone)

        bus.answers[GetMember] = chosen
        for member in (mia, await client.member("theo")):
            assert not (await answer(member, "wisdom"))["flags"] & 64
        east, west = [request.day for request in bus.questions if isinstance(request, GetWisdom)]
        assert (east - west).days in {1, 2}


@pytest.mark.usefixtures("biel")
class TestMenus:
    async def test_a_message_or_a_card_is_explained_to_who_asks_alone(self, mia: Member) -> None:
        told = await menu(mia, "Explain this", await mia.send("The funding rate eats my margin"))
        assert title(told) == "Words in this message"
        assert [*fields(told)] == ["Funding rate", "Margin"]
        assert "Hedge" in fields(await menu(mia, "Explain this", await answer(mia, "glossary", term="hedge")))
        nothing = await menu(mia, "Explain this", await mia.send("see you tomorrow"))
        assert nothing["embeds"][0].get("fields", []) == []
        assert "/glossary" in said(nothing)

    async def test_biel_answers_a_message_as_a_question(self, mia: Member, bus: TeachingBus) -> None:
        told = await menu(mia, "Ask Biel", await mia.send("why was my stop loss filled so low?"))
        assert title(told) == "Stop loss"
        assert "17. Stop loss" in str(told["components"])
        bus.answers[ExplainText] = NoAnswer("Nobody answered.", facts={"service": "education"})
        failed = await menu(mia, "Explain this", await mia.send("what is a perp"))
        assert "DOWN-03" in failed["embeds"][0]["footer"]["text"]
