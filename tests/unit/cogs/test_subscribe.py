"""`/subscribe`, `/unsubscribe`, `/subscriptions` and `/quiet`: what is asked, and what is shown of it."""

from __future__ import annotations

from typing import Any

import pytest
from alert_voices import guide_with_alerts
from asked_cogs import asking, command_of, facts, guide, run
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from cogs._ui.subscribing_cards import FEEDS
from cogs.subscribe import Subscribing
from services.alerts.feeds import (
    FEEDS as EVERY_FEED,
)
from services.alerts.feeds import (
    ListSubscriptions,
    QuietHours,
    SetQuiet,
    Subscribe,
    Subscription,
    Subscriptions,
    Unsubscribe,
)
from services.bus.messages import Request
from services.errors import NotAllowed, UserMistake
from services.members.messages import GetMember, MemberSettings
from services.personas.roster import Roster, read_roster

QUIET = QuietHours(user_id="7", from_minute=1_320, until_minute=420, timezone="America/Sao_Paulo")
KEPT = Subscriptions(
    subscriptions=[
        Subscription(
            id="1", feed="moves", place="user:7", min_severity="high", digest="daily", persona="waze"
        ),
        Subscription(id="2", feed="data", place="channel:42"),
    ],
    quiet=QUIET,
)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def bus() -> FakeBus:
    def quiet(request: Request[Any]) -> Subscriptions:
        assert isinstance(request, SetQuiet)
        return Subscriptions(subscriptions=[], quiet=request.quiet)

    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[Subscribe] = bus.answers[Unsubscribe] = bus.answers[ListSubscriptions] = KEPT
    bus.answers[SetQuiet] = quiet
    return bus


@pytest.fixture
def host(bus: FakeBus, roster: Roster) -> WazeHost:
    return guide(bus, roster)


@pytest.fixture
def cog(host: WazeHost) -> Subscribing:
    return Subscribing(host, {"America/Sao_Paulo", "Europe/Lisbon"})


def test_every_feed_has_a_name() -> None:
    assert set(FEEDS) == set(EVERY_FEED)


@pytest.mark.parametrize(
    ("where", "guild", "place"), [("dm", 5, "user:7"), ("here", 5, "channel:42"), ("here", None, "user:7")]
)
async def test_a_feed_comes_to_the_member_or_to_the_channel(
    cog: Subscribing, host: WazeHost, bus: FakeBus, *, where: str, guild: int | None, place: str
) -> None:
    who = asking(host, guild=guild, locale="pt-BR")
    (card,) = (
        await run(cog, "subscribe", who, feed="moves", where=where, min_severity="high", persona="Waze")
    ).cards
    (asked,) = bus.questions
    assert isinstance(asked, Subscribe)
    assert (asked.feed, asked.place, asked.min_severity, asked.digest) == ("moves", place, "high", "none")
    assert (asked.persona, asked.locale, asked.caller.user_id) == ("waze", "pt-BR", "7")
    is_here = place.startswith("channel")
    assert card.verdict == f"grandes movimentos: on True, here {is_here}."
    assert card.title == ("Assinaturas deste canal" if is_here else "Suas assinaturas")


async def test_what_comes_is_told_with_how_much_of_it_how_often_and_by_whom(
    cog: Subscribing, host: WazeHost
) -> None:
    (card,) = (await run(cog, "subscriptions", asking(host))).cards
    assert card.verdict == "2 feeds."
    assert facts(card)["Comes here"].splitlines() == [
        "**large moves** · direct message · from high severity up · together each morning · by Waze",
        "**prices that stop coming** · <#42> · from medium severity up · each at once · by the guide",
    ]
    assert facts(card)["Quiet hours"] == "22:00 to 07:00, America/Sao_Paulo · what is urgent rings"


async def test_of_a_channel_no_quiet_hours_are_told(cog: Subscribing, host: WazeHost, bus: FakeBus) -> None:
    (card,) = (await run(cog, "subscriptions", asking(host), where="here")).cards
    (asked,) = bus.questions
    assert isinstance(asked, ListSubscriptions)
    assert asked.place == "channel:42"
    assert [*facts(card)] == ["Comes here"]


async def test_a_feed_is_let_go_of_and_a_refusal_is_passed_on(
    cog: Subscribing, host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[Unsubscribe] = Subscriptions(subscriptions=[])
    (card,) = (await run(cog, "unsubscribe", asking(host), feed="data")).cards
    assert card.verdict == "prices that stop coming: on False, here False."
    assert facts(card)["Comes here"] == "nothing yet"
    bus.answers[Unsubscribe] = NotAllowed.for_lack_of("Admin")
    with pytest.raises(NotAllowed):
        await run(cog, "unsubscribe", asking(host), feed="data", where="here")


async def test_quiet_hours_are_by_the_members_own_clock(
    cog: Subscribing, host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[GetMember] = lambda _: MemberSettings(user_id="7", timezone="America/Sao_Paulo")
    (card,) = (await run(cog, "quiet set", asking(host), from_="10pm", until="7h")).cards
    (asked,) = bus.questions
    assert isinstance(asked, SetQuiet)
    assert asked.quiet == QUIET
    assert card.verdict == "Quiet 22:00 to 07:00, urgent True."


async def test_quiet_hours_by_a_named_clock_in_which_nothing_rings(
    cog: Subscribing, host: WazeHost, bus: FakeBus
) -> None:
    chosen = {"from_": "22:00", "until": "07:00", "timezone": "Europe/Lisbon", "urgent": False}
    (card,) = (await run(cog, "quiet set", asking(host), **chosen)).cards
    (asked,) = bus.questions
    assert isinstance(asked, SetQuiet)
    assert asked.quiet is not None
    assert (asked.quiet.timezone, asked.quiet.is_urgent_let_through) == ("Europe/Lisbon", False)
    assert facts(card)["Quiet hours"] == "22:00 to 07:00, Europe/Lisbon · nothing rings"


async def test_who_has_no_time_zone_is_told_how_to_give_one(
    cog: Subscribing, host: WazeHost, bus: FakeBus
) -> None:
    with pytest.raises(UserMistake, match="time zone") as refused:
        await run(cog, "quiet set", asking(host), from_="22:00", until="07:00")
    assert "/timezone" in refused.value.hint
    assert bus.questions == []


async def test_quiet_hours_end(cog: Subscribing, host: WazeHost, bus: FakeBus) -> None:
    (card,) = (await run(cog, "quiet off", asking(host))).cards
    (asked,) = bus.questions
    assert isinstance(asked, SetQuiet)
    assert asked.quiet is None
    assert card.verdict == "Quiet None to None, urgent False."


def test_answers_are_for_the_member_alone() -> None:
    names = ("subscribe", "unsubscribe", "subscriptions", "quiet set", "quiet off")
    assert all(command_of(Subscribing, name).extras["is_private"] for name in names)
