from __future__ import annotations

from decimal import Decimal
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_stage import whole_ticks
from seen_stage import MARKET, Prices, Shown, decided, span_of, tick
from structure_stage import hours

from analytics.candles import Candles, resample
from analytics.fibonacci.legs import auto_leg
from analytics.fibonacci.levels import retracements
from services.alerts.conditions import FibMeeting, ZoneMeeting
from services.alerts.posts import Value
from services.alerts.rules.catalogue import RULES
from services.alerts.rules.meeting import Band, Place, met_at, remembered

Meeting = Literal["touch", "reject", "break"]
AT_100 = (Band(99.0, 101.0),)


def met(meeting: Meeting, candles: Candles, *, price: Prices | None = None, is_closing: bool = False) -> bool:
    """Whether a band from 99 to 101 is met."""
    seen = Shown(
        price=None if price is None else span_of(price),
        history={"1h": candles},
        closing=frozenset({"1h"} if is_closing else ()),
    )
    found = met_at(Place(market=MARKET, timeframe="1h", meeting=meeting), seen, {}, lambda _: AT_100)
    return bool(found.hit)


def candles_of(*newest: Prices) -> Candles:
    """Quiet hours at the first opening, then these."""
    quiet = hours([newest[0][0]] * 30)
    prices = np.array(newest).T
    time = quiet.time[-1] + quiet.step_ms * np.arange(1, len(newest) + 1)
    columns = {
        name: np.concatenate([getattr(quiet, name), prices[place]])
        for place, name in enumerate(("open", "high", "low", "close"))
    }
    return Candles(
        step_ms=quiet.step_ms,
        time=np.concatenate([quiet.time, time]),
        volume=np.ones(len(quiet) + len(newest)),
        **columns,
    )


@pytest.mark.parametrize(
    ("newest", "is_rejected", "is_broken"),
    [
        ((105.0, 106.0, 100.5, 104.0), True, False),
        ((105.0, 106.0, 98.0, 104.0), True, False),
        ((105.0, 106.0, 101.5, 104.0), False, False),
        ((105.0, 106.0, 98.0, 98.5), False, True),
        ((105.0, 106.0, 99.5, 100.0), False, False),
        ((95.0, 99.5, 94.0, 96.0), True, False),
        ((95.0, 103.0, 94.0, 102.0), False, True),
    ],
)
def test_a_candle_that_closes_rejects_or_breaks_a_band_by_the_side_it_came_from(
    newest: Prices, *, is_rejected: bool, is_broken: bool
) -> None:
    candles = candles_of(newest)
    assert met("reject", candles, is_closing=True) is is_rejected
    assert met("break", candles, is_closing=True) is is_broken
    assert not met("reject", candles)
    assert not met("break", candles), "only a close can tell"


@pytest.mark.parametrize(
    ("price", "is_touched"),
    [
        ((105.0, 105.0, 101.0, 102.0), True),
        ((105.0, 105.0, 101.1, 102.0), False),
        ((105.0, 95.0, 95.0, 95.0), True),
        ((100.0, 100.0, 100.0, 100.0), True),
    ],
)
def test_a_band_is_touched_by_any_price_of_it_and_by_a_jump_over_it(
    price: Prices, *, is_touched: bool
) -> None:
    assert met("touch", hours([105.0] * 30), price=price) is is_touched


def swing(*, then: float) -> Candles:
    """A rise from 100 to 200, its end confirmed by a fall to `then`."""
    rise, fall = np.linspace(100, 200, 60), np.linspace(200, then, 20)
    return hours([*np.linspace(120, 100, 20), *rise, *fall[1:]])


def level_of(candles: Candles, ratio: float) -> float:
    leg = auto_leg(candles)
    assert leg is not None
    return retracements(leg, is_log=leg.is_long, ratios=(ratio,))[0].price


def fib(meeting: Meeting, ratio: str | None = "0.5") -> FibMeeting:
    return FibMeeting(
        market=MARKET, timeframe="1h", meeting=meeting, ratio=None if ratio is None else Decimal(ratio)
    )


def labelled(values: tuple[Value, ...]) -> dict[str, float]:
    return {value.label: float(value.value) for value in values}


