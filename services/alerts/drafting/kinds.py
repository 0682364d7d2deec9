"""How each kind of alert is made of the options of its command: one function each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, get_args

from analytics.patterns.names import PATTERNS
from services.alerts.conditions import (
    SKY_EVENTS,
    CandleClosed,
    Closing,
    Compared,
    Condition,
    FeedStale,
    FibMeeting,
    FundingRate,
    Meeting,
    PatternShown,
    PriceLevel,
    PriceMove,
    Side,
    SkyShows,
    Trailing,
    TrendLine,
    VenueSpread,
    Way,
    ZoneMeeting,
)
from services.alerts.drafting.form import Form
from services.alerts.language.mistakes import refusal
from services.alerts.language.parsing import parse
from services.alerts.language.setting import Written
from services.alerts.language.subjects import LARGEST_RATIO
from services.alerts.messages import Kind
from services.alerts.rules.sides import Number, OneSide, Output, is_on_prices, read_side
from services.errors import UserMistake
from services.locales.numbers import Numbers
from services.locales.reading import read_number
from services.market.messages import TIMEFRAMES

_WAYS: Final[tuple[Way, ...]] = get_args(Way)
_SIDES: Final[tuple[Side, ...]] = get_args(Side)
_MEETINGS: Final[tuple[Meeting, ...]] = get_args(Meeting)
_CLOSINGS: Final[tuple[Closing, ...]] = get_args(Closing)
_HUNDRED: Final = 100


def _price(form: Form) -> Condition:
    level = form.price("level")
    return PriceLevel(
        market=form.market,
        way=form.choice("way", _WAYS, "way"),
        level=level,
        margin=_margin(form, level),
    )


def _margin(form: Form, level: Decimal) -> Decimal:
    """Return the margin: of several readings the first that is less than the level."""
    written = form.written("margin")
    readings = read_number(written, form.locale)
    if written and not readings:
        raise refusal(form.given_at("margin"), "number")
    return next((one for one in readings if one < level), readings[0] if readings else Decimal(0))


def _move(form: Form) -> Condition:
    return PriceMove(market=form.market, percent=form.percent("percent"), window=form.length("window"))


def _trail(form: Form) -> Condition:
    extreme = form.choice("from", ("peak", "trough"), "extreme", usual="peak")
    return Trailing(market=form.market, percent=form.percent("percent"), from_peak=extreme == "peak")


def _indicator(form: Form) -> Condition:
    left = _side(form, "indicator")
    if isinstance(left, Number):
        raise refusal(form.given_at("indicator"), "indicator")
    return Compared(
        market=form.market,
        timeframe=form.timeframe,
        left=left.text,
        side=form.choice("side", _SIDES, "side"),
        right=_value(form, left),
    )


def _side(form: Form, option: str) -> OneSide:
    written = form.written(option).casefold()
    if not written:
        raise refusal(form.given_at(option), "series or number" if option == "value" else "indicator")
    try:
        return read_side(written)
    except ValueError as error:
        raise UserMistake(
            str(error), hint="Write them as in ema:50, bbands, rsi.", facts={"option": option}
        ) from error


def _value(form: Form, left: OneSide) -> str:
    """Return what the indicator is compared with: a number that it can have, or another side."""
    written = form.written("value")
    readings = read_number(written, form.locale)
    if not readings:
        return _side(form, "value").text
    possible = tuple(one for one in readings if _can_be(left, one)) or readings
    is_price = is_on_prices(left)
    number = form.doubts.choose(
        Written(text=written, market=form.market, readings=possible, is_price=is_price)
    )
    return f"{number:f}"


def _can_be(left: OneSide, number: Decimal) -> bool:
    if not isinstance(left, Output):
        return number >= 0
    scale = left.chosen.indicator.scale
    least = number if scale.least is None else scale.least
    return least <= number <= (number if scale.most is None else scale.most)


def _fib(form: Form) -> Condition:
    return FibMeeting(
        market=form.market,
        timeframe=form.timeframe,
        meeting=form.choice("meeting", _MEETINGS, "meeting"),
        ratio=_ratio(form),
    )


def _ratio(form: Form) -> Decimal | None:
    """Return the ratio; of several readings the smaller, as 1.272 is no thousand."""
    written = form.written("ratio")
    if not written:
        return None
    number = min(read_number(written.removesuffix("%"), form.locale), default=None)
    if number is None:
        raise refusal(form.given_at("ratio"), "ratio")
    return number / _HUNDRED if written.endswith("%") or number > LARGEST_RATIO else number


def _level(form: Form) -> Condition:
    return ZoneMeeting(
        market=form.market,
        timeframe=form.timeframe,
        meeting=form.choice("meeting", _MEETINGS, "meeting"),
        is_support=form.choice("of", ("support", "resistance"), "zone") == "support",
    )


def _line(form: Form) -> Condition:
    points = [(form.moment(f"{name}_at"), form.price(f"{name}_price")) for name in ("first", "second")]
    (first_at, first), (second_at, second) = sorted(points, key=lambda point: point[0])
    return TrendLine(
        market=form.market,
        way=form.choice("way", _WAYS, "way"),
        first_at=first_at,
        first_price=first,
        second_at=second_at,
        second_price=second,
    )


def _pattern(form: Form) -> Condition:
    return PatternShown(
        market=form.market,
        timeframe=form.timeframe,
        name=form.choice("name", tuple(PATTERNS), "pattern", usual=""),
        side=form.choice("side", ("bull", "bear", "any"), "pattern side", usual="any"),
    )


def _close(form: Form) -> Condition:
    closing = form.choice("closing", _CLOSINGS, "closing")
    level = form.price("level") if closing in _SIDES else None
    return CandleClosed(market=form.market, timeframe=form.timeframe, closing=closing, level=level)


def _funding(form: Form) -> Condition:
    side = form.choice("side", _SIDES, "side")
    return FundingRate(market=form.market, side=side, rate=form.percent("rate") / _HUNDRED)


def _spread(form: Form) -> Condition:
    return VenueSpread(market=form.market, percent=form.percent("percent"))


def _stale(form: Form) -> Condition:
    return FeedStale(market=form.market, seconds=form.length("seconds"))


def _cosmic(form: Form) -> Condition:
    return SkyShows(event=form.choice("event", SKY_EVENTS, "event"))


def combination(form: Form) -> Condition:
    """Return the condition of an expression, its markets as they were written."""
    return parse(
        form.written("expression"),
        market=form.written("market"),
        timeframe=form.choice("timeframe", TIMEFRAMES, "timeframe") if form.written("timeframe") else "",
        numbers=Numbers(form.locale),
        choose=form.doubts.choose,
    )


KINDS: Final[Mapping[Kind, Callable[[Form], Condition]]] = MappingProxyType(
    {
        "price": _price,
        "move": _move,
        "trail": _trail,
        "indicator": _indicator,
        "fib": _fib,
        "level": _level,
        "line": _line,
        "pattern": _pattern,
        "close": _close,
        "funding": _funding,
        "spread": _spread,
        "stale": _stale,
        "cosmic": _cosmic,
        "combo": combination,
    }
)
