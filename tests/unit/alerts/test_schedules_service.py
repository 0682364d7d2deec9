from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from schedule_stage import NOON, Answers, WallClock, open_database

from services.alerts.feeds import AddSchedule, ListSchedules, RemoveSchedule, Schedule, Schedules
from services.alerts.schedules.service import MOST_A_GUILD, SchedulesService
from services.errors import NotAllowed, UnknownMarket, UserMistake
from services.market.messages import GetQuote, Origin, Quote
from services.members.messages import Caller, GuildSettings, Right
from services.members.rights import right_of
from services.omega import ServiceConfig

ADMIN = Caller(user_id="1", guild_id="10", is_guild_admin=True)
MEMBER = Caller(user_id="2", guild_id="10")
ORIGIN = Origin(venue="sandbox", nature="live", as_of=NOON, received_at=NOON)
BTC = Quote(market="BTC/USDT:USDT", price=Decimal(1), tick=Decimal(1), origin=ORIGIN)
DAILY = Schedule(id="", kind="daily", place="channel:55", minute=480, timezone="America/Sao_Paulo")


async def right(caller: Caller) -> Right:
    return right_of(caller, GuildSettings(guild_id="10"))


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[SchedulesService]:
    clock = WallClock()
    async with open_database(tmp_path, clock) as store:
        ask = Answers({GetQuote: BTC})
        made = SchedulesService(ServiceConfig(), store=store, right_of=right, ask=ask, clock=clock)
        await made.initialize()
        yield made


def add(id_: str = "i1", *, caller: Caller = ADMIN, **changed: Any) -> AddSchedule:
    return AddSchedule(id=id_, caller=caller, schedule=replace(DAILY, **changed))


async def test_a_schedule_is_kept_with_the_moment_it_is_due_next(service: SchedulesService) -> None:
    found = await service.process(add(markets=["btc", "BTC/USDT"], persona="xyko", locale="pt-BR"))
    assert found == Schedules(
        schedules=[
            replace(
                DAILY,
                id="i1",
                markets=["BTC/USDT:USDT"],
                persona="xyko",
                locale="pt-BR",
                next_at=datetime(2026, 3, 3, 11, tzinfo=UTC),
            )
        ]
    )
    assert await service.process(ListSchedules(caller=MEMBER)) == found


async def test_what_is_delivered_twice_is_done_once(service: SchedulesService) -> None:
    first = await service.process(add("i1"))
    assert await service.process(add("i1")) == first
    removed = await service.process(RemoveSchedule(id="i2", caller=ADMIN, schedule="i1"))
    assert removed == Schedules(schedules=[])
    assert await service.process(RemoveSchedule(id="i2", caller=ADMIN, schedule="i1")) == removed
    assert await service.process(add("i1")) == first
    assert await service.process(ListSchedules(caller=ADMIN)) == removed


@pytest.mark.parametrize(
    "request_", [add(caller=MEMBER), RemoveSchedule(id="i9", caller=MEMBER, schedule="i1")]
)
async def test_only_an_admin_changes_what_is_posted(
    service: SchedulesService, request_: AddSchedule | RemoveSchedule
) -> None:
    with pytest.raises(NotAllowed):
        await service.process(request_)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"place": "user:1"}, "A post by the clock needs a channel"),
        ({"minute": 1_440}, "A day has no such time"),
        ({"weekday": 7}, "A week has no such day"),
        ({"timezone": "Mars/Olympus"}, "There is no time zone called Mars/Olympus"),
        ({"locale": "tlh"}, "tlh is not spoken here"),
        ({"persona": "../waze"}, "is no persona"),
        ({"markets": ["BTC"] * 11}, "11 markets are too many"),
    ],
)
async def test_what_cannot_be_posted_is_refused(
    service: SchedulesService, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserMistake, match=said):
        await service.process(add(**changed))
    assert (await service.process(ListSchedules(caller=ADMIN))).schedules == []


async def test_a_market_that_is_none_is_refused_with_those_that_were_meant(tmp_path: Path) -> None:
    clock = WallClock()
    async with open_database(tmp_path, clock) as store:
        ask = Answers({GetQuote: UnknownMarket.of("BTX", ["BTC/USDT:USDT"])})
        service = SchedulesService(ServiceConfig(), store=store, right_of=right, ask=ask, clock=clock)
        await service.initialize()
        with pytest.raises(UnknownMarket, match="There is no market called BTX"):
            await service.process(add(markets=["BTX"]))


async def test_the_same_post_is_not_added_twice_and_twenty_are_enough(service: SchedulesService) -> None:
    await service.process(add("i0", minute=0))
    with pytest.raises(UserMistake, match="That is posted there already"):
        await service.process(add("j0", minute=0))
    for number in range(1, MOST_A_GUILD):
        await service.process(add(f"i{number}", minute=number))
    with pytest.raises(UserMistake, match="at most"):
        await service.process(add("i99", minute=99))


async def test_a_post_belongs_to_the_server_it_was_added_in(service: SchedulesService) -> None:
    await service.process(add("i1"))
    elsewhere = Caller(user_id="1", guild_id="11", is_guild_admin=True)
    assert (await service.process(ListSchedules(caller=elsewhere))).schedules == []
    with pytest.raises(UserMistake, match="belong to a server"):
        await service.process(ListSchedules(caller=Caller(user_id="1")))
    with pytest.raises(UserMistake, match="There is no such post here"):
        await service.process(RemoveSchedule(id="i2", caller=ADMIN, schedule="nothing"))
