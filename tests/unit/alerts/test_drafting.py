from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from drafting_stage import BTC, ETH, LINE, drafted, options
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.conditions import (
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
    from_text,
    to_text,
)
from services.alerts.drafting import Doubt, Look, draft, markets_in
from services.alerts.messages import Choice, Kind, Options
from services.errors import UnknownMarket, UserMistake

HOURLY: dict[str, Any] = {"market": BTC, "timeframe": "1h"}
DRAFTS: list[tuple[Kind, str, Condition]] = [
    ("price", "market=BTC way=above level=70000", PriceLevel(market=BTC, way="above", level=Decimal(70_000))),
    (
        "price",
        "market=BTC way=Touch level=$70,000 margin=50",
        PriceLevel(market=BTC, way="touch", level=Decimal(70_000), margin=Decimal(50)),
    ),
    ("move", "market=BTC percent=5% window=15m", PriceMove(market=BTC, percent=Decimal(5), window=900)),
    ("move", "market=BTC percent=-5 window=24h", PriceMove(market=BTC, percent=Decimal(-5), window=86_400)),
    ("trail", "market=BTC percent=5", Trailing(market=BTC, percent=Decimal(5))),
    (
        "trail",
        "market=BTC percent=5% from=trough",
        Trailing(market=BTC, percent=Decimal(5), from_peak=False),
    ),
    (
        "indicator",
        "market=BTC timeframe=1h indicator=rsi side=below value=30",
        Compared(**HOURLY, left="rsi:14", side="below", right="30"),
    ),
    (
        "indicator",
        "market=BTC timeframe=1h indicator=close side=above value=bbands:20,2.upper",
        Compared(**HOURLY, left="close", side="above", right="bbands:20,2"),
    ),
    (
        "indicator",
        "market=BTC timeframe=1h indicator=ema:50 side=above value=70.000",
        Compared(**HOURLY, left="ema:50", side="above", right="70000"),
    ),
    (
        "fib",
        "market=BTC timeframe=1h meeting=reject ratio=61.8%",
        FibMeeting(**HOURLY, meeting="reject", ratio=Decimal("0.618")),
    ),
    (
        "fib",
        "market=BTC timeframe=1H meeting=touch ratio=0,618",
        FibMeeting(**HOURLY, meeting="touch", ratio=Decimal("0.618")),
    ),
    ("fib", "market=BTC timeframe=1h meeting=touch", FibMeeting(**HOURLY, meeting="touch")),
    (
        "level",
        "market=BTC timeframe=1h meeting=break of=resistance",
        ZoneMeeting(**HOURLY, meeting="break", is_support=False),
    ),
    (
        "line",
        LINE,
        TrendLine(
            market=BTC,
            way="above",
            first_at=datetime(2025, 6, 1, tzinfo=UTC),
            first_price=Decimal(60_000),
            second_at=datetime(2025, 6, 5, 14, 30, tzinfo=UTC),
            second_price=Decimal(65_000),
        ),
    ),
    ("pattern", "market=BTC timeframe=1h", PatternShown(**HOURLY)),
    (
        "pattern",
        "market=BTC timeframe=1h name=Engulfing side=bull",
        PatternShown(**HOURLY, name="engulfing", side="bull"),
    ),
    ("close", "market=BTC timeframe=1h closing=any", CandleClosed(**HOURLY)),
    (
        "close",
        "market=BTC timeframe=1h closing=above level=70k",
        CandleClosed(**HOURLY, closing="above", level=Decimal(70_000)),
    ),
    (
        "funding",
        "market=BTC side=below rate=-0.05%",
        FundingRate(market=BTC, side="below", rate=Decimal("-0.0005")),
    ),
    ("spread", "market=BTC percent=0.5%", VenueSpread(market=BTC, percent=Decimal("0.5"))),
    ("stale", "market=BTC seconds=300", FeedStale(market=BTC, seconds=300)),
    ("stale", "market=BTC seconds=5m", FeedStale(market=BTC, seconds=300)),
    ("cosmic", "event=full_moon", SkyShows(event="full_moon")),
    (
        "combo",
        "market=BTC timeframe=1h expression=price~>~70000~and~(eth~trail~5%~or~closes~up)",
        AllOf(
            parts=[
                PriceLevel(market=BTC, way="above", level=Decimal(70_000)),
                AnyOf(
                    parts=[
                        Trailing(market=ETH, percent=Decimal(5)),
                        CandleClosed(**HOURLY, closing="up"),
                    ]
                ),
            ]
        ),
    ),
]


@pytest.mark.parametrize(
    ("kind", "given_", "condition"), DRAFTS, ids=[f"{kind} {text}" for kind, text, _ in DRAFTS]
)
def test_options_make_a_condition_of_whole_names(kind: Kind, given_: str, condition: Condition) -> None:
    assert drafted(kind, **options(given_)) == condition
    assert from_text(to_text(condition)) == condition


