from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_stage import HOUR_MS, smooth_walk, standing, whole_ticks
from seen_stage import MARKET, Shown, decided, tick

from analytics.indicators.catalogue import CATALOGUE, compute, parse, warm_up
from services.alerts.conditions import Compared
from services.alerts.rules.catalogue import RULES
from services.alerts.rules.sides import MOST_CANDLES, Output, candles_for, check_known, read_side

SERIES = ("close", "volume", "rsi:14", "ema:50", "bbands:20,2.upper", "macd.signal", "adx.plus_di", "vwap")


def compared(left: str, right: str, side: str = "above") -> Compared:
    return Compared(
        market=MARKET, timeframe="1h", left=left, side="above" if side == "above" else "below", right=right
    )


@pytest.mark.parametrize("text", SERIES)
def test_an_indicator_is_compared_as_the_catalogue_has_it_at_the_newest_close(text: str) -> None:
    candles = smooth_walk(400)
    met = decided(compared(text, "50"), Shown(history={"1h": candles}))
    side = read_side(text)
    if isinstance(side, Output):
        newest = candles.last(candles_for(side, HOUR_MS))
        value = float(compute(side.chosen, newest)[side.name][-1])
    else:
        value = float(getattr(candles, text)[-1])
    assert float(met.values[0].value) == value
    assert met.hit is met.holds is (value > 50)


def test_an_indicator_that_still_warms_up_or_has_no_meaning_is_not_known() -> None:
    few, still = smooth_walk(50), standing(300)
    assert decided(compared("ema:200", "50"), Shown(history={"1h": few})).hit is None
    assert decided(compared("rsi:14", "50"), Shown(history={"1h": still})).hit is None


def test_between_two_closes_the_last_close_still_counts() -> None:
    candles = smooth_walk(300)
    at_close = decided(compared("rsi:14", "1"), Shown(history={"1h": candles}, closing=frozenset({"1h"})))
    between = decided(compared("rsi:14", "1"), Shown(history={"1h": candles}, price=tick(1.0)))
    assert at_close == between
    assert at_close.hit is True


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    left=st.sampled_from(SERIES),
    right=st.sampled_from((*SERIES, "50", "100.5")),
    count=st.integers(210, 320),
)
def test_what_is_remembered_and_what_comes_later_change_no_answer(
    seed: int, left: str, right: str, count: int
) -> None:
    candles = whole_ticks(330, seed=seed)
    leaf, known = compared(left, right), candles.slice(0, count)
    afresh = decided(leaf, Shown(history={"1h": known}))
    before = decided(leaf, Shown(history={"1h": known.slice(0, count - 1)}))
    again = decided(leaf, Shown(history={"1h": known}), before.memory)
    shorter = decided(leaf, Shown(history={"1h": known.last(MOST_CANDLES)}), again.memory)
    assert afresh == again == shorter


def test_a_side_is_told_with_its_title_unit_and_timeframe() -> None:
    met = decided(compared("bbands:20,2.upper", "rsi"), Shown(history={"1h": smooth_walk(300)}))
    first, second = met.values
    assert (first.label, first.words, first.unit) == (
        "{name} ({timeframe})",
        {"name": "bbands:20,2.upper", "timeframe": "1h"},
        "price",
    )
    assert (second.words["name"], second.unit) == ("rsi:14", "number")


def test_only_a_price_is_drawn_into_the_chart() -> None:
    drawn = RULES[Compared].drawn
    assert drawn(compared("ema:50", "100.5"), {}) == (100.5,)
    assert drawn(compared("rsi:14", "30"), {}) == drawn(compared("macd", "30"), {}) == ()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_indicator_that_can_be_known_is_known_of_the_candles_it_is_taken_from(name: str) -> None:
    side = read_side(name)
    if name in {"obv", "ad"}:
        with pytest.raises(ValueError, match="depends on where counting began"):
            check_known(side, "1h")
        return
    check_known(side, "1h")
    met = decided(compared(name, "1"), Shown(history={"1h": smooth_walk(candles_for(side, HOUR_MS))}))
    assert met.hit is not None


def test_what_five_hundred_candles_cannot_tell_is_refused() -> None:
    slow = read_side("hma:200")
    assert isinstance(slow, Output)
    assert warm_up(slow.chosen) < candles_for(slow, HOUR_MS) <= MOST_CANDLES
    with pytest.raises(ValueError, match="needs candles from 5m to 1d"):
        check_known(read_side("vwap"), "1m")
    check_known(read_side("vwap"), "5m")


@pytest.mark.parametrize(
    ("text", "written"),
    [("rsi", "rsi:14"), ("bbands:20,2.5.upper", "bbands:20,2.5"), ("macd.signal", "macd:12,26,9.signal")],
)
def test_a_side_is_written_with_every_parameter(text: str, written: str) -> None:
    side = read_side(text)
    assert side.text == written
    assert read_side(written) == side


@pytest.mark.parametrize(
    "text", ["", "rsii", "rsi:x", "rsi:1.5", "macd.upper", "bbands:20,2.upper.lower", "."]
)
def test_what_is_no_side_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_side(text)


def test_the_same_decimal_is_the_same_float() -> None:
    assert read_side("0.1") == read_side("0.10")
    assert Decimal(read_side("0.1").text) == Decimal("0.1")
    assert parse("rsi").values == (14,)
