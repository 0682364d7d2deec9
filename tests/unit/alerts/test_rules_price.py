from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seen_stage import MARKET, NOON, Prices, Shown, decided, run, span_of, tick

from services.alerts.conditions import Leaf, PriceLevel, PriceMove, Trailing, TrendLine
from services.alerts.rules.catalogue import RULES
from services.alerts.rules.declare import Span

PRICES = st.integers(60, 140).map(float)


def level(way: Literal["above", "below", "touch"], margin: str = "0") -> PriceLevel:
    return PriceLevel(market=MARKET, way=way, level=Decimal(100), margin=Decimal(margin))


def hits(leaf: Leaf, *prices: float, seconds: int = 1) -> list[bool | None]:
    """Whether a rule is hit by prices, one after the other."""
    spans = [tick(price, at=NOON + timedelta(seconds=at * seconds)) for at, price in enumerate(prices)]
    return [met.hit for met in run(leaf, spans)]


def after(span: Span, *later: float, seconds: float = 1.0) -> list[Span]:
    """A span, and ticks that follow it."""
    ends = span.closes_at
    return [span, *(tick(price, at=ends + timedelta(seconds=seconds)) for price in later)]


@pytest.mark.parametrize(
    ("leaf", "prices", "expected"),
    [
        (level("above"), (99, 99.5, 98, 99.4), (False, False)),
        (level("above"), (99, 100, 98, 99), (True, False)),
        (level("above"), (99, 100, 99, 100), (True, True)),
        (level("above", "2"), (99, 101, 98.5, 98.5), (True, True)),
        (level("above", "2"), (99, 101, 98, 98), (True, False)),
        (level("below"), (101, 102, 100.5, 101), (False, False)),
        (level("below", "2"), (101, 102, 100, 101.5), (True, True)),
        (level("touch", "1"), (103, 104, 101.5, 102), (False, False)),
        (level("touch", "1"), (103, 104, 101, 101), (False, True)),
        (level("touch", "1"), (103, 104, 100, 101), (True, True)),
        (level("touch", "1"), (103, 104, 100, 101.5), (True, False)),
        (level("touch"), (99, 102, 101, 101), (True, False)),
    ],
)
def test_a_level_is_reached_and_left_as_its_way_says(
    leaf: PriceLevel, prices: Prices, expected: tuple[bool, bool]
) -> None:
    met = decided(leaf, Shown(price=span_of(prices)))
    assert (met.hit, met.holds) == expected


def test_the_values_of_a_level_are_the_very_numbers() -> None:
    leaf = PriceLevel(market=MARKET, way="above", level=Decimal("0.00001234"))
    met = decided(leaf, Shown(price=tick(0.1)))
    assert [(value.label, value.value) for value in met.values] == [
        ("Price", Decimal("0.1")),
        ("Level", Decimal("0.00001234")),
    ]


def test_a_move_counts_from_the_lowest_price_within_its_time() -> None:
    rise = PriceMove(market=MARKET, percent=Decimal(5), window=60)
    assert hits(rise, 100, 104, 105) == [False, False, True]
    assert hits(rise, 100, 110, seconds=61) == [False, False], "it took longer than the window"
    fall = PriceMove(market=MARKET, percent=Decimal(-5), window=60)
    assert hits(fall, 100, 96, 95) == [False, False, True]


def test_a_move_that_is_half_gone_counts_anew() -> None:
    rise = PriceMove(market=MARKET, percent=Decimal(10), window=3_600)
    spans = [tick(price, at=NOON + timedelta(seconds=at)) for at, price in enumerate((100, 110, 106, 104))]
    assert [met.holds for met in run(rise, spans)] == [False, True, True, False]


def test_a_fall_within_one_candle_is_no_rise_in_whichever_order_its_extremes_came() -> None:
    rise = PriceMove(market=MARKET, percent=Decimal(5), window=60)
    assert decided(rise, Shown(price=span_of((100, 100, 90, 90)))).hit is False
    assert decided(rise, Shown(price=span_of((100, 101, 90, 95)))).hit is True, "it closed after its low"


def test_a_move_is_remembered_in_few_numbers() -> None:
    rise = PriceMove(market=MARKET, percent=Decimal(50), window=900)
    spans = [tick(100 + at / 1000, at=NOON + timedelta(seconds=at)) for at in range(2_000)]
    memory = run(rise, spans)[-1].memory
    assert len(memory) <= 60
    falling = [tick(100 - at / 1000, at=NOON + timedelta(seconds=at)) for at in range(500)]
    assert len(run(rise, falling)[-1].memory) == 1, "what a later price goes below can be forgotten"


def test_a_trail_holds_until_there_is_a_new_peak() -> None:
    trail = Trailing(market=MARKET, percent=Decimal(10))
    prices = (100, 120, 108, 115, 107, 121, 110)
    mets = run(trail, [tick(price) for price in prices])
    assert [met.hit for met in mets] == [False, False, True, False, True, False, False]
    assert [met.holds for met in mets] == [False, False, True, True, True, False, False]
    assert mets[2].values[0].value == 120
    assert RULES[Trailing].thresholds(trail, mets[2].memory) == pytest.approx((108.0, 120.0))


