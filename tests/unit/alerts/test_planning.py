from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from analyst_stage import StillClock
from sqlalchemy import insert
from subscribing_stage import (
    EVENING,
    delivery,
    minutes,
    night,
    of_feed,
    of_member,
    put_deliveries,
    subscription,
)

from services.alerts.firing import Firing
from services.alerts.subscribing.planning import Planned, Planner
from services.store.migrate import migrate
from services.store.rows import MemberRow, QuietRow, SubscriptionRow
from services.store.store import Store, open_store
from services.store.tables import QUIET_HOURS, SUBSCRIPTIONS

MORNING = EVENING + timedelta(hours=7, minutes=30)
MIDNIGHT = EVENING + minutes(30)
EIGHT = MORNING + timedelta(hours=1)
SUBSCRIBERS = 5_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(5), clock=StillClock(EVENING)) as opened:
        yield opened


async def keep(store: Store, *kept: SubscriptionRow | QuietRow) -> None:
    async with store.write() as rows:
        for row in kept:
            if isinstance(row, QuietRow):
                await rows.quiet.put(row)
            else:
                await rows.subscriptions.put(row)


async def plan(store: Store, firing: Firing, now: datetime = EVENING, *, most: int = 60) -> Sequence[Planned]:
    async with store.read() as rows:
        step = await Planner(channel_per_hour=most).opened(rows, [firing], now)
        return await step.of(firing)


async def held(store: Store, firing: Firing, now: datetime = EVENING) -> list[tuple[datetime | None, str]]:
    return [(one.held_until, one.why) for one in await plan(store, firing, now)]


async def test_a_member_s_alert_goes_to_the_one_place_they_chose_in_the_voice_they_chose(
    store: Store,
) -> None:
    assert await plan(store, of_member()) == [
        Planned(place="user:7", user_id="7", persona="waze", locale="en")
    ]
    (one,) = await plan(store, of_member("low", place="channel:5", persona="z", locale="pt-BR"))
    assert (one.place, one.user_id, one.persona, one.locale) == ("channel:5", "7", "z", "pt-BR")
    assert one.is_silent


async def test_a_direct_message_waits_for_the_end_of_the_quiet_hours_and_a_channel_does_not(
    store: Store,
) -> None:
    await keep(store, night("7"))
    assert await held(store, of_member()) == [(MORNING, "quiet hours")]
    assert await held(store, of_member(), MORNING) == [(None, "")]
    assert await held(store, of_member(place="channel:5")) == [(None, "")]
    assert await held(store, of_member(place="way:pager")) == [(None, "")]


async def test_an_urgent_alert_breaks_through_if_the_member_said_so_and_waits_otherwise(store: Store) -> None:
    await keep(store, night("7"))
    assert await held(store, of_member(is_urgent=True)) == [(None, "")]
    await keep(store, night("7", is_urgent_let_through=False))
    assert await held(store, of_member(is_urgent=True)) == [(MORNING, "quiet hours")]
    assert await held(store, of_member("urgent")) == [(MORNING, "quiet hours")]


async def test_an_alert_that_is_tried_comes_whatever_the_hour(store: Store) -> None:
    await keep(store, night("7"))
    firing = of_member()
    tried = replace(firing, told=msgspec.structs.replace(firing.told, state="test"))
    assert await held(store, tried) == [(None, "")]


async def test_an_alert_of_a_feed_goes_to_all_who_want_to_hear_of_one_so_severe(store: Store) -> None:
    await keep(
        store,
        subscription("user:7"),
        subscription("user:8", min_severity="high"),
        subscription("channel:5", min_severity="low", persona="z", locale="pt-BR"),
        subscription("user:7", feed="funding"),
    )
    assert {one.place for one in await plan(store, of_feed("normal"))} == {"user:7", "channel:5"}
    assert {one.place for one in await plan(store, of_feed("high"))} == {"user:7", "user:8", "channel:5"}
    (quietly,) = await plan(store, of_feed("low"))
    assert quietly == Planned(place="channel:5", user_id=None, persona="z", locale="pt-BR", is_silent=True)


