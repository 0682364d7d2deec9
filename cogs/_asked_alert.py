"""Plain words such as "alert me when BTC is above 70k", read as the alert that they ask for.

Nothing is guessed: a number that is not there, or of which several could be meant, is left for the member to
write. What asks for an alert at all is recognised elsewhere; nothing is set from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cogs._alert_kinds import ASKINGS
from cogs._analysis import USUAL
from cogs._markets import named_market
from cogs._ui.alert_words import SKY
from cogs._ui.card import press_id
from services.alerts.conditions import Compared, Condition, PriceLevel, markets_of
from services.alerts.language.lengths import read_length
from services.alerts.messages import Kind
from services.chat.intents import Understood
from services.locales import LOCALES, Locale
from services.locales.reading import read_number, unmistakable
from services.personas.routing import Question
from services.personas.voice import Voice

_BELOW: Final = (
    *("below", "under", "fall", "falls", "falling", "drop", "drops", "dips", "loses", "down", "less than"),
    *(
        "abaixo",
        "cair",
        "cai",
        "caia",
        "caiu",
        "caindo",
        "menos",
        "perder",
        "perde",
        "queda",
        "descer",
        "desce",
    ),
)
_ABOVE: Final = ("above", "over", "more than", "exceeds", "acima", "ultrapassar", "ultrapasse", "mais de")
_UPWARD: Final = (
    *("rise", "rises", "rising", "passes", "breaks", "crosses", "goes up", "up to"),
    *("subir", "sobe", "suba", "passar", "passa", "passe", "romper", "rompe"),
)
"""What means a rise where nothing is said of a fall."""
_OTHER_INDICATORS: Final = (
    *("macd", "ema", "sma", "wma", "vwap", "atr", "adx", "cci", "mfi", "obv", "bollinger", "supertrend"),
    *("stochastic", "estocástico", "ichimoku", "aroon", "volume", "indicator", "indicador", "média móvel"),
    *("moving average", "momentum", "roc", "psar", "keltner", "donchian"),
)
_RSI: Final = "rsi"
_FUNDING: Final = ("funding", "financiamento")
_FIBONACCI: Final = ("fib", "fibo", "fibonacci")
_THE_REST: Final = "with the rest as you want it"
_THE_LEVEL: Final = "with the level you want"
_THE_TIME: Final = "with the time you want"
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
_KINDS: Final[dict[str, Kind]] = {asking.kind: asking.kind for asking in ASKINGS}
_OPTIONS: Final[dict[Kind, tuple[str, ...]]] = {
    asking.kind: tuple(option.name for option in asking.options) for asking in ASKINGS
}


@dataclass(frozen=True, slots=True)
class Suggested:
    """An alert as far as the words go, and what is to be added to it, in English; empty for nothing."""

    kind: Kind
    given: dict[str, str]
    """By option, as a member writes it."""
    lacks: str = ""

    @property
    def command(self) -> str:
        """Return the command that sets it, as far as it goes."""
        return " ".join([f"/alert {self.kind}", *(f"{name}:{text}" for name, text in self.given.items())])


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a button sets: whose it is, and in whose language its numbers are written."""

    owner: str
    locale: Locale
    kind: Kind
    given: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is written of each kind, without repeats; `lengths` as a command takes them."""

    levels: tuple[str, ...]
    percents: tuple[str, ...]
    lengths: tuple[str, ...]


def suggested(asked: Understood, voice: Voice) -> Suggested:
    """Return the alert that a wish in plain words asks for, as far as its words go.

    Raises:
        UserMistake: it needs a market, and names none.
    """
    question = asked.question
    numbers = _numbers_in(question.text, voice.locale)
    event = next((name for name, title in SKY.items() if question.hits((title, voice.text(title)))), None)
    if event is not None and not (numbers.levels or numbers.percents):
        return Suggested("cosmic", {"event": event})
    market = {"market": named_market(asked)}
    if question.hits(_OTHER_INDICATORS):
        return Suggested("indicator", market, _THE_REST)
    if question.hits((_RSI,)):
        return _rsi(market, asked, numbers)
    if question.hits(_FUNDING):
        return _funding(market, question, numbers)
    if question.hits(_FIBONACCI):
        return Suggested("fib", market, _THE_REST)
    return _move(market, question, numbers) if numbers.percents else _price(market, question, numbers)


def exactly(wanted: Suggested, condition: Condition) -> Suggested:
    """Return the alert with its market and level as they were read, so that they are read no other way."""
    given = dict(wanted.given)
    for market in markets_of(condition)[:1]:
        given["market"] = market
    match condition:
        case PriceLevel(level=level):
            given["level"] = unmistakable(f"{level:f}")
        case Compared(right=right):
            given["value"] = unmistakable(right)
    return Suggested(wanted.kind, given, wanted.lacks)


def offered(wanted: Suggested, owner: str, locale: Locale) -> str | None:
    """Return the custom id of the button that sets an alert; None where it cannot carry all of it."""
    written = [wanted.given.get(name, "") for name in _OPTIONS[wanted.kind]]
    try:
        return press_id("alert", "confirm", owner, locale, wanted.kind, *written)
    except ValueError:  # a market's name may be longer than a button can carry
        return None


def confirmed_in(arguments: tuple[str, ...]) -> Confirmed | None:
    """Return what a button sets; None where it is one of another version."""
    match arguments:
        case (owner, locale, name, *written) if name in _KINDS:
            kind = _KINDS[name]
            said = next((one for one in LOCALES if one == locale), None)
            if said is None or len(written) != len(_OPTIONS[kind]):
                return None
            given = {option: text for option, text in zip(_OPTIONS[kind], written, strict=True) if text}
            return Confirmed(owner, said, kind, given)
    return None


def _price(market: Mapping[str, str], question: Question, numbers: _Numbers) -> Suggested:
    """Return an alert on a level, touched from wherever the price comes unless a way is said."""
    given = {**market, "way": _side(question) or "touch"}
    if len(numbers.levels) != 1:
        return Suggested("price", given, _THE_LEVEL)
    return Suggested("price", {**given, "level": numbers.levels[0]})


def _move(market: Mapping[str, str], question: Question, numbers: _Numbers) -> Suggested:
    if len(numbers.percents) > 1:
        return Suggested("move", {**market}, _THE_REST)
    (percent,) = numbers.percents
    is_fall = _side(question) == "below" and not percent.startswith("-")
    given = {**market, "percent": f"-{percent}" if is_fall else percent}
    if len(numbers.lengths) != 1:
        return Suggested("move", given, _THE_TIME)
    return Suggested("move", {**given, "window": numbers.lengths[0]})


def _rsi(market: Mapping[str, str], asked: Understood, numbers: _Numbers) -> Suggested:
    side = _side(asked.question)
    if side is None or len(numbers.levels) != 1:
        return Suggested("indicator", {**market}, _THE_REST)
    frame = {"timeframe": asked.timeframe or USUAL, "indicator": _RSI}
    return Suggested("indicator", {**market, **frame, "side": side, "value": numbers.levels[0]})


def _funding(market: Mapping[str, str], question: Question, numbers: _Numbers) -> Suggested:
    side = _side(question)
    if side is None or len(numbers.percents) != 1:
        return Suggested("funding", {**market}, _THE_REST)
    return Suggested("funding", {**market, "side": side, "rate": f"{numbers.percents[0]}%"})


def _side(question: Question) -> str | None:
    """Return the side that is spoken of; None where none is, or where both are."""
    if question.hits(_BELOW):
        return None if question.hits(_ABOVE) else "below"
    return "above" if question.hits((*_ABOVE, *_UPWARD)) else None


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
