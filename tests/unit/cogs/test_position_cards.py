from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from courier_stage import delivery
from trading_news_stage import AT, BTC, ended, order, position

from cogs._ui.alert_cards import delivery_card, marks_of, spoken, subject_of
from cogs._ui.card import COLOURS, Card
from cogs._ui.embed import to_embed
from cogs._ui.position_cards import Trading
from services.alerts.posts import Notice
from services.alerts.trading_posts import DeskNews, PositionNews
from services.locales.numbers import MINUS
from services.personas.roster import read_roster
from services.personas.voice import Voice

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
EN, PT = ROSTER.voice("xyko", "en"), ROSTER.voice("xyko", "pt-BR")
POSITIONS: list[PositionNews] = [*get_args(PositionNews)]
DESK: list[DeskNews] = [*get_args(DeskNews)]
EVERY: list[Trading] = [
    *(ended(news=news) if news in {"closed", "liquidated"} else position(news=news) for news in POSITIONS),
    *(order(news=news) for news in DESK),
    position(is_shared=True),
    order(news="halted", market="", side="", kind="", amount=None, tick=None, about="market:a:B"),
]
MONEY = ("300", "USDT", "0.25", "savings", "630", "7.65", "2.25", "1.5", "55,000", "58,000", "66,000", "10x")


def card(body: Trading, voice: Voice = EN) -> Card:
    return delivery_card(delivery("1", body), voice, now=AT + timedelta(seconds=2), verdict="As it was said.")


def facts(body: Trading, voice: Voice = EN) -> dict[str, str]:
    return {fact.name: fact.value for fact in card(body, voice).facts}


def pressed(body: Trading) -> list[str]:
    return [action.press for action in card(body).actions]


@pytest.mark.parametrize("voice", [EN, PT], ids=["en", "pt-BR"])
@pytest.mark.parametrize("body", EVERY, ids=lambda body: body.news)
def test_all_news_can_be_said_and_fit_into_a_message(body: Trading, voice: Voice) -> None:
    line, known = spoken(body, voice)
    said = voice.render(line, key="1", **known)
    shown = to_embed(card(body, voice))
    assert said
    assert "None" not in said
    assert set(marks_of(delivery("1", body))) <= set((shown.footer.text or "").split())


def test_a_position_tells_all_that_is_known_of_it() -> None:
    told, shown = facts(position()), card(position())
    assert shown.title == "PAPER · BTC/USDT:USDT · long"
    assert told["Size"] == "0.25 BTC · 10x"
    assert (told["Entry"], told["Mark price"]) == ("60,000.0", "61,200.0")
    assert told["Result so far"] == "+300.25 USDT · +2.00% · +0.50 R"
    assert told["Liquidation"] == "55,000.0 · 10.1% away"
    assert (told["Stop price"], told["Target"]) == ("58,000.0", "66,000.0")
    assert told["Funding so far"] == f"{MINUS}1.50 USDT"
    assert told["Near Fibonacci levels"] == "entry: 61.8% at 60,010.0\nstop: 78.6% at 58,050.0"
    assert (told["Golden score"][:9], told["Health"]) == ("72 of 100", "64 of 100")
    assert told["Paper"] == "Simulated: no real money."
    assert "position card1234" in shown.footnote
    assert shown.colour == COLOURS["up"]


def test_the_card_of_an_end_tells_how_it_went_and_what_it_teaches() -> None:
    told = facts(ended())
    assert told["Result after fees and funding"] == "+620.85 USDT · +4.13%"
    assert told["By price alone"] == "+630.75 USDT · +4.20% · +1.05 R"
    assert told["Size"] == "0.35 BTC · 10x", "all of it, however much was closed last"
    assert "Health" not in told
    assert told["Fees"] == f"{MINUS}7.65 USDT"
    assert (told["Exit"], told["Held for"]) == ("62,520.0", "2 h 1 min")
    assert told["Furthest in favour (MFE)"] == "+6.10%"
    assert told["Furthest against (MAE)"] == f"{MINUS}1.10%"
    assert told["What it teaches"] == "More than half of the best was left."
    assert pressed(ended()) == []


