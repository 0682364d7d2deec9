"""Cards of an alert that was set, of what is asked before, and of a look back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from alert_voices import ABOVE, NOW, ORIGIN, alert_view, guide_with_alerts

from cogs._ui.alert_set_cards import preview_card, question_card, set_card
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons, to_embed
from services.alerts.messages import AlertPreview, Asked, Choice, Options, WouldFire
from services.personas.roster import Roster, read_roster
from services.personas.voice import Voice


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def english(roster: Roster) -> Voice:
    return roster.voice("waze", "en")


@pytest.fixture
def portuguese(roster: Roster) -> Voice:
    return roster.voice("waze", "pt-BR")


def facts(card: Card) -> dict[str, str]:
    to_embed(card)
    to_buttons(card)
    return {fact.name: fact.value for fact in card.facts}


def preview(count: int, **other: object) -> AlertPreview:
    times = [
        WouldFire(at=NOW - timedelta(days=6) + timedelta(minutes=number), price=Decimal(70_000 + number))
        for number in range(count)
    ]
    told = {
        "condition": ABOVE,
        "timeframe": "1m",
        "since": NOW - timedelta(days=7),
        "until": NOW,
        "days": 7,
        "times": times,
        "tick": Decimal("0.1"),
        "origin": ORIGIN,
        **other,
    }
    return AlertPreview(**told)  # type: ignore[arg-type]  # a test's own fields


def test_a_set_alert_tells_what_where_how_far_and_from_which_price(english: Voice) -> None:
    options = Options(
        place="channel:42",
        persona="waze",
        repeats=True,
        cooldown=900,
        expires_at=NOW + timedelta(days=7),
        note="sell `a third`",
        role="77",
        is_urgent=True,
    )
    card = set_card(alert_view(options=options), english, carrier="Waze", now=NOW, key="1")
    told = facts(card)
    assert card.verdict == "Set: BTC/USDT:USDT above 70,000.0, here True, repeats True, armed True."
    assert told["Price now"] == "64,210.5 · to the level +9.02%"
    assert (told["Comes as"], told["Brought by"], told["Mentions"]) == ("<#42>", "Waze", "<@&77>")
    assert told["Repeats"] == "each time, with 15 min between"
    assert told["Note"] == "`sell 'a third'`"
    assert told["Ends"].startswith(f"<t:{int((NOW + timedelta(days=7)).timestamp())}:f>")
    assert told["Source"].startswith("binance")
    assert told["Price age"].startswith("2 s")
    assert [action.press for action in card.actions] == [
        f"alerts|{what}|a1b2c3d4e5f6" for what in ("preview", "test", "pause", "delete")
    ]


def test_an_alert_whose_condition_holds_already_says_that_it_must_cease_first(portuguese: Voice) -> None:
    view = alert_view(is_armed=False, price=None, origin=None)
    told = facts(set_card(view, portuguese, carrier="Waze", now=NOW, key="1"))
    assert told["Estado"] == "já é assim: primeiro precisa deixar de ser"
    assert told["Repete"] == "só uma vez"
    assert "Preço agora" not in told


def test_a_number_that_can_be_read_in_two_ways_has_a_button_for_each_and_one_to_leave_it(
    portuguese: Voice,
) -> None:
    choices = [Choice(value="0", number=Decimal(70_000)), Choice(value="1", number=Decimal(70))]
    asked = Asked(draft="99", why="number", written="70.000", choices=choices, tick=Decimal("0.1"))
    card = question_card(asked, portuguese, key="1")
    assert facts(card) == {}
    assert [(one.label, one.press) for one in card.actions] == [
        ("70.000,0", "alert|choose|99|0"),
        ("70,0", "alert|choose|99|1"),
        ("Cancelar", "alert|cancel|99"),
    ]


def test_a_rule_that_fires_often_is_pointed_out_with_its_count(english: Voice) -> None:
    asked = Asked(
        draft="99",
        why="often",
        choices=[Choice(value="yes")],
        condition=ABOVE,
        price=Decimal("64210.5"),
        times=180,
        days=7,
    )
    card = question_card(asked, english, key="1")
    assert facts(card)["Would have fired"] == "180\N{MULTIPLICATION SIGN} in 7 d"
    assert [one.label for one in card.actions] == ["Yes, save it", "Cancel"]
    assert card.tone == "warn"


def test_a_look_back_shows_the_first_and_the_last_moments_and_what_it_cannot_know(english: Voice) -> None:
    card = preview_card(preview(180, is_noisy=True), english, now=NOW, key="1")
    told = facts(card)
    assert card.verdict == "BTC/USDT:USDT above 70,000.0: 180 in 7, noisy True."
    assert [told[name].count("\n") for name in ("First times", "Last times")] == [2, 2]
    assert told["Last times"].endswith("70,179.0")
    assert told["How exact"] == "On 1m candles; what came first within one of them is not known."
    assert "More than 12 a day" in told["Too often"]


@pytest.mark.parametrize(
    ("count", "shown"), [(0, []), (2, ["First times"]), (5, ["First times", "Last times"])]
)
def test_few_moments_are_told_once(english: Voice, count: int, shown: list[str]) -> None:
    told = facts(preview_card(preview(count), english, now=NOW, key="1"))
    assert [name for name in ("First times", "Last times") if name in told] == shown
    assert sum(told[name].count("<t:") for name in shown) == count


def test_what_cannot_be_looked_back_for_says_why(english: Voice) -> None:
    card = preview_card(preview(0, why_not="Nothing of it is recorded."), english, now=NOW, key="1")
    assert card.verdict == "Nothing of it is recorded."
    assert "Would have fired" not in facts(card)


def test_an_alert_that_nobody_looked_back_for_says_so(english: Voice, portuguese: Voice) -> None:
    card = set_card(alert_view(), english, carrier="Waze", now=NOW, key="1", is_unchecked=True)
    assert facts(card)["How often"] == "not looked at, /alert preview tells"
    card = set_card(alert_view(), portuguese, carrier="Waze", now=NOW, key="1", is_unchecked=True)
    assert facts(card)["Frequência"] == "não verificada; /alert preview mostra"
    assert "How often" not in facts(set_card(alert_view(), english, carrier="Waze", now=NOW, key="1"))
