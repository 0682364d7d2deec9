"""A condition as text of the language, which `parsing` must make the same condition of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

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
    PatternShown,
    PriceLevel,
    PriceMove,
    SkyShows,
    Trailing,
    TrendLine,
    VenueSpread,
    ZoneMeeting,
)
from services.alerts.language.lengths import write_length
from services.locales.numbers import Numbers

_NUMBER = re.compile(r"-?[0-9.]+")
_INDICATOR = re.compile(r"(?P<name>[a-z_0-9]+)(?::(?P<numbers>[0-9.,]*[0-9]))?(?P<output>\.[a-z_]+)?")
_PERCENT: Final = 100


def write(condition: Condition, numbers: Numbers = Numbers("en")) -> str:  # noqa: B008 - a frozen value
    """Return the canonical text, its numbers in the language of `numbers`, brackets only where they count."""
    if isinstance(condition, AnyOf):
        return " or ".join(write(part, numbers) for part in condition.parts)
    if isinstance(condition, AllOf):
        return " and ".join(_within(part, numbers) for part in condition.parts)
    return _leaf(condition, numbers)


def _within(part: Condition, numbers: Numbers) -> str:
    written = write(part, numbers)
    return f"({written})" if isinstance(part, AnyOf) else written


def _leaf(leaf: Leaf, numbers: Numbers) -> str:
    if isinstance(leaf, SkyShows):
        return f"sky {leaf.event}"
    timeframe = getattr(leaf, "timeframe", "")
    return " ".join(filter(None, (leaf.market, timeframe, _WRITERS[type(leaf)](leaf, numbers))))


def _price(leaf: PriceLevel, numbers: Numbers) -> str:
    margin = f" margin {numbers.exact(leaf.margin)}" if leaf.margin else ""
    return f"price {leaf.way} {numbers.exact(leaf.level)}{margin}"


def _change(leaf: PriceMove, numbers: Numbers) -> str:
    side = "above" if leaf.percent > 0 else "below"
    return f"change({write_length(leaf.window)}) {side} {numbers.exact(leaf.percent)}%"


def _trail(leaf: Trailing, numbers: Numbers) -> str:
    return f"trail {numbers.exact(leaf.percent)}% from {'peak' if leaf.from_peak else 'trough'}"


def _compared(leaf: Compared, numbers: Numbers) -> str:
    return f"{_side(leaf.left, numbers)} {leaf.side} {_side(leaf.right, numbers)}"


def _side(text: str, numbers: Numbers) -> str:
    if _NUMBER.fullmatch(text):
        return numbers.exact(Decimal(text))
    found = _INDICATOR.fullmatch(text)
    if found is None or found["numbers"] is None:
        return text
    return f"{found['name']}({found['numbers']}){found['output'] or ''}"


def _fib(leaf: FibMeeting, _: Numbers) -> str:
    ratio = "" if leaf.ratio is None else f"({Numbers('en').exact(leaf.ratio)})"
    return f"fib{ratio} {leaf.meeting}"


def _level(leaf: ZoneMeeting, _: Numbers) -> str:
    return f"level {'support' if leaf.is_support else 'resistance'} {leaf.meeting}"


def _line(leaf: TrendLine, numbers: Numbers) -> str:
    first = f"{_moment(leaf.first_at)} {numbers.exact(leaf.first_price)}"
    return f"line {leaf.way} {first} {_moment(leaf.second_at)} {numbers.exact(leaf.second_price)}"


def _moment(moment: datetime) -> str:
    """Return a text without blanks that `read_moment` makes this of again."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def _pattern(leaf: PatternShown, _: Numbers) -> str:
    side = "" if leaf.side == "any" and leaf.name else leaf.side
    return " ".join(filter(None, ("pattern", leaf.name, side)))


def _closes(leaf: CandleClosed, numbers: Numbers) -> str:
    level = "" if leaf.level is None else f" {numbers.exact(leaf.level)}"
    return f"closes {leaf.closing}{level}"


def _funding(leaf: FundingRate, numbers: Numbers) -> str:
    return f"funding {leaf.side} {numbers.exact(leaf.rate * _PERCENT)}%"


def _spread(leaf: VenueSpread, numbers: Numbers) -> str:
    return f"spread above {numbers.exact(leaf.percent)}%"


def _silent(leaf: FeedStale, _: Numbers) -> str:
    return f"silent {write_length(leaf.seconds)}"


_WRITERS: Final[Mapping[type[Any], Callable[[Any, Numbers], str]]] = {
    PriceLevel: _price,
    PriceMove: _change,
    Trailing: _trail,
    Compared: _compared,
    FibMeeting: _fib,
    ZoneMeeting: _level,
    TrendLine: _line,
    PatternShown: _pattern,
    CandleClosed: _closes,
    FundingRate: _funding,
    VenueSpread: _spread,
    FeedStale: _silent,
}
