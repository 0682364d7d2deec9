"""A conversation is repeated as far as there is room, and the rest of it summed up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from chat_keeping_stage import LEO, MIA, MIA_IN_PRIVATE, KeepingStage, said

from services.chat.keeping.conversations import MOST_CHARACTERS, MOST_PAIRS, Conversations, Talk
from services.chat.keeping.leaving import Leaving
from services.chat.keeping.privacy import ChatPrivacy
from services.chat.keeping.summing_up import MOST_CHARACTERS as MOST_OF_A_SUMMARY
from services.chat.ports import Turn

TALK_FOR = timedelta(minutes=30)
IN_A_CHANNEL = "channel:42:7:biel"


@pytest.fixture
def talks(stage: KeepingStage) -> Conversations:
    return Conversations(stage.store, clock=stage.clock, talk_for=TALK_FOR)


async def say(talks: Conversations, stage: KeepingStage, count: int, *, minutes: int = 1) -> None:
    for number in range(count):
        stage.later(timedelta(minutes=minutes))
        await talks.add(said(f"Question {number}. And more.", number=number), f"Answer {number}! And so on.")


def test_members_of_a_channel_have_their_own_talks_and_those_of_a_thread_one_together() -> None:
    keys = [
        Conversations.key_of(one)
        for one in (
            said("Hi", place="channel"),
            said("Hi", place="channel", caller=LEO),
            said("Hi", place="thread"),
            said("Hi", place="thread", caller=LEO),
            said("Hi", place="dm", caller=MIA_IN_PRIVATE),
            said("Hi", place="dm", caller=MIA_IN_PRIVATE, persona="xyko"),
        )
    ]
    assert keys == [
        IN_A_CHANNEL,
        "channel:42:8:biel",
        "thread:42:biel",
        "thread:42:biel",
        "dm:7:biel",
        "dm:7:xyko",
    ]


async def test_what_was_said_is_repeated_in_its_order_and_once(
    talks: Conversations, stage: KeepingStage
) -> None:
    await talks.add(said("How is BTC?", number=1), "It stands at 60,000.")
    stage.later(timedelta(minutes=1))
    for _ in range(2):
        await talks.add(said("And ETH?", number=2), "At 3,000.")
    assert await talks.recent(IN_A_CHANNEL) == Talk(
        summary="",
        turns=(
            Turn(role="member", text="How is BTC?"),
            Turn(role="persona", text="It stands at 60,000."),
            Turn(role="member", text="And ETH?"),
            Turn(role="persona", text="At 3,000."),
        ),
    )


async def test_older_turns_are_summed_up_by_their_first_sentences(
    talks: Conversations, stage: KeepingStage
) -> None:
    await say(talks, stage, MOST_PAIRS + 2)
    talk = await talks.recent(IN_A_CHANNEL)
    assert [turn.text[:10] for turn in talk.turns[:1]] == ["Question 2"]
    assert len(talk.turns) == 2 * MOST_PAIRS
    assert talk.summary == "Question 0. → Answer 0!\nQuestion 1. → Answer 1!"


async def test_a_long_conversation_keeps_within_its_bounds(talks: Conversations, stage: KeepingStage) -> None:
    for number in range(60):
        stage.later(timedelta(seconds=20))
        await talks.add(said(f"{number} " + "long words " * 150, number=number), "and long answers " * 400)
    talk = await talks.recent(IN_A_CHANNEL)
    assert talk.turns[0].text.startswith("59 ")
    assert sum(len(turn.text) for turn in talk.turns) <= MOST_CHARACTERS
    assert talk.summary.splitlines()[-1].startswith("58 ")
    assert len(talk.summary) <= MOST_OF_A_SUMMARY


async def test_a_talk_that_goes_on_slowly_repeats_nothing_that_is_too_old(
    talks: Conversations, stage: KeepingStage
) -> None:
    await say(talks, stage, 4, minutes=20)
    talk = await talks.recent(IN_A_CHANNEL)
    assert [turn.text[:10] for turn in talk.turns if turn.role == "member"] == ["Question 2", "Question 3"]
    assert talk.summary.splitlines() == ["Question 0. → Answer 0!", "Question 1. → Answer 1!"]


async def test_a_talk_is_over_after_a_while_and_the_next_begins_with_nothing(
    talks: Conversations, stage: KeepingStage
) -> None:
    await say(talks, stage, MOST_PAIRS + 2)
    stage.later(TALK_FOR + timedelta(seconds=1))
    assert await talks.recent(IN_A_CHANNEL) == Talk(summary="", turns=())
    await talks.add(said("Good morning!", number=100), "Good morning.")
    talk = await talks.recent(IN_A_CHANNEL)
    assert (talk.summary, [turn.text for turn in talk.turns]) == ("", ["Good morning!", "Good morning."])


async def test_a_member_who_is_forgotten_leaves_a_thread_whose_other_members_stay(
    talks: Conversations, stage: KeepingStage
) -> None:
    for number in range(2 * MOST_PAIRS):
        stage.later(timedelta(seconds=1))
        caller, name = ((MIA, "Mia"), (LEO, "Leo"))[number % 2]
        await talks.add(said(f"{name} asks {number}.", number=number, caller=caller, place="thread"), "Told.")
    await ChatPrivacy(stage.store, Leaving(), let_go=lambda _: None).delete(MIA.user_id)
    talk = await talks.recent("thread:42:biel")
    assert "Mia" not in str(talk)
    assert "Leo asks 1." in talk.summary
