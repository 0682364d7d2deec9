"""A market from every side: readings, and the points that speak for bull and bear.

Each point is one plain fact about closed candles with a fixed weight. They describe and forecast nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.fibonacci.legs import auto_leg
from analytics.fibonacci.levels import Standing, retracements, standing
from analytics.indicators.catalogue import Chosen, compute, parse
from analytics.structure.ranges import last_range
from analytics.structure.swings import Swings, zigzag
from services.analyst.fibs import ratio_of
from services.analyst.levels import find_levels
from services.analyst.messages import (
    Analysis,
    FibLevel,
    LevelsFinding,
    PatternSeen,
    Point,
    PriceZone,
    Reading,
    Side,
    Trend,
)
from services.analyst.patterns import find_patterns
from services.analyst.sight import Sight
from services.exchange.prices import to_amount

LEAST_CANDLES: Final = 60
_READINGS: Final = ("ema:20", "ema:50", "ema:200", "rsi", "macd", "adx", "atr")
_HEAVY, _MIDDLE, _LIGHT = 3, 2, 1
_FRESH_PATTERNS: Final = 3
"""Candles within which a pattern still counts."""
_STRUCTURE: Final = 4
"""Turns that tell whether highs and lows rise: two of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """The last value of each indicator that has one yet, by its text and output."""

    of: dict[str, dict[str, float]]

    def get(self, text: str, output: str | None = None) -> float | None:
        found = self.of.get(text)
        if not found:
            return None
        return next(iter(found.values())) if output is None else found.get(output)


def analyze(sight: Sight) -> Analysis:
    """Return the analysis of the newest candles.

    Raises:
        ValueError: there are fewer than `LEAST_CANDLES`, of which no trend can be told.
    """
    values = _values(sight)
    levels, patterns, swings = find_levels(sight), find_patterns(sight), zigzag(sight.candles)
    points = [
        *_averages(sight, values),
        *_momentum(values),
        *_structure(swings),
        *_near(sight, levels),
        *_fresh(patterns.patterns),
    ]
    around = _fibonacci(sight)
    return Analysis(
        scene=sight.scene,
        trend=_trend(sight, values),
        readings=_readings(sight, values),
        points=points,
        bull=sum(point.weight for point in points if point.side == "bull"),
        bear=sum(point.weight for point in points if point.side == "bear"),
        supports=levels.supports,
        resistances=levels.resistances,
        patterns=patterns.patterns,
        fib_above=_fib_level(sight, around, "above"),
        fib_below=_fib_level(sight, around, "below"),
    )


def _values(sight: Sight) -> _Values:
    found = {}
    for text in _READINGS:
        outputs = compute(parse(text), sight.candles)
        found[text] = {name: float(series[-1]) for name, series in outputs.items() if np.isfinite(series[-1])}
    return _Values(of=found)


def _readings(sight: Sight, values: _Values) -> list[Reading]:
    readings = []
    for text in _READINGS:
        value = values.get(text)
        if value is not None:
            readings.append(_reading(sight, parse(text), value))
    return readings


def _reading(sight: Sight, chosen: Chosen, value: float) -> Reading:
    found = chosen.indicator
    exact = sight.price(value) if found.is_price else to_amount(value)
    return Reading(
        name=found.name, title=chosen.title, value=exact, is_price=found.is_price, says=found.says(value)
    )


def _averages(sight: Sight, values: _Values) -> Iterator[Point]:
    close = float(sight.scene.price)
    for text, weight in (("ema:50", _MIDDLE), ("ema:200", _HEAVY)):
        level = values.get(text)
        if level is not None and level != close:
            side: Side = "bull" if close > level else "bear"
            said = (
                "Close {price} is above {title} at {level}"
                if side == "bull"
                else "Close {price} is below {title} at {level}"
            )
            prices = {"price": sight.scene.price, "level": sight.price(level)}
            yield Point(
                side=side, text=said, prices=prices, words={"title": parse(text).title}, weight=weight
            )
    fast, slow = values.get("ema:20"), values.get("ema:50")
    if fast is not None and slow is not None and fast != slow:
        side = "bull" if fast > slow else "bear"
        yield Point(
            side=side,
            text="EMA 20 is above EMA 50" if side == "bull" else "EMA 20 is below EMA 50",
            weight=_MIDDLE,
        )


