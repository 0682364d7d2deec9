"""What cogs answer, without a bot: their cards on the bus, and their pictures beside them."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
from chat_stage import small_roster, topic, understood
from persona_fakes import FakeBus, HandClock

from bots.chat_answers import BusSources, CogAnswers, answering_of, cog_modules
from cogs import price
from cogs._host import Answering
from cogs._ui.card import Card, Picture
from services.chat.intents import Intent, Topic, Understood
from services.chat.messages import PictureBytes, PictureShown
from services.errors import NoAnswer
from services.market.messages import GetQuote
from services.personas.voice import Voice


class Says:
    """Answers some wishes with one card."""

    def __init__(self, card: Card | None, *intents: Intent) -> None:
        self.topics: Sequence[Topic] = [topic(intent) for intent in intents]
        self.card = card

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        del asked, voice, key
        return self.card


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus(HandClock())


def sources(bus: FakeBus) -> BusSources:
    return BusSources(bus, roster=small_roster(), clock=bus.clock)


async def said(answers: CogAnswers, intent: Intent) -> str | None:
    shown = await answers.answer(understood(intent), small_roster().voice("xyko"), key="1")
    return None if shown is None else shown.verdict


async def test_the_first_that_knows_the_answer_gives_it(bus: FakeBus) -> None:
    answering: list[Answering] = [
        Says(None, "lesson", "price"),
        Says(Card(verdict="first"), "lesson"),
        Says(Card(verdict="second"), "lesson"),
    ]
    answers = CogAnswers(answering, bus)
    assert [await said(answers, intent) for intent in ("lesson", "price", "moon")] == ["first", None, None]
    assert list(answers.topics) == ["lesson", "price"]


async def test_a_picture_waits_on_the_bus_for_whoever_shows_the_card(bus: FakeBus) -> None:
    card = Card(verdict="up", picture=Picture(b"png", "chart.png", "a chart"))
    answers = CogAnswers([Says(card, "chart")], bus)
    shown = await answers.answer(understood("chart"), small_roster().voice("xyko"), key="1")
    assert shown is not None
    assert shown.picture is not None
    assert shown.picture == PictureShown(part=shown.picture.part, name="chart.png", alt="a chart")
    assert bus.kept == {f"chat_pictures:{shown.picture.part}": PictureBytes(png=b"png")}


async def test_only_modules_that_answer_in_plain_words_are_asked(bus: FakeBus) -> None:
    modules = [price, cast("ModuleType", SimpleNamespace(setup=None))]
    answering = answering_of(modules, sources(bus))
    assert [one.intent for each in answering for one in each.topics] == ["price"]


async def test_the_errors_of_services_pass_through(bus: FakeBus) -> None:
    bus.answers[GetQuote] = NoAnswer("Silent.")
    answers = CogAnswers(answering_of([price], sources(bus)), bus)
    with pytest.raises(NoAnswer):
        await answers.answer(understood("price", market="BTC"), small_roster().voice("xyko"), key="1")


async def test_every_cog_of_every_persona_is_there_and_every_command_too(bus: FakeBus) -> None:
    names = {module.__name__ for module in cog_modules(small_roster())}
    assert {"cogs.price", "cogs.chart", "cogs.cosmic"} <= names
    assert "/price" in {listed.name for listed in sources(bus).catalogue()}
