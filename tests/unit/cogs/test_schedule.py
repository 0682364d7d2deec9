"""`/schedule`: what an admin lets be posted by the clock, and how it is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from alert_voices import guide_with_alerts
from asked_cogs import asking, command_of, facts, guide, run
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from cogs._host import Refused
from cogs.schedule import Scheduling
from services.alerts.feeds import AddSchedule, ListSchedules, RemoveSchedule, Schedule, Schedules
from services.bus.messages import Request
from services.errors import UserMistake
from services.market.messages import FindMarkets, MarketNames
from services.members.messages import Allowed, GetMember, GetRight, MemberSettings
from services.personas.roster import Roster, read_roster

NEXT = datetime(2026, 8, 2, 11, tzinfo=UTC)
DAILY = Schedule(
    id="d1",
    kind="daily",
    place="channel:42",
    minute=480,
    timezone="America/Sao_Paulo",
    persona="waze",
    markets=["BTC/USDT:USDT", "ETH/USDT:USDT"],
    next_at=NEXT,
)
WEEKLY = Schedule(id="w1", kind="weekly", place="channel:43", minute=510, weekday=6)
SESSION = Schedule(id="s1", kind="session", place="channel:42")
NAMES = ("daily", "weekly", "sessions", "list", "remove")


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def bus() -> FakeBus:
    def added(request: Request[Any]) -> Schedules:
        assert isinstance(request, AddSchedule)
        return Schedules(schedules=[request.schedule])

    bus = FakeBus(HandClock())
    bus.answers[GetMember] = lambda _: MemberSettings(user_id="7", timezone="America/Sao_Paulo")
    bus.answers[GetRight] = Allowed(right="admin")
    bus.answers[AddSchedule] = added
    bus.answers[ListSchedules] = Schedules(schedules=[DAILY, WEEKLY, SESSION])
    bus.answers[RemoveSchedule] = Schedules(schedules=[])
    return bus


@pytest.fixture
def host(bus: FakeBus, roster: Roster) -> WazeHost:
    return guide(bus, roster)


@pytest.fixture
def cog(host: WazeHost) -> Scheduling:
    return Scheduling(host, {"America/Sao_Paulo", "Europe/Lisbon"})


def added(bus: FakeBus) -> Schedule:
    (asked,) = bus.questions
    assert isinstance(asked, AddSchedule)
    assert asked.id == asked.schedule.id == "1"
    return asked.schedule


async def test_a_daily_post_comes_where_it_was_asked_for_by_the_admins_clock(
    cog: Scheduling, host: WazeHost, bus: FakeBus
) -> None:
    (card,) = (await run(cog, "schedule daily", asking(host, locale="pt-BR"), at="8h")).cards
    wanted = added(bus)
    assert (wanted.kind, wanted.place, wanted.minute) == ("daily", "channel:42", 480)
    assert (wanted.timezone, wanted.persona, wanted.locale) == ("America/Sao_Paulo", "", "pt-BR")
    assert wanted.markets == []
    assert card.verdict == "daily: on True, at 08:00 (America/Sao_Paulo)."
    assert facts(card)["Sai"] == "**todo dia às 08:00 (America/Sao_Paulo)** · <#42> · quem traz: o guia"


async def test_a_weekly_post_may_go_elsewhere_about_chosen_markets(
    cog: Scheduling, host: WazeHost, bus: FakeBus
) -> None:
    chosen = {
        "timezone": "Europe/Lisbon",
        "persona": "Waze",
        "markets": "BTC, eth,",
        "channel": SimpleNamespace(id=43),
    }
    await run(cog, "schedule weekly", asking(host), day=6, at="8:30 am", **chosen)
    wanted = added(bus)
    assert (wanted.kind, wanted.weekday, wanted.minute, wanted.place) == ("weekly", 6, 510, "channel:43")
    assert (wanted.timezone, wanted.persona, wanted.markets) == ("Europe/Lisbon", "waze", ["BTC", "eth"])


async def test_sessions_need_no_clock(cog: Scheduling, host: WazeHost, bus: FakeBus) -> None:
    bus.answers[GetMember] = stranger
    (card,) = (await run(cog, "schedule sessions", asking(host))).cards
    assert added(bus).kind == "session"
    assert card.verdict == "session: on True, at None."


async def test_a_time_of_day_without_a_time_zone_is_asked_back(
    cog: Scheduling, host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[GetMember] = stranger
    with pytest.raises(UserMistake, match="time zone"):
        await run(cog, "schedule daily", asking(host), at="08:00")
    assert bus.questions == []


async def test_the_list_tells_when_where_by_whom_and_what_comes_next(cog: Scheduling, host: WazeHost) -> None:
    (card,) = (await run(cog, "schedule list", asking(host))).cards
    stamp = int(NEXT.timestamp())
    assert card.verdict == "3 posts."
    assert facts(card)["Comes"].splitlines() == [
        "**each day at 08:00 (America/Sao_Paulo)** · <#42> · by Waze · BTC/USDT:USDT, ETH/USDT:USDT",
        f"next <t:{stamp}:f> (<t:{stamp}:R>)",
        "**Sunday at 08:30 (UTC)** · <#43> · by the guide",
        "**when Tokyo, London or New York opens** · <#42> · by the guide",
    ]


async def test_a_post_is_picked_by_its_words_and_taken_off_the_clock(
    cog: Scheduling, host: WazeHost, bus: FakeBus
) -> None:
    offers: Any = command_of(Scheduling, "schedule remove")._params["id"].autocomplete
    offered = await offers(cog, asking(host), "sunday")
    assert [(one.name, one.value) for one in offered] == [("Sunday at 08:30 (UTC) · #43", "w1")]
    assert (await offers(cog, asking(host), "#btc"))[0].value == "d1"
    (card,) = (await run(cog, "schedule remove", asking(host), id="w1")).cards
    asked = bus.questions[-1]
    assert isinstance(asked, RemoveSchedule)
    assert asked.schedule == "w1"
    assert card.verdict == "weekly: on False, at None."
    assert card.facts == ()


async def test_who_is_no_admin_is_refused_and_offered_nothing(
    cog: Scheduling, host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[GetRight] = Allowed(right="trader")
    offers: Any = command_of(Scheduling, "schedule remove")._params["id"].autocomplete
    assert await offers(cog, asking(host), "") == []
    for name in NAMES:
        (check,) = command_of(Scheduling, f"schedule {name}").checks
        with pytest.raises(Refused):
            await check(asking(host))


def test_it_is_of_a_server_and_answers_are_for_the_admin_alone() -> None:
    (group,) = Scheduling.__cog_app_commands__
    assert group.guild_only
    assert all(command_of(Scheduling, f"schedule {name}").extras["is_private"] for name in NAMES)


async def test_one_more_market_is_offered_for_a_list_of_them(
    cog: Scheduling, host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[FindMarkets] = MarketNames(names=["ETH/USDT:USDT"])
    offers: Any = command_of(Scheduling, "schedule daily")._params["markets"].autocomplete
    assert [one.value for one in await offers(cog, asking(host), "BTC, et")] == ["BTC, ETH/USDT:USDT"]
