"""Figures and names on the cards of trading: rounded, in the language, and with PAPER where it belongs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from asked_cogs import facts
from desk_said import leaderboard, strategy, switch

from cogs._ui.desk_paper import leaderboard_card
from cogs._ui.desk_strategies import _SETTINGS, strategy_card
from cogs._ui.desk_switch import switch_card
from cogs._ui.desk_words import measured
from services.personas.roster import read_roster
from services.trading.messages import Unit
from services.trading.strategies.registry import STRATEGIES

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
ENGLISH = ROSTER.voice("waze", "en")


def test_ratios_have_two_decimals_and_counts_none() -> None:
    figures: list[tuple[str, Unit]] = [
        *(("0.209703", "number"), ("3", "number")),
        *(("89.7925", "leverage"), ("10", "leverage")),
    ]
    said = [measured(Decimal(value), unit, ENGLISH) for value, unit in figures]
    assert said == ["0.21", "3", "89.79\N{MULTIPLICATION SIGN}", "10\N{MULTIPLICATION SIGN}"]


def test_the_numbers_of_every_strategy_have_names_in_both_languages() -> None:
    texts = ROSTER.voice("waze", "pt-BR").text
    for name in {name for one in STRATEGIES.values() for name in one.usual}:
        assert texts.knows(_SETTINGS[name])
    shown = facts(strategy_card(strategy(settings={"lookback_days": "28"}), ENGLISH, key="1"))
    assert shown["Settings"] == "days looked back 28"


def test_a_switch_of_paper_accounts_says_so_and_who_cannot_resume_is_offered_none() -> None:
    paper = switch(lines=switch().lines[:1])
    assert switch_card(paper, ENGLISH, key="1", owner="7").title == "Kill switch · PAPER"
    assert switch_card(switch(), ENGLISH, key="1", owner="7").title == "Kill switch"
    held = switch_card(switch(is_farm_held=True), ENGLISH, key="1", owner="7")
    assert [one.label for one in held.actions] == ["Refresh"]


def test_a_score_that_is_not_known_agrees_with_its_word_in_portuguese() -> None:
    card = leaderboard_card(leaderboard(), ROSTER.voice("waze", "pt-BR"), verdict="v")
    told = " ".join(facts(card).values())
    assert "pontuação desconhecida" in told
    assert "desconhecido" not in told
