from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args

import pytest
from condition_writing import write
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.indicators.catalogue import CATALOGUE
from analytics.indicators.catalogue import parse as parse_indicator
from analytics.patterns.names import PATTERNS
from services.alerts.conditions import (
    SKY_EVENTS,
    AllOf,
    AnyOf,
    CandleClosed,
    Closing,
    Compared,
    Condition,
    FeedStale,
    FibMeeting,
    FundingRate,
    Leaf,
    Meeting,
    PatternShown,
    PriceLevel,
    PriceMove,
    Side,
    SkyShows,
    Trailing,
    TrendLine,
    VenueSpread,
    Way,
    ZoneMeeting,
    leaves,
)
from services.alerts.language.parsing import DEEPEST, LONGEST, MOST_ALTERNATIVES, alternatives, parse
from services.errors import UserMistake
from services.locales import LOCALES, Locale
from services.locales.numbers import Numbers
from services.market.messages import TIMEFRAMES

MARKETS = ("BTC/USDT:USDT", "1000PEPE/USDT:USDT", "ETH/BTC")
BTC, ETH = "BTC", "ETH"


def read(text: str, locale: Locale = "en") -> Condition:
    return parse(text, market=ETH, timeframe="1h", numbers=Numbers(locale))


def compared(left: str, side: Side, right: str, *, market: str = ETH, timeframe: str = "1h") -> Compared:
    return Compared(market=market, timeframe=timeframe, left=left, side=side, right=right)


def price(way: Way, level: str, *, market: str = ETH, margin: str = "0") -> PriceLevel:
    return PriceLevel(market=market, way=way, level=Decimal(level), margin=Decimal(margin))


