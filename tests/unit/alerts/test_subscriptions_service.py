from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from analyst_stage import StillClock
from msgspec.structs import replace
from subscribing_stage import held, put_deliveries

from services.alerts.feeds import (
    FEEDS,
    ListSubscriptions,
    QuietHours,
    SetQuiet,
    Subscribe,
    Subscriptions,
    Unsubscribe,
)
from services.alerts.subscribing.service import SubscriptionsService
from services.errors import NotAllowed, UserMistake
from services.members.messages import Caller, Right
from services.omega import ServiceConfig
from services.store.migrate import migrate
from services.store.store import open_store

MEMBER = Caller(user_id="7", guild_id="1")
ADMIN = Caller(user_id="9", guild_id="1", is_guild_admin=True)
ELSEWHERE = Caller(user_id="9", guild_id="2", is_guild_admin=True)
NIGHT = QuietHours(user_id="7", from_minute=1_320, until_minute=420, timezone="Europe/Lisbon")
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
OWN = Subscribe(id="1", caller=MEMBER, feed="moves", place="user:7")
HERE = Subscribe(id="2", caller=ADMIN, feed="moves", place="channel:5")


async def right_of(caller: Caller) -> Right:
    return "admin" if caller.is_guild_admin else "member"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[SubscriptionsService]:
    clock, path = StillClock(MIDNIGHT), tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock) as store:
        one = SubscriptionsService(ServiceConfig(), store=store, right_of=right_of, clock=clock)
        await one.initialize()
        yield one


def feeds(kept: Subscriptions) -> list[str]:
    return [one.feed for one in kept.subscriptions]


async def test_a_member_has_feeds_come_to_themselves_and_sees_them_with_their_quiet_hours(
    service: SubscriptionsService,
) -> None:
    kept = await service.process(
        replace(OWN, min_severity="high", digest="daily", persona="z", locale="pt-BR")
    )
    (one,) = kept.subscriptions
    assert (one.feed, one.place, one.min_severity, one.digest) == ("moves", "user:7", "high", "daily")
    assert (one.persona, one.locale) == ("z", "pt-BR")
    assert (await service.process(SetQuiet(caller=MEMBER, quiet=NIGHT))).quiet == NIGHT
    listed = await service.process(ListSubscriptions(caller=MEMBER))
    assert (listed.subscriptions, listed.quiet) == ([one], NIGHT)
    assert await service.process(ListSubscriptions(caller=ADMIN)) == Subscriptions(subscriptions=[])


async def test_a_feed_that_is_asked_for_again_changes_and_is_not_there_twice(
    service: SubscriptionsService,
) -> None:
    (before,) = (await service.process(OWN)).subscriptions
    kept = await service.process(replace(OWN, id="3", digest="hourly"))
    assert kept.subscriptions == [replace(before, digest="hourly")]


async def test_a_place_has_at_most_the_six_feeds_there_are(service: SubscriptionsService) -> None:
    for at, feed in enumerate((*FEEDS, *FEEDS)):
        kept = await service.process(replace(OWN, id=f"f{at // 6}", feed=feed))
    assert sorted(feeds(kept)) == sorted(FEEDS)


async def test_what_was_undone_since_is_not_done_again_when_it_is_delivered_twice(
    service: SubscriptionsService,
) -> None:
    await service.process(OWN)
    gone = await service.process(Unsubscribe(id="4", caller=MEMBER, feed="moves", place="user:7"))
    assert feeds(gone) == []
    await service.process(OWN)
    assert feeds(await service.process(ListSubscriptions(caller=MEMBER))) == []


async def test_a_channel_is_an_admin_s_to_decide_on(service: SubscriptionsService) -> None:
    with pytest.raises(NotAllowed):
        await service.process(replace(HERE, caller=MEMBER))
    assert feeds(await service.process(HERE)) == ["moves"]
    assert feeds(await service.process(ListSubscriptions(caller=MEMBER, place="channel:5"))) == ["moves"]
    gone = Unsubscribe(id="5", caller=MEMBER, feed="moves", place="channel:5")
    with pytest.raises(NotAllowed):
        await service.process(gone)
    assert feeds(await service.process(replace(gone, caller=ADMIN))) == []


async def test_an_admin_of_another_server_neither_sees_nor_changes_what_comes_to_a_channel(
    service: SubscriptionsService,
) -> None:
    await service.process(HERE)
    assert feeds(await service.process(ListSubscriptions(caller=ELSEWHERE, place="channel:5"))) == []
    with pytest.raises(NotAllowed):
        await service.process(replace(HERE, id="6", caller=ELSEWHERE, digest="daily"))
    with pytest.raises(NotAllowed):
        await service.process(Unsubscribe(id="7", caller=ELSEWHERE, feed="moves", place="channel:5"))


async def test_nobody_is_sent_what_somebody_else_asked_for(service: SubscriptionsService) -> None:
    with pytest.raises(UserMistake, match="nobody but yourself"):
        await service.process(replace(OWN, caller=ADMIN))
    assert feeds(await service.process(ListSubscriptions(caller=ADMIN, place="user:7"))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"place": "way:telegram"}, "no place"),
        ({"place": "user:7 "}, "no place"),
        ({"persona": "../z"}, "no persona"),
        ({"locale": "tlh"}, "not spoken"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    service: SubscriptionsService, change: dict[str, str], said: str
) -> None:
    with pytest.raises(UserMistake, match=said):
        await service.process(replace(OWN, **change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"until_minute": NIGHT.from_minute}, "another time"),
        ({"from_minute": 1_440}, "no such time"),
        ({"until_minute": -1}, "no such time"),
        ({"timezone": "Europe/Lissabon"}, "no time zone"),
        ({"timezone": "../UTC"}, "no time zone"),
    ],
)
async def test_hours_that_cannot_be_kept_are_refused_and_the_old_ones_stay(
    service: SubscriptionsService, change: dict[str, int | str], said: str
) -> None:
    await service.process(SetQuiet(caller=MEMBER, quiet=NIGHT))
    with pytest.raises(UserMistake, match=said):
        await service.process(SetQuiet(caller=MEMBER, quiet=replace(NIGHT, **change)))
    assert (await service.process(ListSubscriptions(caller=MEMBER))).quiet == NIGHT


async def test_quiet_hours_are_the_caller_s_own_whoever_they_name_and_can_be_let_go(
    service: SubscriptionsService,
) -> None:
    kept = await service.process(SetQuiet(caller=ADMIN, quiet=NIGHT))
    assert kept.quiet == replace(NIGHT, user_id="9")
    assert (await service.process(ListSubscriptions(caller=MEMBER))).quiet is None
    assert (await service.process(SetQuiet(caller=ADMIN))).quiet is None


async def test_what_quiet_hours_hold_comes_when_they_are_let_go(service: SubscriptionsService) -> None:
    await service.process(SetQuiet(caller=MEMBER, quiet=NIGHT))
    late = MIDNIGHT + timedelta(hours=9)
    async with service._store.write() as rows:
        await put_deliveries(rows, [held("a", "user:7", due_at=late), held("b", "user:8", due_at=late)])
    await service.process(SetQuiet(caller=MEMBER))
    async with service._store.read() as rows:
        assert await rows.held.due_places(MIDNIGHT, 9) == ["user:7"]