@pytest.mark.parametrize("body", [position(is_shared=True), ended(is_shared=True)], ids=["open", "closed"])
def test_a_shared_card_shows_percent_and_never_money_whatever_its_body_holds(body: Trading) -> None:
    shown = card(body)
    text = f"{shown.title} {shown.footnote} " + " ".join(
        f"{one.name} {one.value}".replace(BTC, "") for one in shown.facts if one.name != "When"
    )
    assert [one for one in MONEY if one in text.replace(BTC, "")] == []
    assert "%" in text
    assert shown.actions == ()


def test_near_liquidation_is_red_and_says_first_what_can_be_done() -> None:
    shown = card(position(news="near_liquidation"))
    assert shown.colour == COLOURS["down"]
    assert shown.facts[0].value == "Make it smaller, or add margin at the venue."
    assert [(one.label, one.style) for one in shown.actions] == [
        ("Close", "danger"),
        ("Reduce 50 %", "danger"),
        ("Move the stop", "secondary"),
        ("Mute levels", "secondary"),
    ]


def test_a_position_is_closed_halved_and_protected_by_buttons_that_carry_what_they_need() -> None:
    presses = [f"desk_card|{deed}|{BTC}|acct5678" for deed in ("close", "half", "stop")]
    mute = "desk_card|mute|card1234567"
    assert pressed(position()) == [*presses, mute]
    assert pressed(position(is_muted=True)) == [*presses, mute.replace("mute", "unmute")]
    assert pressed(position(account="")) == [
        *(press.replace("acct5678", "savings") for press in presses),
        mute,
    ]
    assert pressed(position(account="", account_name="n" * 90)) == []
    assert pressed(position(account="", account_name="")) == []


def test_a_proposal_can_be_approved_and_rejected_until_it_ends() -> None:
    proposal = order(news="proposal", about="prop1", kind="breakout", expires_at=AT + timedelta(minutes=10))
    assert pressed(proposal) == ["desk_card|yes|prop1", "desk_card|no|prop1"]
    assert "Open until" in facts(proposal)
    assert pressed(order()) == []


def test_an_order_tells_its_fill_and_what_a_simulated_one_rests_on() -> None:
    told, shown = facts(order()), card(order(mode="live"))
    assert (told["Order"], told["Filled"], told["Price"]) == (
        "Buy 0.01 · limit order",
        "0.01 BTC",
        "60,000.0",
    )
    assert told["Fees"] == f"{MINUS}0.12 USDT"
    assert told["What the fill rests on"] == "a trade printed through its price"
    assert shown.title == "LIVE · BTC/USDT:USDT · Filled"
    assert "Paper" not in {fact.name for fact in shown.facts}


def test_a_reason_is_filled_in_and_translated_and_one_without_its_facts_stays_whole() -> None:
    failed = order(words="The strategy failed: {why}", facts={"why": "The venue does not know it."})
    assert facts(failed)["Why"] == "The strategy failed: The venue does not know it."
    assert "A corretora não a conhece." in facts(failed, PT)["Por quê"]
    assert facts(order(words='{"code": 7}'))["Why"] == '{"code": 7}'


def test_what_is_not_known_is_not_told() -> None:
    unknown = dict.fromkeys(("mark", "amount", "unrealised", "share", "r", "liquidation", "stop", "target"))
    bare = position(news="unknown", near=[], golden_score=None, health=None, funding=None, **unknown)
    assert set(facts(bare)) == {"Why", "Entry", "Account", "Paper", "When", "Source", "Price age"}
    assert spoken(bare, EN)[1]["is_up"] is None
    assert facts(position(unrealised=Decimal(0)))["Result so far"].startswith("0.00 USDT")


def test_a_card_keeps_its_words_while_it_is_edited() -> None:
    assert subject_of(delivery("9", position())) == "card1234567"
    assert subject_of(delivery("9", order())) == "order1234567"
    assert spoken(Notice(what="moved", is_of_desk=True), EN)[1]["what"] == "news of your trades"


def test_a_trailing_stop_has_no_price_and_what_no_price_liquidates_is_said_to_be_so() -> None:
    trails = position(
        stop=None, is_trailing=True, trail=Decimal(3), liquidation=None, is_never_liquidated=True
    )
    told, said = facts(trails), facts(trails, PT)
    assert "Stop price" not in told
    assert told["Trailing stop"] == "trailing, 3% behind the best price"
    assert told["Liquidation"] == "none: no price takes it"
    assert said["Stop móvel"] == "móvel, 3% atrás do melhor preço"
    assert facts(position(stop=None, is_trailing=True))["Trailing stop"] == "trailing, how far is not known"
