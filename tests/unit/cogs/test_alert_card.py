"""The buttons of a delivered alert, which any persona's bot may get, from anybody who reads the card."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from alert_voices import ABOVE, BTC, NOW, alert_view, guide_with_alerts
from asked_cogs import asking, facts, guide, press, presses
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from cogs._ui.alert_cards import delivery_card
from cogs._ui.card import read_press
from cogs.alert_card import AlertCard
from services.alerts.messages import (
    AlertOutcome,
    AlertWhy,
    Asked,
    ChangeAlert,
    Choice,
    GetAlert,
    Happening,
    Options,
    ResumeAlert,
    SetAlert,
    WhyAlert,
)
from services.alerts.posts import Delivery, Told, Value
from services.errors import NoAnswer, UserMistake
from services.members.messages import GetMember
from services.personas.roster import Roster, read_roster

RULE = "a1b2c3d4e5f6"
ALERT = "f1f2f3f4f5f6"
VALUES = [Value(label="Price", value=Decimal("70010.5"))]


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[GetAlert] = alert_view()
    return bus


@pytest.fixture
def host(bus: FakeBus, roster: Roster) -> WazeHost:
    return guide(bus, roster)


def test_every_button_of_a_delivered_card_is_one_that_the_cog_takes(roster: Roster) -> None:
    told = Told(
        alert=ALERT, rule=RULE, condition=ABOVE, state="fired", at=NOW, seen_at=NOW, values=VALUES, owner="7"
    )
    delivery = Delivery(id="1", persona="waze", locale="en", body=told, channel_id="42", created_at=NOW)
    card = delivery_card(delivery, roster.voice("waze"), now=NOW, verdict="v")
    pressed = [read_press(action.press) for action in card.actions]
    assert {(cog, action) for cog, action, _ in pressed} == {
        ("alert_card", action) for action in ("why", "snooze", "repeat", "edit")
    }


async def test_a_snooze_is_answered_beside_the_card(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ChangeAlert] = alert_view(snoozed_until=bus.clock.now() + timedelta(hours=1))
    answered = await press(AlertCard(host), f"alert_card|snooze|{RULE}|3600", asking(host))
    asked = bus.questions[-1]
    assert isinstance(asked, ChangeAlert)
    assert (asked.alert, asked.change, asked.seconds) == (RULE, "snooze", 3_600)
    assert answered.cards == []
    (card,) = answered.asides
    assert "snoozed until <t:" in card.verdict
    assert card.actions == ()


@pytest.mark.parametrize(
    ("repeats", "change", "said"), [(False, "repeat", "repeating"), (True, "once", "once")]
)
async def test_repeat_turns_an_alert_to_the_other_way(
    host: WazeHost, bus: FakeBus, *, repeats: bool, change: str, said: str
) -> None:
    bus.answers[GetAlert] = alert_view(options=Options(repeats=repeats))
    bus.answers[ChangeAlert] = alert_view(options=Options(repeats=not repeats))
    (card,) = (await press(AlertCard(host), f"alert_card|repeat|{RULE}", asking(host))).asides
    asked = bus.questions[-1]
    assert isinstance(asked, ChangeAlert)
    assert asked.change == change
    assert card.verdict.endswith(f"{said} until None.")


@pytest.mark.parametrize(("wanted", "change"), [("on", "repeat"), ("off", "once")])
async def test_a_button_that_says_what_is_wanted_never_turns_to_the_other(
    host: WazeHost, bus: FakeBus, wanted: str, change: str
) -> None:
    as_wanted = alert_view(options=Options(repeats=wanted == "on"))
    bus.answers[GetAlert] = bus.answers[ChangeAlert] = as_wanted
    await press(AlertCard(host), f"alert_card|repeat|{RULE}|{wanted}", asking(host))
    asked = bus.questions[-1]
    assert isinstance(asked, ChangeAlert)
    assert asked.change == change


@pytest.mark.parametrize("button", [f"snooze|{RULE}|3600", f"repeat|{RULE}", f"edit|{RULE}", f"save|{RULE}"])
async def test_who_is_not_the_owner_is_told_that_it_is_somebody_elses(
    host: WazeHost, bus: FakeBus, button: str
) -> None:
    bus.answers[GetAlert] = UserMistake(f"There is no alert {RULE}.")
    with pytest.raises(UserMistake, match="belongs to somebody else"):
        await press(AlertCard(host), f"alert_card|{button}", asking(host, user=8))
    assert [type(one) for one in bus.questions] == [GetAlert]


async def test_in_a_direct_message_an_alert_that_is_gone_is_said_to_be_gone(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[GetAlert] = UserMistake(f"There is no alert {RULE}.")
    with pytest.raises(UserMistake, match="There is no alert"):
        await press(AlertCard(host), f"alert_card|repeat|{RULE}", asking(host, guild=None))


async def test_an_alerts_process_that_is_away_is_not_taken_for_another_owner(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[GetAlert] = NoAnswer("alerts does not answer.")
    with pytest.raises(NoAnswer):
        await press(AlertCard(host), f"alert_card|repeat|{RULE}", asking(host))


async def test_why_of_a_feeds_alert_is_told_to_anybody_and_offers_nothing_to_change(
    host: WazeHost, bus: FakeBus
) -> None:
    happened = Happening(
        alert=ALERT,
        at=NOW,
        seen_at=NOW,
        price=Decimal("70010.5"),
        tick=Decimal("0.1"),
        values=VALUES,
        state="fired",
        span=0,
        late=0,
        delivered="sent",
    )
    bus.answers[WhyAlert] = AlertWhy(alert=alert_view(fired=1), happenings=[happened])
    who = asking(host, user=8, locale="pt-BR")
    (card,) = (await press(AlertCard(host), f"alert_card|why|{RULE}|{ALERT}", who)).asides
    (asked,) = bus.questions
    assert isinstance(asked, WhyAlert)
    assert asked.alert == ALERT
    assert card.actions == ()
    told = facts(card)
    assert told["O que foi observado"] == "Preço: 70.010,5"
    assert told["Mensagem"] == "entregue"
    assert "Estado" not in told


async def test_an_edit_is_saved_and_asked_about_beside_the_card_by_any_bot(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[GetAlert] = alert_view(given={"market": BTC, "way": "above", "level": "70000"})
    asked = Asked(
        draft="99", why="number", written="70.000", choices=[Choice(value="0", number=Decimal(70_000))]
    )
    bus.answers[SetAlert] = AlertOutcome(asked=asked)
    bus.answers[ResumeAlert] = AlertOutcome(saved=alert_view())
    cog = AlertCard(host)
    (form,) = (await press(cog, f"alert_card|edit|{RULE}", asking(host))).forms
    assert form.press == f"alert_card|save|{RULE}"
    (question,) = (await press(cog, form.press, asking(host), level="70.000")).asides
    choose, cancel = presses(question)
    assert (choose, cancel) == ("alert_card|choose|99|0", "alert_card|cancel|99")
    (saved,) = (await press(cog, choose, asking(host))).cards
    assert saved.actions == ()
    (left,) = (await press(cog, cancel, asking(host))).cards
    assert left.verdict == "Nothing was saved."


@pytest.mark.parametrize(
    "custom_id", ["alert_card", "alert_card|why", "alert_card|snooze|a|b", "alert_card|explode|a"]
)
async def test_a_button_that_nobody_knows_leaves_the_card_as_it_is(
    host: WazeHost, bus: FakeBus, custom_id: str
) -> None:
    answered = await press(AlertCard(host), custom_id, asking(host))
    assert answered.cards == []
    assert answered.asides[0].verdict in host.roster.voice("waze", "en").variants("ended", {})
    assert bus.questions == []
