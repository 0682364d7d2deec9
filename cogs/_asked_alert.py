"""Plain words such as "alert me when BTC is above 70k", read as the command that sets the alert.

Nothing is guessed: a number that is not there, or of which several could be meant, is left for the member to
write. What asks for an alert at all belongs to `_alerting`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.alerts.language.lengths import read_length
from services.locales import Locale
from services.locales.reading import read_number
from services.personas.routing import Question

_BELOW: Final = (
    *("below", "under", "fall", "falls", "drop", "drops", "dips", "loses", "down"),
    *("abaixo", "cair", "cai", "caia", "caiu", "menos", "perder", "queda"),
)
_INDICATORS: Final = (
    *(
        "rsi",
        "macd",
        "ema",
        "sma",
        "wma",
        "vwap",
        "atr",
        "adx",
        "cci",
        "mfi",
        "obv",
        "bollinger",
        "supertrend",
    ),
    *("stochastic", "estocástico", "ichimoku", "aroon", "volume", "indicator", "indicador", "média móvel"),
    *("moving average", "momentum", "roc", "psar", "keltner", "donchian"),
)
_FUNDING: Final = ("funding",)
_FIBONACCI: Final = ("fib", "fibo", "fibonacci")
_LENGTHS: Final = r"s|secs?|seconds?|segundos?|mins?|minutes?|minutos?|h|hrs?|hours?|horas?|d|days?|dias?"
_NUMBER: Final = re.compile(
    r"(?P<within>\b(?:in|within|em|num|numa|por)\s+(?:an?\s+|uma?\s+)?)?(?<![\w.,:/'])(?<!\w-)(?P<sign>-?)"
    r"(?P<digits>[0-9]{1,3}(?: [0-9]{3})+(?![0-9])|[0-9]+(?:[.,'][0-9]+)*)"
    rf"(?:(?P<percent> ?(?:%|percent\b|por cento\b))|(?P<length> ?(?:{_LENGTHS}|w|weeks?|semanas?)\b)"
    r"|(?P<other> ?(?:x|times|vezes|am|pm)\b)|(?: ?(?P<scale>k|mil|mi|m|bi|b)\b)?)"
    r"(?![-/:.,']?\w)",
    re.IGNORECASE,
)
_WEEKS: Final = ("w", "sem")
_A_MINUTE: Final = "m"


@dataclass(frozen=True, slots=True)
class Suggested:
    """A command as far as the words go, and what is to be added to it, in English; empty for nothing."""

    command: str
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is written of each kind, without repeats; `lengths` as a command takes them."""

    levels: tuple[str, ...]
    percents: tuple[str, ...]
    lengths: tuple[str, ...]


def command_for(question: Question, market: str, locale: Locale) -> Suggested:
    """Return the command that sets what a question in plain words asks for, as far as its words go."""
    for kind, words in (("indicator", _INDICATORS), ("funding", _FUNDING), ("fib", _FIBONACCI)):
        if question.hits(words):
            return Suggested(f"/alert {kind} market:{market}", "with the rest as you want it")
    numbers, is_below = _numbers_in(question.text, locale), bool(question.hits(_BELOW))
    if numbers.percents:
        return _move(numbers, market, is_below=is_below)
    way = f"/alert price market:{market} way:{'below' if is_below else 'above'}"
    if len(numbers.levels) == 1:
        return Suggested(f"{way} level:{numbers.levels[0]}")
    return Suggested(way, "with the level you want")


def _move(numbers: _Numbers, market: str, *, is_below: bool) -> Suggested:
    command = f"/alert move market:{market}"
    if len(numbers.percents) > 1:
        return Suggested(command, "with the rest as you want it")
    percent = numbers.percents[0]
    command = f"{command} percent:{'-' if is_below and not percent.startswith('-') else ''}{percent}"
    if len(numbers.lengths) == 1:
        return Suggested(f"{command} window:{numbers.lengths[0]}")
    return Suggested(command, "with the time you want")


def _numbers_in(text: str, locale: Locale) -> _Numbers:
    levels, percents, lengths = dict[str, None](), dict[str, None](), dict[str, None]()
    for found in _NUMBER.finditer(text):
        digits = found["digits"].replace(" ", "")
        if not any(read_number(digits, locale)):
            continue
        if found["percent"]:
            percents[f"{found['sign']}{digits}"] = None
        elif length := _length(found):
            lengths[length] = None
        elif not (found["other"] or found["length"]):
            levels[f"{digits}{found['scale'] or ''}"] = None
    return _Numbers(tuple(levels), tuple(percents), tuple(lengths))


def _length(found: re.Match[str]) -> str:
    """Return a length of time as a command takes it: ``m`` is a minute only where a time is spoken of."""
    if found["within"] and (found["scale"] or "").casefold() == _A_MINUTE:
        unit = _A_MINUTE
    elif found["length"]:
        name = found["length"].strip().casefold()
        unit = "w" if name.startswith(_WEEKS) else name[0]
    else:
        return ""
    length = f"{found['digits'].replace(' ', '')}{unit}"
    return length if read_length(length) else ""
