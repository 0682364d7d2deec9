"""`/alert`: what a member chooses becomes what the alerts process is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
from alert_voices import alert_view, guide_with_alerts
from discord import app_commands
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import Role, WazeHost
from bots.waze.translator import CatalogueTranslator
from cogs._alert_kinds import ASKINGS
from cogs._host import Pressed
from cogs._ui.card import Card
from cogs._ui.durations import moment_in, seconds_in, start_in
from cogs.alert import Alert
from sandbox.discord.rules.commands import check_command
from services.alerts.messages import (
    AlertOutcome,
    AlertPage,
    AlertPreview,
    ListAlerts,
    PreviewAlert,
    ResumeAlert,
    SetAlert,
)
from services.errors import UserMistake
from services.members.messages import GetMember, MemberSettings
from services.personas.roster import Roster, read_roster

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


class Answer:
    """Keeps the cards that are sent."""

    def __init__(self) -> None:
        self.cards: list[Card] = []

    async def send(self, card: Card) -> None:
        self.cards.append(card)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[SetAlert] = bus.answers[ResumeAlert] = AlertOutcome(saved=alert_view())
    return bus


@pytest.fixture
def host(bus: FakeBus, roster: Roster) -> WazeHost:
    return WazeHost(role=Role(persona=roster.card("waze"), cogs=()), roster=roster, bus=bus, clock=bus.clock)


def asking(host: WazeHost, *, guild: int | None = 5, locale: str = "en-US") -> Any:
    return SimpleNamespace(
        id=1,
        user=SimpleNamespace(id=7),
        guild_id=guild,
        channel_id=42,
        locale=locale,
        permissions=discord.Permissions.none(),
        extras={"answer": Answer()},
        client=SimpleNamespace(host=host),
    )


async def set_alert(host: WazeHost, bus: FakeBus, kind: str, who: Any = None, **chosen: Any) -> SetAlert:
    """Run a subcommand as discord.py does, and return what the alerts process was asked."""
    (group,) = Alert.__cog_app_commands__
    command: Any = group.get_command(kind)  # type: ignore[union-attr]  # it is a group
    await command.callback(Alert(host), who or asking(host), **chosen)
    (asked,) = [request for request in bus.asked if isinstance(request, SetAlert)]
    return asked


async def test_only_what_was_given_is_asked_and_the_rest_is_as_usual(host: WazeHost, bus: FakeBus) -> None:
    who = asking(host)
    asked = await set_alert(host, bus, "price", who, market="BTC", way="above", level="70.000", margin=None)
    assert (asked.id, asked.kind, asked.caller.user_id) == ("1", "price", "7")
    assert asked.given == {"market": "BTC", "way": "above", "level": "70.000"}
    assert asked.options.place == ""
    assert (asked.options.confirming, asked.options.repeats, asked.options.cooldown) == ("touch", False, 300)
    assert who.extras["answer"].cards[0].title == "Alert · BTC/USDT:USDT"


async def test_an_option_named_as_a_word_of_python_arrives_under_its_own_name(
    host: WazeHost, bus: FakeBus
) -> None:
    asked = await set_alert(host, bus, "trail", market="BTC", percent="3", from_="peak")
    assert asked.given == {"market": "BTC", "percent": "3", "from": "peak"}


async def test_everything_that_can_be_chosen_of_how_it_behaves_is_passed_on(
    host: WazeHost, bus: FakeBus
) -> None:
    chosen = {
        "where": "here",
        "persona": "Waze",
        "confirm": "seconds:300",
        "repeat": True,
        "cooldown": "15min",
        "expires": "7d",
        "note": "sell a third",
        "role": SimpleNamespace(id=77),
        "urgent": True,
    }
    options = (await set_alert(host, bus, "stale", market="BTC", seconds=60, **chosen)).options
    assert (options.place, options.persona, options.locale) == ("channel:42", "waze", "en")
    assert (options.confirming, options.confirm_seconds, options.confirm_timeframe) == ("seconds", 300, "")
    assert (options.repeats, options.cooldown, options.is_urgent) == (True, 900, True)
    assert (options.note, options.role) == ("sell a third", "77")
    assert options.expires_at == bus.clock.now() + timedelta(days=7)


@pytest.mark.parametrize(
    ("where", "guild", "place"),
    [("dm", 5, ""), ("here", 5, "channel:42"), ("here", None, ""), ("Phone ", 5, "way:Phone")],
)
async def test_a_place_is_a_message_a_channel_or_a_way(
    host: WazeHost, bus: FakeBus, where: str, guild: int | None, place: str
) -> None:
    asked = await set_alert(host, bus, "cosmic", asking(host, guild=guild), event="full_moon", where=where)
    assert asked.options.place == place


async def test_a_close_is_of_the_candle_that_was_chosen(host: WazeHost, bus: FakeBus) -> None:
    options = (await set_alert(host, bus, "cosmic", event="full_moon", confirm="close:4h")).options
    assert (options.confirming, options.confirm_timeframe) == ("close", "4h")


async def test_a_confirmation_that_there_is_not_is_refused_and_nothing_is_asked(
    host: WazeHost, bus: FakeBus
) -> None:
    with pytest.raises(UserMistake, match="none of the choices"):
        await set_alert(host, bus, "cosmic", event="full_moon", confirm="maybe")
    assert bus.questions == []


async def test_a_date_ends_where_the_member_lives(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[GetMember] = lambda _: MemberSettings(user_id="7", timezone="America/Sao_Paulo")
    who = asking(host, locale="pt-BR")
    asked = await set_alert(host, bus, "cosmic", who, event="full_moon", expires="24/12/2026")
    assert asked.options.expires_at == datetime(2026, 12, 25, 3, tzinfo=UTC)
    assert asked.options.locale == "pt-BR"


async def test_a_button_of_a_question_goes_on_with_its_draft_and_cancelling_asks_nobody(
    host: WazeHost, bus: FakeBus
) -> None:
    who = asking(host)
    await Alert(host).press(who, Pressed("cancel", ("99",)))
    assert bus.questions == []
    await Alert(host).press(who, Pressed("choose", ("99", "1")))
    (asked,) = bus.questions
    assert isinstance(asked, ResumeAlert)
    assert (asked.draft, asked.value) == ("99", "1")
    assert [card.verdict.partition(":")[0] for card in who.extras["answer"].cards] == [
        "Nothing was saved.",
        "Set",
    ]


async def test_a_preview_of_an_expression_is_asked_as_a_combination(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[PreviewAlert] = AlertPreview(
        condition=alert_view().condition, timeframe="1m", since=NOW, until=NOW, days=3, times=[]
    )
    preview: Any = Alert.preview
    who = asking(host, locale="pt-BR")
    await preview.callback(Alert(host), who, expression="rsi(14) < 30", market="BTC", days=3)
    (asked,) = bus.questions
    assert isinstance(asked, PreviewAlert)
    assert (asked.kind, asked.days, asked.alert, asked.options.locale) == ("combo", 3, "", "pt-BR")
    assert asked.given == {"expression": "rsi(14) < 30", "market": "BTC", "timeframe": "4h"}
    with pytest.raises(UserMistake, match="nothing to look back for"):
        await preview.callback(Alert(host), asking(host), expression="rsi(14) < 30")


async def test_alerts_are_offered_by_their_words_and_by_their_ids(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ListAlerts] = AlertPage(alerts=[alert_view()], total=1)
    preview: Any = Alert.preview
    offers = preview._params["alert"].autocomplete
    for typed, count in (("70,000", 1), ("A1B2", 1), ("ETH", 0)):
        assert len(await offers(asking(host), typed)) == count


@pytest.mark.parametrize("option", ["confirm", "where", "name"])
async def test_choices_are_offered_in_the_members_language(host: WazeHost, option: str) -> None:
    wanted = {"confirm": "no fechamento de um candle de 4h", "where": "este canal", "name": "Martelo"}[option]
    (group,) = Alert.__cog_app_commands__
    command: Any = group.get_command("pattern")  # type: ignore[union-attr]  # it is a group
    offered = await command._params[option].autocomplete(asking(host, locale="pt-BR"), wanted[:9])
    assert wanted in [choice.name for choice in offered]


async def test_discord_takes_the_command_with_all_its_kinds_in_every_language() -> None:
    (group,) = Alert.__cog_app_commands__
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    told = await group.get_translated_payload(tree, CatalogueTranslator())
    check_command(told)
    assert {one.kind for one in ASKINGS} | {"preview"} == {one["name"] for one in told["options"]}


async def test_a_role_that_is_everyone_is_refused_and_nothing_is_asked(host: WazeHost, bus: FakeBus) -> None:
    with pytest.raises(UserMistake, match="cannot mention everyone"):
        await set_alert(host, bus, "cosmic", event="full_moon", where="here", role=SimpleNamespace(id=5))
    assert bus.questions == []


async def test_older_alerts_are_offered_as_well_and_the_last_page_ends_it(
    host: WazeHost, bus: FakeBus
) -> None:
    def page(request: Any) -> AlertPage:
        old = [alert_view(id="0ld")] if request.offset == 50 else [alert_view(id=f"n{request.offset}")]
        return AlertPage(alerts=old, total=60)

    bus.answers[ListAlerts] = page
    preview: Any = Alert.preview
    offered = await preview._params["alert"].autocomplete(asking(host), "0ld")
    assert [choice.value for choice in offered] == ["0ld"]
    assert len([one for one in bus.questions if isinstance(one, ListAlerts)]) == 3


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5 min", 300), ("2H", 7_200), ("7d", 604_800)])
def test_a_length_of_time_is_read(text: str, seconds: int) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0s", "-5m", "5", "9999999w"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UserMistake, match="no length of time"):
        seconds_in(text)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("24h", NOW + timedelta(days=1)),
        ("2026-08-01", datetime(2026, 8, 1, 23, tzinfo=UTC)),
        ("2026-08-03 18:30", datetime(2026, 8, 3, 17, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_ahead_is_a_length_of_time_or_a_date_in_a_zone(text: str, at: datetime) -> None:
    assert moment_in(text, now=NOW, zone=ZoneInfo("Europe/Lisbon"), locale="en") == at


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-07-01", "past"),
        ("2026-02-30", "no such date"),
        ("9999-12-31", "no such date"),
        ("24/12/2026", "no length of time"),
    ],
)
def test_a_date_that_is_past_or_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(UserMistake, match=why):
        moment_in(text, now=NOW, zone=UTC, locale="en")


@pytest.mark.parametrize(("text", "why"), [("yesterday", "no moment"), ("2026-07-01 10:00", "past")])
def test_when_something_begins_is_asked_for_as_a_beginning(text: str, why: str) -> None:
    with pytest.raises(UserMistake, match=why) as caught:
        start_in(text, now=NOW, zone=UTC, locale="en")
    assert "when it happens" in caught.value.hint
    assert start_in("2h", now=NOW, zone=UTC, locale="en") == NOW + timedelta(hours=2)
