from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from schedule_stage import schedule

from services.errors import StoreUnavailable
from services.store.rows import LeaseRow
from services.store.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = NOON + timedelta(seconds=5)


async def test_schedules_come_back_oldest_first_and_for_their_guild(store: Store) -> None:
    old = schedule("b", created_at=NOON, markets=("BTC/USDT:USDT", "ETH/USDT:USDT"))
    new, other = schedule("a", created_at=SOON), schedule("c", guild_id="11", created_at=SOON)
    async with store.write() as rows:
        for row in (new, other, old):
            assert await rows.schedules.add(row)
    async with store.read() as rows:
        assert await rows.schedules.of_guild("10") == [old, new]
        assert await rows.schedules.all() == [old, new, other]


async def test_a_schedule_that_is_added_twice_stays_as_it_was(store: Store) -> None:
    async with store.write() as rows:
        assert await rows.schedules.add(schedule("a"))
        assert not await rows.schedules.add(schedule("a", minute=1))
        assert await rows.schedules.all() == [schedule("a")]


async def test_a_schedule_is_removed_by_its_own_guild_alone(store: Store) -> None:
    async with store.write() as rows:
        await rows.schedules.add(schedule("a"))
        assert not await rows.schedules.remove("11", "a")
        assert await rows.schedules.remove("10", "a")
        assert not await rows.schedules.remove("10", "a")


async def test_a_slot_is_kept_once_and_only_after_the_one_that_was_read(store: Store) -> None:
    async with store.write() as rows:
        await rows.schedules.add(schedule("a"))
        assert await rows.schedules.posted("a", "daily:2026-03-02", after="")
        assert not await rows.schedules.posted("a", "daily:2026-03-02", after="")
        assert await rows.schedules.posted("a", "daily:2026-03-03", after="daily:2026-03-02")
        assert not await rows.schedules.posted("gone", "daily:2026-03-03", after="")


async def test_a_lease_is_taken_once_renewed_and_given_back(store: Store) -> None:
    async with store.write() as rows:
        assert await rows.leases.get("schedules") is None
        assert await rows.leases.take("schedules", "one", over=0, until=NOON) == 1
        assert await rows.leases.take("schedules", "two", over=0, until=NOON) is None
        assert await rows.leases.renew("schedules", 1, until=SOON)
        assert await rows.leases.get("schedules") == LeaseRow(
            name="schedules", holder="one", token=1, until=SOON
        )
        await rows.leases.give_back("schedules", 1)
        assert await rows.leases.get("schedules") == LeaseRow(
            name="schedules", holder="", token=1, until=SOON
        )


async def test_an_overtaken_token_is_not_valid_and_cannot_be_renewed(store: Store) -> None:
    async with store.write() as rows:
        await rows.leases.take("schedules", "one", over=0, until=NOON)
        assert await rows.leases.is_valid("schedules", 1)
        assert await rows.leases.take("schedules", "two", over=1, until=SOON) == 2
        assert await rows.leases.take("schedules", "three", over=1, until=SOON) is None
        assert not await rows.leases.is_valid("schedules", 1)
        assert not await rows.leases.renew("schedules", 1, until=SOON)
        await rows.leases.give_back("schedules", 1)
        assert await rows.leases.get("schedules") == LeaseRow(
            name="schedules", holder="two", token=2, until=SOON
        )
        assert not await rows.leases.is_valid("another", 1)


async def test_of_many_who_take_a_lease_at_once_one_gets_it(store: Store) -> None:
    async def take(holder: str) -> int | None:
        async with store.write() as rows:
            return await rows.leases.take("schedules", holder, over=0, until=SOON)

    assert sorted(filter(None, await asyncio.gather(*(take(str(one)) for one in range(5))))) == [1]


async def test_nobody_takes_a_lease_while_its_holder_writes(store: Store) -> None:
    async with store.write() as rows:
        await rows.leases.take("schedules", "one", over=0, until=NOON)
    order: list[str] = []

    async def overtake() -> None:
        async with store.write() as rows:
            assert await rows.leases.take("schedules", "two", over=1, until=SOON) == 2
            order.append("taken")

    async with store.write() as rows:
        assert await rows.leases.is_valid("schedules", 1)
        taking = asyncio.create_task(overtake())
        await asyncio.sleep(0.1)
        order.append("written")
    await taking
    assert order == ["written", "taken"]


async def test_a_reader_cannot_take_a_lease(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        async with store.read() as rows:
            await rows.leases.take("schedules", "one", over=0, until=NOON)
