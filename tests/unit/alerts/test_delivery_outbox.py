from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from delivery_stage import Office, feed_firing, firing, open_office, posted, sent_ids, states
from subscribing_stage import night, subscription

from services.alerts.delivery.making import body_of
from services.alerts.firing import Standing, Step
from services.alerts.posts import State, Told
from services.store.rows import RuleRow


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


def state_of(office: Office, persona: str, at: int) -> State:
    body = office.bus.sent_to(persona)[at].body
    assert isinstance(body, Told)
    return body.state


async def test_an_alert_is_kept_and_in_the_log_of_its_persona_at_once(office: Office) -> None:
    await office.step(firing())
    (row,) = await office.rows()
    assert states([row]) == [("post", "channel:5", "queued")]
    (sent,) = office.bus.sent_to("xyko")
    assert (sent.id, sent.channel_id, sent.is_again) == (row.id, "5", False)
    assert len(row.id) <= 24
    assert office.charts.heard == ["a1 fired"]
    async with office.store.read() as rows:
        happened = await rows.alerts.alert("a1")
    assert happened is not None
    assert (happened.alert.state, happened.delivered) == ("fired", "queued")


async def test_the_same_step_kept_twice_changes_nothing(office: Office) -> None:
    await office.step(firing(state="pending"))
    before = await office.rows()
    await office.step(firing(state="pending"))
    assert await office.rows() == before
    assert len(office.bus.sent_to("xyko")) == 1
    assert office.charts.heard == ["a1 pending"]


async def test_an_earlier_state_that_comes_again_takes_nothing_back(office: Office) -> None:
    await office.step(firing(state="pending"))
    await office.receive(posted((await office.rows())[0]))
    await office.step(firing(state="confirmed"))
    before = await office.rows()
    await office.step(firing(state="pending"), firing(state="confirmed"))
    assert await office.rows() == before
    async with office.store.read() as rows:
        happened = await rows.alerts.alert("a1")
    assert happened is not None
    assert happened.alert.state == "confirmed"


async def test_rules_and_marks_are_kept_with_what_fired(office: Office) -> None:
    now = office.clock.now()
    rule = RuleRow(
        id="r1",
        user_id="7",
        guild_id=None,
        feed="",
        kind="price",
        market="BTC/USDT:USDT",
        status="active",
        condition="{}",
        options="{}",
        given="{}",
        state="",
        market_at=None,
        set_at=now,
        updated_at=now,
    )
    async with office.store.write() as rows:
        await rows.alerts.put_rule(rule)
    standing = Standing(rule="r1", state="{}", status="done", fired=1, last_fired_at=now)
    await office.outbox.commit(
        Step(firings=(firing(rule="r1"),), standings=(standing,), marks=(("BTC/USDT:USDT", now),))
    )
    async with office.store.read() as rows:
        kept = await rows.alerts.rule("r1")
        assert await rows.alerts.marks() == {"BTC/USDT:USDT": now}
    assert kept == replace(rule, state="{}", status="done", fired=1, last_fired_at=now)


async def test_a_new_state_edits_the_message_that_is_there(office: Office) -> None:
    await office.step(firing(state="pending"))
    post = (await office.rows())[0]
    await office.receive(posted(post, message="77"))
    await office.step(firing(state="confirmed"))
    sent = office.bus.sent_to("xyko")
    assert (sent[1].message_id, sent[1].channel_id, state_of(office, "xyko", 1)) == ("77", "5", "confirmed")
    assert states(await office.rows()) == [("post", "channel:5", "sent"), ("state", "channel:5", "queued")]


async def test_a_new_state_keeps_the_chart_that_was_drawn(office: Office) -> None:
    await office.step(firing(state="pending"))
    await office.receive(posted((await office.rows())[0]))
    async with office.store.write() as rows:
        happened = await rows.alerts.alert("a1")
        assert happened is not None
        await rows.pictures.tell("a1", happened.alert.told.replace('"digest":""', '"digest":"d1"'))
    await office.step(firing(state="confirmed"))
    body = office.bus.sent_to("xyko")[1].body
    assert isinstance(body, Told)
    assert body.digest == "d1"


async def test_a_new_state_waits_for_the_receipt_of_a_message_on_its_way(office: Office) -> None:
    await office.step(firing(state="pending"))
    await office.step(firing(state="fired"))
    await office.step(firing(state="confirmed"))
    assert [row.status for row in await office.rows()] == ["queued", "held", "held"]
    await office.receive(posted((await office.rows())[0], message="77"))
    assert [row.status for row in await office.rows()] == ["sent", "dropped", "waiting"]
    await office.pass_by(0)
    assert office.bus.sent_to("xyko")[1].message_id == "77"
    assert state_of(office, "xyko", 1) == "confirmed"