async def test_a_digest_waits_for_the_full_hour_or_the_member_s_morning(store: Store) -> None:
    await keep(store, subscription("user:7", digest="hourly"))
    assert await held(store, of_feed()) == [(MIDNIGHT, "digest")]
    await keep(store, subscription("user:7", digest="daily"))
    assert await held(store, of_feed()) == [(EIGHT, "digest")]
    async with store.write() as rows:
        await rows.members.put(MemberRow(user_id="7", timezone="Asia/Tokyo"))
    assert await held(store, of_feed()) == [(EVENING + timedelta(days=1, minutes=-30), "digest")]


async def test_a_digest_that_would_come_in_the_night_comes_when_the_night_ends(store: Store) -> None:
    await keep(store, night("7"), subscription("user:7", digest="hourly"))
    assert await held(store, of_feed()) == [(MORNING, "quiet hours")]
    assert await held(store, of_feed(), EVENING - timedelta(hours=2)) == [(MORNING, "quiet hours")]
    await keep(store, subscription("user:7", digest="daily"))
    assert await held(store, of_feed()) == [(MORNING, "digest")]


async def test_an_urgent_alert_waits_for_no_digest(store: Store) -> None:
    await keep(store, subscription("user:7", digest="daily"), subscription("channel:5", digest="hourly"))
    assert await held(store, of_feed("urgent")) == [(None, ""), (None, "")]
    await keep(store, night("7", is_urgent_let_through=False))
    assert sorted(await held(store, of_feed("urgent")), key=str) == [(None, ""), (MORNING, "quiet hours")]


async def test_what_is_too_much_for_a_channel_within_an_hour_waits_for_the_next(store: Store) -> None:
    made = [
        *(delivery(f"d{at}", "channel:5", at=EVENING - minutes(59 - at)) for at in range(3)),
        *(delivery(f"u{at}", "channel:6", at=EVENING, severity="urgent") for at in range(9)),
        *(delivery(f"o{at}", "channel:6", at=EVENING - minutes(61)) for at in range(9)),
        *(delivery(f"x{at}", "channel:6", at=EVENING, kind="state") for at in range(9)),
    ]
    async with store.write() as rows:
        await put_deliveries(rows, made)
    await keep(store, subscription("channel:5"), subscription("channel:6"))
    told = {one.place: (one.held_until, one.why) for one in await plan(store, of_feed(), most=3)}
    assert told == {"channel:5": (MIDNIGHT, "too many in an hour"), "channel:6": (None, "")}
    assert [one.why for one in await plan(store, of_feed(), most=4)] == ["", ""]
    assert [one.why for one in await plan(store, of_feed("urgent"), most=3)] == ["", ""]
    (own,) = await plan(store, of_member(place="channel:5"), most=3)
    assert own.why == "too many in an hour"
    assert [one.why for one in await plan(store, of_feed(), EVENING + minutes(2), most=3)] == ["", ""]


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=1)])
async def test_a_clock_that_jumps_holds_nothing_for_longer_than_a_night(
    store: Store, jump: timedelta
) -> None:
    await keep(store, night("7"), subscription("user:7", digest="daily"), subscription("channel:5"))
    for now in (EVENING, EVENING + jump):
        for until, _ in await held(store, of_feed(), now):
            assert until is None or now < until <= now + timedelta(hours=25)


async def test_five_thousand_subscribers_are_found_within_a_fifth_of_a_second(store: Store) -> None:
    zones = ("UTC", "America/Sao_Paulo", "Europe/Lisbon", "Asia/Tokyo")
    async with store.write() as rows:
        many = [subscription(f"user:{at}", digest=("none", "daily")[at % 2]) for at in range(SUBSCRIBERS)]
        nights = [night(str(at), zone=zones[at % 4]) for at in range(0, SUBSCRIBERS, 3)]
        await rows.held._connection.execute(insert(SUBSCRIPTIONS), [asdict(row) for row in many])
        await rows.held._connection.execute(insert(QUIET_HOURS), [asdict(row) for row in nights])
    took = []
    for _ in range(3):
        began = time.perf_counter()
        planned = await plan(store, of_feed())
        took.append(time.perf_counter() - began)
        assert len({one.place for one in planned}) == SUBSCRIBERS
    assert min(took) <= 0.2
