from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from delivery_stage import (
    ADMIN,
    MEMBER,
    Office,
    feed_firing,
    firing,
    open_office,
    posted,
    refused,
    sent_ids,
    states,
)
from subscribing_stage import night, subscription

from services.alerts.delivery.notices import DeadNotices
from services.alerts.feeds import DeadLetters, ListDead, ReplayDead, TakeUp
from services.alerts.posts import EPOCH, Delivery, Digest
from services.bus.messages import DeadLetter
from services.errors import NotAllowed, UserMistake
from services.farm.messages import FarmNotice


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        opened.present("waze", "xyko", "biel")
        yield opened


async def test_what_could_not_be_appended_is_appended_once_the_bus_is_back_in_order(office: Office) -> None:
    office.bus.takes_before_it_fails = 1
    await office.step(firing("a1"), firing("a2"))
    await office.step(firing("a3"))
    office.bus.is_away = True
    await office.pass_by(1)
    office.bus.is_away = False
    await office.pass_by(1)
    ids = [row.id for row in await office.rows()]
    assert sent_ids(office.bus.sent_to("xyko")) == [(ids[0], False), (ids[1], True), (ids[2], False)]
    assert {row.status for row in await office.rows()} == {"queued"}


async def test_nothing_is_appended_again_while_its_log_still_has_it(office: Office) -> None:
    await office.step(firing("a1"))
    for _ in range(4):
        await office.pass_by(31)
    assert len(office.bus.sent_to("xyko")) == 1


async def test_what_its_log_has_lost_is_appended_again(office: Office) -> None:
    await office.step(firing("a1"), firing("a2"))
    office.bus.logs.pop("deliveries:xyko")
    await office.pass_by(31)
    await office.pass_by(31)
    assert [is_again for _, is_again in sent_ids(office.bus.sent_to("xyko"))] == [True, True]


async def test_everything_undelivered_is_appended_again_when_redis_was_emptied(office: Office) -> None:
    await office.step(firing("a1"), firing("a2", persona="biel"), firing("a3"))
    await office.receive(posted((await office.rows())[0]))
    office.bus.flush()
    await office.pass_by(1)
    ids = [row.id for row in await office.rows()]
    assert sent_ids(office.bus.sent_to("xyko")) == [(ids[2], True)]
    assert sent_ids(office.bus.sent_to("biel")) == [(ids[1], True)]
    assert (EPOCH.name, "") in office.bus.values


async def test_a_new_process_compares_the_logs_before_it_appends_anything(office: Office) -> None:
    await office.step(firing("a1"), firing("a2"))
    office.bus.logs["deliveries:xyko"].pop()
    later = Office(office.store, office.clock)
    later.bus = office.bus
    later = replace_bus(later, office)
    await later.step(firing("a3"))
    assert len(office.bus.sent_to("xyko")) == 1
    await later.pass_by(0)
    ids = [row.id for row in await office.rows()]
    assert sent_ids(office.bus.sent_to("xyko")) == [(ids[0], False), (ids[1], True), (ids[2], False)]


def replace_bus(later: Office, office: Office) -> Office:
    """Let another process's office use the same Redis."""
    for piece in (later.relay, later.sweep, later.absence):
        piece._bus = office.bus
    return later


async def test_what_was_held_comes_as_one_digest_when_it_is_due(office: Office) -> None:
    async with office.store.write() as rows:
        await rows.subscriptions.put(subscription("user:9", persona="biel"))
        await rows.quiet.put(replace(night("9"), from_minute=0, until_minute=12 * 60))
    await office.step(feed_firing("f1"))
    await office.step(feed_firing("f2", rule="other"))
    await office.pass_by(60)
    assert office.bus.sent_to("biel") == []
    await office.pass_by(12 * 3600)
    (sent,) = office.bus.sent_to("biel")
    assert isinstance(sent.body, Digest)
    assert len(sent.body.lines) == 2
    assert [row.status for row in await office.rows()] == ["dropped", "dropped", "queued"]


async def test_an_absent_personas_deliveries_are_given_to_the_guide(office: Office) -> None:
    await office.step(firing("a1"))
    office.present("waze", "biel")
    for _ in range(8):
        await office.absence.look()
        await office.pass_by(2)
    assert office.bus.sent_to("waze") == []
    await office.absence.look()
    await office.pass_by(0)
    (sent,) = office.bus.sent_to("waze")
    (row,) = await office.rows()
    assert (sent.id, sent.persona, sent.is_again, row.persona) == (row.id, "waze", True, "waze")