def test_a_trail_from_a_trough_is_its_mirror() -> None:
    trail = Trailing(market=MARKET, percent=Decimal(10), from_peak=False)
    assert hits(trail, 100, 90, 98, 99, 85) == [False, False, False, True, False]


def line(way: Literal["above", "below", "touch"], *, first: int = 100, second: int = 110) -> TrendLine:
    """A line that moves by ten in ten hours from noon."""
    return TrendLine(
        market=MARKET,
        way=way,
        first_at=NOON,
        first_price=Decimal(first),
        second_at=NOON + timedelta(hours=10),
        second_price=Decimal(second),
    )


def test_a_line_is_met_where_it_is_by_then() -> None:
    assert hits(line("above"), 99, 100.5, 101.5, 103, seconds=3_600) == [False, False, False, True]
    assert hits(line("below", second=90), 101, 99.5, 98.5, 97, seconds=3_600) == [False, False, False, True]


def test_a_line_that_comes_to_a_price_standing_still_touches_it() -> None:
    assert hits(line("touch"), 102.5, 102.5, 102.5, 102.5, seconds=3_600) == [False, False, False, True]


def test_a_line_that_fell_to_nothing_is_not_known() -> None:
    steep = line("below", second=10)
    assert hits(steep, 50, 50, seconds=3_600 * 12)[-1] is None


LEAVES: list[Leaf] = [
    *(level(way, margin) for way in ("above", "below", "touch") for margin in ("0", "3")),
    PriceMove(market=MARKET, percent=Decimal(10), window=60),
    PriceMove(market=MARKET, percent=Decimal(-10), window=60),
    Trailing(market=MARKET, percent=Decimal(10)),
    Trailing(market=MARKET, percent=Decimal(10), from_peak=False),
    line("above"),
    line("below"),
    line("touch", second=90),
]


@st.composite
def walks(draw: st.DrawFn) -> list[Span]:
    """Spans of ten seconds that follow each other, each of which opens where the one before closed."""
    spans: list[Span] = []
    price, at = draw(PRICES), NOON
    for _ in range(draw(st.integers(1, 5))):
        close, one, other = draw(PRICES), draw(PRICES), draw(PRICES)
        prices = (price, max(price, close, one), min(price, close, other), close)
        spans.append(span_of(prices, opens_at=at, seconds=10))
        price, at = close, at + timedelta(seconds=10)
    return spans


@given(leaf=st.sampled_from(LEAVES), walk=walks(), middle=PRICES, high_is_first=st.booleans())
def test_looking_more_often_never_loses_what_a_longer_look_would_see(
    leaf: Leaf, walk: list[Span], middle: float, *, high_is_first: bool
) -> None:
    *before, last = walk
    half = last.opens_at + timedelta(seconds=5)
    middle = min(max(middle, last.low), last.high)
    high = max(last.open, middle) if not high_is_first else last.high
    low = min(last.open, middle) if high_is_first else last.low
    first = Span(last.opens_at, half, last.open, high, low, middle)
    high = max(last.close, middle) if high_is_first else last.high
    low = last.low if high_is_first else min(last.close, middle)
    second = Span(half, last.closes_at, middle, high, low, last.close)
    if run(leaf, walk)[-1].hit:
        assert any(met.hit for met in run(leaf, [*before, first, second])[-2:])


@given(leaf=st.sampled_from(LEAVES), walk=walks(), power=st.integers(-8, 8))
def test_the_same_is_met_whatever_unit_prices_are_counted_in(
    leaf: Leaf, walk: list[Span], power: int
) -> None:
    times = 2.0**power
    scaled = [
        Span(
            one.opens_at,
            one.closes_at,
            *(times * price for price in (one.open, one.high, one.low, one.close)),
        )
        for one in walk
    ]
    expected = [(met.hit, met.holds) for met in run(leaf, walk)]
    assert [(met.hit, met.holds) for met in run(in_units(leaf, Decimal(times)), scaled)] == expected


def in_units(leaf: Leaf, times: Decimal) -> Leaf:
    """The same condition with its prices multiplied."""
    if isinstance(leaf, PriceLevel):
        return PriceLevel(market=MARKET, way=leaf.way, level=leaf.level * times, margin=leaf.margin * times)
    if isinstance(leaf, TrendLine):
        return TrendLine(
            market=MARKET,
            way=leaf.way,
            first_at=leaf.first_at,
            first_price=leaf.first_price * times,
            second_at=leaf.second_at,
            second_price=leaf.second_price * times,
        )
    return leaf


@given(leaf=st.sampled_from(LEAVES), walk=walks(), price=PRICES)
def test_between_its_thresholds_a_rule_has_nothing_new_to_say(
    leaf: Leaf, walk: list[Span], price: float
) -> None:
    met = run(leaf, walk)[-1]
    thresholds = RULES[type(leaf)].thresholds(leaf, met.memory)
    ends = walk[-1].close
    lowest, highest = sorted((ends, price))
    if thresholds is None or any(lowest <= one <= highest for one in thresholds):
        return
    still = decided(leaf, Shown(at=walk[-1].closes_at, price=tick(ends)), met.memory)
    moved = Span(walk[-1].closes_at, walk[-1].closes_at, ends, highest, lowest, price)
    later = decided(leaf, Shown(at=moved.closes_at, price=moved), met.memory)
    assert (later.hit, later.holds, later.memory) == (still.hit, still.holds, still.memory)