def test_every_kind_can_be_drafted() -> None:
    assert {kind for kind, _, _ in DRAFTS} == set(get_args(Kind))


@pytest.mark.parametrize(
    ("locale", "level", "meant"),
    [
        ("pt-BR", "70.000", 70_000),
        ("en", "70.000", 70_000),
        ("en", "70,000", 70_000),
        ("pt-BR", "70 mil", 70_000),
    ],
)
def test_the_price_tells_which_reading_of_a_level_is_meant(locale: str, level: str, meant: int) -> None:
    found = drafted("price", locale=locale, market="BTC", way="above", level=level)
    assert found == PriceLevel(market=BTC, way="above", level=Decimal(meant))


def test_a_level_far_from_the_price_is_asked_about_and_yes_settles_it() -> None:
    doubt = drafted("price", market="BTC", way="above", level="700")
    condition = PriceLevel(market=BTC, way="above", level=Decimal(700))
    assert doubt == Doubt(
        why="far", written="700", numbers=(Decimal(700),), market="BTC", condition=condition
    )
    assert doubt.choices == [Choice(value="yes")]
    assert drafted("price", "yes", market="BTC", way="above", level="700") == condition


@pytest.mark.parametrize(("locale", "first"), [("en", "1.234"), ("pt-BR", "1234")])
def test_a_level_that_no_price_tells_is_asked_about_with_the_own_reading_first(
    locale: str, first: str
) -> None:
    doubt = drafted("price", locale=locale, market="BTC", way="above", level="1.234")
    assert isinstance(doubt, Doubt)
    assert (doubt.why, doubt.written, doubt.condition) == ("number", "1.234", None)
    assert {choice.number for choice in doubt.choices} == {Decimal("1.234"), Decimal(1234)}
    assert doubt.choices[0].value == first
    for choice in doubt.choices:
        found = drafted("price", choice.value, locale=locale, market="BTC", way="above", level="1.234")
        assert found == PriceLevel(market=BTC, way="above", level=choice.number or Decimal(0))


def test_an_answer_that_was_not_offered_is_asked_again() -> None:
    for answer in ("no", "", "70"):
        assert isinstance(drafted("price", answer, market="BTC", way="above", level="700"), Doubt)


def test_each_number_of_an_expression_is_asked_about_in_turn() -> None:
    expression = "price > 700 or eth price < 1.234 or volume > 1.500"
    given = {"market": "BTC", "timeframe": "1h", "expression": expression}
    answers: list[str] = []
    asked: list[str] = []
    while isinstance(found := drafted("combo", *answers, **given), Doubt):
        asked.append(found.written)
        answers.append(found.choices[0].value)
    assert asked == ["700", ["volume", ">", "1.500"][-1]]
    assert found == AnyOf(
        parts=[
            PriceLevel(market=BTC, way="above", level=Decimal(700)),
            PriceLevel(market=ETH, way="below", level=Decimal(1234)),
            Compared(**HOURLY, left="volume", side="above", right="1.5"),
        ]
    )


def test_an_indicator_that_cannot_have_a_reading_leaves_the_other() -> None:
    given = {"market": "BTC", "timeframe": "1h", "indicator": "rsi", "side": "below"}
    assert drafted("indicator", value="30.500", **given) == Compared(
        **HOURLY, left="rsi:14", side="below", right="30.5"
    )


def test_the_markets_are_named_as_they_were_written() -> None:
    assert markets_in("price", {"market": " btc "}) == ["btc"]
    assert markets_in("cosmic", {"event": "full_moon"}) == []
    combo = {"expression": "ETH price > 5 and BTC closes up or rsi(14, SOL) < 30", "timeframe": "1h"}
    assert markets_in("combo", combo) == ["ETH", "BTC", "SOL"]
    assert markets_in("combo", {"expression": "closes up", "market": "BTC", "timeframe": "1h"}) == ["BTC"]


def test_a_silent_market_without_a_quote_goes_by_its_whole_name() -> None:
    look = Look(quotes={})
    whole = draft("stale", {"market": BTC, "seconds": "60"}, Options(), look)
    assert whole == FeedStale(market=BTC, seconds=60)
    with pytest.raises(UnknownMarket):
        draft("stale", {"market": "BTC", "seconds": "60"}, Options(), look)


