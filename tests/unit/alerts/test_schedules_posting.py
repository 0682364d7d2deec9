from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from schedule_stage import NOON, Answers, WallClock, open_database, schedule

from services.alerts.delivery.ledger import Ledger
from services.alerts.posts import Brief, Delivery
from services.alerts.schedules.brief import Briefs
from services.alerts.schedules.posting import LEASE, ScheduledPosts
from services.market.messages import FindMarkets, GetQuote, MarketNames, Origin, Quote
from services.store.leader import LEASE_SECONDS, Leader
from services.store.rows import ScheduleRow
from services.store.store import Store

BTC = "BTC/USDT:USDT"
ORIGIN = Origin(venue="sandbox", nature="live", as_of=NOON, received_at=NOON)
QUOTE = Quote(market=BTC, price=Decimal(100), tick=Decimal("0.1"), origin=ORIGIN)
EIGHT = NOON.replace(hour=8)
MINUTE = timedelta(minutes=1)


class Farm:
    """One alerts process: it looks, and what it posted is to be seen in the database."""

    def __init__(self, store: Store, folder: Path, clock: WallClock, *, holder: str = "one") -> None:
        self.clock = clock
        self.ask = Answers({FindMarkets: MarketNames(names=[BTC]), GetQuote: QUOTE})
        self.leader = Leader(store, name=LEASE, holder=holder, clock=clock)
        self.woken = 0
        self._folder = folder
        self.ledger = Ledger(store)
        self._posts = ScheduledPosts(
            self.ledger,
            leader=self.leader,
            briefs=Briefs(self.ask, clock=clock),
            clock=clock,
            on_posted=self._wake,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def look(self, *, by: timedelta = timedelta(0)) -> None:
        """Let time pass, lead if it can, and post what is due; schedules are read anew."""
        self.clock.pass_by(by)
        await self.leader.step()
        self.clock.seconds += 2 * LEASE_SECONDS + 10
        await self.leader.step()
        await self._posts.step()

    def posted(self) -> list[Delivery]:
        with closing(sqlite3.connect(self._folder / "omega.db")) as connection:
            found = connection.execute("SELECT body FROM deliveries ORDER BY position").fetchall()
        return [msgspec.json.decode(body, type=Delivery) for (body,) in found]

    def slots(self) -> list[str]:
        bodies = [delivery.body for delivery in self.posted()]
        return [f"{body.at:%Y-%m-%d %H:%M}" for body in bodies if isinstance(body, Brief)]


@pytest.fixture
def clock() -> WallClock:
    return WallClock(EIGHT - MINUTE)


@pytest.fixture
async def store(tmp_path: Path, clock: WallClock) -> AsyncIterator[Store]:
    async with open_database(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def farm(store: Store, tmp_path: Path, clock: WallClock) -> Farm:
    return Farm(store, tmp_path, clock)


async def add(store: Store, *rows_: ScheduleRow) -> None:
    async with store.write() as rows:
        for row in rows_:
            await rows.schedules.add(row)


async def last_slot(store: Store) -> str:
    async with store.read() as rows:
        return (await rows.schedules.all())[0].last_slot


async def test_a_post_is_a_delivery_for_its_channel_kept_with_its_slot(store: Store, farm: Farm) -> None:
    await add(store, schedule())
    await farm.look()
    assert farm.posted() == []
    await farm.look(by=2 * MINUTE)
    await farm.look(by=MINUTE)
    (delivery,) = farm.posted()
    assert (delivery.channel_id, delivery.persona, delivery.locale) == ("55", "waze", "en")
    assert isinstance(delivery.body, Brief)
    assert (delivery.body.at, [one.market for one in delivery.body.markets]) == (EIGHT, [BTC])
    assert await last_slot(store) == "daily:2026-03-02"
    assert farm.woken == 1


async def test_a_post_waits_for_its_turn_among_those_who_write_deliveries(store: Store, farm: Farm) -> None:
    await add(store, schedule())
    async with farm.ledger._turn:
        looking = asyncio.create_task(farm.look(by=2 * MINUTE))
        await asyncio.sleep(0.2)
        assert farm.posted() == []
    await looking
    assert len(farm.posted()) == 1


async def test_a_farm_that_was_down_posts_late_once_and_skips_what_is_older(
    store: Store, farm: Farm, clock: WallClock
) -> None:
    await add(store, schedule(last_slot="daily:2026-02-20"))
    clock.wall = EIGHT + timedelta(hours=1, minutes=59)
    await farm.look()
    assert farm.slots() == ["2026-03-02 08:00"]
    clock.wall += timedelta(days=1, hours=3)
    await farm.look()
    assert len(farm.slots()) == 1


async def test_jumps_of_the_clock_post_no_slot_twice_and_no_burst(
    store: Store, farm: Farm, clock: WallClock
) -> None:
    await add(store, *(schedule(f"s{number}", minute=480 + number) for number in range(5)))
    for jump in (timedelta(hours=2), timedelta(hours=-1), timedelta(days=-3), timedelta(days=3), -2 * MINUTE):
        clock.jump(jump)
        await farm.look()
        for _ in range(5):
            await farm.look(by=30 * MINUTE)
    slots = farm.slots()
    assert len(slots) == len(set(slots))
    assert {slot for slot in slots if slot.startswith("2026-03-02")} == {
        f"2026-03-02 08:0{number}" for number in range(5)
    }


async def test_a_clock_that_was_years_ahead_stops_nothing(store: Store, farm: Farm, clock: WallClock) -> None:
    await add(store, schedule())
    clock.wall = EIGHT.replace(year=2038) + MINUTE
    await farm.look()
    clock.wall = EIGHT + MINUTE
    await farm.look()
    await farm.look()
    assert [slot[:10] for slot in farm.slots()] == ["2038-03-02", "2026-03-02"]


async def test_one_who_was_overtaken_while_it_asked_posts_nothing(
    store: Store, farm: Farm, tmp_path: Path, clock: WallClock
) -> None:
    await add(store, schedule())
    await farm.look(by=-MINUTE)
    clock.wall = EIGHT
    async with store.write() as rows:
        assert await rows.leases.take(LEASE, "two", over=1, until=clock.now()) == 2
    assert farm.leader.token == 1
    await farm._posts.step()
    assert farm.posted() == []
    other = Farm(store, tmp_path, clock, holder="three")
    await other.look()
    assert len(other.posted()) == 1


async def test_two_processes_post_a_slot_once(store: Store, tmp_path: Path, clock: WallClock) -> None:
    await add(store, schedule())
    one, two = Farm(store, tmp_path, clock), Farm(store, tmp_path, clock, holder="two")
    clock.wall = EIGHT
    for _ in range(4):
        await asyncio.gather(one.look(), two.look())
    assert len(one.posted()) == 1


async def test_without_any_price_it_waits_ten_minutes_and_then_says_what_is_missing(
    store: Store, farm: Farm, clock: WallClock
) -> None:
    await add(store, schedule(markets=(BTC,)))
    del farm.ask.answers[GetQuote]
    clock.wall = EIGHT
    for minutes in range(10):
        clock.wall = EIGHT + minutes * MINUTE
        await farm.look()
    assert farm.posted() == []
    clock.wall = EIGHT + 10 * MINUTE
    await farm.look()
    (delivery,) = farm.posted()
    assert isinstance(delivery.body, Brief)
    assert (delivery.body.markets, delivery.body.missing) == ([], [BTC])


async def test_a_schedule_that_was_removed_is_not_posted(store: Store, farm: Farm, clock: WallClock) -> None:
    await add(store, schedule())
    await farm.look()
    async with store.write() as rows:
        await rows.schedules.remove("10", "s1")
    clock.wall = EIGHT
    await farm._posts.step()
    assert farm.posted() == []
