from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from courier_stage import ABOVE, AT, BTC, delivery, told
from msgspec.structs import replace

from cogs._ui.alert_cards import delivery_card, marks_of, spoken
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons, to_embed
from cogs.alert_card import LINES
from services.alerts.conditions import SkyShows
from services.alerts.posts import Body, Brief, BriefMarket, Digest, DigestLine, Notice, State
from services.personas.roster import read_roster
from services.personas.voice import Voice

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
EN, PT = ROSTER.voice("xyko", "en"), ROSTER.voice("xyko", "pt-BR")
MARKET = BriefMarket(
    market=BTC,
    price=Decimal("70010.5"),
    tick=Decimal("0.1"),
    before=Decimal(69000),
    support=Decimal(68500),
    lean="bull",
)
BRIEF = Brief(kind="session", at=AT, markets=[MARKET], session="London", missing=["XRP/USDT:USDT"])
LINE = DigestLine(condition=ABOVE, at=AT, price=Decimal("70010.5"), tick=Decimal("0.1"), severity="high")
WAITS = DigestLine(condition=ABOVE, at=AT, state="pending")
DIGEST = Digest(why="quiet hours", since=AT, until=AT + timedelta(hours=9), lines=[LINE, WAITS], more=3)
NOTICE = Notice(what="undelivered", condition=ABOVE, rule="0123456789", reason="The channel is gone.")
SAMPLES: dict[str, set[str]] = {line.name: set(line.sample) for line in LINES}


def card(body: Body, voice: Voice = EN, **other: Any) -> Card:
    return delivery_card(
        delivery("1", body, **other), voice, now=AT + timedelta(seconds=2), verdict="As it was said."
    )


def facts(body: Body, voice: Voice = EN) -> dict[str, str]:
    return {fact.name: fact.value for fact in card(body, voice).facts}


@pytest.mark.parametrize(
    "body",
    [
        told(),
        told(state="pending", confirmed_by="the close of 4h"),
        told(state="armed", price=None),
        told(state="test", note="sell a third", late=180),
        DIGEST,
        BRIEF,
        NOTICE,
        Notice(what="moved"),
    ],
    ids=lambda body: type(body).__name__,
)
@pytest.mark.parametrize("voice", [EN, PT], ids=["en", "pt-BR"])
def test_a_body_is_told_with_the_facts_of_its_line_and_fits_into_a_message(body: Body, voice: Voice) -> None:
    line, known = spoken(body, voice)
    assert set(known) == SAMPLES[line]
    assert to_embed(card(body, voice)).footer.text


def test_an_alert_says_what_was_seen_when_and_how_old_it_is() -> None:
    told_facts = facts(told(span=60, late=180, decided=Decimal("70100.5")))
    assert told_facts["Price"] == "70,010.5"
    assert told_facts["What it looked at"] == "Price: 70,010.5"
    assert told_facts["When"].startswith(f"<t:{int(AT.timestamp())}:f>")
    assert told_facts["When"].endswith("seen in a candle of 1 min")
    assert told_facts["Late"] == "late by 3 min"
    assert told_facts["Price when decided"] == "70,100.5"
    assert told_facts["Source"] == "binance · LIVE"
    assert told_facts["Price age"].startswith("2 s")


def test_what_is_not_so_is_not_told() -> None:
    assert {"Late", "Price when decided", "Severity"} & set(facts(told())) == set()
    assert "candle" not in facts(told(span=1))["When"]


@pytest.mark.parametrize(
    ("state", "way"),
    [
        ("pending", "armed → **met, not confirmed yet**"),
        ("fired", "armed → **fired**"),
        ("confirmed", "armed → fired → **confirmed**"),
        ("failed", "armed → met → **not confirmed**"),
        ("armed", "armed → fired → **armed again**"),
        ("test", "**test**"),
    ],
)
def test_an_alert_shows_the_way_to_its_state(state: State, way: str) -> None:
    assert facts(told(state=state))["State"] == way


def test_a_members_alert_can_be_asked_snoozed_repeated_and_edited_and_that_of_a_feed_asked() -> None:
    own = [action.press for action in card(told()).actions]
    assert own == [
        "alert_card|why|0123456789abcdef|a1b2c3d4e5f6",
        "alert_card|snooze|0123456789abcdef|3600",
        "alert_card|repeat|0123456789abcdef|on",
        "alert_card|edit|0123456789abcdef",
    ]
    assert [action.press for action in card(told(feed="patterns")).actions] == own[:1]
    turn = card(told(repeats=True)).actions[2]
    assert (turn.label, turn.press) == ("Only once", "alert_card|repeat|0123456789abcdef|off")
    assert to_buttons(card(DIGEST)) is None


@pytest.mark.parametrize(
    ("confirmed_by", "waits_for"),
    [
        ("the close of 4h", "o fechamento do candle de 4h"),
        ("30 s", "o fim de 30 s"),
        ("two venues", "a confirmação de duas corretoras"),
    ],
)
def test_what_is_waited_for_is_said_in_the_language_of_the_voice(confirmed_by: str, waits_for: str) -> None:
    _, known = spoken(told(state="pending", confirmed_by=confirmed_by), PT)
    assert known["waits_for"] == waits_for


@pytest.mark.parametrize("voice", [EN, PT], ids=["en", "pt-BR"])
@pytest.mark.parametrize("body", [told(), DIGEST, BRIEF, NOTICE], ids=lambda body: type(body).__name__)
def test_the_marks_of_a_delivery_stand_in_its_footer(body: Body, voice: Voice) -> None:
    marks = marks_of(delivery("1", body))
    assert set(marks) <= set(card(body, voice).footnote.split())
    assert {len(mark) for mark in marks} == {8}


def test_an_alert_about_the_sky_has_a_title_too() -> None:
    about = replace(told(), condition=SkyShows(event="full_moon"), price=None, origin=None)
    assert (card(about).title, card(told()).title) == ("The sky", BTC)
    assert "Price age" not in facts(about)


def test_a_brief_tells_each_market_and_what_it_could_not_get() -> None:
    known = facts(BRIEF)
    assert known[BTC].splitlines() == [
        "**70,010.5** · ▲ +1.46% up (24 h)",
        "support 68,500.0",
        "more points up than down",
    ]
    assert known["No price to be had"] == "XRP/USDT:USDT"
    assert card(BRIEF).title == "London opens"


def test_a_digest_tells_what_fits_and_how_much_more_there_was() -> None:
    known = [fact.value for fact in card(DIGEST).facts]
    assert known[0].count("BTC/USDT:USDT above 70,000") == 2
    assert known[0].endswith("met, not confirmed yet")
    assert known[1] == "3 not shown"
    long = replace(DIGEST, lines=[LINE] * 100)
    shown = [fact.value for fact in card(long).facts if fact.name == "Alerts"]
    lines = sum(value.count("BTC/USDT:USDT") for value in shown)
    assert 20 < lines < 100
    assert f"{103 - lines} not shown" in [fact.value for fact in card(long).facts]
    assert max(len(value) for value in shown) <= 1024


def test_a_notice_says_why_in_the_language_of_whoever_reads_it() -> None:
    assert facts(NOTICE, PT) == {"Por quê": "O canal não existe mais."}
    assert card(NOTICE, PT).title == "Não entregue"