def _momentum(values: _Values) -> Iterator[Point]:
    yield from _rsi(values.get("rsi"))
    line, signal = values.get("macd", "macd"), values.get("macd", "signal")
    if line is not None and signal is not None and line != signal:
        is_up = line > signal
        text = "MACD is above its signal line" if is_up else "MACD is below its signal line"
        yield Point(side="bull" if is_up else "bear", text=text, weight=_MIDDLE)
    yield from _direction(values)


def _rsi(value: float | None) -> Iterator[Point]:
    says = "" if value is None else parse("rsi").indicator.says(value)
    if value is not None and says in {"overbought", "oversold"}:
        side: Side = "bear" if says == "overbought" else "bull"
        text = "RSI 14 at {value} is overbought" if side == "bear" else "RSI 14 at {value} is oversold"
        yield Point(side=side, text=text, numbers={"value": to_amount(value)}, weight=_LIGHT)


def _direction(values: _Values) -> Iterator[Point]:
    strength, plus, minus = (values.get("adx", name) for name in ("adx", "plus_di", "minus_di"))
    if strength is None or plus is None or minus is None or plus == minus:
        return
    if parse("adx").indicator.says(strength) != "trending":
        return
    is_up = plus > minus
    text = (
        "ADX 14 at {value} shows a trend, and it is up"
        if is_up
        else "ADX 14 at {value} shows a trend, and it is down"
    )
    numbers = {"value": to_amount(strength)}
    yield Point(side="bull" if is_up else "bear", text=text, numbers=numbers, weight=_MIDDLE)


def _structure(swings: Swings) -> Iterator[Point]:
    """Compare the last two confirmed highs and the last two lows."""
    if len(swings.price) < _STRUCTURE:
        return
    before_one, before_two, one, two = swings.price[-_STRUCTURE:]
    if one > before_one and two > before_two:
        yield Point(side="bull", text="The last confirmed highs and lows are rising", weight=_HEAVY)
    elif one < before_one and two < before_two:
        yield Point(side="bear", text="The last confirmed highs and lows are falling", weight=_HEAVY)


def _near(sight: Sight, levels: LevelsFinding) -> Iterator[Point]:
    reach = last_range(sight.candles)
    if reach is None:
        return
    close = float(sight.scene.price)
    support, resistance = next(iter(levels.supports), None), next(iter(levels.resistances), None)
    if support is not None and close - float(support.high) <= reach:
        yield _zone_point("bull", "Support {low} to {high} is within one average range", support)
    if resistance is not None and float(resistance.low) - close <= reach:
        yield _zone_point("bear", "Resistance {low} to {high} is within one average range", resistance)


def _zone_point(side: Side, text: str, zone: PriceZone) -> Point:
    return Point(side=side, text=text, prices={"low": zone.low, "high": zone.high}, weight=_LIGHT)


def _fresh(patterns: Sequence[PatternSeen]) -> Iterator[Point]:
    """Count the newest pattern of each side once."""
    fresh = [one for one in patterns if one.age < _FRESH_PATTERNS]
    for side, text in (
        ("bull", "{title} is usually read as bullish"),
        ("bear", "{title} is usually read as bearish"),
    ):
        newest = next((one for one in fresh if one.side == side), None)
        if newest is not None:
            yield Point(side=newest.side, text=text, words={"title": newest.title}, weight=_LIGHT)


def _trend(sight: Sight, values: _Values) -> Trend:
    close, fast, slow = float(sight.scene.price), values.get("ema:20"), values.get("ema:50")
    if fast is None or slow is None:
        raise ValueError(f"analysis: {len(sight.candles)} candles, expected {LEAST_CANDLES} or more")
    if close > slow and fast > slow:
        return "up"
    return "down" if close < slow and fast < slow else "sideways"


def _fibonacci(sight: Sight) -> Standing:
    leg = auto_leg(sight.candles)
    levels = () if leg is None else retracements(leg, is_log=leg.is_long)
    return standing(float(sight.scene.price), levels)


def _fib_level(sight: Sight, around: Standing, side: str) -> FibLevel | None:
    level = around.above if side == "above" else around.below
    return None if level is None else FibLevel(ratio=ratio_of(level), price=sight.price(level.price))