def test_a_fibonacci_level_is_that_of_the_swing_before_the_candle_that_meets_it() -> None:
    candles = swing(then=160)
    level = level_of(candles, 0.5)
    touched = decided(fib("touch"), Shown(price=tick(level), history={"1h": candles}))
    assert (touched.hit, touched.holds) == (True, True)
    assert labelled(touched.values)["Fibonacci {ratio}"] == level
    assert touched.values[1].words == {"ratio": "0.5"}
    away = decided(fib("touch"), Shown(price=tick(level + 10), history={"1h": candles}), touched.memory)
    assert (away.hit, away.holds) == (False, False)


def test_the_levels_are_remembered_from_one_close_to_the_next() -> None:
    candles = swing(then=160)
    rule = RULES[FibMeeting]
    assert rule.thresholds(fib("touch"), {}) is None, "it must be asked before it can say at which prices"
    level = level_of(candles, 0.5)
    met = decided(fib("touch"), Shown(price=tick(170.0), history={"1h": candles}))
    thresholds = rule.thresholds(fib("touch"), met.memory)
    assert thresholds is not None
    assert level in thresholds
    assert rule.drawn(fib("touch"), met.memory) == (level,)
    assert rule.thresholds(fib("break"), met.memory) == ()


def test_without_a_swing_or_enough_candles_a_level_is_not_known() -> None:
    for history in (hours([100.0] * 60), swing(then=160).last(30)):
        met = decided(fib("touch"), Shown(price=tick(100.0), history={"1h": history}))
        assert met.hit is None


def test_a_confluence_is_of_several_timeframes_and_each_must_be_there() -> None:
    small = whole_ticks(480, seed=3)
    history = {"1h": small, "4h": resample(small, 4 * small.step_ms)}
    alone = decided(fib("touch", None), Shown(price=tick(1.0), history={"1h": small}))
    assert alone.hit is None
    met = decided(fib("touch", None), Shown(price=tick(1.0), history=history))
    bands = remembered(met.memory)
    assert met.hit is False
    assert 1 <= len(bands) <= 3
    inside = decided(fib("touch", None), Shown(price=tick(bands[0].low), history=history), met.memory)
    assert inside.hit is True
    assert set(labelled(inside.values)) == {"Price", "Lower edge", "Upper edge"}
    assert {timeframe for _, timeframe in RULES[FibMeeting].closes(fib("touch", None))} > {"1h", "4h"}


def zone(meeting: Meeting, *, is_support: bool) -> ZoneMeeting:
    return ZoneMeeting(market=MARKET, timeframe="1h", meeting=meeting, is_support=is_support)


def test_the_nearest_zone_below_is_support_and_the_one_above_resistance() -> None:
    there_and_back = [*np.linspace(100, 120, 12), *np.linspace(119, 101, 11)]
    candles = hours([*there_and_back * 4, *np.linspace(100, 110, 6)])
    below = decided(zone("touch", is_support=True), Shown(price=tick(110.0), history={"1h": candles}))
    above = decided(zone("touch", is_support=False), Shown(price=tick(110.0), history={"1h": candles}))
    (support,), (resistance,) = remembered(below.memory), remembered(above.memory)
    assert support.high < 110 < resistance.low
    assert below.hit is above.hit is False
    met = decided(
        zone("touch", is_support=True), Shown(price=tick(support.high), history={"1h": candles}), below.memory
    )
    assert met.hit is True


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(60, 120),
    meeting=st.sampled_from(("touch", "reject", "break")),
)
@pytest.mark.parametrize("kind", ["fib", "zone"])
def test_what_is_remembered_changes_no_answer(kind: str, seed: int, count: int, meeting: Meeting) -> None:
    candles = whole_ticks(120, seed=seed)
    leaf = fib(meeting) if kind == "fib" else zone(meeting, is_support=True)
    known = candles.slice(0, count)
    price = tick(float(known.close[-1]))
    before = decided(leaf, Shown(price=price, history={"1h": known.slice(0, count - 1)}))
    at_close = Shown(price=price, history={"1h": known}, closing=frozenset({"1h"}))
    afresh, again = decided(leaf, at_close), decided(leaf, at_close, before.memory)
    assert afresh == again
    between = Shown(price=price, history={"1h": known})
    assert decided(leaf, between) == decided(leaf, between, again.memory)
