"""Which chart goes with an alert: its market and timeframe, what it waited for, and the moment it was met.

Pure: asking for the chart, and bringing it to where the alert was posted, belongs to `charting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from analytics.candles import timeframe_ms
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
    ZoneMeeting,
    leaves,
)
from services.alerts.posts import Told, Value
from services.alerts.rules.catalogue import RULES
from services.alerts.rules.sides import Output, read_side
from services.analyst.messages import ChartLevel, ChartLine, ChartMark, DrawChart, Overlay
from services.exchange.prices import to_decimal, to_milliseconds, to_price
from services.market.messages import TIMEFRAMES

_USUAL: Final = "15m"
_LABEL: Final = "Alert"
_LEVELS: Final = frozenset({"Level", "Lower edge", "Upper edge", "Highest price", "Lowest price"})
"""Labels of values that are prices it was waited for at."""
_FIB: Final = "Fibonacci"
_MOST_LEVELS: Final = 6
_CANDLES_OF_A_LINE: Final = 300
_CANDLES_OF_A_MOVE: Final = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A chart to ask for; `key` is the same for charts that show the same, candle for candle."""

    request: DrawChart
    key: tuple[object, ...]


def wanted_for(told: Told, market: str, *, locale: str, is_plain: bool = False) -> Wanted | None:
    """Return the chart of an alert on `market`; None for one that no chart says anything about.

    One that `is_plain` has nothing of its own, so that all alerts of a candle can share it.
    """
    looked_at = [leaf for leaf in leaves(told.condition) if market_of(leaf) == market]
    if not market or not looked_at or all(isinstance(leaf, FeedStale) for leaf in looked_at):
        return None
    timeframe = timeframe_of(looked_at[0], told)
    candle = to_milliseconds(told.at) // timeframe_ms(timeframe)
    if is_plain:
        plain = DrawChart(market=market, timeframe=timeframe, locale=locale)
        return Wanted(request=plain, key=(market, timeframe, candle, locale))
    levels, line = _levels(told, looked_at), next(map(line_of, _lines(looked_at)), None)
    overlay, indicators = _overlay(looked_at), _indicators(looked_at)
    is_up = not any(falls(leaf) for leaf in looked_at)
    request = DrawChart(
        market=market,
        timeframe=timeframe,
        indicators=indicators,
        overlay=overlay,
        locale=locale,
        levels=[ChartLevel(price=price, label=_LABEL) for price in levels],
        line=line,
        marks=[ChartMark(at=told.at, label=_LABEL, is_up=is_up)],
    )
    shown = (tuple(levels), line, overlay, tuple(indicators), is_up)
    return Wanted(request=request, key=(market, timeframe, candle, locale, *shown))


def timeframe_of(leaf: Leaf, told: Told) -> str:
    """Return the timeframe in which to show what a condition waited for: its own, where it has one."""
    match leaf:
        case (
            Compared(timeframe=timeframe)
            | FibMeeting(timeframe=timeframe)
            | ZoneMeeting(timeframe=timeframe)
            | PatternShown(timeframe=timeframe)
            | CandleClosed(timeframe=timeframe)
        ):
            return timeframe
        case TrendLine(first_at=first, second_at=second):
            return _fitting(told.at - min(first, second), _CANDLES_OF_A_LINE)
        case PriceMove(window=window):
            return _fitting(timedelta(seconds=window), _CANDLES_OF_A_MOVE)
        case FundingRate():
            return "1h"
    return _USUAL


def falls(leaf: Leaf) -> bool:
    """Return whether a condition is met by a price that falls."""
    match leaf:
        case (
            PriceLevel(way="below")
            | TrendLine(way="below")
            | CandleClosed(closing="down" | "below")
            | PatternShown(side="bear")
            | ZoneMeeting(meeting="touch" | "break", is_support=True)
            | ZoneMeeting(meeting="reject", is_support=False)
        ):
            return True
        case PriceMove(percent=percent):
            return percent < 0
        case Trailing(from_peak=from_peak):
            return from_peak
    return False


def line_of(leaf: TrendLine) -> ChartLine:
    """Return the line of a condition as a chart draws it."""
    return ChartLine(
        first_at=leaf.first_at,
        first_price=leaf.first_price,
        second_at=leaf.second_at,
        second_price=leaf.second_price,
    )


def _fitting(span: timedelta, most: int) -> str:
    """Return the smallest timeframe that shows a span in so many candles."""
    milliseconds = span / timedelta(milliseconds=1)
    return next((one for one in TIMEFRAMES if milliseconds <= most * timeframe_ms(one)), TIMEFRAMES[-1])


def market_of(leaf: Leaf) -> str:
    """Return the market that a condition looks at; empty for none."""
    return "" if isinstance(leaf, SkyShows) else leaf.market


def _lines(looked_at: Iterable[Leaf]) -> Iterator[TrendLine]:
    return (leaf for leaf in looked_at if isinstance(leaf, TrendLine))


def _levels(told: Told, looked_at: Iterable[Leaf]) -> list[Decimal]:
    """Return the prices it was waited for at: those of its rules, and those that they found themselves."""
    drawn = [_price(value, told) for leaf in looked_at for value in RULES[type(leaf)].drawn(leaf, {})]
    found = [_price(float(one.value), told) for one in told.values if _is_level(one)]
    return list(dict.fromkeys([*drawn, *found]))[:_MOST_LEVELS]


def _is_level(value: Value) -> bool:
    return value.unit == "price" and (value.label in _LEVELS or value.label.startswith(_FIB))


def _price(value: float, told: Told) -> Decimal:
    return to_decimal(value) if told.tick is None else to_price(value, told.tick)


def _overlay(looked_at: Sequence[Leaf]) -> Overlay:
    for leaf in looked_at:
        match leaf:
            case FibMeeting():
                return "fib"
            case ZoneMeeting():
                return "levels"
            case PatternShown():
                return "patterns"
    return "none"


def _indicators(looked_at: Iterable[Leaf]) -> list[str]:
    """Return the indicators of the first comparison: a chart has room for the panels of one."""
    compared = next((leaf for leaf in looked_at if isinstance(leaf, Compared)), None)
    if compared is None:
        return []
    sides = (read_side(text) for text in (compared.left, compared.right))
    return list(dict.fromkeys(side.chosen.text for side in sides if isinstance(side, Output)))