MEANINGS: list[tuple[str, Condition]] = [
    ("price > 70000", price("above", "70000")),
    ("BTC < 70k", price("below", "70000", market=BTC)),
    ("price(BTC) touches 70,000 margin 50", price("touch", "70000", market=BTC, margin="50")),
    ("price crosses above 70 000", price("above", "70000")),
    ("rsi(14, 4h) < 30", compared("rsi:14", "below", "30", timeframe="4h")),
    ("RSI:14 BELOW 30", compared("rsi:14", "below", "30")),
    ("BTC 4h ema(50) > ema(200)", compared("ema:50", "above", "ema:200", market=BTC, timeframe="4h")),
    ("close < bbands(20,2.5).lower", compared("close", "below", "bbands:20,2.5.lower")),
    ("close < bbands(20; 2,5)", compared("close", "below", "bbands:20,2.5")),
    ("macd.signal > 0", compared("macd:12,26,9.signal", "above", "0")),
    ("change(24h) > 5%", PriceMove(market=ETH, percent=Decimal(5), window=86_400)),
    ("change(BTC, 15m) < -2.5 %", PriceMove(market=BTC, percent=Decimal("-2.5"), window=900)),
    ("trail 5%", Trailing(market=ETH, percent=Decimal(5))),
    ("BTC trail 5% from trough", Trailing(market=BTC, percent=Decimal(5), from_peak=False)),
    ("fib(0.618) touch", FibMeeting(market=ETH, timeframe="1h", meeting="touch", ratio=Decimal("0.618"))),
    ("fib(61.8) touch", FibMeeting(market=ETH, timeframe="1h", meeting="touch", ratio=Decimal("0.618"))),
    ("SKY/USDT > 5", price("above", "5", market="SKY/USDT")),
    ("4h fib rejects", FibMeeting(market=ETH, timeframe="4h", meeting="reject")),
    ("level support break", ZoneMeeting(market=ETH, timeframe="1h", meeting="break", is_support=True)),
    ("resistance touch", ZoneMeeting(market=ETH, timeframe="1h", meeting="touch", is_support=False)),
    ("pattern engulfing bull", PatternShown(market=ETH, timeframe="1h", name="engulfing", side="bull")),
    ("pattern any", PatternShown(market=ETH, timeframe="1h")),
    ("closes", CandleClosed(market=ETH, timeframe="1h")),
    ("closes up", CandleClosed(market=ETH, timeframe="1h", closing="up")),
    ("closes > 70", CandleClosed(market=ETH, timeframe="1h", closing="above", level=Decimal(70))),
    ("funding > 0.05%", FundingRate(market=ETH, side="above", rate=Decimal("0.0005"))),
    ("spread > 0.5%", VenueSpread(market=ETH, percent=Decimal("0.5"))),
    ("silent 5m", FeedStale(market=ETH, seconds=300)),
    ("moon full", SkyShows(event="full_moon")),
    ("sky solar_eclipse", SkyShows(event="solar_eclipse")),
    (
        "line > 2025-06-05 14:30 65000 2025-06-01 60000",
        TrendLine(
            market=ETH,
            way="above",
            first_at=datetime(2025, 6, 1, tzinfo=UTC),
            first_price=Decimal(60_000),
            second_at=datetime(2025, 6, 5, 14, 30, tzinfo=UTC),
            second_price=Decimal(65_000),
        ),
    ),
    (
        "price > 5 and closes up or (moon full or trail 5%) and closes down",
        AnyOf(
            parts=[
                AllOf(parts=[price("above", "5"), CandleClosed(market=ETH, timeframe="1h", closing="up")]),
                AllOf(
                    parts=[
                        AnyOf(parts=[SkyShows(event="full_moon"), Trailing(market=ETH, percent=Decimal(5))]),
                        CandleClosed(market=ETH, timeframe="1h", closing="down"),
                    ]
                ),
            ]
        ),
    ),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_an_expression_means_a_condition(text: str, meaning: Condition) -> None:
    assert read(text) == meaning


def test_numbers_are_read_as_the_language_of_the_member_has_them() -> None:
    assert read("price > 70.000", "pt-BR") == price("above", "70000")
    assert read("price > 70.000") == price("above", "70")
    assert read("rsi(14) < 30,5", "pt-BR") == compared("rsi:14", "below", "30.5")
    assert read("fib(0,618) touch", "pt-BR") == read("fib(61.8%) touch")


MISTAKES = [
    ("", 0, "The expression ends too early.", "a condition"),
    ("price above", 11, "The expression ends too early.", "a number"),
    ("pirce > 5", 0, "I cannot read pirce, at character 1", "Did you mean price?"),
    ("price > 5 an closes", 10, "I cannot read an, at character 11", "Did you mean and"),
    ("price > 5 closes", 10, "I cannot read closes", "and, or, or the end"),
    ("(price > 5", 10, "The expression ends too early.", "a closing bracket"),
    ("price > -5", 8, "I cannot read -5", "a number"),
    ("price = 5", 6, "I cannot read =", "above, below or touch"),
    ("BTC ETH price > 5", 4, "I cannot read ETH", "a condition"),
    ("pattern engulfin", 8, "I cannot read engulfin", "Did you mean engulfing"),
    ("moon ful", 5, "I cannot read ful", "Did you mean full"),
    ("rsi(99999) < 3", 0, "RSI: length is 99999", "character 1"),
    ("stoch(14;3;3).q > 4", 0, "Stochastic has no output q", "character 1"),
    ("change(24h) < 5%", 14, "At character 15: a rise", "change(24h) < -5%"),
    ("change > 5%", 0, "I cannot read change", "a length of time"),
    ("fib(x y) touch", 0, "I cannot read fib(x y)", "a number"),
    ("spread < 1%", 7, "I cannot read <", "above, or >"),
    ("line above tomorrow 5", 11, "I cannot read tomorrow", "a date in UTC"),
    ("price(14) > 5", 0, "I cannot read price(14)", "nothing more"),
    ("level top touch", 6, "I cannot read top", "support or resistance"),
    ("price > ema(200)", 8, "At character 9: an indicator", "Write close > ema(200)"),
    ("BTC < ema:50", 6, "At character 7: an indicator", "Write close < ema:50"),
    ("not price > 5", 0, "I cannot read not", "a condition"),
    ("price > 5 and or > 5", 14, "I cannot read or", "a condition"),
    ("SKY > 5", 4, "I cannot read >", "SKY/USDT"),
    ("close > price", 8, "I cannot read price", "an indicator such as"),
]


@pytest.mark.parametrize(("text", "at", "message", "hint"), MISTAKES, ids=[one[0] for one in MISTAKES])
def test_a_mistake_says_where_it_is_and_what_was_expected(
    text: str, at: int, message: str, hint: str
) -> None:
    with pytest.raises(UserMistake) as caught:
        read(text)
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint
    assert caught.value.facts["at"] == at
    assert caught.value.facts["expression"] == text


@pytest.mark.parametrize(("text", "expected"), [("price > 5", "a market"), ("BTC closes", "one of 1m")])
def test_what_is_said_nowhere_must_be_written(text: str, expected: str) -> None:
    with pytest.raises(UserMistake) as caught:
        parse(text, numbers=Numbers())
    assert expected in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "price > 5".ljust(LONGEST + 1),
        " or ".join(["price > 5"] * 9),
        "(" * (DEEPEST + 1) + "price > 5" + ")" * (DEEPEST + 1),
        " and ".join(["(closes or price > 5 or moon full)"] * 2 + ["(closes or price < 5)"]),
    ],
    ids=["characters", "conditions", "brackets", "alternatives"],
)
def test_an_expression_is_no_larger_than_it_may_be(text: str) -> None:
    with pytest.raises(UserMistake):
        read(text)


def test_what_is_just_small_enough_is_read() -> None:
    read("(" * DEEPEST + "price > 5" + ")" * DEEPEST)
    most = read(" and ".join(["(price > 5 or closes)"] * 4))
    assert (len(leaves(most)), alternatives(most)) == (8, MOST_ALTERNATIVES)


