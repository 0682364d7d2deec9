"""`/alerts`: the list, one alert and what is done with it, why it fired, and the form that changes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from alert_voices import ABOVE, BTC, ORIGIN, alert_view, guide_with_alerts
from asked_cogs import asking, command_of, facts, guide, press, presses, run
from discord import Client, Intents, app_commands
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from bots.waze.translator import CatalogueTranslator
from cogs._ui.clock_times import clock_of, minute_in, seconds_left
from cogs.alerts import Alerts
from sandbox.discord.rules.commands import check_command
from services.alerts import messages
from services.alerts.conditions import FibMeeting, SkyShows
from services.alerts.messages import (
    AlertOutcome,
    AlertPage,
    AlertPreview,
    AlertView,
    ChangeAlert,
    DeleteAlert,
    GetAlert,
    ListAlerts,
    Options,
    PreviewAlert,
    SetAlert,
)
from services.bus.messages import Request
from services.errors import NoAnswer, UserMistake
from services.market.messages import GetQuote, Quote
from services.members.messages import GetMember, MemberSettings
from services.personas.roster import Roster, read_roster

ID = "a1b2c3d4e5f6"
TIMES = "\N{MULTIPLICATION SIGN}"
NOON = datetime(2026, 8, 1, 12, 0, 3, tzinfo=UTC)
QUOTE = Quote(market=BTC, price=Decimal(56_000), tick=Decimal("0.1"), origin=ORIGIN)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[GetQuote] = QUOTE
    bus.answers[GetAlert] = bus.answers[messages.TestAlert] = bus.answers[DeleteAlert] = alert_view()
    return bus


@pytest.fixture
def host(bus: FakeBus, roster: Roster) -> WazeHost:
    return guide(bus, roster)


def kept(bus: FakeBus, *alerts: AlertView, total: int | None = None) -> None:
    """Let the member have these alerts, on whichever page is asked for."""

    def page(request: Request[Any]) -> AlertPage:
        assert isinstance(request, ListAlerts)
        count = len(alerts) if total is None else total
        if request.limit == 1:
            return AlertPage(alerts=[], total=2)
        return AlertPage(alerts=[*alerts] if request.offset < max(count, 1) else [], total=count)

    bus.answers[ListAlerts] = page


async def test_a_list_tells_how_each_stands_how_far_away_it_is_and_where_it_comes(
    host: WazeHost, bus: FakeBus
) -> None:
    now = bus.clock.now()
    later = now + timedelta(hours=1)
    kept(
        bus,
        alert_view(),
        alert_view(id="b1", is_armed=False, fired=3, options=Options(place="channel:9")),
        alert_view(id="c1", snoozed_until=later),
        alert_view(id="d1", status="paused"),
        alert_view(id="e1", status="done", condition=SkyShows(event="full_moon")),
    )
    (card,) = (await run(Alerts(host), "alerts list", asking(host))).cards
    assert card.verdict == "Listed 5, active 2."
    told = facts(card)
    assert [*told][:5] == [
        "a1b2c3d4 · armed",
        "b1 · must first cease",
        "c1 · snoozed",
        "d1 · paused",
        "e1 · done",
    ]
    assert told["a1b2c3d4 · armed"].endswith(f"to the level +25.00% · fired 0{TIMES} · direct message")
    assert told["b1 · must first cease"].endswith(f"fired 3{TIMES} · <#9>")
    assert told["c1 · snoozed"].endswith(f"silent until <t:{int(later.timestamp())}:f>")
    assert told["e1 · done"] == f"Full Moon\nfired 0{TIMES} · direct message"
    assert told["Source"].startswith("binance")
    assert card.actions == ()


async def test_a_list_without_a_price_is_told_all_the_same(host: WazeHost, bus: FakeBus) -> None:
    kept(bus, alert_view())
    bus.answers[GetQuote] = NoAnswer("market does not answer.")
    (card,) = (await run(Alerts(host), "alerts list", asking(host))).cards
    assert facts(card) == {"a1b2c3d4 · armed": f"{BTC} above 70,000\nfired 0{TIMES} · direct message"}


async def test_pages_are_turned_by_buttons_that_carry_the_filter(host: WazeHost, bus: FakeBus) -> None:
    kept(bus, alert_view(), total=20)
    cog = Alerts(host)
    (card,) = (await run(cog, "alerts list", asking(host), market="BTC", status="active")).cards
    assert presses(card) == ["alerts|list|2|active|BTC"]
    assert "page 1 of 3" in card.footnote
    (second,) = (await press(cog, presses(card)[0], asking(host))).cards
    assert presses(second) == ["alerts|list|1|active|BTC", "alerts|list|3|active|BTC"]
    asked = [one for one in bus.questions if isinstance(one, ListAlerts) and one.limit > 1]
    assert [(one.market, one.status, one.offset) for one in asked] == [
        ("BTC", "active", 0),
        ("BTC", "active", 8),
    ]


async def test_a_page_behind_the_last_is_the_last(host: WazeHost, bus: FakeBus) -> None:
    kept(bus, alert_view(), total=9)
    (card,) = (await run(Alerts(host), "alerts list", asking(host), page=7)).cards
    assert presses(card) == ["alerts|list|1||"]


async def test_a_market_that_fits_into_no_button_is_listed_without_them(host: WazeHost, bus: FakeBus) -> None:
    kept(bus, alert_view(), total=20)
    (card,) = (await run(Alerts(host), "alerts list", asking(host), market="a|b")).cards
    assert card.actions == ()


@pytest.mark.parametrize(
    ("name", "change", "button"), [("pause", "pause", "resume"), ("resume",) * 2 + ("pause",)]
)
async def test_an_alert_is_paused_and_resumed_by_command_and_by_button(
    host: WazeHost, bus: FakeBus, name: str, change: str, button: str
) -> None:
    bus.answers[ChangeAlert] = alert_view(status="paused" if name == "pause" else "active")
    cog = Alerts(host)
    (card,) = (await run(cog, f"alerts {name}", asking(host), id=ID, persona=None)).cards
    await press(cog, f"alerts|{name}|{ID}", asking(host))
    asked = [one for one in bus.questions if isinstance(one, ChangeAlert)]
    assert [(one.alert, one.change, one.caller.user_id) for one in asked] == [(ID, change, "7")] * 2
    assert card.verdict.endswith(f"{name}d until None.")
    assert presses(card) == [f"alerts|{what}|{ID}" for what in ("test", button, "edit", "delete", "why")]


@pytest.mark.parametrize(("text", "seconds"), [("15m", 900), ("8h", 28_800), ("today", 85_400)])
async def test_a_snooze_lasts_as_long_as_is_said_or_as_the_members_day(
    host: WazeHost, bus: FakeBus, text: str, seconds: int
) -> None:
    bus.answers[ChangeAlert] = alert_view(snoozed_until=bus.clock.now() + timedelta(seconds=seconds))
    (card,) = (await run(Alerts(host), "alerts snooze", asking(host), id=ID, for_=text)).cards
    (asked,) = bus.questions
    assert isinstance(asked, ChangeAlert)
    assert (asked.change, asked.seconds) == ("snooze", seconds)
    assert "snoozed until <t:" in card.verdict
    assert facts(card)["State"] == "snoozed"


async def test_the_day_of_a_snooze_ends_where_the_member_lives(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[GetMember] = lambda _: MemberSettings(user_id="7", timezone="America/Sao_Paulo")
    bus.answers[ChangeAlert] = alert_view()
    await run(Alerts(host), "alerts snooze", asking(host, locale="pt-BR"), id=ID, for_="hoje")
    (asked,) = bus.questions
    assert isinstance(asked, ChangeAlert)
    assert asked.seconds == 3 * 3_600 - 1_000


async def test_a_deletion_is_asked_about_and_only_its_owner_can_answer(host: WazeHost, bus: FakeBus) -> None:
    cog = Alerts(host)
    (question,) = (await run(cog, "alerts delete", asking(host), id=ID, persona=None)).cards
    erase, keep = presses(question)
    assert (erase, keep) == (f"alerts|erase|7|{ID}", f"alerts|keep|7|{ID}")
    for button in (erase, keep):
        with pytest.raises(UserMistake, match="somebody else"):
            await press(cog, button, asking(host, user=8))
    (stays,) = (await press(cog, keep, asking(host))).cards
    assert stays.verdict == "Nothing was deleted."
    assert not any(isinstance(one, DeleteAlert) for one in bus.questions)
    (gone,) = (await press(cog, erase, asking(host))).cards
    assert gone.verdict.endswith("deleted until None.")
    assert gone.actions == ()


async def test_a_test_is_sent_and_a_preview_stands_beside_the_card(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[PreviewAlert] = AlertPreview(
        condition=ABOVE, timeframe="1m", since=NOON, until=NOON, days=7, times=[]
    )
    cog = Alerts(host)
    (card,) = (await press(cog, f"alerts|test|{ID}", asking(host))).cards
    assert card.verdict.endswith("tested until None.")
    answered = await press(cog, f"alerts|preview|{ID}", asking(host, locale="pt-BR"))
    assert answered.cards == []
    assert answered.asides[0].title.endswith("Prévia")
    asked = bus.questions[-1]
    assert isinstance(asked, PreviewAlert)
    assert asked.options.locale == "pt-BR"


@pytest.mark.parametrize(
    "custom_id", ["alerts", "alerts|explode|a1", "alerts|list|x||", "alerts|list|1|what|", "alerts|erase|7"]
)
async def test_a_button_that_nobody_knows_has_ended(host: WazeHost, bus: FakeBus, custom_id: str) -> None:
    (card,) = (await press(Alerts(host), custom_id, asking(host))).cards
    assert card.verdict in host.roster.voice("waze", "en").variants("ended", {})
    assert bus.questions == []


GIVEN = {"market": "BTC", "way": "above", "level": "70k", "margin": "10"}


async def edited(host: WazeHost, bus: FakeBus, view: AlertView, **written: str) -> SetAlert:
    """Send the form of an alert, as it was shown but for what is `written`; return what is asked."""
    bus.answers[GetAlert] = view
    bus.answers[SetAlert] = AlertOutcome(saved=view)
    cog = Alerts(host)
    (form,) = (await run(cog, "alerts edit", asking(host), id=ID, persona=None)).forms
    shown = {field.name: field.value for field in form.fields}
    await press(cog, form.press, asking(host), **{**shown, **written})
    (asked,) = [one for one in bus.questions if isinstance(one, SetAlert)]
    return asked


async def test_a_form_shows_an_alert_as_it_was_written_and_saves_what_was_changed(
    host: WazeHost, bus: FakeBus
) -> None:
    options = Options(
        place="channel:9", locale="pt-BR", cooldown=900, note="sell @\u200bme", is_urgent=True, role="77"
    )
    view = alert_view(given=GIVEN, options=options)
    asked = await edited(host, bus, view, level="71k", repeat="Yes", expires="7d", cooldown="1h")
    assert (asked.replaces, asked.kind) == (ID, "price")
    assert asked.given == {**GIVEN, "level": "71k"}
    saved = asked.options
    assert (saved.note, saved.cooldown, saved.repeats) == ("sell @me", 3_600, True)
    assert saved.expires_at == bus.clock.now() + timedelta(days=7)
    assert (saved.place, saved.role, saved.is_urgent) == ("channel:9", "77", True)
    assert saved.locale == "en"


async def test_a_form_that_is_sent_as_it_was_changes_nothing(host: WazeHost, bus: FakeBus) -> None:
    ends = bus.clock.now() + timedelta(days=1, seconds=7)
    view = alert_view(given=GIVEN, options=Options(locale="pt-BR", expires_at=ends, repeats=True))
    asked = await edited(host, bus, view)
    assert (asked.given, asked.options) == (view.given, view.options)


@pytest.mark.parametrize(
    ("kind", "given", "names"),
    [
        ("combo", {"expression": "rsi(14) < 30"}, ["expression"]),
        ("fib", {"market": "BTC"}, ["ratio"]),
        ("close", {"closing": "up"}, []),
        ("close", {"closing": "above", "level": "1"}, ["level"]),
        ("cosmic", {"event": "full_moon"}, []),
    ],
)
async def test_a_form_asks_for_what_the_kind_is_made_of(
    host: WazeHost, bus: FakeBus, kind: Any, given: dict[str, str], names: list[str]
) -> None:
    bus.answers[GetAlert] = alert_view(kind=kind, given=given)
    (form,) = (await press(Alerts(host), f"alerts|edit|{ID}", asking(host, locale="pt-BR"))).forms
    assert [field.name for field in form.fields] == [*names, "note", "cooldown", "expires", "repeat"]
    assert form.press == f"alerts|save|{ID}"


async def test_a_level_of_fibonacci_may_be_left_empty_for_a_confluence(host: WazeHost, bus: FakeBus) -> None:
    meeting = FibMeeting(market=BTC, timeframe="4h", meeting="touch", ratio=Decimal("0.618"))
    view = alert_view(kind="fib", condition=meeting, given={"market": "BTC", "ratio": "61.8%"})
    assert (await edited(host, bus, view, ratio="")).given["ratio"] == ""


@pytest.mark.parametrize(
    ("written", "why"),
    [({"repeat": "maybe"}, "repeats"), ({"cooldown": "soon"}, "length"), ({"expires": "2020-01-01"}, "past")],
)
async def test_what_cannot_be_read_in_a_form_is_refused_and_nothing_is_saved(
    host: WazeHost, bus: FakeBus, written: dict[str, str], why: str
) -> None:
    with pytest.raises(UserMistake, match=why):
        await edited(host, bus, alert_view(given=GIVEN), **written)
    assert not any(isinstance(one, SetAlert) for one in bus.questions)


async def test_lengths_of_a_snooze_are_offered_in_the_members_language(host: WazeHost) -> None:
    offers = command_of(Alerts, "alerts snooze")._params["for_"].autocomplete
    offered = await offers(asking(host, locale="pt-BR"), "hoje")
    assert [(one.name, one.value) for one in offered] == [("até o fim de hoje", "today")]


async def test_discord_takes_the_commands_in_every_language() -> None:
    tree = app_commands.CommandTree(Client(intents=Intents.none()))
    (group,) = Alerts.__cog_app_commands__
    check_command(await group.get_translated_payload(tree, CatalogueTranslator()))
    assert all(one.extras["is_private"] for one in group.walk_commands())  # type: ignore[union-attr]  # it is a group


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("22:00", "22:00"),
        ("10pm", "22:00"),
        ("7:30 AM", "07:30"),
        ("12am", "00:00"),
        ("12pm", "12:00"),
        ("22h30", "22:30"),
        ("7h", "07:00"),
        ("0", "00:00"),
    ],
)
def test_a_time_of_day_is_read_as_people_write_it(text: str, clock: str) -> None:
    assert clock_of(minute_in(text)) == clock


@pytest.mark.parametrize(
    "text", ["", "24:00", "13pm", "0am", "7:60", "noon", "\N{ARABIC-INDIC DIGIT SEVEN}", "7:3"]
)
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(UserMistake, match="time of day"):
        minute_in(text)


def test_a_day_has_a_minute_left_at_least() -> None:
    assert seconds_left(datetime(2026, 8, 1, 23, 59, 59, tzinfo=UTC), UTC) == 60