async def test_time_without_a_bus_does_not_make_a_persona_absent(office: Office) -> None:
    office.present("waze")
    await office.absence.look()
    for _ in range(20):
        office.bus.is_away = True
        office.clock.seconds += 2
        await office.absence.look()
        office.bus.is_away = False
        await office.absence.look()
    assert office.absence.absent() == frozenset()


async def test_a_persona_that_comes_back_learns_what_is_no_more_its_own(office: Office) -> None:
    await office.step(firing("a1"), firing("a2"))
    office.present("waze", "biel")
    for _ in range(9):
        await office.absence.look()
        office.clock.seconds += 2
    assert office.absence.absent() == {"xyko"}
    await office.pass_by(0)
    taken = await office.service.process(TakeUp(persona="xyko"))
    assert taken.gone == sorted(row.id for row in await office.rows())
    assert office.absence.absent() == frozenset()
    await office.step(firing("a3"))
    assert [one.id for one in office.bus.sent_to("xyko")][2:] == [(await office.rows())[2].id]
    assert (await office.service.process(TakeUp(persona="xyko"))).gone == taken.gone


async def test_a_delivery_that_was_forgotten_must_not_be_posted(office: Office) -> None:
    await office.step(firing("a1"), firing("a2"))
    first, second = await office.rows()
    await office.receive(posted(second))
    office.bus.acknowledged.clear()
    async with office.store.write() as rows:
        await rows.personal.delete_of("7")
    taken = await office.service.process(TakeUp(persona="xyko"))
    assert taken.gone == sorted((first.id, second.id))


async def test_what_a_persona_posted_before_it_was_given_away_stays_its_own(office: Office) -> None:
    await office.step(firing("a1", state="pending"))
    (row,) = await office.rows()
    office.present("waze", "biel")
    for _ in range(9):
        await office.absence.look()
        office.clock.seconds += 2
    await office.pass_by(0)
    await office.receive(refused(row, persona="xyko"))
    assert [row.status for row in await office.rows()] == ["queued"]
    await office.receive(posted(row, message="5", persona="xyko"))
    await office.step(firing("a1", state="confirmed"))
    edit = (await office.rows())[1]
    assert (edit.persona, edit.message_id) == ("xyko", "5")


async def test_a_great_many_deliveries_of_an_absent_persona_are_all_given_away_but_its_edits(
    office: Office,
) -> None:
    await office.step(firing("a1"))
    (post,) = await office.rows()
    many = [replace(post, id=f"d{n}", status="waiting") for n in range(1_100)]
    edits = [replace(row, id=f"e{row.id}", kind="chart", message_id="5") for row in many]
    async with office.store.write() as rows:
        await rows.deliveries.add([*edits, *many])
    office.present("waze", "biel")
    for _ in range(9):
        await office.absence.look()
        office.clock.seconds += 2
    async with asyncio.timeout(20):
        await office.sweep.look()
    assert {row.persona for row in await office.rows(kinds=("post",))} == {"waze"}
    assert {row.persona for row in await office.rows(kinds=("chart",))} == {"xyko"}


async def test_only_so_many_urgent_deliveries_are_in_a_log_and_the_others_follow_in_order(
    office: Office,
) -> None:
    office.relay._most[True] = 2
    await office.step(*(firing(f"a{n}", severity="urgent") for n in range(3)))
    first, second, third = await office.rows()
    assert [row.status for row in (first, second, third)] == ["queued", "queued", "waiting"]
    await office.receive(posted(first), posted(second))
    office.relay.learn({}, {("xyko", True)})
    await office.step(firing("a3", severity="urgent"), firing("a4"))
    await office.pass_by(1)
    urgent = [*await office.rows(is_urgent=True)]
    assert [one.id for one in office.bus.logs["urgent:xyko"] if isinstance(one, Delivery)] == [
        row.id for row in urgent
    ]


