"""What an answer rests on is told to whoever was given it, and to nobody else."""

from __future__ import annotations

import msgspec
import pytest
from chat_keeping_stage import GUILD, LEO, MIA, MIA_ELSEWHERE, KeepingStage

from services.chat.keeping.answers import KeptAnswers
from services.chat.messages import Called, FactShown, Why
from services.errors import NotAllowed, UserMistake

PRICE = Called(
    topic="price",
    arguments={"market": "BTC/USDT:USDT"},
    facts=[FactShown(name="Last", value="64,210.5 USDT")],
    footnote="simulated · 2 s ago",
)


@pytest.fixture
def answers(stage: KeepingStage) -> KeptAnswers:
    return KeptAnswers(stage.store)


def resting(name: str, stage: KeepingStage, **changed: object) -> Why:
    why = Why(
        id=name,
        question="How is BTC?",
        persona="biel",
        source="model",
        model="fast",
        called=[PRICE],
        removed=1,
        at=stage.clock.now(),
    )
    return msgspec.structs.replace(why, **changed)


async def test_the_owner_is_told_by_the_id_or_of_the_last_one_here(
    answers: KeptAnswers, stage: KeepingStage
) -> None:
    first, last = resting("a1", stage), resting("a2", stage)
    await answers.keep(first, "7", GUILD)
    stage.clock.seconds += 1
    await answers.keep(msgspec.structs.replace(last, at=stage.clock.now()), "7", GUILD)
    assert await answers.why(MIA, "a1") == first
    assert (await answers.why(MIA, "")).id == "a2"
    with pytest.raises(UserMistake, match="Nothing is known"):
        await answers.why(MIA_ELSEWHERE, "")


async def test_somebody_else_s_answer_is_not_told_and_an_unknown_one_is_not_known(
    answers: KeptAnswers, stage: KeepingStage
) -> None:
    await answers.keep(resting("a1", stage), "7", GUILD)
    with pytest.raises(NotAllowed, match="somebody else"):
        await answers.why(LEO, "a1")
    with pytest.raises(UserMistake, match="Nothing is known"):
        await answers.why(MIA, "a2")
    with pytest.raises(UserMistake, match="Nothing is known"):
        await answers.why(LEO, "")


async def test_no_more_is_kept_than_cards_can_show(answers: KeptAnswers, stage: KeepingStage) -> None:
    huge = Called(
        topic="price",
        arguments={"market": "x" * 9_000},
        facts=[FactShown(name="n" * 900, value="v" * 9_000)] * 90,
        footnote="f" * 9_000,
    )
    why = resting("a1", stage, question="q" * 9_000, called=[huge] * 90)
    await answers.keep(why, "7", GUILD)
    async with stage.store.read() as rows:
        (row,) = await rows.chat.answers.where()
    assert len(row.question) <= 1_000
    assert len(row.body) < 12 * (25 * 1_400 + 4_000)
    assert len((await answers.why(MIA, "a1")).called) == 12
