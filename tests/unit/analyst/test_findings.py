from __future__ import annotations

from decimal import Decimal

import pytest
from analyst_stage import sight

from services.analyst.analysis import analyze
from services.analyst.fibs import find_fib
from services.analyst.levels import find_levels
from services.analyst.messages import FibMode
from services.analyst.patterns import find_patterns
from services.errors import UserMistake

FOUR_HOURS = sight("4h")
OTHERS = {name: sight(name) for name in ("15m", "1h", "1d")}


@pytest.mark.parametrize("mode", ["retrace", "extend"])
def test_every_price_of_a_finding_is_one_that_the_market_can_have(mode: FibMode) -> None:
    finding = find_fib(FOUR_HOURS, OTHERS, swing="auto", mode=mode)
    prices = [level.price for level in finding.levels]
    assert all(price % FOUR_HOURS.scene.tick == 0 for price in prices)
    assert prices == sorted(prices)


def test_the_price_stands_between_the_levels_that_are_named_next_to_it() -> None:
    finding = find_fib(FOUR_HOURS, {}, swing="auto", mode="retrace")
    assert finding.below is None or finding.below.price <= finding.scene.price
    assert finding.above is None or finding.above.price > finding.scene.price


def test_a_swing_was_known_only_after_its_end() -> None:
    swing = find_fib(FOUR_HOURS, {}, swing="auto", mode="retrace").swing
    assert swing.known_at is not None
    assert swing.start_at < swing.end_at < swing.known_at <= FOUR_HOURS.scene.closed_at


def test_two_given_prices_are_the_ends_of_the_swing() -> None:
    low, high = FOUR_HOURS.candles.low[100], FOUR_HOURS.candles.high[160]
    finding = find_fib(FOUR_HOURS, {}, swing=f"{low} {high}", mode="retrace")
    assert (finding.swing.start_price, finding.swing.end_price) == (Decimal(str(low)), Decimal(str(high)))
    assert finding.swing.known_at is None


def test_the_half_of_a_swing_lies_in_its_middle() -> None:
    finding = find_fib(FOUR_HOURS, {}, swing="auto", mode="retrace")
    half = next(level.price for level in finding.levels if level.ratio == Decimal("0.500"))
    start, end = finding.swing.start_price, finding.swing.end_price
    middle = (start * end).sqrt() if finding.is_log else (start + end) / 2
    assert abs(half - middle) <= FOUR_HOURS.scene.tick


def test_timeframes_meet_only_where_others_are_there() -> None:
    assert find_fib(FOUR_HOURS, {}, swing="auto", mode="retrace").confluences == []
    met = find_fib(FOUR_HOURS, OTHERS, swing="auto", mode="retrace").confluences
    assert met
    assert all(one.frames >= 2 and 0 <= one.score <= 100 and one.low <= one.high for one in met)
    assert [one.score for one in met] == sorted((one.score for one in met), reverse=True)


def test_a_swing_that_these_candles_never_made_is_refused() -> None:
    with pytest.raises(UserMistake, match="no such swing"):
        find_fib(FOUR_HOURS, {}, swing="1 2", mode="retrace")


def test_supports_lie_below_and_resistances_above_the_nearest_first() -> None:
    finding = find_levels(FOUR_HOURS)
    supports, resistances = (
        [one.price for one in finding.supports],
        [one.price for one in finding.resistances],
    )
    assert supports == sorted(supports, reverse=True)
    assert resistances == sorted(resistances)
    assert all(price <= finding.scene.price for price in supports)
    assert all(price > finding.scene.price for price in resistances)
    assert all(one.touches >= 2 for one in (*finding.supports, *finding.resistances))


def test_patterns_are_of_the_newest_candles_and_counted_over_all() -> None:
    finding = find_patterns(FOUR_HOURS)
    assert finding.looked_for == 61
    assert finding.patterns, "300 candles that wander have a doji at least"
    assert all(0 <= one.age < finding.window and one.seen >= 1 for one in finding.patterns)
    assert [one.age for one in finding.patterns] == sorted(one.age for one in finding.patterns)


def test_the_sides_of_an_analysis_are_the_sums_of_their_points() -> None:
    analysis = analyze(FOUR_HOURS)
    for side, total in (("bull", analysis.bull), ("bear", analysis.bear)):
        assert total == sum(point.weight for point in analysis.points if point.side == side)
    assert {reading.name for reading in analysis.readings} == {"ema", "rsi", "macd", "adx", "atr"}


def test_a_reading_that_has_not_warmed_up_is_left_out_and_not_nought() -> None:
    titles = {reading.title for reading in analyze(sight("4h", 60)).readings}
    assert "EMA 50" in titles
    assert "EMA 200" not in titles


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_side_of_the_slow_average_that_price_is_on_is_a_point_for_that_side(seed: int) -> None:
    analysis = analyze(sight("4h", 300, seed=seed))
    average = next(one.value for one in analysis.readings if one.title == "EMA 200")
    expected = "bull" if analysis.scene.price > average else "bear"
    (point,) = [one for one in analysis.points if one.words.get("title") == "EMA 200"]
    assert point.side == expected
    assert point.prices == {"price": analysis.scene.price, "level": average}