MISTAKES: list[tuple[Kind, str, str]] = [
    ("price", "way=above level=70000", "The option market is missing."),
    ("price", "market=BTC way=abov level=70000", "The option way cannot be abov."),
    ("price", "market=BTC way=above level=much", "The option level cannot be much."),
    ("price", "market=BTC way=above level=-5", "The option level cannot be -5."),
    ("price", "market=BTC way=above level=70000 margin=x", "The option margin cannot be x."),
    ("price", "market=BTC way=above level=70000 margin=80000", "The margin 80000 does not fit"),
    ("move", "market=BTC percent=0 window=1h", "The option percent cannot be 0%."),
    ("move", "market=BTC percent=-100 window=1h", "The option percent cannot be 100%."),
    ("move", "market=BTC percent=5 window=1s", "The option window cannot be 1s."),
    ("move", "market=BTC percent=5 window=2w", "The option window cannot be 2w."),
    ("move", "market=BTC percent=five window=1h", "The option percent cannot be five."),
    ("trail", "market=BTC percent=-5", "The option percent cannot be \N{MINUS SIGN}5%."),
    ("trail", "market=BTC percent=5 from=here", "The option from cannot be here."),
    ("indicator", "market=BTC timeframe=2h indicator=rsi side=above value=30", "The option timeframe cannot"),
    ("indicator", "market=BTC timeframe=1h indicator=rsy side=above value=30", "There is no indicator rsy"),
    ("indicator", "market=BTC timeframe=1h indicator=30 side=above value=30", "The option indicator cannot"),
    ("indicator", "market=BTC timeframe=1h indicator=rsi side=above", "The option value is missing."),
    ("indicator", "market=BTC timeframe=1h indicator=rsi side=above value=130", "RSI never passes 130"),
    ("indicator", "market=BTC timeframe=1h indicator=obv side=above value=5", "OBV depends on where"),
    ("indicator", "market=BTC timeframe=1m indicator=vwap side=above value=close", "VWAP begins anew"),
    ("fib", "market=BTC timeframe=1h meeting=pass", "The option meeting cannot be pass."),
    ("fib", "market=BTC timeframe=1h meeting=touch ratio=pi", "The option ratio cannot be pi."),
    ("level", "market=BTC timeframe=1h meeting=touch", "The option of is missing."),
    (
        "line",
        "market=BTC way=above first_at=2025-06-01 first_price=60k second_at=2025-06-01 second_price=61k",
        "Both points of the line",
    ),
    (
        "line",
        "market=BTC way=above first_at=2025-06-31 first_price=60k second_at=2025-06-01 second_price=61k",
        "The option first_at cannot be 2025-06-31.",
    ),
    ("pattern", "market=BTC timeframe=1h name=engulfed", "The option name cannot be engulfed."),
    ("pattern", "market=BTC timeframe=1h name=doji side=bull", "Doji stands for neither"),
    ("close", "market=BTC timeframe=1h closing=above", "The option level is missing."),
    ("funding", "market=BTC side=above rate=50%", "The option rate cannot be 50%."),
    ("spread", "market=BTC percent=0", "The option percent cannot be 0%."),
    ("stale", "market=BTC seconds=5", "The option seconds cannot be 5s."),
    ("stale", "market=BTC seconds=soon", "The option seconds cannot be soon."),
    ("cosmic", "event=fullmoon", "The option event cannot be fullmoon."),
    ("combo", "market=BTC expression=price~>~", "The expression ends too early."),
    ("combo", "market=BTC expression=trail~500%", "The option percent cannot be 500%."),
    ("combo", "market=BTC timeframe=1m expression=vwap~>~close", "VWAP begins anew"),
]


@pytest.mark.parametrize(
    ("kind", "given_", "message"), MISTAKES, ids=[f"{kind} {text}" for kind, text, _ in MISTAKES]
)
def test_a_mistake_says_which_option_what_was_written_and_what_is_expected(
    kind: Kind, given_: str, message: str
) -> None:
    with pytest.raises(UserMistake) as caught:
        drafted(kind, **options(given_))
    assert caught.value.message.startswith(message)
    assert caught.value.hint


def test_a_word_that_is_nearly_one_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserMistake) as caught:
        drafted("pattern", market="BTC", timeframe="1h", name="engulfed")
    assert caught.value.hint.startswith("Did you mean engulfing")


OPTIONS = sorted({name for _, text, _ in DRAFTS for name in options(text)} - {"market"})
WRITTEN = sorted({value for _, text, _ in DRAFTS for value in options(text).values()})


@settings(max_examples=150)
@given(
    kind=st.sampled_from(get_args(Kind)),
    values=st.dictionaries(st.sampled_from(OPTIONS), st.sampled_from(WRITTEN) | st.text(max_size=12)),
    locale=st.sampled_from(("en", "pt-BR", "de")),
)
def test_whatever_is_filled_in_is_a_condition_a_doubt_or_a_mistake(
    kind: Kind, values: dict[str, str], locale: str
) -> None:
    try:
        found = drafted(kind, locale=locale, **{**values, "market": "BTC"})
    except UserMistake:
        return
    if not isinstance(found, Doubt):
        assert from_text(to_text(found)) == found
