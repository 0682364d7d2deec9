from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.store.chat_rows import ChatSpendRow, ChatSummaryRow, ChatTurnRow
from services.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPENT = ChatSpendRow(
    day="2026-03-01",
    user_id="7",
    guild_id="10",
    persona="biel",
    model="fast",
    tokens_given=100,
    tokens_written=20,
    requests=2,
    answers=1,
    cost=0.25,
    is_guessed=False,
)
TWICE = replace(SPENT, tokens_given=200, tokens_written=40, requests=4, answers=2, cost=0.5)
TURN = ChatTurnRow(
    id="m1:biel",
    conversation="dm:7:biel",
    user_id="7",
    guild_id="",
    channel_id="42",
    persona="biel",
    question="How is BTC?",
    answer="Well.",
    at=NOON,
)


async def spend(store: Store, row: ChatSpendRow) -> None:
    async with store.write() as rows:
        await rows.chat.spend.count_up(row)


async def test_what_is_spent_is_counted_up_where_it_stands(store: Store) -> None:
    await asyncio.gather(*(spend(store, SPENT) for _ in range(10)))
    await spend(store, replace(SPENT, model="local", is_guessed=True))
    async with store.read() as rows:
        fast, local = await rows.chat.spend.where()
    assert (fast.tokens_given, fast.tokens_written, fast.requests, fast.answers) == (1_000, 200, 20, 10)
    assert (fast.is_guessed, local.is_guessed, local.requests) == (False, True, 2)
    assert fast.cost == 2.5
    await spend(store, replace(SPENT, is_guessed=True, cost=None))
    await spend(store, SPENT)
    async with store.read() as rows:
        spent = await rows.chat.spend.where(model="fast")
    assert [(row.is_guessed, row.cost) for row in spent] == [(True, None)]


async def test_rows_without_a_name_take_what_was_another_s_as_well(store: Store) -> None:
    other = replace(SPENT, user_id="8")
    for row in (SPENT, other):
        await spend(store, row)
    for user in ("7", "8"):
        async with store.write() as rows:
            assert await rows.chat.spend.unname(user) == 1
    async with store.read() as rows:
        assert await rows.chat.spend.where() == [replace(TWICE, user_id="")]


async def test_a_turn_is_added_once_and_read_back_as_it_was(store: Store) -> None:
    async with store.write() as rows:
        assert [await rows.chat.turns.add(TURN) for _ in range(2)] == [1, 0]
    async with store.read() as rows:
        assert await rows.chat.turns.where(conversation=TURN.conversation) == [TURN]


async def test_what_is_old_goes_a_little_at_a_time_by_its_whole_key(store: Store) -> None:
    old = [
        ChatSummaryRow(conversation="thread:1:biel", user_id=user, text="…", through=NOON) for user in "abc"
    ]
    young = replace(old[0], conversation="thread:2:biel", through=NOON + timedelta(hours=1))
    same = replace(old[0], user_id="d", through=NOON + timedelta(hours=1))
    async with store.write() as rows:
        await rows.chat.summaries.put(*old, young, same)
    async with store.write() as rows:
        gone = [await rows.chat.summaries.drop_until("through", same.through, most=2) for _ in range(3)]
    assert gone == [2, 1, 0]
    async with store.read() as rows:
        assert await rows.chat.summaries.where() == [same, young]
