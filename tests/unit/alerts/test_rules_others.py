from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_stage import smooth_walk, whole_ticks
from seen_stage import MARKET, Shown, decided

from analytics.patterns.candlesticks import find
from services.alerts.conditions import (
    CandleClosed,
    Closing,
    FeedStale,
    FundingRate,
    PatternShown,
    SkyShows,
    VenueSpread,
)

HOURLY = frozenset({"1h"})


def pattern(name: str = "", side: str = "any") -> PatternShown:
    sides = {"bull": "bull", "bear": "bear", "any": "any"}
    return PatternShown(market=MARKET, timeframe="1h", name=name, side=sides[side])  # type: ignore[arg-type]  # one of the three


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), count=st.integers(60, 90))
def test_a_pattern_is_shown_by_the_close_that_completes_it(seed: int, count: int) -> None:
    candles = whole_ticks(90, seed=seed).slice(0, count)
    expected = {one.name: one.side for one in find(candles) if one.position == count - 1}
    seen = Shown(history={"1h": candles}, closing=HOURLY)
    assert decided(pattern(), seen).hit is bool(expected)
    for name, side in expected.items():
        assert decided(pattern(name), seen).hit is True
        for asked in ("bull", "bear"):
            assert decided(pattern(name, asked), seen).hit is (side == asked)
    assert decided(pattern(), Shown(history={"1h": candles})).hit is False, "no candle closes"


def test_a_pattern_is_met_anew_each_time() -> None:
    met = decided(pattern(), Shown(history={"1h": whole_ticks(60, seed=1)}, closing=HOURLY))
    assert met.holds is False
    assert decided(pattern(), Shown(history={"1h": smooth_walk(20)}, closing=HOURLY)).hit is None


@pytest.mark.parametrize("closing", ["any", "up", "down", "above", "below"])
def test_a_candle_closes_as_asked(closing: Closing) -> None:
    candles = smooth_walk(40)
    open_, close = float(candles.open[-1]), float(candles.close[-1])
    level = (open_ + close) / 2
    leaf = CandleClosed(
        market=MARKET,
        timeframe="1h",
        closing=closing,
        level=Decimal(level) if closing in {"above", "below"} else None,
    )
    met = decided(leaf, Shown(history={"1h": candles}, closing=HOURLY))
    is_up = close > open_
    assert (
        met.hit is {"any": True, "up": is_up, "down": not is_up, "above": is_up, "below": not is_up}[closing]
    )
    assert met.holds is False
    assert decided(leaf, Shown(history={"1h": candles})).hit is False


def test_funding_is_at_its_limit_or_beyond() -> None:
    above = FundingRate(market=MARKET, side="above", rate=Decimal("0.0005"))
    below = FundingRate(market=MARKET, side="below", rate=Decimal("-0.0005"))
    assert [decided(above, Shown(rate=rate)).hit for rate in (0.0004, 0.0005, 0.001)] == [False, True, True]
    assert [decided(below, Shown(rate=rate)).hit for rate in (0.0, -0.0005)] == [False, True]


def test_venues_differ_until_they_are_a_fifth_nearer_than_asked() -> None:
    leaf = VenueSpread(market=MARKET, percent=Decimal(1))
    mets = [decided(leaf, Shown(apart=apart)) for apart in (1.0, 1.1, 0.9, 0.8)]
    assert [met.hit for met in mets] == [False, True, False, False]
    assert [met.holds for met in mets] == [True, True, True, False]


def test_a_feed_is_stale_once_it_was_silent_for_as_long_as_asked() -> None:
    leaf = FeedStale(market=MARKET, seconds=60)
    assert [decided(leaf, Shown(silent=seconds)).hit for seconds in (59.9, 60.0)] == [False, True]
    assert decided(leaf, Shown(silent=0.0)).values[0].unit == "seconds"


def test_the_sky_shows_something_for_one_step() -> None:
    met = decided(SkyShows(event="full_moon"), Shown(events=frozenset({"full_moon"})))
    assert (met.hit, met.holds) == (True, False)
    assert decided(SkyShows(event="full_moon"), Shown()).hit is False
