"""What the analyst answers: findings and charts. Prices are Decimal on the market's tick, shares are 0 to 1.

Every finding has a `Scene`, which says of which candles it is and how fresh they are.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.bus.messages import Key, Message, Request
from services.looks import Palette, Theme
from services.market.messages import Origin

FibMode = Literal["retrace", "extend", "project"]
Side = Literal["bull", "bear", "even"]
Trend = Literal["up", "down", "sideways"]
Overlay = Literal["none", "fib", "levels", "pivots", "patterns"]
PivotMethod = Literal["standard", "fibonacci", "camarilla", "woodie", "demark"]


MOST_INDICATORS = 6
"""In one chart."""


class Scene(Message, frozen=True, kw_only=True):
    """The closed candles a finding is of: market, timeframe, how many, and where the last one closed."""

    market: str
    timeframe: str
    price: Decimal
    """The close of the last candle."""
    tick: Decimal
    count: int
    closed_at: datetime
    """In market time."""
    origin: Origin


class Swing(Message, frozen=True, kw_only=True):
    """A move between two extremes of price. `known_at` is when its end was confirmed, which is later."""

    start_at: datetime
    start_price: Decimal
    end_at: datetime
    end_price: Decimal
    known_at: datetime | None = None
    """None where a member gave both points."""
    projected_from: Decimal | None = None
    """The third point, of a projection."""

    @property
    def is_up(self) -> bool:
        """Return whether the move rose."""
        return self.end_price > self.start_price


class FibLevel(Message, frozen=True, kw_only=True):
    """A price at a ratio of a swing; how often candles came to it since, and how often they turned there."""

    ratio: Decimal
    """0.618 is 61.8 %."""
    price: Decimal
    touched: int = 0
    respected: int = 0


class FrameRatio(Message, frozen=True, kw_only=True):
    """A level of one timeframe, by its ratio."""

    timeframe: str
    ratio: Decimal


class Confluence(Message, frozen=True, kw_only=True):
    """A band of prices where levels of several timeframes meet."""

    low: Decimal
    high: Decimal
    score: int
    """0 to 100: how many timeframes, how weighty the ratios, how narrow the band."""
    members: list[FrameRatio]

    @property
    def frames(self) -> int:
        """Return how many timeframes meet here."""
        return len({member.timeframe for member in self.members})


class TimeZone(Message, frozen=True, kw_only=True):
    """A moment a Fibonacci number of candles after the start of the swing."""

    number: int
    at: datetime


class FanLine(Message, frozen=True, kw_only=True):
    """A line from the start of the swing through a ratio of its height; its price at the last candle."""

    ratio: Decimal
    price: Decimal


class FibFinding(Message, frozen=True, kw_only=True):
    """Fibonacci levels of one swing, lowest price first, and where price stands among them."""

    scene: Scene
    swing: Swing
    mode: FibMode
    is_log: bool
    levels: list[FibLevel]
    above: FibLevel | None = None
    below: FibLevel | None = None
    respected: FibLevel | None = None
    """The level that candles turned at most often; None where they turned at none."""
    confluences: list[Confluence] = msgspec.field(default_factory=list)
    """The strongest first."""
    looked_at: list[str] = msgspec.field(default_factory=list)
    """The timeframes whose levels were compared, the smallest first."""
    missing: list[str] = msgspec.field(default_factory=list)
    """Those of which there were not enough candles, or none to be had."""
    zones: list[TimeZone] = msgspec.field(default_factory=list)
    fan: list[FanLine] = msgspec.field(default_factory=list)


class PriceZone(Message, frozen=True, kw_only=True):
    """A band where price turned several times."""

    low: Decimal
    high: Decimal
    price: Decimal
    """Its middle, weighted by touches."""
    touches: int
    strength: int
    """0 to 100: touches, how recent, and the volume traded there."""
    touched_at: datetime
    """The last time, in market time."""


class LevelsFinding(Message, frozen=True, kw_only=True):
    """Support below the price and resistance above it, the nearest first."""

    scene: Scene
    supports: list[PriceZone]
    resistances: list[PriceZone]


class PivotSet(Message, frozen=True, kw_only=True):
    """Pivot points by one method: R1, R2, ... upwards and S1, S2, ... downwards, as many as it has."""

    method: PivotMethod
    pivot: Decimal
    resistances: list[Decimal]
    supports: list[Decimal]


class PivotsFinding(Message, frozen=True, kw_only=True):
    """Pivot points of the last whole period, such as yesterday, for the one that runs now."""

    scene: Scene
    period: str
    """The timeframe they are made of: ``1d`` or ``1w``."""
    opened_at: datetime
    """Of the period, in market time."""
    sets: list[PivotSet]


class PatternSeen(Message, frozen=True, kw_only=True):
    """A candlestick pattern, by its name in the catalogue, at the candle that completes it."""

    name: str
    """Such as ``engulfing``."""
    title: str
    """In English, such as ``Engulfing``."""
    side: Side
    closed_at: datetime
    age: int
    """In candles; 0 is the last one."""
    seen: int
    """How often it was seen in the candles looked at, on either side."""
    meaning: str = ""
    """What it is usually read for, in English: ``reversal``, ``continuation`` or ``indecision``."""


class PatternsFinding(Message, frozen=True, kw_only=True):
    """The patterns of the newest candles, the newest first."""

    scene: Scene
    patterns: list[PatternSeen]
    looked_for: int
    window: int
    """How many of the newest candles were looked at for what is listed."""
    bias: Side


class Reading(Message, frozen=True, kw_only=True):
    """An indicator at the last candle."""

    name: str
    """As the catalogue has it, such as ``rsi``."""
    title: str
    """In English with its parameters, such as ``RSI 14``."""
    value: Decimal
    is_price: bool
    """Whether the value is a price, to be written by the tick."""
    says: str = ""
    """What that is taken for, in English: ``overbought``; empty for nothing."""


class Point(Message, frozen=True, kw_only=True):
    """One reason for a side: an English sentence with its figures in `values`, by name."""

    side: Side
    text: str
    """A key of the texts, with places: ``Close {price} is above the {title} at {level}``."""
    prices: dict[str, Decimal] = msgspec.field(default_factory=dict)
    """Values to be written by the tick."""
    numbers: dict[str, Decimal] = msgspec.field(default_factory=dict)
    """Values to be written with two decimals."""
    words: dict[str, str] = msgspec.field(default_factory=dict)
    """Values that are texts themselves."""
    weight: int = 1


class Analysis(Message, frozen=True, kw_only=True):
    """A market from every side: trend, readings, levels, patterns, and the points for either side.

    `bull` and `bear` are the sums of the points' weights. They describe the chart and forecast nothing.
    """

    scene: Scene
    trend: Trend
    readings: list[Reading]
    points: list[Point]
    bull: int
    bear: int
    supports: list[PriceZone]
    resistances: list[PriceZone]
    patterns: list[PatternSeen]
    fib_above: FibLevel | None = None
    fib_below: FibLevel | None = None

    @property
    def lean(self) -> Side:
        """Return the side with more weight."""
        return "even" if self.bull == self.bear else "bull" if self.bull > self.bear else "bear"


class IndicatorNames(Message, frozen=True, kw_only=True):
    """Indicators as a member may name them, such as ``ema:50``, the usual ones first."""

    names: list[str]


class FormingPrice(Message, frozen=True, kw_only=True):
    """Where the candle stands that has not closed yet, by the last of its closed parts."""

    price: Decimal
    origin: Origin


class ChartDrawn(Message, frozen=True, kw_only=True):
    """A chart that was drawn, or was there already; its picture is the part `digest` of `CHART`."""

    scene: Scene
    digest: str
    alt: str
    """What it shows in words, in the language asked for."""
    shown: int
    """How many candles are in the picture."""
    first_open: Decimal
    """The open of the first of them."""
    indicators: list[str]
    """What was drawn, as asked."""
    forming: FormingPrice | None = None
    """Of the candle still forming; None where the picture ends with the last closed one."""


class Picture(Message, frozen=True, kw_only=True):
    """A PNG."""

    png: bytes


class FindFib(Request[FibFinding], frozen=True, kw_only=True, tag="analyst.find_fib"):
    """Ask for Fibonacci levels. Raises as `services.market.messages.GetCandles`, and `UserMistake`.

    `swing` is ``auto``, or two moments or prices as a member writes them: ``2025-06-01 2025-06-05``,
    ``58000 64210``.
    """

    market: str
    timeframe: str
    swing: str = "auto"
    mode: FibMode = "retrace"


class FindLevels(Request[LevelsFinding], frozen=True, kw_only=True, tag="analyst.find_levels"):
    """Ask for support and resistance. Raises as `FindFib`."""

    market: str
    timeframe: str


class FindPivots(Request[PivotsFinding], frozen=True, kw_only=True, tag="analyst.find_pivots"):
    """Ask for pivot points: of yesterday, or of last week with ``1w``. Raises as `FindFib`."""

    market: str
    period: str = "1d"


class FindPatterns(Request[PatternsFinding], frozen=True, kw_only=True, tag="analyst.find_patterns"):
    """Ask for candlestick patterns. Raises as `FindFib`."""

    market: str
    timeframe: str


class Analyze(Request[Analysis], frozen=True, kw_only=True, tag="analyst.analyze"):
    """Ask for a market from every side. Raises as `FindFib`."""

    market: str
    timeframe: str


class ListIndicators(Request[IndicatorNames], frozen=True, kw_only=True, tag="analyst.list_indicators"):
    """Ask which indicators a chart can show."""


class ChartLevel(Message, frozen=True, kw_only=True):
    """A price to draw a line at. `label` is an English key of the texts; empty for none."""

    price: Decimal
    label: str = ""


class ChartLine(Message, frozen=True, kw_only=True):
    """A straight line through two points, in market time, which goes on to the edge of the picture."""

    first_at: datetime
    first_price: Decimal
    second_at: datetime
    second_price: Decimal


class ChartMark(Message, frozen=True, kw_only=True):
    """A moment to mark at its candle. `label` is an English key of the texts."""

    at: datetime
    """In market time."""
    label: str
    is_up: bool
    """Whether price rose to it."""


class DrawChart(Request[ChartDrawn], frozen=True, kw_only=True, tag="analyst.draw_chart"):
    """Ask for a chart. Raises as `FindFib`, and `UserMistake` for an indicator or beginning that is none."""

    market: str
    timeframe: str
    indicators: list[str] = msgspec.field(default_factory=list)
    """Such as ``ema:50``, ``bbands``, ``rsi``; at most `MOST_INDICATORS`."""
    since: str = ""
    """Where the picture begins: a date, ``2025-06-01``, or how long ago, ``7d``; empty for the usual."""
    overlay: Overlay = "none"
    swing: str = "auto"
    """As in `FindFib`."""
    mode: FibMode = "retrace"
    period: str = ""
    """Of the pivot points, as in `FindPivots`; empty for the usual one."""
    theme: Theme = "dark"
    palette: Palette = "standard"
    locale: str = "en"
    levels: list[ChartLevel] = msgspec.field(default_factory=list)
    """Besides those of the overlay."""
    line: ChartLine | None = None
    marks: list[ChartMark] = msgspec.field(default_factory=list)


CHART = Key("chart", Picture)
"""One part a chart, by its digest; it fades some minutes after it was asked for last."""