async def test_a_new_state_of_a_message_that_is_not_out_yet_takes_its_place(office: Office) -> None:
    office.bus.is_away = True
    await office.step(firing("a0"))
    await office.step(firing("a1", state="pending"))
    await office.step(firing("a1", state="confirmed"))
    rows = await office.rows(alert_ids=["a1"])
    assert states(rows) == [("post", "channel:5", "waiting")]
    body = body_of(rows[0]).body
    assert isinstance(body, Told)
    assert body.state == "confirmed"


async def test_two_states_in_one_step_are_one_message(office: Office) -> None:
    await office.step(firing(state="pending"), firing(state="confirmed"))
    assert states(await office.rows()) == [("post", "channel:5", "queued")]
    assert state_of(office, "xyko", 0) == "confirmed"


async def test_a_message_that_was_deleted_is_not_edited(office: Office) -> None:
    await office.step(firing(state="pending"))
    await office.receive(posted((await office.rows())[0], message="0"))
    await office.step(firing(state="confirmed"))
    assert [row.status for row in await office.rows()] == ["sent", "dropped"]


async def test_an_alert_of_a_feed_goes_to_its_subscribers_and_waits_where_it_is_quiet(office: Office) -> None:
    async with office.store.write() as rows:
        for place, persona in (("channel:5", "xyko"), ("user:8", "biel"), ("user:9", "biel")):
            await rows.subscriptions.put(subscription(place, persona=persona))
        await rows.quiet.put(replace(night("9"), from_minute=0, until_minute=12 * 60))
    await office.step(feed_firing())
    found = {row.place: row for row in await office.rows()}
    assert {place: row.status for place, row in found.items()} == {
        "channel:5": "queued",
        "user:8": "queued",
        "user:9": "held",
    }
    assert found["user:9"].reason == "quiet hours"
    assert found["user:9"].due_at - office.clock.now() > timedelta(hours=11)
    assert [one.user_id for one in office.bus.sent_to("biel")] == ["8"]


async def test_what_goes_out_by_a_way_is_never_put_into_redis(office: Office) -> None:
    await office.step(firing(place="way:mine"))
    await office.pass_by(1)
    assert states(await office.rows()) == [("post", "way:mine", "waiting")]
    assert office.bus.sent_to("xyko") == []


async def test_an_alert_does_not_overtake_one_that_waits_and_an_urgent_one_does(tmp_path: Path) -> None:
    async with open_office(tmp_path, room=1) as office:
        await office.step(firing("a1"), firing("a2"))
        await office.step(firing("a3"))
        await office.step(firing("a4", severity="urgent"))
        rows = await office.rows()
        assert [row.status for row in rows] == ["queued", "waiting", "waiting", "queued"]
        await office.receive(posted(rows[0]))
        await office.step(firing("a5"))
        assert [row.status for row in await office.rows()][4] == "waiting"
        await office.pass_by(1)
        assert [row.status for row in await office.rows()][1:3] == ["queued", "waiting"]


async def test_what_others_added_goes_first(office: Office) -> None:
    await office.step(firing("a1"))
    (post,) = await office.rows()
    async with office.store.write() as rows:
        await rows.deliveries.add([replace(post, id="chart", kind="chart", status="waiting", tries=0)])
    await office.step(firing("a2"))
    assert [row.status for row in await office.rows()] == ["queued", "waiting", "waiting"]
    await office.pass_by(0)
    assert [row.status for row in await office.rows()] == ["queued"] * 3


async def test_one_application_posts_for_all_personas(tmp_path: Path) -> None:
    async with open_office(tmp_path, is_alone=True) as office:
        await office.step(firing("a1", persona="xyko"), firing("a2", persona="biel"))
        assert [one.persona for one in office.bus.sent_to("waze")] == ["xyko", "biel"]
        await office.receive(*(posted(row, persona="waze") for row in await office.rows()))
        assert {row.status for row in await office.rows()} == {"sent"}
        assert [row.persona for row in await office.rows()] == ["xyko", "biel"]


@pytest.mark.slow
async def test_five_thousand_subscribers_are_written_down_in_half_a_second(office: Office) -> None:
    async with office.store.write() as rows:
        for n in range(5_000):
            await rows.subscriptions.put(subscription(f"user:{1_000 + n}", persona="biel"))
    began = time.perf_counter()
    await office.outbox.commit(Step(firings=(feed_firing(),)))
    took = time.perf_counter() - began
    await office.settle()
    counts = [row.status for row in await office.rows()]
    assert (counts.count("queued"), counts.count("waiting")) == (2_000, 3_000)
    await office.step(firing(persona="biel", severity="urgent"))
    assert sent_ids(office.bus.sent_to("biel"))[0] == ((await office.rows(alert_ids=["a1"]))[0].id, False)
    assert took < 2.0, "0.5 s on a quiet machine"
