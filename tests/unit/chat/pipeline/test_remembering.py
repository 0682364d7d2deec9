from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chat_keeping_stage import a_database
from chat_stage import MIA, heard, understood

from services.chat.intents import Intent
from services.chat.keeping.memories import Memories
from services.chat.messages import ChangeMemory
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.remembering import Remembering
from services.errors import UserMistake


class Told:
    """Says things to Xyko about memory, each in a message of its own."""

    def __init__(self, memories: Memories) -> None:
        self.memories = memories
        self.remembering = Remembering(memories)
        self.number = 0

    async def switch_on(self) -> None:
        await self.memories.change(ChangeMemory(id="on", caller=MIA, persona="xyko", is_on=True))

    async def say(self, intent: Intent, text: str) -> Answered:
        self.number += 1
        return await self.remembering.answer(heard(text, id=f"m{self.number}"), understood(intent, text))

    async def facts(self) -> list[str]:
        return await self.memories.facts_for(MIA, "xyko")


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    async with a_database(tmp_path) as stage:
        yield Told(Memories(stage.store, clock=stage.clock))


async def test_nothing_is_remembered_while_memory_is_off(told: Told) -> None:
    answered = await told.say("remember", "remember that I trade on 4h")
    assert answered.card.verdict == "chat_memory_off"
    assert await told.facts() == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("remember that I trade on 4h", "I trade on 4h"),
        ("please remember: my favourite is ETH", "my favourite is ETH"),
        ("lembra que eu opero no 4h", "eu opero no 4h"),
        ("anota aí que prefiro ETH", "aí que prefiro ETH"),
        ("oi, tudo bem?\nlembra que eu opero no 4h", "eu opero no 4h"),
    ],
)
async def test_what_a_member_asks_to_remember_is_remembered(told: Told, text: str, fact: str) -> None:
    await told.switch_on()
    answered = await told.say("remember", text)
    assert answered.card.verdict == f"chat_remembered fact={fact}"
    assert await told.facts() == [fact]


async def test_the_fact_that_is_meant_is_forgotten(told: Told) -> None:
    await told.switch_on()
    for fact in ("I trade on 4h", "my dog is called Satoshi"):
        await told.say("remember", f"remember that {fact}")
    assert (await told.say("forget", "forget about my dog")).card.verdict == "chat_forgotten"
    assert await told.facts() == ["I trade on 4h"]


async def test_what_cannot_be_told_apart_is_not_forgotten(told: Told) -> None:
    await told.switch_on()
    for fact in ("I trade BTC", "I trade ETH"):
        await told.say("remember", f"remember that {fact}")
    for unclear in (
        "forget that I trade",
        "forget the weather",
        "forget that I like pizza",
        "forget that my dog hates BTC",
        "forget it",
    ):
        with pytest.raises(UserMistake, match="not clear"):
            await told.say("forget", unclear)
    assert len(await told.facts()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "forget everything",
        "please forget everything you know about me",
        "forget me",
        "esquece tudo",
        "apaga tudo sobre mim",
        "esquece tudo o que você sabe de mim, por favor",
    ],
)
async def test_everything_is_forgotten_on_request(told: Told, text: str) -> None:
    await told.switch_on()
    await told.say("remember", "remember that I trade BTC")
    await told.say("forget", text)
    assert await told.facts() == []


@pytest.mark.parametrize("text", ["forget everything about my dog", "esquece tudo isso, quanto vale o BTC?"])
async def test_everything_beside_something_else_is_not_everything(told: Told, text: str) -> None:
    await told.switch_on()
    for fact in ("I trade on 4h", "my dog is called Satoshi"):
        await told.say("remember", f"remember that {fact}")
    with contextlib.suppress(UserMistake):
        await told.say("forget", text)
    assert "I trade on 4h" in await told.facts()