async def test_of_a_log_too_long_to_be_looked_through_nothing_is_taken_for_lost(office: Office) -> None:
    await office.step(firing("a1"), firing("a2", severity="urgent"))
    (sent,) = office.bus.logs["deliveries:xyko"]
    assert isinstance(sent, Delivery)
    strangers = [msgspec.structs.replace(sent, id=f"s{n}") for n in range(20_000)]
    office.bus.logs["deliveries:xyko"] = [*strangers]
    office.bus.logs["urgent:xyko"].clear()
    await office.pass_by(31)
    await office.pass_by(31)
    assert len(office.bus.logs["deliveries:xyko"]) == 20_000
    assert len(office.bus.logs["urgent:xyko"]) == 1


async def test_deliveries_of_a_persona_that_there_is_no_more_are_given_to_the_guide(office: Office) -> None:
    await office.step(firing("a1", persona="gone"))
    await office.pass_by(1)
    assert len(office.bus.sent_to("waze")) == 1


async def test_the_bell_brings_what_waits_without_a_pause(office: Office) -> None:
    await office.step(firing("a1"))
    (post,) = await office.rows()
    async with office.store.write() as rows:
        await rows.deliveries.add([replace(post, id="chart", kind="chart", status="waiting", tries=0)])
    async with asyncio.timeout(0.5), asyncio.TaskGroup() as loops:
        running = [loops.create_task(office.sweep.run()), loops.create_task(office.relay.run())]
        await asyncio.sleep(0.05)
        office.bell.ring()
        while len(office.bus.sent_to("xyko")) < 2:  # noqa: ASYNC110 - a list sets no event
            await asyncio.sleep(0.01)
        for task in running:
            task.cancel()


async def test_admins_see_what_is_dead_and_can_try_it_again(office: Office) -> None:
    await office.step(firing("a1", place=""))
    (row,) = await office.rows()
    await office.receive(refused(row))
    letter = DeadLetter(
        id="1-0",
        log="candles",
        entry="x",
        group="alerts",
        deliveries=5,
        error="ValueError: x",
        at=office.clock.now(),
    )
    of_bot = replace(letter, log="deliveries:xyko", id="2-0")
    office.bus.letters = [letter, of_bot]
    dead: DeadLetters = await office.service.process(ListDead(caller=ADMIN))
    assert dead.total == 2
    assert {one.id: (one.what, one.reason) for one in dead.dead} == {
        row.id: ("alert for user:7", "refused: Missing Access"),
        "candles:1-0": ("entry of candles", "ValueError: x"),
    }
    await office.service.process(ReplayDead(id="i1", caller=ADMIN, dead="candles:1-0"))
    await office.service.process(ReplayDead(id="i1", caller=ADMIN, dead="candles:1-0"))
    assert office.bus.replayed == ["1-0"]
    after = await office.service.process(ReplayDead(id="i2", caller=ADMIN))
    assert after.total == 0
    await office.pass_by(0)
    assert sent_ids(office.bus.sent_to("xyko"))[-1] == (row.id, True)
    with pytest.raises(UserMistake):
        await office.service.process(ReplayDead(id="i3", caller=ADMIN, dead="no such"))


async def test_only_admins_see_what_is_dead(office: Office) -> None:
    for request in (ListDead(caller=MEMBER), ReplayDead(id="i", caller=MEMBER)):
        with pytest.raises(NotAllowed):
            await office.service.process(request)


async def test_admins_are_told_once_of_what_has_died(office: Office) -> None:
    notices = DeadNotices(office.bus, office.ledger, clock=office.clock)
    await notices.look()
    await office.step(firing("a1", place=""), firing("a2", place=""))
    await office.receive(*(refused(row) for row in await office.rows()))
    for _ in range(3):
        await notices.look()
        office.clock.seconds += 4
    office.bus.letters = [
        DeadLetter(id="1-0", log="candles", entry="", group="", deliveries=5, error="", at=office.clock.now())
    ]
    await notices.look()
    await notices.look()
    told = [one for one in office.bus.logs["farm_notices"] if isinstance(one, FarmNotice)]
    assert [one.title for one in told] == [
        "Alerts could not be delivered",
        "Entries of candles could not be handled",
    ]
    assert told[0].detail.startswith("2, the last one for user:7. refused: Missing Access")
    assert states(await office.rows(status="dead")) == [("post", "user:7", "dead")] * 2
