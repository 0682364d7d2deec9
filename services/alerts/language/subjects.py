"""What a leaf of an expression may be about: one function for each of its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, cast, get_args

from analytics.indicators.catalogue import CATALOGUE
from analytics.patterns.names import PATTERNS
from services.alerts.conditions import (
    SKY_EVENTS,
    CandleClosed,
    Closing,
    Compared,
    FeedStale,
    FibMeeting,
    FundingRate,
    Leaf,
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
from services.alerts.language.lengths import read_length, read_moment
from services.alerts.language.lexing import Cursor, Token
from services.alerts.language.setting import Setting
from services.alerts.rules.sides import COLUMNS, OneSide, is_on_prices, read_side
from services.errors import UserMistake
from services.locales.reading import read_number

Subject = Callable[[Cursor, Token, Setting], Leaf]

SIDES: Final[Mapping[str, Side]] = {
    **dict.fromkeys((">", ">=", "above", "over"), "above"),
    **dict.fromkeys(("<", "<=", "below", "under"), "below"),
}
_WAYS: Final[Mapping[str, Way]] = {**SIDES, "touch": "touch", "touches": "touch"}
CROSSES: Final = ("crosses", "cross")
_MEETINGS: Final[Mapping[str, Meeting]] = {
    **dict.fromkeys(("touch", "touches"), "touch"),
    **dict.fromkeys(("reject", "rejects"), "reject"),
    **dict.fromkeys(("break", "breaks"), "break"),
}
_PatternSide = Literal["bull", "bear", "any"]
_PATTERN_SIDES: Final = get_args(_PatternSide)
_CLOSINGS: Final = ("any", "up", "down")
_HUNDRED: Final = 100
LARGEST_RATIO: Final = 5
"""What is larger is a percentage whose sign was left out."""


def take_side(cursor: Cursor) -> Side:
    """Take ``above``, ``crosses below``, ``>`` or the like.

    Raises:
        UserMistake: something else comes next.
    """
    cursor.accept(*CROSSES)
    return SIDES[cursor.require(SIDES, "side").name]


def _way(cursor: Cursor) -> Way:
    cursor.accept(*CROSSES)
    return _WAYS[cursor.require(_WAYS, "way").name]


def _meeting(cursor: Cursor) -> Meeting:
    return _MEETINGS[cursor.require(_MEETINGS, "meeting").name]


def _bare(cursor: Cursor, subject: Token, setting: Setting) -> Setting:
    """Return the setting of a subject that takes no number in its brackets."""
    setting, rest = setting.with_inside(cursor, subject)
    if rest or subject.output:
        raise cursor.mistake("no more", at=subject)
    return setting


def _price(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    way = _way(cursor)
    _refuse_series(cursor, way)
    level = setting.price(cursor)
    margin = setting.number(cursor, is_price=False) if cursor.accept("margin") else Decimal(0)
    if margin is None:
        raise cursor.mistake("number")
    return PriceLevel(market=setting.market_of(cursor, subject), way=way, level=level, margin=margin)


def _refuse_series(cursor: Cursor, way: Way) -> None:
    """Refuse an indicator where a price comes next, and show how it is compared."""
    token = cursor.here
    if not is_series(token):
        return
    raise UserMistake(
        f"At character {token.at + 1}: an indicator follows closes of candles, "
        "and the price is followed by itself.",
        hint=f"Write {'close < ' if way == 'below' else 'close > '}{token.text} to compare closes with it.",
        facts={"expression": cursor.expression, "at": token.at, "length": len(token.text)},
    )


def _change(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting, rest = setting.with_inside(cursor, subject)
    window = read_length(rest[0]) if len(rest) == 1 else None
    if window is None:
        raise cursor.mistake("length", at=subject)
    side, at = take_side(cursor), cursor.here
    percent = setting.percent(cursor)
    if (percent > 0) != (side == "above"):
        raise UserMistake(
            f"At character {at.at + 1}: a rise is above a percentage, a fall is below one with a minus.",
            hint="Write change(24h) > 5% or change(24h) < -5%.",
            facts={"expression": cursor.expression, "at": at.at, "length": len(at.text)},
        )
    return PriceMove(market=setting.market_of(cursor, subject), percent=percent, window=window)


def _trail(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    percent = setting.percent(cursor)
    is_from = cursor.accept("from")
    extreme = cursor.require(("peak", "trough"), "extreme").name if is_from else "peak"
    market = setting.market_of(cursor, subject)
    return Trailing(market=market, percent=percent, from_peak=extreme == "peak")


def _line(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    way = _way(cursor)
    points = [(_moment(cursor), setting.price(cursor)) for _ in range(2)]
    (first_at, first), (second_at, second) = sorted(points, key=lambda point: point[0])
    return TrendLine(
        market=setting.market_of(cursor, subject),
        way=way,
        first_at=first_at,
        first_price=first,
        second_at=second_at,
        second_price=second,
    )


def _moment(cursor: Cursor) -> datetime:
    for count in (2, 1):
        words = cursor.words(count)
        found = read_moment(" ".join(token.text for token in words)) if len(words) == count else None
        if found is not None:
            cursor.take(count)
            return found
    raise cursor.mistake("date")


def _fib(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting, rest = setting.with_inside(cursor, subject)
    ratio = _ratio(",".join(rest), setting) if rest else None
    if rest and ratio is None:
        raise cursor.mistake("ratio", at=subject)
    return FibMeeting(
        market=setting.market_of(cursor, subject),
        timeframe=setting.timeframe_of(cursor, subject),
        meeting=_meeting(cursor),
        ratio=ratio,
    )


def _ratio(text: str, setting: Setting) -> Decimal | None:
    """Return the ratio; of several readings the smaller, as 1.272 is no thousand."""
    number = min(read_number(text.removesuffix("%"), setting.locale), default=None)
    if number is None:
        return None
    return number / _HUNDRED if text.endswith("%") or number > LARGEST_RATIO else number


def _level(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    is_named = subject.name != "level"
    zone = subject.name if is_named else cursor.require(("support", "resistance"), "zone").name
    return ZoneMeeting(
        market=setting.market_of(cursor, subject),
        timeframe=setting.timeframe_of(cursor, subject),
        meeting=_meeting(cursor),
        is_support=zone == "support",
    )


def _pattern(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    name, side = cursor.accept(*PATTERNS), cursor.accept(*_PATTERN_SIDES)
    if side is not None and side.name == "any":
        side = cursor.accept(*_PATTERN_SIDES) or side
    if name is None and side is None:
        raise cursor.mistake("pattern", known=(*PATTERNS, *_PATTERN_SIDES))
    return PatternShown(
        market=setting.market_of(cursor, subject),
        timeframe=setting.timeframe_of(cursor, subject),
        name=name.name if name else "",
        side=cast("_PatternSide", side.name if side else "any"),
    )


def _closes(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    market, timeframe = setting.market_of(cursor, subject), setting.timeframe_of(cursor, subject)
    simple = cursor.accept(*_CLOSINGS)
    if simple is not None or not _is_side(cursor.here):
        closing = cast("Closing", simple.name if simple else "any")
        return CandleClosed(market=market, timeframe=timeframe, closing=closing)
    side = take_side(cursor)
    return CandleClosed(market=market, timeframe=timeframe, closing=side, level=setting.price(cursor))


def _is_side(token: Token) -> bool:
    return token.name in SIDES or token.name in CROSSES


def _funding(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    side, percent = take_side(cursor), setting.percent(cursor)
    return FundingRate(market=setting.market_of(cursor, subject), side=side, rate=percent / _HUNDRED)


def _spread(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    cursor.accept(*CROSSES)
    cursor.require([name for name, side in SIDES.items() if side == "above"], "above")
    return VenueSpread(market=setting.market_of(cursor, subject), percent=setting.percent(cursor))


def _silent(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    setting = _bare(cursor, subject, setting)
    seconds = read_length(cursor.here.text)
    if seconds is None:
        raise cursor.mistake("length")
    cursor.take()
    return FeedStale(market=setting.market_of(cursor, subject), seconds=seconds)


def _sky(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    _bare(cursor, subject, setting)
    phases = {name.removesuffix("_moon"): name for name in SKY_EVENTS if name.endswith("_moon")}
    known = {**phases, **dict.fromkeys(SKY_EVENTS, "")}
    name = cursor.require(known, "event or market").name
    return SkyShows(event=known[name] or name)


def series(cursor: Cursor, subject: Token, setting: Setting) -> Leaf:
    """Return the comparison that begins with an indicator or a column of the candles."""
    left, setting = _side(cursor, subject, setting)
    market, timeframe = setting.market_of(cursor, subject), setting.timeframe_of(cursor, subject)
    side = take_side(cursor)
    right = _right(cursor, left, setting)
    return Compared(market=market, timeframe=timeframe, left=left.text, side=side, right=right)


def _right(cursor: Cursor, left: OneSide, setting: Setting) -> str:
    number = setting.number(cursor, is_price=is_on_prices(left))
    if number is not None:
        return f"{number:f}"
    if not is_series(cursor.here):
        raise cursor.mistake("series or number", known=(*CATALOGUE, *COLUMNS))
    token = cursor.take()
    other, elsewhere = _side(cursor, token, setting)
    if elsewhere != setting:
        raise cursor.mistake("no more", at=token)
    return other.text


def is_series(token: Token) -> bool:
    """Return whether a token names an indicator or a column of the candles, as ``rsi(14)`` or ``rsi:14``."""
    name = token.name.partition(":")[0].partition(".")[0]
    return token.kind in {"word", "call"} and (name in CATALOGUE or name in COLUMNS)


def _side(cursor: Cursor, token: Token, setting: Setting) -> tuple[OneSide, Setting]:
    setting, rest = setting.with_inside(cursor, token)
    parameters = f":{','.join(rest)}" if rest else ""
    output = f".{token.output}" if token.output else ""
    try:
        return read_side(f"{token.name}{parameters}{output}"), setting
    except ValueError as error:
        raise UserMistake(
            str(error),
            hint=f"See {token.text} at character {token.at + 1} of the expression.",
            facts={"expression": cursor.expression, "at": token.at, "length": len(token.text)},
        ) from error


SUBJECTS: Final[Mapping[str, Subject]] = MappingProxyType(
    {
        "price": _price,
        "change": _change,
        "trail": _trail,
        "line": _line,
        "fib": _fib,
        "level": _level,
        "support": _level,
        "resistance": _level,
        "pattern": _pattern,
        "closes": _closes,
        "funding": _funding,
        "spread": _spread,
        "silent": _silent,
        "sky": _sky,
        "moon": _sky,
    }
)
"""By the word that begins a leaf; whatever `is_series` is another beginning."""
