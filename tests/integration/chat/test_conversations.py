"""Members talk to personas: a real bus, database and SDK, and a local model that says what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bus_stage import bus_of, running
from chat_keeping_stage import a_database
from chat_stage import FakeAnswers, FakeFarm, said
from persona_stage import ROOT, roster_of

from bots.chat import Ground, put_together
from config.farm_file import BudgetSection, ChatSection, ModelSection
from sandbox.llm.app import Running
from sandbox.llm.app import running as running_model
from sandbox.llm.plain import Scripted, Silent
from sandbox.llm.steps import Block, Call, Cut, Fail, Say, Script, Wait
from services.bus.bus import Bus
from services.chat.messages import (
    ChangeMemory,
    DeleteChat,
    ExportChat,
    GetMemory,
    Quoted,
    Reply,
    ShowPrivate,
    Why,
    WhyAnswer,
)
from services.chat.models.opening import open_models
from services.clock import SystemClock
from services.errors import NotAllowed, SlowDown
from services.members.messages import Caller
from services.omega import ServiceConfig, serve
from services.store.store import open_store

MIA = Caller(user_id="7", guild_id="10")
LEO = Caller(user_id="8", guild_id="10")
PRICE = Call("price", '{"market": "BTC"}')
CHART = Call("chart", '{"market": "BTC"}')


@dataclass
class Stage:
    """The chat service on a bus, the model it asks, and what it knows."""

    bus: Bus
    model: Running
    answers: FakeAnswers
    parts: dict[str, list[Reply]] = field(default_factory=dict)

    async def say(self, text: str, **other: Any) -> Reply:
        """Ask and return the last part; all parts are kept by the id of the message."""
        request = said(text, **other)
        seen = self.parts.setdefault(f"{request.persona} {request.id}", [])

        async def on_part(part: Reply) -> None:
            if part.card.verdict:
                seen.append(part)

        return await self.bus.ask(request, timeout=20.0, on_part=on_part)

    async def why(self, answer: str, caller: Caller = MIA) -> Why:
        return await self.bus.ask(WhyAnswer(caller=caller, id=answer))


def _section(script: Script | None, *, tokens: int, cost: float | None) -> ChatSection:
    model = ModelSection(
        api="openai",
        model="local",
        url="sandbox",
        first_words=timedelta(seconds=1),
        timeout=timedelta(seconds=9),
    )
    member = BudgetSection(tokens=tokens, cost=cost)
    return ChatSection(models={"local": model}, usual=("local",) if script else (), member=member)


@asynccontextmanager
async def a_stage(
    folder: Path,
    script: Script | None,
    *,
    tokens: int = 100_000,
    cost: float | None = None,
    is_away: bool = False,
    patience: float = 4.0,
) -> AsyncIterator[Stage]:
    """Run the chat service; without a script no persona has a model. `is_away` is the database."""
    clock, answers = SystemClock(), FakeAnswers()
    section = _section(script, tokens=tokens, cost=cost)
    async with (
        running("unix") as server,
        bus_of(server, "chat") as bus,
        a_database(folder) as database,
        open_store(None, path=folder / "no" / "omega.db", busy_timeout=timedelta(0), clock=clock) as away,
        running_model(script or Scripted()) as local,
        open_models(section, {}, sandbox_url=local.url, clock=clock) as models,
        asyncio.TaskGroup() as group,
    ):
        ground = Ground(
            section=section,
            bus=bus,
            store=away if is_away else database.store,
            models=models,
            farm=FakeFarm(),
            answers=answers,
            roster=roster_of(ROOT / "personas"),
            clock=clock,
            secrets=(),
            patience=patience,
        )
        stopping = asyncio.Event()
        group.create_task(serve(bus, [put_together(ground, ServiceConfig())], stopping=stopping, clock=clock))
        yield Stage(bus, local, answers)
        stopping.set()


def shown(parts: Sequence[Reply]) -> list[str]:
    return [part.card.verdict for part in parts]


async def test_without_a_model_the_card_of_the_command_answers_and_says_what_it_rests_on(
    tmp_path: Path,
) -> None:
    async with a_stage(tmp_path, None) as stage:
        reply = await stage.say("what is the price of BTC?")
        assert (reply.card.verdict, reply.source) == ("BTC is at 64,210.5", "templates")
        why = await stage.why(reply.id)
        assert [(call.topic, call.arguments["market"]) for call in why.called] == [("price", "BTC")]
        with pytest.raises(NotAllowed):
            await stage.why(reply.id, LEO)
        follow_up = await stage.say("and ETH?", id="m2")
        assert follow_up.card.verdict == "ETH is at 3,120.4"


async def test_a_model_looks_things_up_and_its_answer_comes_in_parts(tmp_path: Path) -> None:
    words = [
        Say(word)
        for word in ("BTC ", "stands ", "at ", "64,210.5 ", "USDT ", "now, ", "says ", "the ", "tape.")
    ]
    script = Scripted([Say("Let me look. "), PRICE, CHART], words)
    async with a_stage(tmp_path, script) as stage:
        reply = await stage.say("what is the price of BTC?")
        assert (reply.card.verdict, reply.source) == (
            "BTC stands at 64,210.5 USDT now, says the tape.",
            "model",
        )
        assert reply.card.picture is not None
        assert "binance · replay · 2 s" in reply.card.footnote
        assert shown(stage.parts["xyko m1"])[0].startswith("Let me look")
        why = await stage.why(reply.id)
        assert [call.topic for call in why.called] == ["price", "chart"]
        assert (why.model, why.removed) == ("local", 0)


async def test_a_number_that_nobody_found_never_reaches_a_member(tmp_path: Path) -> None:
    script = Scripted(
        [PRICE], "BTC is at 64,210.5 right now. It will reach 99,999 by Friday. That is the tape."
    )
    async with a_stage(tmp_path, script) as stage:
        reply = await stage.say("what is the price of BTC?")
        assert reply.card.verdict == "BTC is at 64,210.5 right now. That is the tape."
        assert not any("99" in text for text in shown(stage.parts["xyko m1"]))
        assert (await stage.why(reply.id)).removed == 1


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (Silent(), "does not answer now"),
        (Scripted([Fail(500)]), "does not answer now"),
        (Scripted([Cut()]), "does not answer now"),
        (Scripted([Say("It is 99,999.")]), "said could not be shown"),
        (Scripted([]), "does not answer now"),
        (Scripted([Block()]), "was stopped by its provider"),
    ],
)
async def test_a_model_of_no_use_costs_its_words_and_not_the_answer(
    tmp_path: Path, script: Script, why: str
) -> None:
    async with a_stage(tmp_path, script) as stage, asyncio.timeout(5.0):
        reply = await stage.say("what is the price of BTC?")
        assert (reply.card.verdict, reply.source) == ("BTC is at 64,210.5", "templates")
        assert why in reply.card.footnote


async def test_a_model_that_breaks_off_has_said_what_it_said(tmp_path: Path) -> None:
    script = Scripted([PRICE], [Say("BTC is at 64,210.5 on this tape. And then"), Cut()])
    async with a_stage(tmp_path, script) as stage:
        reply = await stage.say("what is the price of BTC?")
        assert reply.card.verdict.startswith("BTC is at 64,210.5 on this tape.")
        assert "cut short" in reply.card.footnote


async def test_two_personas_in_one_channel_answer_one_after_the_other(tmp_path: Path) -> None:
    async with a_stage(tmp_path, None) as stage:
        stage.answers.delay = 0.1
        order: list[str] = []

        async def ask(persona: str) -> None:
            await stage.say("what is the price of BTC?", persona=persona)
            order.append(persona)

        began = asyncio.get_running_loop().time()
        await asyncio.gather(ask("xyko"), ask("z"))
        assert asyncio.get_running_loop().time() - began >= 0.2
        assert len(order) == 2


async def test_nobody_waits_long_for_the_model_of_another(tmp_path: Path) -> None:
    slow = Scripted([Say("I hear you, "), Wait(1.0), Say("trader, and that is all there is.")])
    async with a_stage(tmp_path, slow, patience=0.2) as stage:
        first = asyncio.ensure_future(stage.say("how is it going with the market today?"))
        await asyncio.sleep(0.3)
        second = await stage.say("what is the price of BTC?", id="m2", caller=LEO)
        assert not first.done()
        assert (second.card.verdict, second.source) == ("BTC is at 64,210.5", "templates")
        assert "another answer is being written here" in second.card.footnote
        assert (await first).source == "model"
        assert len(stage.model.seen) == 1


async def test_a_budget_that_does_not_do_for_a_prompt_asks_no_model(tmp_path: Path) -> None:
    async with a_stage(tmp_path, Scripted("Hello there, my friend."), tokens=100) as stage:
        reply = await stage.say("what is the price of BTC?")
        assert (reply.card.verdict, reply.source) == ("BTC is at 64,210.5", "templates")
        assert "too little is left of today's budget" in reply.card.footnote
        assert stage.model.seen == []


async def test_who_comes_when_four_wait_is_asked_to_come_back(tmp_path: Path) -> None:
    async with a_stage(tmp_path, None) as stage:
        stage.answers.delay = 0.05
        asked = [stage.say("price of BTC", id=f"m{number}") for number in range(7)]
        ended = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(one, SlowDown) for one in ended) == 2
        assert sum(isinstance(one, Reply) for one in ended) == 5


async def test_a_message_that_is_delivered_twice_is_answered_once(tmp_path: Path) -> None:
    script = Scripted([PRICE], "BTC is at 64,210.5 on this tape.", "Something else.")
    async with a_stage(tmp_path, script) as stage:
        first, second = await asyncio.gather(stage.say("price of BTC"), stage.say("price of BTC"))
        third = await stage.say("price of BTC")
        assert first == second == third
        assert len(stage.model.seen) == 2


async def test_what_is_private_never_stands_in_a_channel_nor_before_a_model(tmp_path: Path) -> None:
    async with a_stage(tmp_path, Scripted("I see everything.")) as stage:
        reply = await stage.say("show my positions")
        assert "positions of" not in reply.card.verdict
        assert [action.press for action in reply.card.actions] == ["chat|private|positions||en"]
        pressed = await stage.bus.ask(
            ShowPrivate(id="i1", caller=LEO, persona="xyko", intent="positions", locale="en")
        )
        assert pressed.card.verdict == "positions of 8"
        direct = await stage.say("show my positions", id="m2", place="dm", caller=Caller(user_id="7"))
        assert (direct.card.verdict, direct.id) == ("positions of 7", "")
        assert stage.model.seen == []


async def test_a_spent_budget_is_said_and_the_templates_answer(tmp_path: Path) -> None:
    async with a_stage(tmp_path, Scripted("Hello."), tokens=0) as stage:
        reply = await stage.say("what is the price of BTC?")
        assert (reply.card.verdict, reply.source) == ("BTC is at 64,210.5", "templates")
        assert "budget for language models is spent" in reply.card.footnote
        assert stage.model.seen == []


async def test_what_a_member_lets_be_remembered_is_told_to_a_model_for_them_alone(
    tmp_path: Path,
) -> None:
    async with a_stage(tmp_path, Scripted("I hear you, trader.")) as stage:
        await stage.bus.ask(ChangeMemory(id="on", caller=MIA, persona="xyko", is_on=True))
        await stage.say("remember that I only trade on full moons")
        assert stage.model.seen == []
        memory = await stage.bus.ask(GetMemory(caller=MIA, persona="xyko"))
        assert [fact.text for fact in memory.facts] == ["I only trade on full moons"]
        await stage.say("how is it going with the market today?", id="m2")
        await stage.say("how is it going with the market today?", id="m3", caller=LEO)
        await stage.say("what is the price of BTC?", id="m4")
        told = ["full moons" in str(asked) for asked in stage.model.seen]
        assert told == [True, False, False]  # a price is the same for everybody


async def test_the_language_is_kept_and_a_thread_is_one_conversation(tmp_path: Path) -> None:
    async with a_stage(tmp_path, None) as stage:
        reply = await stage.say("qual o preço do BTC?", place="thread")
        assert reply.card.verdict == "BTC is at 64,210.5"
        await stage.say("e o ETH?", place="thread", id="m2", caller=LEO)
        assert [asked.locale for asked in stage.answers.asked] == ["pt-BR", "pt-BR"]
        assert [asked.market for asked in stage.answers.asked] == ["BTC", "ETH"]


async def test_without_its_database_a_persona_answers_from_its_templates_and_says_why(tmp_path: Path) -> None:
    async with a_stage(tmp_path, Scripted("Hello there, my friend."), is_away=True) as stage:
        reply = await stage.say("what is the price of BTC?")
        assert (reply.card.verdict, reply.source, reply.id) == ("BTC is at 64,210.5", "templates", "")
        assert "what language models cost today cannot be looked up" in reply.card.footnote
        assert stage.model.seen == []


async def test_a_model_without_a_price_is_not_said_to_be_spent(tmp_path: Path) -> None:
    async with a_stage(tmp_path, Scripted("Hello there, my friend."), cost=1.0) as stage:
        footnote = (await stage.say("what is the price of BTC?")).card.footnote
        assert "is not known" in footnote
        assert "spent" not in footnote


async def test_nothing_comes_back_of_a_member_who_was_forgotten_while_they_were_answered(
    tmp_path: Path,
) -> None:
    script = Scripted([PRICE], [Say("BTC is at 64,210.5 on this tape.")])
    async with a_stage(tmp_path, script) as stage:
        stage.answers.delay = 0.3
        asking = asyncio.ensure_future(stage.say("what is the price of BTC?"))
        await asyncio.wait_for(stage.answers.has_begun.wait(), 5.0)
        await stage.bus.ask(DeleteChat(user_id="7"))
        assert (await asking).source == "model"
        kept = await stage.bus.ask(ExportChat(user_id="7"))
        assert [table for table, lines in kept.lines.items() if lines] == []


async def test_what_was_to_be_remembered_or_forgotten_is_repeated_to_no_model(tmp_path: Path) -> None:
    async with a_stage(tmp_path, Scripted("I hear you, trader.")) as stage:
        await stage.bus.ask(ChangeMemory(id="on", caller=MIA, persona="xyko", is_on=True))
        await stage.say("remember that I only trade on full moons")
        await stage.say("forget that I trade on full moons", id="m2")
        await stage.say("how is it going with the market today?", id="m3")
        assert len(stage.model.seen) == 1
        assert "full moons" not in str(stage.model.seen)


async def test_what_a_bot_wrote_to_a_member_alone_is_told_to_no_model(tmp_path: Path) -> None:
    quoted = [
        Quoted(author="persona", text="You are long 0.5 BTC."),
        Quoted(author="bot", text="Your stop was hit."),
        Quoted(author="member", text="I wrote this."),
    ]
    alone = Caller(user_id="7")
    async with a_stage(tmp_path, Scripted("I hear you, trader.")) as stage:
        await stage.say("how is it going with that today?", place="dm", caller=alone, quoted=quoted)
        direct = str(stage.model.seen)
        assert ("0.5 BTC" in direct, "stop was hit" in direct, "I wrote this" in direct) == (
            False,
            False,
            True,
        )
        await stage.say("how is it going with that today?", id="m2", quoted=quoted)
        assert "0.5 BTC" in str(stage.model.seen)
