"""Which numbers make sense in a condition, however it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

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
from services.alerts.wording.words import level_words
from services.errors import UserMistake
from services.exchange.prices import to_decimal
from services.locales.numbers import Numbers

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


def check(condition: Condition, numbers: Numbers) -> None:
    """Refuse a condition that cannot come true, or whose numbers nobody can mean.

    Raises:
        UserMistake: it says which number, and between which it must be, as the member's language writes them.
    """
    for leaf in leaves(condition):
        found = _CHECKS.get(type(leaf))
        if found is not None:
            found(leaf, numbers)
    _check_together(condition, numbers)


def _check_together(condition: Condition, numbers: Numbers) -> None:
    """Refuse levels that no price can meet at once, where all must be met."""
    if not isinstance(condition, AllOf | AnyOf):
        return
    for part in condition.parts:
        _check_together(part, numbers)
    if isinstance(condition, AllOf):
        levels = [part for part in condition.parts if isinstance(part, PriceLevel)]
        for market in {one.market for one in levels}:
            _check_levels([one for one in levels if one.market == market], numbers)


def _check_levels(levels: Sequence[PriceLevel], numbers: Numbers) -> None:
    above = max((one.level for one in levels if one.way == "above"), default=None)
    below = min((one.level for one in levels if one.way == "below"), default=None)
    least = max((one.level for one in levels if one.way != "below"), default=None)
    most = min((one.level for one in levels if one.way != "above"), default=None)
    is_between = above is not None and below is not None and below <= above
    if least is not None and most is not None and (is_between or most < least):
        low, high = level_words(most, numbers), level_words(least, numbers)
        raise UserMistake(
            f"No price meets both {low} and {high} in these ways at once.",
            hint="Join them with or, or set two alerts.",
            facts={"option": "expression"},
        )


def _within(
    option: str, value: Decimal, bounds: tuple[Decimal, Decimal], unit: str, numbers: Numbers
) -> None:
    least, most = bounds
    if not least <= value <= most:
        low, high, written = (f"{numbers.exact(one)}{unit}" for one in (least, most, value))
        raise _out_of(Given(option, written), low, high)


def _within_time(option: str, seconds: int, least: int, most: int) -> None:
    if not least <= seconds <= most:
        low, high, written = (write_length(one) for one in (least, most, seconds))
        raise _out_of(Given(option, written), low, high)


def _out_of(given: Given, low: str, high: str) -> UserMistake:
    message = f"The option {given.option} cannot be {given.text}."
    return UserMistake(message, hint=f"It goes from {low} to {high}.", facts=given.facts)


def _price(leaf: PriceLevel, numbers: Numbers) -> None:
    _positive("level", leaf.level, numbers)
    if not 0 <= leaf.margin < leaf.level:
        raise UserMistake(
            f"The margin {numbers.exact(leaf.margin)} does not fit the level {numbers.exact(leaf.level)}.",
            hint="Give it in quote currency: how far price must go back before it counts again.",
            facts={"option": "margin"},
        )


def _positive(option: str, value: Decimal, numbers: Numbers) -> None:
    if value <= 0:
        given = Given(option, numbers.exact(value))
        message = f"The option {given.option} cannot be {given.text}."
        raise UserMistake(message, hint="A price is above 0.", facts=given.facts)


def _move(leaf: PriceMove, numbers: Numbers) -> None:
    most = _MOST_RISE if leaf.percent > 0 else _MOST_FALL
    _within("percent", abs(leaf.percent), (_LEAST_MOVE, most), "%", numbers)
    _within_time("window", leaf.window, _MINUTE, _LONGEST_WINDOW)


def _trail(leaf: Trailing, numbers: Numbers) -> None:
    most = _MOST_FALL if leaf.from_peak else _MOST_RISE
    _within("percent", leaf.percent, (_LEAST_MOVE, most), "%", numbers)


def _compared(leaf: Compared, numbers: Numbers) -> None:
    left, right = read_side(leaf.left), read_side(leaf.right)
    for side in (left, right):
        try:
            check_known(side, leaf.timeframe)
        except ValueError as error:
            raise UserMistake(str(error), hint="Take another indicator or timeframe.") from error
    _reachable(left, right, numbers)


def _reachable(left: OneSide, right: OneSide, numbers: Numbers) -> None:
    """Refuse a number that the indicator never passes, such as 130 for one from 0 to 100."""
    if not isinstance(left, Output) or not isinstance(right, Number):
        return
    scale, title = left.chosen.indicator.scale, left.chosen.indicator.title
    if scale.least is not None and scale.most is not None and not scale.least < right.value < scale.most:
        low, high, written = (
            numbers.exact(to_decimal(one)) for one in (scale.least, scale.most, right.value)
        )
        raise UserMistake(f"{title} never passes {written}.", hint=f"Its values go from {low} to {high}.")


def _fib(leaf: FibMeeting, numbers: Numbers) -> None:
    if leaf.ratio is not None:
        _within("ratio", leaf.ratio, (Decimal(0), _MOST_RATIO), "", numbers)


def _line(leaf: TrendLine, numbers: Numbers) -> None:
    _positive("first_price", leaf.first_price, numbers)
    _positive("second_price", leaf.second_price, numbers)
    if leaf.first_at == leaf.second_at:
        raise UserMistake(
            "Both points of the line are at the same time.", hint="Give two moments, one after the other."
        )


def _pattern(leaf: PatternShown, _: Numbers) -> None:
    if leaf.name and leaf.side != "any" and not PATTERNS[leaf.name].has_side:
        title = PATTERNS[leaf.name].title
        raise UserMistake(f"{title} stands for neither bull nor bear.", hint="Leave the side out.")


def _close(leaf: CandleClosed, numbers: Numbers) -> None:
    if leaf.level is not None:
        _positive("level", leaf.level, numbers)


def _funding(leaf: FundingRate, numbers: Numbers) -> None:
    _within("rate", leaf.rate * _HUNDRED, (-_MOST_FUNDING, _MOST_FUNDING), "%", numbers)


def _spread(leaf: VenueSpread, numbers: Numbers) -> None:
    _within("percent", leaf.percent, (_LEAST_SPREAD, _MOST_SPREAD), "%", numbers)


def _stale(leaf: FeedStale, _: Numbers) -> None:
    _within_time("seconds", leaf.seconds, _LEAST_SILENCE, _DAY)


_CHECKS: Final[Mapping[type[Any], Callable[[Any, Numbers], None]]] = {
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
