"""Every question about what chat keeps is answered, and what was kept fades."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chat_keeping_stage import GUILD, LEO, MIA, KeepingStage, said

from config.farm_file import ChatSection
from services.bus.messages import Request
from services.chat.keeping.answers import KeptAnswers
from services.chat.keeping.budgets import Budgets
from services.chat.keeping.conversations import Conversations
from services.chat.keeping.leaving import Leaving
from services.chat.keeping.memories import Memories
from services.chat.keeping.privacy import ChatPrivacy
from services.chat.keeping.pruning import Pruning
from services.chat.keeping.requests import ANSWERED, KeepingRequests
from services.chat.messages import (
    ChangeMemory,
    ChatForgotten,
    ChatKept,
    DeleteChat,
    ExportChat,
    ForgetFacts,
    GetMemory,
    GetUsage,
    RememberFact,
    ShowPrivate,
    Usage,
    Why,
    WhyAnswer,
)
from services.chat.ports import Used
from services.members.messages import Caller, Right

KEEP_FOR = timedelta(days=30)


class Kept:
    """All that is kept, by one process."""

    def __init__(self, stage: KeepingStage) -> None:
        store, clock = stage.store, stage.clock
        self.stage = stage
        self.talks = Conversations(store, clock=clock, talk_for=timedelta(minutes=30))
        self.answers = KeptAnswers(store)
        self.leaving, self.let_go = Leaving(), list[str]()
        self.budgets = Budgets(store, ChatSection(), self.leaving, clock=clock)
        self.requests = KeepingRequests(
            Memories(store, clock=clock),
            self.answers,
            self.budgets,
            ChatPrivacy(store, self.leaving, let_go=self.let_go.append),
            models_of=lambda _: ["fast"],
            right_of=self.right_of,
        )

    async def right_of(self, caller: Caller) -> Right:
        return "admin" if caller == LEO else "member"

    async def fill(self, caller: Caller = MIA) -> None:
        """Let a member leave something of each kind."""
        user = caller.user_id
        await self.requests.answer(ChangeMemory(id=f"c{user}", caller=caller, persona="biel", is_on=True))
        await self.requests.answer(
            RememberFact(id=f"r{user}", caller=caller, persona="biel", text=f"I am {user}.")
        )
        for number in range(8):
            self.stage.later(timedelta(seconds=1))
            name = number + 100 * int(user)
            await self.talks.add(said("How is BTC?", number=name, caller=caller), "Well.")
        await self.answers.keep(self.why(f"a{user}"), user, GUILD)
        held = (await self.budgets.left(caller, "biel", ["fast"])).reservation
        assert held is not None
        await self.budgets.spend(held, "fast", Used(given=10, written=5))

    def why(self, name: str) -> Why:
        at = self.stage.clock.now()
        return Why(id=name, question="?", persona="biel", source="templates", called=[], removed=0, at=at)

    async def export(self, caller: Caller) -> ChatKept:
        found = await self.requests.answer(ExportChat(user_id=caller.user_id))
        assert isinstance(found, ChatKept)
        return found


@pytest.fixture
def kept(stage: KeepingStage) -> Kept:
    return Kept(stage)


async def test_every_question_is_answered_and_others_are_left_to_others(kept: Kept) -> None:
    await kept.fill()
    asked: dict[type[Request[Any]], Request[Any]] = {
        GetMemory: GetMemory(caller=MIA, persona="biel"),
        ChangeMemory: ChangeMemory(id="1", caller=MIA, persona="biel", is_on=True),
        RememberFact: RememberFact(id="2", caller=MIA, persona="biel", text="I am new."),
        ForgetFacts: ForgetFacts(id="3", caller=MIA, persona="biel"),
        WhyAnswer: WhyAnswer(caller=MIA),
        GetUsage: GetUsage(caller=MIA, persona="biel"),
        ExportChat: ExportChat(user_id="7"),
        DeleteChat: DeleteChat(user_id="7"),
    }
    assert {*asked} == {*ANSWERED}
    assert None not in [await kept.requests.answer(one) for one in asked.values()]
    assert await kept.requests.answer(ShowPrivate(id="4", caller=MIA, persona="biel", intent="pnl")) is None


async def test_only_an_admin_is_told_what_the_farm_spent(kept: Kept) -> None:
    for caller, is_told in ((MIA, False), (LEO, True)):
        usage = await kept.requests.answer(GetUsage(caller=caller, persona="biel"))
        assert isinstance(usage, Usage)
        assert ("farm" in [one.scope for one in usage.spent]) == is_told
        assert (usage.has_models, usage.models) == (True, ["fast"])


async def test_a_member_is_given_everything_of_theirs_and_takes_it_away(kept: Kept) -> None:
    await kept.fill()
    await kept.fill(LEO)
    before, others = await kept.export(MIA), await kept.export(LEO)
    assert {table: len(lines) for table, lines in before.lines.items()} == {
        "chat_facts": 1,
        "chat_choices": 1,
        "chat_turns": 8,
        "chat_summaries": 1,
        "chat_answers": 1,
        "chat_spend": 1,
    }
    assert await kept.requests.answer(DeleteChat(user_id="7")) == ChatForgotten(rows=13)
    assert [*filter(None, (await kept.export(MIA)).lines.values())] == []
    assert kept.let_go == ["7"]
    assert await kept.export(LEO) == others


async def test_what_is_old_goes_and_what_was_to_be_remembered_stays(kept: Kept) -> None:
    await kept.fill()
    pruning = Pruning(kept.stage.store, clock=kept.stage.clock, keep_for=KEEP_FOR)
    await pruning.prune()
    assert len((await kept.export(MIA)).lines["chat_turns"]) == 8
    kept.stage.later(KEEP_FOR + timedelta(days=1))
    await pruning.prune()
    left = {table: len(lines) for table, lines in (await kept.export(MIA)).lines.items() if lines}
    assert left == {"chat_facts": 1, "chat_choices": 1}
