from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from delivery_stage import Office, feed_firing, firing, open_office, refused, states
from subscribing_stage import BTC, night, subscription

from services.alerts.delivery.making import body_of
from services.alerts.posts import Brief, Digest, Notice
from services.alerts.schedules.posting import delivery_of
from services.alerts.schedules.triggers import Slot
from services.store.rows import DeliveryRow, RuleRow, ScheduleRow

HALF_A_DAY = 12 * 3600


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        opened.present("waze", "xyko", "biel")
        yield opened


async def keep_rule(office: Office, id_: str) -> None:
    now = office.clock.now()
    row = RuleRow(
        id=id_,
        user_id="7",
        guild_id=None,
        feed="",
        kind="price",
        market=BTC,
        status="done",
        condition="{}",
        options="{}",
        given="{}",
        state="",
        market_at=None,
        set_at=now,
        updated_at=now,
    )
    async with office.store.write() as rows:
        await rows.alerts.put_rule(row)


async def digest_of_a_night(office: Office) -> DeliveryRow:
    async with office.store.write() as rows:
        await rows.quiet.put(replace(night("7"), from_minute=0, until_minute=12 * 60))
    await keep_rule(office, "r-a1")
    await office.step(firing("a1", place=""))
    await office.pass_by(HALF_A_DAY)
    return (await office.rows(kinds=("digest",)))[0]


def notice_in(row: DeliveryRow) -> Notice:
    body = body_of(row).body
    assert isinstance(body, Notice)
    return body


async def test_rules_whose_digest_can_be_brought_nowhere_have_failed(office: Office) -> None:
    await office.receive(refused(await digest_of_a_night(office)))
    assert office.dropped_rules == ["r-a1"]
    async with office.store.read() as rows:
        rule = await rows.alerts.rule("r-a1")
    assert rule is not None
    assert rule.status == "failed"
    assert [row.status for row in await office.rows(kinds=("digest",))] == ["dead"]


async def test_a_digest_whose_channel_is_gone_comes_to_each_owner_with_a_word(office: Office) -> None:
    await keep_rule(office, "r-a1")
    async with office.store.write() as rows:
        await rows.subscriptions.put(subscription("channel:5", persona="xyko"))
    await office.step(*(firing(f"z{n}") for n in range(60)))
    other = firing("a2", owner="8")
    await office.step(firing("a1"), firing("a3"), replace(other, user_id="8"), feed_firing())
    await office.pass_by(3_601)
    (digest,) = await office.rows(kinds=("digest",))
    await office.receive(refused(digest, "gone"))
    found = await office.rows(kinds=("digest", "notice"))
    assert states(found) == [
        ("digest", "channel:5", "dead"),
        ("notice", "user:9", "waiting"),
        ("digest", "user:7", "waiting"),
        ("notice", "user:7", "waiting"),
        ("digest", "user:8", "waiting"),
        ("notice", "user:8", "waiting"),
    ]
    assert [notice_in(row).what for row in found if row.kind == "notice"] == ["undelivered", "moved", "moved"]
    body = body_of(found[2]).body
    assert isinstance(body, Digest)
    assert (body.why, len(body.lines)) == ("too many in an hour", 2)
    await office.pass_by(1)
    await office.receive(refused((await office.rows(kinds=("digest",)))[1]))
    assert sorted(office.dropped_rules) == ["r-a1", "r-a3"]


async def test_whoever_scheduled_a_brief_hears_once_a_day_that_it_does_not_arrive(office: Office) -> None:
    now = office.clock.now()
    schedule = ScheduleRow(
        id="s",
        user_id="7",
        guild_id="1",
        kind="daily",
        place="channel:5",
        minute=0,
        weekday=0,
        timezone="UTC",
        persona="xyko",
        locale="en",
        markets=(),
        last_slot="",
        created_at=now,
    )
    for name in ("one", "two"):
        brief = Brief(kind="daily", at=now, markets=[])
        row = delivery_of(schedule, Slot(name=name, at=now), brief, now=now)
        async with office.store.write() as rows:
            await rows.deliveries.add([row])
        await office.pass_by(1)
        await office.receive(refused(row, "gone"))
    found = await office.rows()
    assert sorted(states(found)) == [
        ("brief", "channel:5", "dead"),
        ("brief", "channel:5", "dead"),
        ("notice", "user:7", "queued"),
    ]
    (notice,) = (notice_in(row) for row in found if row.kind == "notice")
    assert (notice.what, notice.reason) == ("undelivered", "Missing Access")


async def test_the_owner_of_poison_is_told_plainly_and_of_that_being_poison_nobody(office: Office) -> None:
    await office.step(firing("a1"), firing("a2", rule="r-a1"))
    await office.receive(*(refused(row, "poison") for row in await office.rows()))
    await office.pass_by(1)
    (word,) = await office.rows(kinds=("notice",))
    assert (word.place, notice_in(word).what, notice_in(word).reason) == ("user:7", "undelivered", "")
    await office.receive(refused(word, "poison"))
    assert [row.status for row in await office.rows()] == ["dead"] * 3
    assert office.dropped_rules == []


async def test_the_owners_of_what_is_in_a_digest_that_is_poison_are_told(office: Office) -> None:
    await office.receive(refused(await digest_of_a_night(office), "poison"))
    assert states(await office.rows(kinds=("digest", "notice"))) == [
        ("digest", "user:7", "dead"),
        ("notice", "user:7", "waiting"),
    ]
    assert office.dropped_rules == []
