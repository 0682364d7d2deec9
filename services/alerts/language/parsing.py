"""From an expression to a condition: `and`, `or`, brackets, and where each leaf begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from analytics.indicators.catalogue import CATALOGUE
from services.alerts.conditions import AllOf, AnyOf, Condition, Leaf, leaves
from services.alerts.language.lexing import Cursor, Token
from services.alerts.language.mistakes import nearest
from services.alerts.language.setting import Choose, Setting, first_reading, is_market
from services.alerts.language.subjects import CROSSES, SIDES, SUBJECTS, is_series, series
from services.alerts.rules.sides import COLUMNS
from services.errors import UserMistake
from services.locales.numbers import Numbers
from services.market.messages import TIMEFRAMES

LONGEST: Final = 400
MOST_LEAVES: Final = 8
DEEPEST: Final = 4
MOST_ALTERNATIVES: Final = 16
_STARTS: Final = (*SUBJECTS, *CATALOGUE, *COLUMNS)
_COMPARES: Final = frozenset({*SIDES, *CROSSES, "touch", "touches"})


def parse(
    text: str,
    *,
    market: str = "",
    timeframe: str = "",
    numbers: Numbers,
    choose: Choose = first_reading,
) -> Condition:
    """Return the condition that an expression means, its markets named as they were written.

    Args:
        text: an expression of the language, see the package.
        market: of leaves that name none.
        timeframe: of leaves that name none.
        numbers: of the language in which numbers were written.
        choose: chooses among the readings of a number that can be read in several ways, or in one alone.

    Raises:
        UserMistake: it is none, or a larger one than there may be. Facts: ``expression``, ``at`` and
            ``length`` of what is wrong.
    """
    if len(text) > LONGEST:
        raise UserMistake(
            f"An expression of {len(text)} characters is too long.",
            hint=f"Up to {LONGEST} characters are read; set two alerts instead.",
        )
    cursor = Cursor(text)
    setting = Setting(market=market, timeframe=timeframe, locale=numbers.locale, choose=choose)
    condition = _any(cursor, setting, 0)
    if cursor.here.kind != "end":
        raise cursor.mistake("join", known=("and", "or"))
    _check_size(condition)
    return condition


def _any(cursor: Cursor, setting: Setting, depth: int) -> Condition:
    parts = _parts(cursor, "or", lambda: _all(cursor, setting, depth))
    flat = [one for part in parts for one in (part.parts if isinstance(part, AnyOf) else [part])]
    return flat[0] if len(flat) == 1 else AnyOf(parts=flat)


def _all(cursor: Cursor, setting: Setting, depth: int) -> Condition:
    parts = _parts(cursor, "and", lambda: _one(cursor, setting, depth))
    flat = [one for part in parts for one in (part.parts if isinstance(part, AllOf) else [part])]
    return flat[0] if len(flat) == 1 else AllOf(parts=flat)


def _parts(cursor: Cursor, join: str, take: Callable[[], Condition]) -> list[Condition]:
    parts = [take()]
    while cursor.accept(join):
        parts.append(take())
    return parts


def _one(cursor: Cursor, setting: Setting, depth: int) -> Condition:
    if not cursor.accept("("):
        return _leaf(cursor, setting)
    if depth == DEEPEST:
        raise UserMistake(
            f"Brackets within brackets go {DEEPEST} deep at most.", hint="Write it with fewer brackets."
        )
    condition = _any(cursor, setting, depth + 1)
    cursor.require((")",), "bracket")
    return condition


def _leaf(cursor: Cursor, setting: Setting) -> Leaf:
    subject, setting = _beginning(cursor, setting)
    if subject is None:
        return SUBJECTS["price"](cursor, cursor.here, setting)
    found = SUBJECTS.get(subject.name) or (series if is_series(subject) else None)
    if found is None:
        raise cursor.mistake("condition", known=_STARTS)
    cursor.take()
    return found(cursor, subject, setting)


def _beginning(cursor: Cursor, setting: Setting) -> tuple[Token | None, Setting]:
    """Take a market and a timeframe, and return what comes then; None for a price that is not named."""
    has_market = has_timeframe = False
    while _is_prefix(cursor.here):
        if cursor.here.name in TIMEFRAMES and not has_timeframe:
            has_timeframe = True
            setting = replace(setting, timeframe=cursor.take().name)
        elif cursor.here.name not in TIMEFRAMES and not has_market and _may_be_market(cursor):
            has_market = True
            setting = replace(setting, market=cursor.take().text)
        else:
            break
    is_bare = has_market and cursor.here.name in _COMPARES
    return None if is_bare else cursor.here, setting


def _is_prefix(token: Token) -> bool:
    if token.kind != "word" or token.name in SUBJECTS or is_series(token):
        return False
    return token.name in TIMEFRAMES or is_market(token.text)


def _may_be_market(cursor: Cursor) -> bool:
    """Return whether a word is no slip of the pen: before a comparison it may not be like a word we know."""
    return cursor.after.name not in _COMPARES or not nearest(cursor.here.name, _STARTS)


def _check_size(condition: Condition) -> None:
    count = len(leaves(condition))
    if count > MOST_LEAVES:
        raise UserMistake(
            f"{count} conditions are too many for one alert.",
            hint=f"Join up to {MOST_LEAVES}, or set two alerts.",
        )
    ways = alternatives(condition)
    if ways > MOST_ALTERNATIVES:
        raise UserMistake(
            f"This can come true in {ways} different ways.",
            hint=f"Up to {MOST_ALTERNATIVES} are allowed; set two alerts instead.",
        )


def alternatives(condition: Condition) -> int:
    """Return in how many ways a condition can come true: by how many sets of its leaves."""
    if isinstance(condition, AnyOf):
        return sum(alternatives(part) for part in condition.parts)
    if isinstance(condition, AllOf):
        ways = 1
        for part in condition.parts:
            ways *= alternatives(part)
        return ways
    return 1
