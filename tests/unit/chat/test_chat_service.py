"""What the chat service does with each request; the turns themselves have their own tests."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from chat_stage import MIA, FakeAnswers, said, small_roster
from persona_fakes import HandClock

from cogs._ui.card import press_id
from services.bus.messages import Message, Request
from services.chat.keeping.requests import KeepingRequests
from services.chat.messages import Converse, Debate, Debated, GetMemory, Memory, Reply, Shown, ShowPrivate
from services.chat.pipeline.aside import Aside
from services.chat.pipeline.streaming import Show
from services.chat.pipeline.turn import Turns
from services.chat.service import ChatService
from services.errors import UserMistake
from services.omega import ServiceConfig


class Talkative:
    """Answers after a first part, and counts its answers."""

    def __init__(self) -> None:
        self.answers = 0
        self.error: Exception | None = None

    async def answer(self, request: Converse, show: Show[Reply]) -> Reply:
        self.answers += 1
        if self.error is not None:
            raise self.error
        show(lambda: Reply(card=Shown(verdict="begun"), is_last=False))
        await asyncio.sleep(0.01)
        return Reply(card=Shown(verdict=f"{request.text} {self.answers}"))


class Keeper:
    """Keeps nothing."""

    async def answer(self, request: Request[Any]) -> Message | None:
        return Memory(is_on=False, facts=[]) if isinstance(request, GetMemory) else None


class Quarrel:
    """Holds debates, and counts them."""

    def __init__(self) -> None:
        self.held = 0

    async def hold(self, request: Debate) -> Debated:
        self.held += 1
        return Debated(id=request.id, arguments=[], disagreements=[])


def service(turns: Talkative, quarrel: Quarrel | None = None) -> ChatService:
    return ChatService(
        ServiceConfig(),
        turns=cast("Turns", turns),
        aside=Aside(FakeAnswers(), small_roster(), press=press_id),
        keeping=cast("KeepingRequests", Keeper()),
        debates=quarrel or Quarrel(),
        clock=HandClock(),
    )


def debate() -> Debate:
    return Debate(
        id="d1", caller=MIA, personas=["xyko", "z"], facts=[], market="BTC", timeframe="4h", locale="en"
    )


async def parts_of(chat: ChatService, request: Converse) -> list[str]:
    parts = chat.parts(request)
    assert parts is not None
    return [part.card.verdict async for part in parts]


async def test_what_a_member_says_is_taken_up_and_answered_in_parts_and_a_repeat_with_the_last_one() -> None:
    turns = Talkative()
    chat = service(turns)
    assert await parts_of(chat, said("hi")) == ["", "begun", "hi 1"]
    assert await parts_of(chat, said("hi")) == ["", "hi 1"]
    assert (await chat.process(said("hi"))).card.verdict == "hi 1"
    assert await parts_of(chat, said("hi", persona="z")) == ["", "begun", "hi 2"]


async def test_an_answer_that_failed_is_tried_anew() -> None:
    turns = Talkative()
    chat = service(turns)
    turns.error = UserMistake("No.")
    with pytest.raises(UserMistake):
        await parts_of(chat, said("hi"))
    turns.error = None
    assert await parts_of(chat, said("hi")) == ["", "begun", "hi 2"]


async def test_everything_else_is_answered_whole() -> None:
    chat = service(Talkative())
    private = ShowPrivate(id="i1", caller=MIA, persona="xyko", intent="positions")
    asked = GetMemory(caller=MIA, persona="xyko")
    assert chat.parts(private) is None
    assert (await chat.process(private)).card.verdict == "positions of 7"
    assert await chat.process(asked) == Memory(is_on=False, facts=[])


async def test_a_debate_is_held_once() -> None:
    quarrel = Quarrel()
    chat = service(Talkative(), quarrel)
    assert await chat.process(debate()) == await chat.process(debate())
    assert quarrel.held == 1
