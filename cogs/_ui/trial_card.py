"""What the days of a market said of a cosmic factor, as a card: sample, effect, interval and correction."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.times import full
from services.cosmic.messages import FactorTested
from services.locales.numbers import Numbers
from services.personas.voice import Voice

_PERCENT: Final = 100
_DIGITS: Final = ((0.1, 2), (0.001, 3), (0.0, 4))
"""Decimals of a p-value from so large on."""


def trial_card(tested: FactorTested, voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of a test."""
    text, numbers = voice.text, voice.numbers
    return Card(
        title=f"{text(tested.factor.title)} · {tested.market}",
        verdict=voice.render("cosmic_test", key=key, **trial_words(tested, voice)),
        facts=(
            Fact(text("Sample"), _sample(tested, voice)),
            Fact(text("Period"), f"{full(tested.first_at)} → {full(tested.last_at)}"),
            Fact(text("Difference of the mean daily return"), _effect(tested, voice), is_wide=True),
            Fact(text("p, of this factor alone"), p_value(tested.p_alone, numbers)),
            Fact(text("p, corrected"), _corrected(tested, voice)),
            Fact(text("How it was tested"), _how(tested, voice), is_wide=True),
            Fact(text("What it is good for"), text("This never sizes or triggers a trade."), is_wide=True),
            *origin_facts([tested.origin], voice, now=now, of="Candles"),
        ),
        actions=_actions(tested, voice),
        footnote=footnote(voice, text("astronomy, not a forecast")),
        accent=voice.card.accent,
    )


def trial_words(tested: FactorTested, voice: Voice) -> dict[str, object]:
    """Return the facts of the line ``cosmic_test``."""
    numbers = voice.numbers
    return {
        "factor": voice.text(tested.factor.title),
        "market": tested.market,
        "days": tested.days,
        "effect": _percent(tested.effect, numbers),
        "low": _percent(tested.low, numbers),
        "high": _percent(tested.high, numbers),
        "p": p_value(tested.p, numbers),
        "tried": tested.tried,
        "is_found": tested.is_found,
    }


def p_value(p: float, numbers: Numbers) -> str:
    """Write a p-value with as many decimals as it needs not to become none: 0.41, 0.003, 0.0002."""
    digits = next(digits for least, digits in _DIGITS if p >= least)
    return numbers.decimal(Decimal(p), digits)


def _percent(share: float, numbers: Numbers) -> str:
    return numbers.percent(Decimal(share) * _PERCENT)


def _sample(tested: FactorTested, voice: Voice) -> str:
    return voice.text(
        "{labelled} of {days} days",
        labelled=voice.numbers.amount(Decimal(tested.labelled)),
        days=voice.numbers.amount(Decimal(tested.days)),
    )


def _effect(tested: FactorTested, voice: Voice) -> str:
    return voice.text(
        "{effect}, 95% interval {low} to {high}, of this factor alone and not corrected",
        effect=_percent(tested.effect, voice.numbers),
        low=_percent(tested.low, voice.numbers),
        high=_percent(tested.high, voice.numbers),
    )


def _corrected(tested: FactorTested, voice: Voice) -> str:
    p = p_value(tested.p, voice.numbers)
    return voice.text("{p}, Holm, for {tried} factors tried", p=p, tried=tested.tried)


def _how(tested: FactorTested, voice: Voice) -> str:
    return voice.text(
        "{rounds} times the returns were put into another order, {block} days at a time; "
        "p is how often chance does as much.",
        rounds=voice.numbers.decimal(Decimal(tested.rounds), 0),
        block=tested.block,
    )


def _actions(tested: FactorTested, voice: Voice) -> tuple[Action, ...]:
    persona = voice.card.name
    again = press_id("cosmic", "show", "test", tested.factor.name, tested.market, persona)
    return (
        Action(voice.text("Refresh"), again),
        Action(voice.text("The sky now"), press_id("cosmic", "show", "now", persona)),
    )
