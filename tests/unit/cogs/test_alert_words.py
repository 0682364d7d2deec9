"""What an alert waits for, in words: every kind of condition, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.indicators.catalogue import CATALOGUE
from cogs._ui.alert_words import SKY, condition_words, confirming_words, place_words, value_words
from services.alerts.conditions import (
    SKY_EVENTS,
    AllOf,
    AnyOf,
    CandleClosed,
    Compared,
    Condition,
    FeedStale,
    FibMeeting,
    FundingRate,
    PatternShown,
    PriceLevel,
    PriceMove,
    SkyShows,
    Trailing,
    TrendLine,
    VenueSpread,
    ZoneMeeting,
)
from services.alerts.messages import Options
from services.alerts.posts import Value
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
EN, PT = ROSTER.voice("waze", "en"), ROSTER.voice("waze", "pt-BR")
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
ABOVE = PriceLevel(market=BTC, way="above", level=Decimal(70_000))
OVERSOLD = Compared(market=BTC, timeframe="4h", left="rsi:14", side="below", right="30.0")
LINE = TrendLine(
    market=BTC,
    way="touch",
    first_at=datetime(2026, 7, 1, 8, tzinfo=UTC),
    first_price=Decimal(60_000),
    second_at=datetime(2026, 7, 20, tzinfo=UTC),
    second_price=Decimal(64_000),
)
CASES: list[tuple[Condition, str, str]] = [
    (ABOVE, f"{BTC} above 70,000", f"{BTC} acima de 70.000"),
    (
        PriceLevel(market=BTC, way="touch", level=Decimal("0.00001234")),
        f"{BTC} touches 0.0₄1234",
        f"{BTC} toca 0,0₄1234",
    ),
    (
        PriceLevel(market=BTC, way="touch", level=Decimal(64_000), margin=Decimal("500.5")),
        f"{BTC} touches 64,000 (must be 500.5 away again)",
        f"{BTC} toca 64.000 (precisa se afastar 500,5 de novo)",
    ),
    (
        PriceMove(market=BTC, percent=Decimal(-5), window=3_600),
        f"{BTC} down 5% within 1 h",
        f"{BTC} cai 5% em 1 h",
    ),
    (
        PriceMove(market=BTC, percent=Decimal("2.5"), window=900),
        f"{BTC} up 2.5% within 15 min",
        f"{BTC} sobe 2,5% em 15 min",
    ),
    (Trailing(market=BTC, percent=Decimal(3)), f"{BTC} 3% below its peak", f"{BTC} 3% abaixo do topo"),
    (
        Trailing(market=BTC, percent=Decimal(3), from_peak=False),
        f"{BTC} 3% above its trough",
        f"{BTC} 3% acima do fundo",
    ),
    (OVERSOLD, f"{BTC} RSI 14 below 30 on 4h", f"{BTC} RSI 14 abaixo de 30 em 4h"),
    (
        Compared(market=BTC, timeframe="1h", left="close", side="above", right="bbands:20,2.5.upper"),
        f"{BTC} closing price above Bollinger Bands 20, 2.5 (upper band) on 1h",
        f"{BTC} preço de fechamento acima de Bandas de Bollinger 20, 2,5 (banda superior) em 1h",
    ),
    (
        Compared(market=BTC, timeframe="1h", left="bbands:20,2.5", side="below", right="close"),
        f"{BTC} Bollinger Bands 20, 2.5 (upper band) below the closing price on 1h",
        f"{BTC} Bandas de Bollinger 20, 2,5 (banda superior) abaixo do preço de fechamento em 1h",
    ),
    (
        FibMeeting(market=BTC, timeframe="4h", meeting="reject", ratio=Decimal("0.618")),
        f"{BTC} turns back at the Fibonacci level 61.8% on 4h",
        f"{BTC} rejeita o nível de Fibonacci 61,8% em 4h",
    ),
    (
        FibMeeting(market=BTC, timeframe="4h", meeting="touch"),
        f"{BTC} touches a Fibonacci confluence on 4h",
        f"{BTC} toca uma confluência de Fibonacci em 4h",
    ),
    (
        ZoneMeeting(market=BTC, timeframe="1d", meeting="break", is_support=False),
        f"{BTC} breaks the nearest resistance on 1d",
        f"{BTC} rompe a resistência mais próxima em 1d",
    ),
    (
        LINE,
        f"{BTC} touches the line from 60,000 (2026-07-01 08:00 UTC) to 64,000 (2026-07-20 00:00 UTC)",
        f"{BTC} toca a reta de 60.000 (2026-07-01 08:00 UTC) a 64.000 (2026-07-20 00:00 UTC)",
    ),
    (
        PatternShown(market=BTC, timeframe="4h", name="hammer", side="bull"),
        f"{BTC} Hammer (bullish) on 4h",
        f"{BTC} Martelo (de alta) em 4h",
    ),
    (
        PatternShown(market=BTC, timeframe="4h"),
        f"{BTC} a candlestick pattern on 4h",
        f"{BTC} um padrão de candles em 4h",
    ),
    (
        CandleClosed(market=BTC, timeframe="1d", closing="above", level=Decimal(70_000)),
        f"{BTC} closes above 70,000 on 1d",
        f"{BTC} fecha acima de 70.000 em 1d",
    ),
    (
        FundingRate(market=BTC, side="above", rate=Decimal("0.0005")),
        f"{BTC} funding above +0.0500%",
        f"{BTC} funding acima de +0,0500%",
    ),
    (
        VenueSpread(market=BTC, percent=Decimal("0.5")),
        f"{BTC} venues more than 0.5% apart",
        f"{BTC} corretoras com mais de 0,5% de diferença",
    ),
    (
        FeedStale(market=BTC, seconds=90),
        f"{BTC} without a price for 1 min 30 s",
        f"{BTC} sem preço há 1 min 30 s",
    ),
    (SkyShows(event="full_moon"), "Full Moon", "Lua cheia"),
    (
        AllOf(parts=[OVERSOLD, ABOVE]),
        f"{BTC}: RSI 14 below 30 on 4h and price above 70,000",
        f"{BTC}: RSI 14 abaixo de 30 em 4h e preço acima de 70.000",
    ),
    (
        AllOf(parts=[AnyOf(parts=[ABOVE, OVERSOLD]), Trailing(market=BTC, percent=Decimal(3))]),
        f"{BTC}: (price above 70,000 or RSI 14 below 30 on 4h) and price 3% below its peak",
        f"{BTC}: (preço acima de 70.000 ou RSI 14 abaixo de 30 em 4h) e preço 3% abaixo do topo",
    ),
    (
        AnyOf(parts=[ABOVE, PriceLevel(market=ETH, way="below", level=Decimal(3_000))]),
        f"{BTC} above 70,000 or {ETH} below 3,000",
        f"{BTC} acima de 70.000 ou {ETH} abaixo de 3.000",
    ),
    (
        AllOf(parts=[ABOVE, SkyShows(event="new_moon")]),
        f"{BTC} above 70,000 and New Moon",
        f"{BTC} acima de 70.000 e Lua nova",
    ),
]


@pytest.mark.parametrize(("condition", "english", "portuguese"), CASES, ids=lambda case: str(case)[:60])
def test_a_condition_is_told_in_the_readers_language(
    condition: Condition, english: str, portuguese: str
) -> None:
    assert condition_words(condition, EN) == english
    assert condition_words(condition, PT) == portuguese


def test_a_price_has_the_decimals_of_its_tick_and_one_between_two_ticks_keeps_its_own() -> None:
    assert condition_words(ABOVE, EN, tick=Decimal("0.1")) == f"{BTC} above 70,000.0"
    between = PriceLevel(market=BTC, way="below", level=Decimal("70000.05"))
    assert condition_words(between, EN, tick=Decimal("0.1")) == f"{BTC} below 70,000.05"


def test_only_the_first_of_several_markets_has_the_tick_and_a_level_of_another_is_exact() -> None:
    fine = PriceLevel(market=ETH, way="below", level=Decimal("3000.12345678"))
    both = AllOf(parts=[ABOVE, fine])
    assert (
        condition_words(both, EN, tick=Decimal("0.1"))
        == f"{BTC} above 70,000.0 and {ETH} below 3,000.12345678"
    )
    seen = Value(label="Price", value=Decimal("0.12345"))
    assert value_words(seen, EN, Decimal("0.1")) == ("Price", "0.12345")


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_indicator_of_the_catalogue_has_its_title_and_its_outputs_have_names(name: str) -> None:
    for output in CATALOGUE[name].outputs:
        told = Compared(market=BTC, timeframe="1h", left=f"{name}.{output}", side="above", right="1.0")
        words = condition_words(told, EN)
        assert CATALOGUE[name].title in words
        if output == CATALOGUE[name].outputs[0]:
            usual = Compared(market=BTC, timeframe="1h", left=name, side="above", right="1.0")
            assert condition_words(usual, EN) == words, "the first output is what is meant without one"
        assert len(CATALOGUE[name].outputs) == 1 or "(" in words or output == name == "adx"


def test_every_event_of_the_sky_has_a_title() -> None:
    assert set(SKY) == set(SKY_EVENTS)


@pytest.mark.parametrize(
    ("value", "english", "portuguese"),
    [
        (Value(label="price", value=Decimal("70010.5")), ("price", "70,010.5"), ("preço", "70.010,5")),
        (
            Value(
                label="{name} ({timeframe})",
                value=Decimal(64_000),
                words={"name": "bbands:20,2.5.lower", "timeframe": "4h"},
            ),
            ("Bollinger Bands 20, 2.5 (lower band) (4h)", "64,000.0"),
            ("Bandas de Bollinger 20, 2,5 (banda inferior) (4h)", "64.000,0"),
        ),
        (
            Value(label="Trend", value=Decimal("-5.256"), unit="percent"),
            ("Trend", "\N{MINUS SIGN}5.26%"),
            ("Tendência", "\N{MINUS SIGN}5,26%"),
        ),
    ],
)
def test_a_value_that_a_rule_saw_has_a_label_and_a_unit(
    value: Value, english: tuple[str, str], portuguese: tuple[str, str]
) -> None:
    assert value_words(value, EN, Decimal("0.1")) == english
    assert value_words(value, PT, Decimal("0.1")) == portuguese


def test_a_place_and_a_confirmation_are_told_in_the_readers_language() -> None:
    assert [place_words(place, EN) for place in ("", "channel:42", "way:phone")] == [
        "direct message",
        "<#42>",
        "phone",
    ]
    assert confirming_words(Options(confirming="close", confirm_timeframe="4h"), PT) == "no fechamento de 4h"
    assert confirming_words(Options(confirming="seconds", confirm_seconds=300), EN) == (
        "once it has held for 5 min"
    )
    assert confirming_words(Options(), PT) == "na hora"
    assert confirming_words(Options(confirming="venues"), EN) == "once two venues agree"
