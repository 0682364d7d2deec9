from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from subscribing_stage import EVENING, delivery, held, minutes, put_deliveries, told

from services.alerts.house_rules import sync
from services.store.deliveries import Sought
from services.store.rows import AlertRow
from services.store.store import Store

LATER = EVENING + minutes(30)


async def test_what_is_held_is_found_by_place_once_it_is_due_and_is_let_go_once(store: Store) -> None:
    made = [
        held("b", "user:7", due_at=LATER),
        held("a", "user:7", due_at=EVENING),
        held("c", "user:8", due_at=EVENING),
        held("d", "user:7", due_at=LATER + minutes(1)),
        held("e", "user:9", due_at=EVENING, kind="notice"),
        delivery("f", "user:10"),
    ]
    async with store.write() as rows:
        await put_deliveries(rows, made)
        assert await rows.held.due_places(LATER, 9) == ["user:7", "user:8"]
        assert await rows.held.due_places(LATER, 1) == ["user:7"]
        assert [row.id for row in await rows.held.due_at("user:7", LATER)] == ["b", "a"]
        assert await rows.held.drop(["a", "b", "f"], reason="digest", now=LATER) == 2
        assert await rows.held.drop(["a", "b", "f"], reason="again", now=LATER) == 0
        assert await rows.held.due_at("user:7", LATER) == []
        assert await rows.held.due_places(LATER, 9) == ["user:8"]


async def test_the_nth_newest_posts_of_many_places_are_found_that_were_not_urgent_and_went_out(
    store: Store,
) -> None:
    places = [f"channel:{at}" for at in range(230)]
    made = [delivery(f"p{at}", place, at=EVENING + minutes(at)) for at, place in enumerate(places)]
    made += [delivery(f"q{at}", "channel:1", at=LATER + minutes(at)) for at in range(3)]
    made += [
        delivery("urgent", "channel:2", severity="urgent"),
        delivery("edit", "channel:2", kind="state"),
        held("held", "channel:2", due_at=LATER),
    ]
    async with store.write() as rows:
        await put_deliveries(rows, made)
        newest = await rows.held.nth_newest([*places, "channel:none"], 1)
        second = await rows.held.nth_newest([*places, "channel:none"], 2)
        since = await rows.held.made_since([*places, "channel:none"], EVENING + minutes(1))
    assert newest["channel:1"] == LATER + minutes(2)
    assert newest["channel:2"] == EVENING + minutes(2)
    assert newest["channel:229"] == EVENING + minutes(229)
    assert "channel:none" not in newest
    assert second == {"channel:1": LATER + minutes(1)}
    assert since == dict.fromkeys(places[2:], 1) | {"channel:1": 3}


async def test_rules_of_feeds_are_told_from_those_of_members_and_stay_when_they_end(store: Store) -> None:
    house, _ = sync(["BTC/USDT:USDT"], [], now=EVENING)
    own = replace(house[0], id="own", user_id="7", feed="")
    async with store.write() as rows:
        for row in (*house, own):
            await rows.alerts.put_rule(row)
        assert {row.id for row in await rows.house.rules()} == {row.id for row in house}
        await rows.house.end([house[0].id, own.id], now=LATER)
        await rows.house.end([], now=LATER)
        ended = [row for row in await rows.house.rules() if row.status != "active"]
        assert ended == [replace(house[0], status="done", updated_at=LATER)]
        assert await rows.alerts.rule("own") == own


async def test_posts_that_are_there_and_have_no_picture_are_found(store: Store) -> None:
    posts = [delivery(name, place, status="sent", message_id="1", alert_id="a") for name, place in _PLACES]
    made = [
        *posts,
        delivery("waits", "user:7", alert_id="a"),
        delivery("lost", "user:8", status="sent", alert_id="a"),
        delivery("outside", "way:pager", status="sent", message_id="1", alert_id="a"),
        delivery("other", "user:9", status="sent", message_id="2", alert_id="b"),
        delivery("edit", "channel:2", kind="chart", alert_id="a", message_id="1"),
    ]
    async with store.write() as rows:
        await put_deliveries(rows, made)
        assert await rows.pictures.bare_posts("a") == [posts[0], posts[2]]
        assert await rows.pictures.bare_posts("none") == []


_PLACES = (("one", "channel:1"), ("two", "channel:2"), ("three", "channel:3"))


async def test_what_is_told_of_an_alert_is_replaced(store: Store) -> None:
    one = told()
    row = AlertRow(
        id="a",
        rule_id="r",
        user_id="7",
        feed="",
        market="BTC/USDT:USDT",
        at=EVENING,
        seen_at=EVENING + timedelta(seconds=1),
        state=one.state,
        severity=one.severity,
        told="{}",
    )
    async with store.write() as rows:
        await rows.alerts.put_alerts([row])
        assert await rows.pictures.alert("a") == row
        await rows.pictures.tell("a", "changed")
        assert await rows.pictures.alert("a") == replace(row, told="changed")
        assert await rows.pictures.alert("none") is None


async def test_what_ended_long_ago_is_forgotten_a_little_at_a_time_and_nothing_else(store: Store) -> None:
    long_ago = EVENING - timedelta(days=100)
    old = [delivery(f"o{at}", "user:7", at=long_ago, status="sent") for at in range(3)]
    new = [delivery("new", "user:7"), held("held", "user:7", due_at=long_ago)]
    over = replace(sync(["BTC/USDT:USDT"], [], now=long_ago)[0][0], id="over", status="done")
    active = replace(over, id="active", status="active")
    async with store.write() as rows:
        await put_deliveries(rows, [*old, *new])
        for rule in (over, active):
            await rows.alerts.put_rule(rule)
        before = EVENING - timedelta(days=90)
        assert [await rows.old.forget(before, most=2) for _ in range(3)] == [2, 1, 0]
        kept = await rows.deliveries.find(Sought(kinds=("post",)))
        assert {row.id for row in kept} == {"new", "held"}
        assert await rows.alerts.rule("over") is None
        assert await rows.alerts.rule("active") is not None
