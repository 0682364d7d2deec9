"""What an alert waits for, as a tree: `AllOf` and `AnyOf` over what one rule function decides.

Prices and rates are Decimal; markets are whole names, ``BTC/USDT:USDT``; moments are market time. How each is
decided stands in `rules`, one function each; how a member writes it belongs to `language` and `drafting`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.bus.messages import Message

Way = Literal["above", "below", "touch"]
"""above and below: it crosses to that side, having been on the other. touch: it comes there from either."""
Side = Literal["above", "below"]
Meeting = Literal["touch", "reject", "break"]
"""Of a level: price comes to it; comes to it and closes back on its own side; closes beyond it."""
Closing = Literal["any", "up", "down", "above", "below"]


class PriceLevel(Message, frozen=True, kw_only=True, tag="price"):
    """The price crosses or touches `level`; it must first be `margin` away again to count once more."""

    market: str
    way: Way
    level: Decimal
    margin: Decimal = Decimal(0)
    """In quote currency."""


class PriceMove(Message, frozen=True, kw_only=True, tag="move"):
    """The price moves `percent` within `window` seconds: up where it is above 0, down where below."""

    market: str
    percent: Decimal
    window: int


class Trailing(Message, frozen=True, kw_only=True, tag="trail"):
    """The price falls `percent` from its highest since the alert was set, or rises that from its lowest."""

    market: str
    percent: Decimal
    from_peak: bool = True


class Compared(Message, frozen=True, kw_only=True, tag="indicator"):
    """An indicator against a number or another indicator, at each close of `timeframe`.

    `left` and `right` are texts: ``rsi:14``, ``bbands:20,2.upper`` (the output after the point), ``close``,
    ``volume``, or a number with a decimal point.
    """

    market: str
    timeframe: str
    left: str
    side: Side
    right: str


class FibMeeting(Message, frozen=True, kw_only=True, tag="fib"):
    """Price meets a level of the newest swing, or with no `ratio` a band where several timeframes meet."""

    market: str
    timeframe: str
    meeting: Meeting
    ratio: Decimal | None = None
    """0.618 is 61.8 %."""


class ZoneMeeting(Message, frozen=True, kw_only=True, tag="level"):
    """Price meets the nearest support below or resistance above."""

    market: str
    timeframe: str
    meeting: Meeting
    is_support: bool


class TrendLine(Message, frozen=True, kw_only=True, tag="line"):
    """Price crosses or touches the straight line through two points, which goes on for ever."""

    market: str
    way: Way
    first_at: datetime
    first_price: Decimal
    second_at: datetime
    second_price: Decimal


class PatternShown(Message, frozen=True, kw_only=True, tag="pattern"):
    """A candlestick pattern completes; an empty `name` is any. `side` is bull, bear or any."""

    market: str
    timeframe: str
    name: str = ""
    side: Literal["bull", "bear", "any"] = "any"


class CandleClosed(Message, frozen=True, kw_only=True, tag="close"):
    """A candle closes: any one, up, down, or above or below `level`."""

    market: str
    timeframe: str
    closing: Closing = "any"
    level: Decimal | None = None


class FundingRate(Message, frozen=True, kw_only=True, tag="funding"):
    """The funding rate of a perpetual crosses `rate`; 0.0001 is 0.01 %."""

    market: str
    side: Side
    rate: Decimal


class VenueSpread(Message, frozen=True, kw_only=True, tag="spread"):
    """The prices of a market at several venues come to differ by more than `percent` of their median."""

    market: str
    percent: Decimal


class FeedStale(Message, frozen=True, kw_only=True, tag="stale"):
    """No price of a market has come for `seconds` of wall time."""

    market: str
    seconds: int


class SkyShows(Message, frozen=True, kw_only=True, tag="cosmic"):
    """Something happens in the sky, by its name in `SKY_EVENTS`, such as ``full_moon``."""

    event: str


SKY_EVENTS: tuple[str, ...] = (
    *("new_moon", "first_quarter", "full_moon", "last_quarter"),
    *("mercury_retrograde", "mercury_direct", "venus_retrograde", "venus_direct", "mars_retrograde"),
    *("mars_direct", "solar_eclipse", "lunar_eclipse", "perigee", "apogee"),
)

Leaf = (
    PriceLevel
    | PriceMove
    | Trailing
    | Compared
    | FibMeeting
    | ZoneMeeting
    | TrendLine
    | PatternShown
    | CandleClosed
    | FundingRate
    | VenueSpread
    | FeedStale
    | SkyShows
)


class AllOf(Message, frozen=True, kw_only=True, tag="all"):
    """All at the same time: within one look at the market."""

    parts: list[Condition]


class AnyOf(Message, frozen=True, kw_only=True, tag="any"):
    """Any; each part counts by itself."""

    parts: list[Condition]


Condition = Leaf | AllOf | AnyOf

_DECODER: msgspec.json.Decoder[Condition] = msgspec.json.Decoder(Condition)


def to_text(condition: Condition) -> str:
    """Return the condition as JSON, as the database keeps it."""
    return msgspec.json.encode(condition).decode()


def from_text(text: str) -> Condition:
    """Return the condition that `to_text` wrote. Raises `msgspec.DecodeError` for anything else."""
    return _DECODER.decode(text)


def leaves(condition: Condition) -> tuple[Leaf, ...]:
    """Return what the condition looks at, from left to right."""
    if isinstance(condition, AllOf | AnyOf):
        return tuple(leaf for part in condition.parts for leaf in leaves(part))
    return (condition,)


def markets_of(condition: Condition) -> tuple[str, ...]:
    """Return the markets the condition looks at, each once, the first one first."""
    named = (leaf.market for leaf in leaves(condition) if not isinstance(leaf, SkyShows))
    return tuple(dict.fromkeys(named))