positive = st.decimals("0.00000001", "1000000", allow_nan=False, places=8).map(
    lambda value: Decimal(f"{value.normalize():f}")
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
markets = st.sampled_from(MARKETS)
there = {"market": markets, "timeframe": st.sampled_from(TIMEFRAMES)}
usual = st.sampled_from(sorted(CATALOGUE)).map(lambda name: parse_indicator(name).text)
series = st.sampled_from(("open", "high", "low", "close", "volume", "bbands:20,2.lower", "macd:5,9,3.signal"))
plain_leaves: st.SearchStrategy[Leaf] = st.one_of(
    st.builds(
        PriceLevel, market=markets, way=st.sampled_from(get_args(Way)), level=positive, margin=positive
    ),
    st.builds(
        PriceMove,
        market=markets,
        percent=positive.flatmap(lambda value: st.sampled_from((value, -value))),
        window=st.integers(1, 10**6),
    ),
    st.builds(Trailing, market=markets, percent=positive, from_peak=st.booleans()),
    st.builds(
        Compared,
        **there,
        left=usual | series,
        side=st.sampled_from(get_args(Side)),
        right=usual | series | positive.map(lambda value: f"{value:f}"),
    ),
    st.builds(
        FibMeeting,
        **there,
        meeting=st.sampled_from(get_args(Meeting)),
        ratio=st.none() | st.sampled_from(("0.618", "1.272", "0")).map(Decimal),
    ),
    st.builds(ZoneMeeting, **there, meeting=st.sampled_from(get_args(Meeting)), is_support=st.booleans()),
    st.tuples(moments, moments)
    .filter(lambda pair: pair[0] != pair[1])
    .map(sorted)
    .flatmap(
        lambda pair: st.builds(
            TrendLine,
            market=markets,
            way=st.sampled_from(get_args(Way)),
            first_at=st.just(pair[0]),
            first_price=positive,
            second_at=st.just(pair[1]),
            second_price=positive,
        )
    ),
    st.builds(
        PatternShown,
        **there,
        name=st.sampled_from(("", *PATTERNS)),
        side=st.sampled_from(("bull", "bear", "any")),
    ),
    st.builds(CandleClosed, **there, closing=st.sampled_from(("any", "up", "down"))),
    st.builds(CandleClosed, **there, closing=st.sampled_from(get_args(Closing)[-2:]), level=positive),
    st.builds(FundingRate, market=markets, side=st.sampled_from(get_args(Side)), rate=positive),
    st.builds(VenueSpread, market=markets, percent=positive),
    st.builds(FeedStale, market=markets, seconds=st.integers(0, 10**6)),
    st.builds(SkyShows, event=st.sampled_from(SKY_EVENTS)),
)


@given(leaf=plain_leaves, locale=st.sampled_from(LOCALES))
def test_every_leaf_is_written_so_that_it_is_read_as_the_same(leaf: Leaf, locale: Locale) -> None:
    assert parse(write(leaf, Numbers(locale)), numbers=Numbers(locale)) == leaf


short_leaves = st.sampled_from([SkyShows(event=event) for event in SKY_EVENTS])


@st.composite
def trees(draw: st.DrawFn, *, depth: int = 3, without: type[Condition] | None = None) -> Condition:
    """Conditions in which no conjunction stands within a conjunction, nor an alternative within another."""
    kinds = [kind for kind in (AllOf, AnyOf) if kind is not without]
    if depth == 0 or draw(st.booleans()):
        return draw(short_leaves)
    kind = draw(st.sampled_from(kinds))
    parts = st.lists(trees(depth=depth - 1, without=kind), min_size=2, max_size=3)
    return kind(parts=draw(parts))


@given(condition=trees())
def test_every_tree_is_written_so_that_it_is_read_as_the_same(condition: Condition) -> None:
    text = write(condition)
    if len(leaves(condition)) > 8 or alternatives(condition) > MOST_ALTERNATIVES or len(text) > LONGEST:
        with pytest.raises(UserMistake):
            parse(text, numbers=Numbers())
        return
    assert parse(text, numbers=Numbers()) == condition


WORDS = (
    *("price", "rsi(14)", "rsi(", "(", ")", "and", "or", ">", "<", "above", "touch", "70.000", "5%", "BTC"),
    *("4h", "closes", "pattern", "bull", "fib(0.5)", "level", "support", "change(24h)", "-", "moon", "full"),
    *("line", "2025-06-01", "ema:50", "margin", "trail", "from", "peak", "funding", "spread", "silent", "5m"),
)


@settings(max_examples=300)
@given(
    text=st.text(max_size=60)
    | st.text("()<>=,.;:0159 abor%$", max_size=LONGEST)
    | st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
    locale=st.sampled_from(LOCALES),
)
def test_whatever_is_written_is_a_condition_or_a_mistake(text: str, locale: Locale) -> None:
    said = ("message", "hint")
    try:
        condition = read(text, locale)
    except UserMistake as mistake:
        said = (mistake.message, mistake.hint)
    else:
        assert parse(write(condition), numbers=Numbers()) == condition
    assert all(said)


@pytest.mark.parametrize(
    "piece", ["(", "a(", "a", "rsi(", "1 ", "1,", "price > ", "$", "a.a:", "( or", "9 9"]
)
def test_the_worst_of_expressions_is_read_in_a_moment(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    began = time.process_time()
    for _ in range(3):
        with pytest.raises(UserMistake):
            read(text)
    assert (time.process_time() - began) / 3 < 0.005
