from __future__ import annotations

import inspect
import itertools
from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest
from seen_stage import MARKET, NOON, Shown, decided

from services.alerts.conditions import (
    CandleClosed,
    Compared,
    FeedStale,
    FibMeeting,
    FundingRate,
    Leaf,
    PatternShown,
    PriceLevel,
    PriceMove,
    SkyShows,
    Trailing,
    TrendLine,
    VenueSpread,
    ZoneMeeting,
)
from services.alerts.rules.catalogue import MODULES, RULES
from services.alerts.rules.values import Label
from services.locales.texts import texts_of

OF_EACH = {
    type(leaf): leaf
    for leaf in (
        PriceLevel(market=MARKET, way="above", level=Decimal(100)),
        PriceMove(market=MARKET, percent=Decimal(5), window=900),
        Trailing(market=MARKET, percent=Decimal(5)),
        Compared(market=MARKET, timeframe="1h", left="rsi:14", side="below", right="30"),
        FibMeeting(market=MARKET, timeframe="1h", meeting="touch"),
        ZoneMeeting(market=MARKET, timeframe="1h", meeting="touch", is_support=True),
        TrendLine(
            market=MARKET,
            way="touch",
            first_at=NOON,
            first_price=Decimal(100),
            second_at=NOON + timedelta(hours=1),
            second_price=Decimal(101),
        ),
        PatternShown(market=MARKET, timeframe="1h"),
        CandleClosed(market=MARKET, timeframe="1h", closing="above", level=Decimal(100)),
        FundingRate(market=MARKET, side="above", rate=Decimal("0.001")),
        VenueSpread(market=MARKET, percent=Decimal(1)),
        FeedStale(market=MARKET, seconds=60),
        SkyShows(event="full_moon"),
    )
}


def test_every_condition_has_exactly_one_rule_and_it_says_what_it_tells() -> None:
    assert set(RULES) == set(get_args(Leaf)) == set(OF_EACH)
    functions = [rule.decide for rule in RULES.values()]
    assert len(set(functions)) == len(functions)
    assert [function.__name__ for function in functions if not inspect.getdoc(function)] == []
    written = [
        function
        for module in MODULES
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function in functions
    ]
    assert len(written) == len(functions)


@pytest.mark.parametrize(
    "kind", [kind for kind in RULES if kind is not SkyShows], ids=lambda kind: kind.__name__
)
def test_of_an_unknown_market_a_rule_says_that_it_does_not_know(kind: type[Leaf]) -> None:
    met = decided(OF_EACH[kind], Shown())
    assert (met.hit, met.holds) == (None, None)


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_a_rule_says_beforehand_what_it_needs(kind: type[Leaf]) -> None:
    rule, leaf = RULES[kind], OF_EACH[kind]
    closes, thresholds = rule.closes(leaf), rule.thresholds(leaf, {})
    assert all(market == MARKET for market, _ in closes)
    assert thresholds is None or list(thresholds) == sorted(thresholds)
    assert closes or thresholds or thresholds is None or rule.is_timely, "nothing would ever make it be asked"
    assert all(price > 0 for price in rule.drawn(leaf, {}))


def test_every_label_of_a_value_has_its_translation() -> None:
    knows = texts_of("pt-BR").knows
    mute = {"{name} ({timeframe})", "{pattern} ({timeframe})"}
    assert [label for label in get_args(Label) if not knows(label) and label not in mute] == []


def test_no_two_labels_are_alike() -> None:
    labels = get_args(Label)
    assert all(one.casefold() != other.casefold() for one, other in itertools.combinations(labels, 2))
