"""`/memory`: what is remembered is shown to its owner, and is forgotten only after a question."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asked_cogs import asking, facts, guide, press, presses, run
from persona_fakes import FakeBus, HandClock

from cogs._host import Pressed
from cogs._ui.memory_cards import PAGE
from cogs.memory import MemoryAnswers, MemoryOfMember, _facts, _facts_or_all
from services.bus.messages import Request
from services.chat.intents import Understood
from services.chat.messages import (
    ChangeMemory,
    ForgetFacts,
    GetMemory,
    Memory,
    RememberedFact,
    RememberFact,
)
from services.errors import UserMistake
from services.members.messages import Caller, GetMember, MemberSettings
from services.personas.roster import read_roster
from services.personas.routing import Question

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONGEST = "x" * 300


class Remembering:
    """Keeps what one member lets Waze and Biel remember, as the chat process would."""

    def __init__(self, bus: FakeBus) -> None:
        self.is_on = True
        self.texts = ["I trade BTC.", "I am `new`."]
        bus.answers[GetMember] = MemberSettings(user_id="7")
        bus.answers[GetMemory] = self.memory
        bus.answers[ChangeMemory] = self.change
        bus.answers[RememberFact] = self.remember
        bus.answers[ForgetFacts] = self.forget

    def memory(self, _: Request[Any]) -> Memory:
        told = [RememberedFact(id=f"f{at}", text=text, at=AT) for at, text in enumerate(self.texts)]
        return Memory(is_on=self.is_on, facts=told)

    def change(self, request: Request[Any]) -> Memory:
        assert isinstance(request, ChangeMemory)
        self.is_on = request.is_on
        self.texts = self.texts if request.is_on else []
        return self.memory(request)

    def remember(self, request: Request[Any]) -> Memory:
        assert isinstance(request, RememberFact)
        self.texts = [text for at, text in enumerate(self.texts) if f"f{at}" != request.fact]
        self.texts.append(request.text)
        return self.memory(request)

    def forget(self, request: Request[Any]) -> Memory:
        assert isinstance(request, ForgetFacts)
        self.texts = [text for at, text in enumerate(self.texts) if request.fact not in {f"f{at}", ""}]
        return self.memory(request)


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus(HandClock())


@pytest.fixture
def kept(bus: FakeBus) -> Remembering:
    return Remembering(bus)


@pytest.fixture
def host(bus: FakeBus, kept: Remembering) -> Any:
    del kept
    return guide(bus, ROSTER)


def shown(card: Any) -> list[str]:
    return [fact.value for fact in card.facts[1:]]


async def test_what_is_remembered_is_shown_as_it_was_said_and_formats_nothing(host: Any) -> None:
    (card,) = (await run(MemoryOfMember(host), "memory show", asking(host))).cards
    assert shown(card) == ["`I trade BTC.`", "`I am 'new'.`"]
    assert presses(card) == ["memory|ask_clear|7|waze", "memory|ask_off|7|waze"]


async def test_the_persona_that_is_asked_for_is_whose_memory_is_shown(host: Any, bus: FakeBus) -> None:
    await run(MemoryOfMember(host), "memory show", asking(host), persona="Biel")
    assert [one.persona for one in bus.questions if isinstance(one, GetMemory)] == ["biel"]


async def test_nothing_is_switched_off_before_the_member_has_said_so_twice(
    host: Any, kept: Remembering
) -> None:
    (asked,) = (await run(MemoryOfMember(host), "memory off", asking(host))).cards
    assert (kept.is_on, presses(asked)) == (True, ["memory|off|7|waze", "memory|keep|7|waze"])
    (left,) = (await press(MemoryOfMember(host), "memory|keep|7|waze", asking(host))).cards
    assert len(shown(left)) == 2
    (off,) = (await press(MemoryOfMember(host), "memory|off|7|waze", asking(host))).cards
    assert (kept.is_on, kept.texts, facts(off)["Memory"]) == (False, [], "off here")
    assert presses(off) == ["memory|on|7|waze"]
    await press(MemoryOfMember(host), "memory|on|7|waze", asking(host))
    assert kept.is_on


async def test_everything_is_forgotten_after_a_question_and_one_thing_at_once(
    host: Any, kept: Remembering
) -> None:
    await run(MemoryOfMember(host), "memory forget", asking(host), fact="f0")
    assert kept.texts == ["I am `new`."]
    (asked,) = (await run(MemoryOfMember(host), "memory forget", asking(host), fact="all")).cards
    assert (kept.texts, presses(asked)[0]) == (["I am `new`."], "memory|clear|7|waze")
    await press(MemoryOfMember(host), "memory|clear|7|waze", asking(host))
    assert kept.texts == []
    (nothing,) = (await run(MemoryOfMember(host), "memory forget", asking(host), fact="all")).cards
    assert "memory|clear|7|waze" not in presses(nothing)


async def test_a_thing_is_remembered_and_edited(host: Any, kept: Remembering) -> None:
    await run(MemoryOfMember(host), "memory remember", asking(host), text="I like charts.")
    (card,) = (
        await run(MemoryOfMember(host), "memory edit", asking(host), fact="f0", text="I trade ETH.")
    ).cards
    assert kept.texts == ["I am `new`.", "I like charts.", "I trade ETH."]
    assert shown(card)[-1] == "`I trade ETH.`"


async def test_somebody_else_presses_in_vain(host: Any, kept: Remembering) -> None:
    for action in ("off", "clear", "show", "keep"):
        with pytest.raises(UserMistake, match="somebody else"):
            await press(MemoryOfMember(host), f"memory|{action}|7|waze", asking(host, user=8))
    assert (kept.is_on, len(kept.texts)) == (True, 2)


async def test_the_longest_memory_fits_into_cards_that_are_turned(host: Any, kept: Remembering) -> None:
    kept.texts = [f"{number:02} {LONGEST}"[:300] for number in range(50)]
    (first,) = (await run(MemoryOfMember(host), "memory show", asking(host))).cards
    assert len(shown(first)) == PAGE
    assert presses(first)[0] == "memory|show|7|waze|2"
    (last,) = (await press(MemoryOfMember(host), "memory|show|7|waze|5", asking(host))).cards
    assert shown(last)[-1].startswith("`49 ")
    assert "page 5 of 5" in last.footnote
    told = await run(MemoryOfMember(host), "memory remember", asking(host), text="The newest.")
    assert shown(told.cards[-1])[-1] == "`The newest.`"


async def test_what_is_remembered_is_offered_while_it_is_typed(host: Any) -> None:
    who = asking(host)
    who.namespace = SimpleNamespace(persona="Biel")
    assert [choice.name for choice in await _facts(who, "btc")] == ["I trade BTC."]
    every = await _facts_or_all(who, "")
    assert [choice.value for choice in every] == ["all", "f0", "f1"]


async def test_a_question_in_plain_words_is_answered_without_buttons(host: Any) -> None:
    understood = Understood(
        intent="memory",
        question=Question("What do you know about me?"),
        locale="en",
        caller=Caller(user_id="7", guild_id="5"),
    )
    card = await MemoryAnswers(host).answer(understood, ROSTER.voice("biel", "en"), key="1")
    assert card is not None
    assert (len(shown(card)), card.actions) == (2, ())


async def test_a_button_of_another_time_says_so(host: Any) -> None:
    who = asking(host)
    await MemoryOfMember(host).press(who, Pressed("dance", ("7", "waze")))
    assert len(who.extras["answer"].cards) == 1
