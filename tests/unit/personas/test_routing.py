from __future__ import annotations

from pathlib import Path

import pytest

from services.personas.roster import read_roster
from services.personas.routing import Question, who_can_help

ROSTER = read_roster(Path(__file__).parents[3] / "personas")


@pytest.mark.parametrize(
    ("text", "venue", "rest"),
    [
        ("btc price on sandbox_twin", "sandbox_twin", "btc price"),
        ("what's eth at on kraken?", "kraken", "what's eth ?"),
        ("price of btc at Binance-Twin.", "binance-twin", "price of btc ."),
        ("preço do btc na bybit", "bybit", "preço do btc"),
        ("how much is sol on the bynance", "bynance", "how much is sol"),
        ("btc in crypto.com", "crypto.com", "btc"),
        ("how is btc in the markets on monday at the moment", "", None),
        ("funding in DYDX", "", None),
        ("open interest on BTC/USDT:USDT in crypto", "", None),
        ("kraken", "", None),
        ("what's the price of the kraken", "", None),
        ("como está o btc no mercado", "", None),
    ],
)
def test_a_venue_is_read_where_a_question_names_its_place(text: str, venue: str, rest: str | None) -> None:
    question = Question(text)
    assert question.venue(["sandbox_twin", "binance-twin"]) == venue
    assert question.without(venue).text == (text if rest is None else rest)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<@123> price of BTC", "price of BTC"),
        ("@everyone btc", "btc"),
        ("@here <@&5> <a:wave:77> btc", "btc"),
        ("\N{RIGHT-TO-LEFT MARK}btc", "btc"),
        ("b\N{ZERO WIDTH SPACE}tc", "btc"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER E}TH", "ETH"),
    ],
)
def test_mentions_and_letters_that_nobody_sees_are_taken_out(content: str, text: str) -> None:
    assert Question.of(content).text == text


def test_a_phrase_counts_only_as_a_whole() -> None:
    assert Question("how is it, much better?").hits(["how much"]) == 0
    assert Question("How much is it?").hits(["how much"]) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("what is the price of BTC", "xyko"),
        ("24h volume of ETH/USDT", "xyko"),
        ("please restart the bots", "waze"),
        ("which commands are there", "waze"),
        ("funding of BTC", "xyko"),
        ("what moved most?", "xyko"),
        ("convert 0.5 btc to usdt", "xyko"),
        ("tell me a story", None),
    ],
)
def test_a_question_goes_to_whoever_is_good_at_it(text: str, name: str | None) -> None:
    match = who_can_help(Question.of(text), ROSTER.cards.values())
    assert (match.card.name if match else None) == name


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("what's the price of BTC", "/price"),
        ("depth of ETH", "/depth"),
        ("funding of BTC", "/funding"),
        ("open interest of BTC", "/oi"),
        ("what moved most?", "/movers"),
        ("compare btc", "/compare"),
        ("convert 0.5 btc to usdt", "/convert"),
    ],
)
def test_who_is_sent_on_is_shown_the_command_for_it(text: str, example: str) -> None:
    match = who_can_help(Question.of(text), ROSTER.cards.values())
    assert match is not None
    assert match.strength.example.partition(" ")[0] == example


def test_the_one_asked_first_keeps_a_question_that_fits_another_as_well() -> None:
    waze, xyko = ROSTER.card("waze"), ROSTER.card("xyko")
    question = Question("help with the price")
    first, second = who_can_help(question, [waze, xyko]), who_can_help(question, [xyko, waze])
    assert first is not None
    assert second is not None
    assert (first.card, second.card) == (waze, xyko)
