"""Which numbers make sense in a condition, however it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from analytics.patterns.names import PATTERNS
from services.alerts.conditions import (
    CandleClosed,
    Compared,
    Condition,
    FeedStale,
    FibMeeting,
    FundingRate,
    PatternShown,
    PriceLevel,
    PriceMove,
    Trailing,
    TrendLine,
    VenueSpread,
    leaves,
)
from services.alerts.language.lengths import write_length
from services.alerts.language.mistakes import Given
from services.alerts.rules.sides import Number, OneSide, Output, check_known, read_side
from services.errors import UserMistake

_LEAST_MOVE: Final = Decimal("0.05")
_MOST_RISE: Final = Decimal(1_000)
_MOST_FALL: Final = Decimal(99)
_MOST_SPREAD: Final = Decimal(50)
_LEAST_SPREAD: Final = Decimal("0.01")
_MOST_FUNDING: Final = Decimal(5)
_MOST_RATIO: Final = Decimal(5)
_MINUTE, _DAY = 60, 86_400
_LONGEST_WINDOW: Final = 7 * _DAY
_LEAST_SILENCE: Final = 10
_HUNDRED: Final = 100


def check(condition: Condition) -> None:
    """Refuse a condition that cannot come true, or whose numbers nobody can mean.

    Raises:
        UserMistake: it says which number, and between which it must be.
    """
    for leaf in leaves(condition):
        found = _CHECKS.get(type(leaf))
        if found is not None:
            found(leaf)


def _within(option: str, value: Decimal, least: Decimal, most: Decimal, unit: str = "") -> None:
    if not least <= value <= most:
        low, high, written = (f"{one.normalize():f}{unit}" for one in (least, most, value))
        raise _out_of(Given(option, written), low, high)


def _within_time(option: str, seconds: int, least: int, most: int) -> None:
    if not least <= seconds <= most:
        low, high, written = (write_length(one) for one in (least, most, seconds))
        raise _out_of(Given(option, written), low, high)


def _out_of(given: Given, low: str, high: str) -> UserMistake:
    message = f"The option {given.option} cannot be {given.text}."
    return UserMistake(message, hint=f"It goes from {low} to {high}.", facts=given.facts)


def _price(leaf: PriceLevel) -> None:
    _positive("level", leaf.level)
    if not 0 <= leaf.margin < leaf.level:
        raise UserMistake(
            f"The margin {leaf.margin:f} does not fit the level {leaf.level:f}.",
            hint="Give it in quote currency: how far price must go back before it counts again.",
            facts={"option": "margin"},
        )


def _positive(option: str, value: Decimal) -> None:
    if value <= 0:
        given = Given(option, f"{value:f}")
        message = f"The option {given.option} cannot be {given.text}."
        raise UserMistake(message, hint="A price is above 0.", facts=given.facts)


def _move(leaf: PriceMove) -> None:
    most = _MOST_RISE if leaf.percent > 0 else _MOST_FALL
    _within("percent", abs(leaf.percent), _LEAST_MOVE, most, "%")
    _within_time("window", leaf.window, _MINUTE, _LONGEST_WINDOW)


def _trail(leaf: Trailing) -> None:
    _within("percent", leaf.percent, _LEAST_MOVE, _MOST_FALL if leaf.from_peak else _MOST_RISE, "%")


def _compared(leaf: Compared) -> None:
    left, right = read_side(leaf.left), read_side(leaf.right)
    for side in (left, right):
        try:
            check_known(side, leaf.timeframe)
        except ValueError as error:
            raise UserMistake(str(error), hint="Take another indicator or timeframe.") from error
    _reachable(left, right)


def _reachable(left: OneSide, right: OneSide) -> None:
    """Refuse a number that the indicator never passes, such as 130 for one from 0 to 100."""
    if not isinstance(left, Output) or not isinstance(right, Number):
        return
    scale, title = left.chosen.indicator.scale, left.chosen.indicator.title
    if scale.least is not None and scale.most is not None and not scale.least < right.value < scale.most:
        raise UserMistake(
            f"{title} never passes {right.text}.",
            hint=f"Its values go from {scale.least:g} to {scale.most:g}.",
        )


def _fib(leaf: FibMeeting) -> None:
    if leaf.ratio is not None:
        _within("ratio", leaf.ratio, Decimal(0), _MOST_RATIO)


def _line(leaf: TrendLine) -> None:
    _positive("first_price", leaf.first_price)
    _positive("second_price", leaf.second_price)
    if leaf.first_at == leaf.second_at:
        raise UserMistake(
            "Both points of the line are at the same time.", hint="Give two moments, one after the other."
        )


def _pattern(leaf: PatternShown) -> None:
    if leaf.name and leaf.side != "any" and not PATTERNS[leaf.name].has_side:
        title = PATTERNS[leaf.name].title
        raise UserMistake(f"{title} stands for neither bull nor bear.", hint="Leave the side out.")


def _close(leaf: CandleClosed) -> None:
    if leaf.level is not None:
        _positive("level", leaf.level)


def _funding(leaf: FundingRate) -> None:
    _within("rate", leaf.rate * _HUNDRED, -_MOST_FUNDING, _MOST_FUNDING, "%")


def _spread(leaf: VenueSpread) -> None:
    _within("percent", leaf.percent, _LEAST_SPREAD, _MOST_SPREAD, "%")


def _stale(leaf: FeedStale) -> None:
    _within_time("seconds", leaf.seconds, _LEAST_SILENCE, _DAY)


_CHECKS: Final[Mapping[type[Any], Callable[[Any], None]]] = {
    PriceLevel: _price,
    PriceMove: _move,
    Trailing: _trail,
    Compared: _compared,
    FibMeeting: _fib,
    TrendLine: _line,
    PatternShown: _pattern,
    CandleClosed: _close,
    FundingRate: _funding,
    VenueSpread: _spread,
    FeedStale: _stale,
}
