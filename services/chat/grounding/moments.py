"""Dates and times of day in a text, read as far as they are said. Lengths of time are figures: `figures`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

from services.locales import Locale

_MONTHS: Final = """
    january february march april may june july august september october november december
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    jan feb mar apr may jun jul aug sep oct nov dec
    jan fev mar abr mai jun jul ago set out nov dez
"""
_MONTH_OF: Final = {
    **{name: at % 12 + 1 for at, name in enumerate(_MONTHS.split())},
    "marco": 3,
    "sept": 9,
}
_MONTH: Final = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_ORDINAL: Final = r"(?:st|nd|rd|th|o)?"
_MONTHS_A_YEAR: Final = 12
_LATEST: Final = 253_402_300_799
"""The last second of the year 9999."""
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"<t:(?P<unix>-?\d{1,13})(?::[tdfr])?>",
        r"(?<![\w.,/-])(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?![\d/])",
        (
            r"(?<![\w.,/-])(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4}|\d{2})(?![\w/]"
            r"|[.,]\d)"
        ),
        (
            rf"\b(?P<name>{_MONTH})\.? (?:the )?(?P<day>\d{{1,2}}){_ORDINAL}(?![\w:%]|[.,]\d)(?:,? "
            rf"(?P<year>\d{{4}})(?![\w.,]\d))?"
        ),
        (
            rf"(?<![\w.,$])(?P<day>\d{{1,2}}){_ORDINAL} (?:of |de )?(?P<name>{_MONTH})\b\.?(?:,? (?:of |de"
            rf" )?(?P<year>\d{{4}})(?!\w))?"
        ),
        rf"\b(?P<name>{_MONTH})\.?,? (?:of |de )?(?P<year>(?:19|20)\d\d)(?![\w%]|[.,]\d)",
        (
            r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])(?::|h)(?P<minute>[0-5]\d)(?::[0-5]\d)?(?: ?"
            r"(?P<half>[ap])\.?m\b\.?)?(?![\w:])"
        ),
        r"(?<![\w.,:$])(?P<hour>1[0-2]|0?\d) ?(?P<half>[ap])\.?m\b\.?",
        r"(?<![\w.,:$])(?P<hour>\d{1,2}) (?:o'clock|(?:horas )?da (?:manhã|tarde|noite))\b",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date, a time of day, or parts of them; what is not said is None."""

    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None

    def is_part_of(self, other: Moment) -> bool:
        """Return whether all that is said here, and anything is, `other` says as well."""
        said = [(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)[1:]]
        given = [(own, theirs) for own, theirs in said if own is not None]
        return bool(given) and all(own == theirs for own, theirs in given)


def take_moments(text: str, convention: Locale) -> tuple[tuple[Moment, ...], str]:
    """Return the dates and times in a flat text, and the text with blanks in their places."""
    found: list[Moment] = []
    left = text
    for pattern in _PATTERNS:
        spans = [*pattern.finditer(left)]
        for one in spans:
            found.append(_moment(one, convention))
            left = f"{left[: one.start()]}{' ' * len(one[0])}{left[one.end() :]}"
    return tuple(found), left


def _moment(found: re.Match[str], convention: Locale) -> Moment:
    parts = {name: value for name, value in found.groupdict().items() if value is not None}
    if "unix" in parts:
        return _instant(found[0], int(parts["unix"]))
    return Moment(text=found[0].strip(), **dict(_numbers(parts, convention)))


def _instant(text: str, unix: int) -> Moment:
    if not 0 <= unix <= _LATEST:
        return Moment(text=text)
    at = datetime.fromtimestamp(unix, UTC)
    return Moment(text=text, year=at.year, month=at.month, day=at.day, hour=at.hour, minute=at.minute)


def _numbers(parts: dict[str, str], convention: Locale) -> Iterator[tuple[str, int]]:
    if "first" in parts:
        month, day = int(parts["first"]), int(parts["second"])
        if month > _MONTHS_A_YEAR or (convention == "pt-BR" and day <= _MONTHS_A_YEAR):
            month, day = day, month
        yield from (("month", month), ("day", day))
    if "name" in parts:
        yield "month", _MONTH_OF[parts["name"].casefold()]
    if "year" in parts:
        year = int(parts["year"])
        yield "year", year + 2000 if len(parts["year"]) == len("26") else year
    yield from ((name, int(parts[name])) for name in ("month", "day", "minute") if name in parts)
    if "hour" in parts:
        yield "hour", _hour(int(parts["hour"]), parts.get("half", "").casefold())


def _hour(hour: int, half: str) -> int:
    return hour if not half else hour % 12 + (12 if half == "p" else 0)
