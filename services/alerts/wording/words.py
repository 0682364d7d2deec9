"""Alerts in words: what a condition waits for, and what a rule saw.

Every card of alerts takes its words from here, and so does what leaves Discord, so that all of them say the
same. What a persona makes of them belongs to its voice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Literal

from analytics.patterns.names import PATTERNS
from services.alerts.conditions import (
    AllOf,
    AnyOf,
    CandleClosed,
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
    SkyShows,
    Trailing,
    TrendLine,
    VenueSpread,
    ZoneMeeting,
    leaves,
    markets_of,
)
from services.alerts.posts import Severity, Unit, Value
from services.alerts.wording.indicator_words import OF_CANDLES, indicator_words
from services.alerts.wording.speech import Speech
from services.locales.numbers import Numbers

_LEVELS: Final = {"above": "above {level}", "below": "below {level}", "touch": "touches {level}"}
_LINES: Final = {"above": "above {line}", "below": "below {line}", "touch": "touches {line}"}
_MEETINGS: Final[dict[Meeting, str]] = {
    "touch": "touches {level} on {timeframe}",
    "reject": "turns back at {level} on {timeframe}",
    "break": "breaks {level} on {timeframe}",
}
_SIDES: Final = {
    "above": "{left} above {right} on {timeframe}",
    "below": "{left} below {right} on {timeframe}",
}
_SIDES_OF_CANDLE: Final = {
    "above": "{left} above the {right} on {timeframe}",
    "below": "{left} below the {right} on {timeframe}",
}
"""Against a price or the volume of the candle, which has an article."""
_CLOSES: Final = {
    "any": "closes a candle of {timeframe}",
    "up": "closes up on {timeframe}",
    "down": "closes down on {timeframe}",
    "above": "closes above {level} on {timeframe}",
    "below": "closes below {level} on {timeframe}",
}
_RATES: Final = {"above": "funding above {rate}", "below": "funding below {rate}"}
_PATTERNS: Final = {
    "bull": "{pattern} (bullish) on {timeframe}",
    "bear": "{pattern} (bearish) on {timeframe}",
    "any": "{pattern} on {timeframe}",
}
SKY: Final = {
    "new_moon": "New Moon",
    "first_quarter": "First quarter",
    "full_moon": "Full Moon",
    "last_quarter": "Last quarter",
    "mercury_retrograde": "Mercury turns retrograde",
    "mercury_direct": "Mercury turns direct",
    "venus_retrograde": "Venus turns retrograde",
    "venus_direct": "Venus turns direct",
    "mars_retrograde": "Mars turns retrograde",
    "mars_direct": "Mars turns direct",
    "solar_eclipse": "Solar eclipse",
    "lunar_eclipse": "Lunar eclipse",
    "perigee": "Moon at perigee",
    "apogee": "Moon at apogee",
}
"""By their names in `SKY_EVENTS`."""
_SEVERITIES: Final[dict[Severity, str]] = {
    "low": "of low severity",
    "normal": "of medium severity",
    "high": "of high severity",
    "urgent": "urgent",
}
_OF_PRICE: Final = (PriceLevel, PriceMove, Trailing, TrendLine)
"""Conditions whose words begin with the price where no market stands before them."""

_EXACT: Final = frozenset({"Price", "Level"})
"""What a rule looked at as it was, and did not work out."""

Joint = Literal["and", "or"]


def condition_words(condition: Condition, voice: Speech, *, tick: Decimal | None = None) -> str:
    """Write what is waited for: ``BTC/USDT:USDT above 70,000``.

    Several parts about one market name it once, in front: ``BTC/USDT:USDT: RSI 14 below 30 on 4h and price
    above 70,000``. Prices of the first market that lie on `tick`, which is that market's, have its decimals.
    """
    markets = markets_of(condition)
    if not isinstance(condition, AllOf | AnyOf):
        return _leaf(condition, voice, tick)
    if len(markets) == 1 and all(not isinstance(leaf, SkyShows) for leaf in leaves(condition)):
        inside = _joined(condition, voice, lambda leaf: _short(leaf, voice, tick))
        return f"{markets[0]}: {inside}"
    return _joined(condition, voice, lambda leaf: _leaf(leaf, voice, tick if _is_of(leaf, markets) else None))


def _is_of(leaf: Leaf, markets: tuple[str, ...]) -> bool:
    """Return whether a leaf looks at the first of the markets."""
    return isinstance(leaf, SkyShows) or leaf.market == markets[0]


def value_words(value: Value, voice: Speech, tick: Decimal | None) -> tuple[str, str]:
    """Write one value that a rule looked at: its label, and the number with its unit."""
    words = {name: _word(word, voice) for name, word in value.words.items()}
    if value.label in _EXACT:  # of another market than the tick, it may have more decimals
        return voice.text(value.label, **words), price_words(value.value, voice, tick)
    return voice.text(value.label, **words), _number(value.value, value.unit, voice, tick)


def severity_words(severity: Severity, voice: Speech) -> str:
    """Write how much it matters."""
    return voice.text(_SEVERITIES[severity])


def price_words(price: Decimal, voice: Speech, tick: Decimal | None) -> str:
    """Write a price: with the decimals of its tick where it lies on it, else with the digits that count."""
    if tick and price % tick == 0:
        return voice.numbers.price(price, tick)
    return voice.numbers.quantity(price)


def level_words(level: Decimal, numbers: Numbers, tick: Decimal | None = None) -> str:
    """Write a level that somebody chose: with the decimals of its tick, or with every digit that it has."""
    if tick and level % tick == 0:
        return numbers.price(level, tick)
    digits = level.normalize().as_tuple().exponent
    return numbers.price(level, Decimal(1).scaleb(min(0, int(digits))))


def percent_words(percent: Decimal, voice: Speech) -> str:
    """Write an amount of percent, without a plus and without zeros at the end: 5%, 0.25%."""
    return f"{voice.numbers.quantity(percent)}%"


def _joined(condition: Condition, voice: Speech, write: Callable[[Leaf], str]) -> str:
    if not isinstance(condition, AllOf | AnyOf):
        return write(condition)
    joint: Joint = "and" if isinstance(condition, AllOf) else "or"
    parts = (_part(part, condition, voice, write) for part in condition.parts)
    return f" {voice.text(joint)} ".join(parts)


def _part(part: Condition, whole: AllOf | AnyOf, voice: Speech, write: Callable[[Leaf], str]) -> str:
    """Write one part, in brackets where without them it would be read otherwise."""
    words = _joined(part, voice, write)
    is_other = isinstance(part, AllOf | AnyOf) and type(part) is not type(whole)
    return f"({words})" if is_other else words


def _leaf(leaf: Leaf, voice: Speech, tick: Decimal | None) -> str:
    words = _words(leaf, voice, tick)
    return words if isinstance(leaf, SkyShows) else f"{leaf.market} {words}"


def _short(leaf: Leaf, voice: Speech, tick: Decimal | None) -> str:
    words = _words(leaf, voice, tick)
    return f"{voice.text('price')} {words}" if isinstance(leaf, _OF_PRICE) else words


def _words(leaf: Leaf, voice: Speech, tick: Decimal | None) -> str:
    match leaf:
        case PriceLevel() | PriceMove() | Trailing() | TrendLine():
            return _price_words(leaf, voice, tick)
        case Compared() | FibMeeting() | ZoneMeeting() | PatternShown() | CandleClosed():
            return _candle_words(leaf, voice, tick)
        case FundingRate() | VenueSpread() | FeedStale() | SkyShows():
            return _other_words(leaf, voice)


def _price_words(
    leaf: PriceLevel | PriceMove | Trailing | TrendLine, voice: Speech, tick: Decimal | None
) -> str:
    text = voice.text
    match leaf:
        case PriceLevel(way=way, level=level):
            words = text(_LEVELS[way], level=level_words(level, voice.numbers, tick))
            return words if leaf.margin == 0 else _with_margin(words, leaf.margin, voice)
        case PriceMove(percent=percent, window=window):
            said, within = percent_words(abs(percent), voice), voice.numbers.age(window)
            if percent > 0:
                return text("up {percent} within {time}", percent=said, time=within)
            return text("down {percent} within {time}", percent=said, time=within)
        case Trailing(percent=percent, from_peak=from_peak):
            said = percent_words(percent, voice)
            if from_peak:
                return text("{percent} below its peak", percent=said)
            return text("{percent} above its trough", percent=said)
        case TrendLine(way=way):
            return text(_LINES[way], line=_line_words(leaf, voice, tick))


def _with_margin(words: str, margin: Decimal, voice: Speech) -> str:
    """Add how far the price must go back before it counts again."""
    away = level_words(margin, voice.numbers)
    return voice.text("{words} (must be {margin} away again)", words=words, margin=away)


def _line_words(line: TrendLine, voice: Speech, tick: Decimal | None) -> str:
    return voice.text(
        "the line from {first} ({start}) to {second} ({end})",
        first=level_words(line.first_price, voice.numbers, tick),
        start=_plain(line.first_at),
        second=level_words(line.second_price, voice.numbers, tick),
        end=_plain(line.second_at),
    )


def _candle_words(
    leaf: Compared | FibMeeting | ZoneMeeting | PatternShown | CandleClosed,
    voice: Speech,
    tick: Decimal | None,
) -> str:
    text, timeframe = voice.text, leaf.timeframe
    match leaf:
        case Compared(left=left, side=side, right=right):
            words = {"left": indicator_words(left, voice), "right": indicator_words(right, voice)}
            sides = _SIDES_OF_CANDLE if right in OF_CANDLES else _SIDES
            return text(sides[side], timeframe=timeframe, **words)
        case FibMeeting(meeting=meeting, ratio=ratio):
            return text(_MEETINGS[meeting], level=_fib_words(ratio, voice), timeframe=timeframe)
        case ZoneMeeting(meeting=meeting, is_support=is_support):
            zone = text("the nearest support") if is_support else text("the nearest resistance")
            return text(_MEETINGS[meeting], level=zone, timeframe=timeframe)
        case PatternShown(name=name, side=side):
            return text(_PATTERNS[side], pattern=pattern_words(name, voice), timeframe=timeframe)
        case CandleClosed(closing=closing, level=level):
            price = "" if level is None else level_words(level, voice.numbers, tick)
            return text(_CLOSES[closing], level=price, timeframe=timeframe)


def _fib_words(ratio: Decimal | None, voice: Speech) -> str:
    if ratio is None:
        return voice.text("a Fibonacci confluence")
    return voice.text("the Fibonacci level {ratio}", ratio=voice.numbers.share(ratio))


def pattern_words(name: str, voice: Speech) -> str:
    """Write the title of a candlestick pattern; an empty `name` is any."""
    if not name:
        return voice.text("a candlestick pattern")
    return voice.text(PATTERNS[name].title) if name in PATTERNS else name


def _other_words(leaf: FundingRate | VenueSpread | FeedStale | SkyShows, voice: Speech) -> str:
    text = voice.text
    match leaf:
        case FundingRate(side=side, rate=rate):
            return text(_RATES[side], rate=voice.numbers.rate(rate))
        case VenueSpread(percent=percent):
            return text("venues more than {percent} apart", percent=percent_words(percent, voice))
        case FeedStale(seconds=seconds):
            return text("without a price for {time}", time=voice.numbers.age(seconds))
        case SkyShows(event=event):
            return text(SKY[event]) if event in SKY else event


def _number(value: Decimal, unit: Unit, voice: Speech, tick: Decimal | None) -> str:
    numbers = voice.numbers
    match unit:
        case "price":
            return numbers.price(value, tick) if tick else numbers.quantity(value)
        case "percent":
            return f"{numbers.decimal(value)}%"
        case "rate":
            return numbers.rate(value)
        case "seconds":
            return numbers.age(float(value))
        case "number":
            return numbers.quantity(value)


def _word(word: str, voice: Speech) -> str:
    """Write what fills a place of a label: an indicator, a pattern, or a text."""
    words = indicator_words(word, voice)
    return pattern_words(word, voice) if word in PATTERNS else voice.text.sentence(words)


def _plain(at: datetime) -> str:
    """Write a moment where Discord's own marks would not be shown, as on a button."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
