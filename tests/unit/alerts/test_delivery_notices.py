from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from delivery_stage import Office, firing, open_office, refused

from services.alerts.delivery.notices import DeadNotices
from services.bus.messages import DeadLetter
from services.farm.messages import FarmNotice


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


def told(office: Office) -> list[FarmNotice]:
    return [one for one in office.bus.logs["farm_notices"] if isinstance(one, FarmNotice)]


def buried(office: Office, id_: str, *, ago: float) -> DeadLetter:
    at = office.clock.now() - timedelta(seconds=ago)
    return DeadLetter(id=id_, log="candles", entry="", group="", deliveries=5, error="", at=at)


async def test_a_receipt_that_had_to_wait_for_its_turn_is_dead_when_it_is_kept(office: Office) -> None:
    notices = DeadNotices(office.bus, office.ledger, clock=office.clock)
    await office.step(firing("a1", place=""))
    (row,) = await office.rows()
    async with office.ledger.write():
        settling = asyncio.create_task(office.receipts.settle([refused(row)]))
        await asyncio.sleep(0.01)
        office.clock.seconds += 100
    await settling
    assert (await office.rows())[0].updated_at == office.clock.now()
    await notices.look()
    assert len(told(office)) == 1


async def test_what_is_kept_as_dead_after_a_look_that_it_was_marked_before_is_told_once(
    office: Office,
) -> None:
    notices = DeadNotices(office.bus, office.ledger, clock=office.clock)
    await office.step(firing("a1", place=""), firing("a2", place=""))
    first, second = await office.rows()
    await office.receive(refused(first))
    office.clock.seconds += 4
    await notices.look()
    office.clock.seconds -= 3
    await office.receive(refused(second))
    office.clock.seconds += 3
    for _ in range(20):
        office.clock.seconds += 4
        await notices.look()
    assert [notice.detail.partition(",")[0] for notice in told(office)] == ["1", "1"]


async def test_a_start_tells_what_died_a_little_before_and_says_the_same_again(office: Office) -> None:
    await office.step(firing("a1", place=""))
    await office.receive(refused((await office.rows())[0]))
    office.bus.letters = [buried(office, "2-0", ago=300), buried(office, "1-0", ago=900)]
    office.clock.seconds += 120
    for _ in range(2):
        await DeadNotices(office.bus, office.ledger, clock=office.clock).look()
    ids = [notice.id for notice in told(office)]
    assert len(ids) == 4
    assert ids[:2] == ids[2:]
    assert ids[1] == "dead-log-candles-2-0"


async def test_what_was_buried_long_before_a_start_is_not_told(office: Office) -> None:
    office.bus.letters = [buried(office, "1-0", ago=900)]
    notices = DeadNotices(office.bus, office.ledger, clock=office.clock)
    await notices.look()
    assert told(office) == []
    office.bus.letters = [buried(office, "2-0", ago=0), *office.bus.letters]
    await notices.look()
    await notices.look()
    assert [notice.detail.partition(" ")[0] for notice in told(office)] == ["2"]
