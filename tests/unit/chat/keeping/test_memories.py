"""Memory is kept where a member wants it, one fact a row, and never told elsewhere."""

from __future__ import annotations

import pytest
from chat_keeping_stage import LEO, MIA, MIA_ELSEWHERE, MIA_IN_PRIVATE, KeepingStage

from services.chat.keeping.memories import MOST_CHARACTERS, MOST_FACTS, Memories
from services.chat.messages import ChangeMemory, ForgetFacts, Memory, RememberFact
from services.errors import UserMistake
from services.members.messages import Caller


@pytest.fixture
def memories(stage: KeepingStage) -> Memories:
    return Memories(stage.store, clock=stage.clock)


async def switch(memories: Memories, *, is_on: bool, caller: Caller = MIA, number: str = "on") -> Memory:
    return await memories.change(ChangeMemory(id=number, caller=caller, persona="biel", is_on=is_on))


async def tell(
    memories: Memories, text: str, *, number: str = "1", caller: Caller = MIA, persona: str = "biel"
) -> Memory:
    return await memories.remember(RememberFact(id=number, caller=caller, persona=persona, text=text))


def texts(memory: Memory) -> list[str]:
    return [fact.text for fact in memory.facts]


async def test_nothing_is_remembered_before_the_member_wants_it(memories: Memories) -> None:
    assert await memories.of(MIA, "biel") == Memory(is_on=False, facts=[])
    with pytest.raises(UserMistake, match="Memory is off"):
        await tell(memories, "I trade BTC only.")
    await switch(memories, is_on=True)
    assert texts(await tell(memories, "I trade BTC only.")) == ["I trade BTC only."]
    assert await memories.facts_for(MIA, "biel") == ["I trade BTC only."]


async def test_a_fact_stays_with_its_persona_its_guild_and_its_member(memories: Memories) -> None:
    for number, caller in enumerate((MIA, MIA_ELSEWHERE, MIA_IN_PRIVATE, LEO)):
        await switch(memories, is_on=True, caller=caller, number=f"on{number}")
    await tell(memories, "I trade BTC only.")
    others = [(MIA, "xyko"), (MIA_ELSEWHERE, "biel"), (MIA_IN_PRIVATE, "biel"), (LEO, "biel")]
    assert [await memories.facts_for(*other) for other in others] == [[], [], [], []]


async def test_a_fact_of_elsewhere_can_be_neither_changed_nor_forgotten(memories: Memories) -> None:
    for number, caller in enumerate((MIA, MIA_ELSEWHERE, LEO)):
        await switch(memories, is_on=True, caller=caller, number=f"on{number}")
    (fact,) = (await tell(memories, "I trade BTC only.")).facts
    for caller, persona in ((MIA_ELSEWHERE, "biel"), (LEO, "biel"), (MIA, "xyko")):
        with pytest.raises(UserMistake, match="not remembered here"):
            await memories.forget(ForgetFacts(id="f", caller=caller, persona=persona, fact=fact.id))
        with pytest.raises(UserMistake, match="not remembered here"):
            await memories.remember(
                RememberFact(id="e", caller=caller, persona=persona, text="Mine.", fact=fact.id)
            )
    assert await memories.facts_for(MIA, "biel") == ["I trade BTC only."]


async def test_a_fact_is_edited_and_forgotten_by_its_id(memories: Memories) -> None:
    await switch(memories, is_on=True)
    (fact,) = (await tell(memories, "I trade BTC only.")).facts
    await tell(memories, "I am new.", number="2")
    edited = await memories.remember(
        RememberFact(id="3", caller=MIA, persona="biel", text="I trade ETH only.", fact=fact.id)
    )
    assert {*texts(edited)} == {"I am new.", "I trade ETH only."}
    left = await memories.forget(ForgetFacts(id="4", caller=MIA, persona="biel", fact=fact.id))
    assert texts(left) == ["I am new."]
    assert (await memories.forget(ForgetFacts(id="5", caller=MIA, persona="biel"))).facts == []


async def test_a_request_that_is_delivered_again_changes_nothing(memories: Memories) -> None:
    await switch(memories, is_on=True)
    (fact,) = (await tell(memories, "I trade BTC only.")).facts
    gone = ForgetFacts(id="f", caller=MIA, persona="biel", fact=fact.id)
    assert (await memories.forget(gone)).facts == (await memories.forget(gone)).facts == []
    assert texts(await tell(memories, "I trade BTC only.")) == ["I trade BTC only."]
    assert await memories.facts_for(MIA, "biel") == []


async def test_what_a_new_process_is_told_again_is_remembered_once(stage: KeepingStage) -> None:
    await switch(Memories(stage.store, clock=stage.clock), is_on=True)
    for _ in range(2):
        kept = await tell(Memories(stage.store, clock=stage.clock), "I trade BTC only.")
    assert texts(kept) == ["I trade BTC only."]


async def test_switching_memory_off_forgets_what_every_persona_knew_there_and_nothing_elsewhere(
    memories: Memories,
) -> None:
    for number, caller in enumerate((MIA, MIA_ELSEWHERE)):
        await switch(memories, is_on=True, caller=caller, number=f"on{number}")
        await tell(memories, "I trade BTC only.", caller=caller, number=f"a{number}")
    await tell(memories, "I like charts.", persona="xyko", number="x")
    assert await switch(memories, is_on=False, number="off") == Memory(is_on=False, facts=[])
    await switch(memories, is_on=True, number="on again")
    assert [await memories.facts_for(MIA, name) for name in ("biel", "xyko")] == [[], []]
    assert await memories.facts_for(MIA_ELSEWHERE, "biel") == ["I trade BTC only."]


async def test_a_text_is_cleaned_and_bounded_before_it_is_kept(memories: Memories) -> None:
    await switch(memories, is_on=True)
    kept = await tell(memories, "  I\u200b trade\n\nBTC\u202e only. ")
    assert texts(kept) == ["I trade BTC only."]
    for text in ("", " \n\u200b", "x" * (MOST_CHARACTERS + 1)):
        with pytest.raises(UserMistake):
            await tell(memories, text, number="n")


async def test_no_more_is_remembered_than_a_member_may_keep_with_a_persona(memories: Memories) -> None:
    await switch(memories, is_on=True)
    for number in range(MOST_FACTS):
        await tell(memories, f"Fact {number}.", number=str(number))
    with pytest.raises(UserMistake, match=f"{MOST_FACTS} things"):
        await tell(memories, "One more.", number="more")
    assert texts(await tell(memories, "Another persona's.", persona="xyko", number="x")) == [
        "Another persona's."
    ]
