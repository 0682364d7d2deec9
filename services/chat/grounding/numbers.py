"""Whether the numbers of a sentence were found: in a look-up, or, said as theirs, in the member's question.

Reading them belongs to `figures`, `spoken` and `moments`. What cannot be decided counts as not found.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from services.chat.grounding.figures import Figure, Meaning, figures_in
from services.chat.grounding.flat import flat
from services.chat.grounding.lexicon import AVERAGES
from services.chat.grounding.moments import Moment, take_moments
from services.chat.grounding.spoken import spoken_in
from services.chat.grounding.subjects import is_same, known_of, said_of
from services.chat.grounding.theirs import is_theirs
from services.locales import LOCALES, Locale

_MOST_READ: Final = 20_000
"""Characters of one text of a look-up."""
_MOST_ASKED: Final = 1_000
"""Characters of a question, which a stranger wrote."""
_LONGEST: Final = 2_000
"""Characters of a sentence; of a longer one nothing is believed."""
_UNITS: Final = {"times": ("x", "")}
"""Three times is threefold, or so often; what is found three times is so often."""
_LEAST_DIGITS: Final = 2
"""Digits that a rounded number must show, or half of all small numbers would be one."""
_YEARS: Final = range(1900, 2101)
_OF_YEARS: Final = frozenset(
    {"in", "since", "of", "by", "until", "before", "after", "during", "from", "early", "late", "year"}
    | {"em", "desde", "de", "até", "antes", "depois", "ano", "início", "fim"}
)


class Ground:
    """The numbers that may be said in one turn."""

    def __init__(
        self, facts: Iterable[str] = (), question: str = "", *, locale: Locale | None = None
    ) -> None:
        """Take the facts that are known at the start of a turn.

        Args:
            facts: texts of look-ups, as they are shown: names, values, titles, arguments.
            question: the member's own words; their numbers may be said back as
                theirs or as open, not as found.
            locale: the language in which facts and sentences are written. Where it is not given, a number
                such as 70.000 is found only if it would be in both.
        """
        self._known = tuple(_Both(one) for one in ((locale,) if locale else LOCALES))
        self.add(facts)
        for line in _lines(question[:_MOST_ASKED]):
            for known in self._known:
                known.asked.add(line)

    def add(self, texts: Iterable[str]) -> None:
        """Take what another look-up gave."""
        for text in texts:
            for line in _lines(text[:_MOST_READ]):
                for known in self._known:
                    known.found.add(line)

    def untraced(self, sentence: str) -> tuple[str, ...]:
        """Return the numbers of a sentence that were not found, as they stand in it."""
        plain = flat(sentence[: _LONGEST + 1])
        if len(plain) > _LONGEST:
            return (plain[:_LEAST_DIGITS],)
        lacking = [missing for known in self._known for missing in known.untraced(plain)]
        return tuple(dict.fromkeys(lacking))


def _lines(text: str) -> list[str]:
    return flat(text)[:_MOST_READ].split("\n")


_Value = tuple[Decimal, bool, str]
"""A number, whether it has a sign, and of which score it is."""


class _Both:
    """What was found and what was asked, read by the convention of one language."""

    def __init__(self, convention: Locale) -> None:
        self._convention: Locale = convention
        self.found = _Known(convention)
        self.asked = _Known(convention)

    def untraced(self, plain: str) -> Iterator[str]:
        for one, of in self.found.lacking(plain):
            at, end = _place(plain, one)
            if not (self.asked.has(one, of) and is_theirs(plain, at, end, self._convention)):
                yield one.text.strip()


def _place(plain: str, one: Moment | Figure) -> tuple[int, int]:
    if isinstance(one, Figure):
        return one.start, one.end
    at = max(0, plain.find(one.text))
    return at, at + len(one.text)


class _Known:
    """What one side gave, read by the convention of one language."""

    def __init__(self, convention: Locale) -> None:
        self._convention = convention
        self._values: defaultdict[str, list[_Value]] = defaultdict(list)
        self._keys: set[str] = set()
        self._moments: list[Moment] = []

    def add(self, plain: str) -> None:
        moments, figures = self._read(plain)
        self._moments += moments
        for figure in figures:
            self._keys |= {figure.key, f"{figure.before}{figure.key}"}
            of = known_of(plain, figure)
            for meaning in (*figure.meanings, *([figure.part] if figure.part else [])):
                unit = "" if meaning.unit == "times" else meaning.unit
                insort(self._values[unit], (meaning.value, meaning.is_signed, of))

    def lacking(self, plain: str) -> list[tuple[Moment | Figure, str]]:
        """Return what a sentence names that is not among it, each with what it is said to be of."""
        moments, figures = self._read(plain)
        said: list[tuple[Moment | Figure, str]] = [(one, "") for one in moments]
        said += [(one, said_of(plain, one)) for one in figures]
        return [(one, of) for one, of in said if not self.has(one, of)]

    def has(self, one: Moment | Figure, of: str) -> bool:
        """Return whether a date or a figure, said of something, is among it."""
        return self._has(one, of) if isinstance(one, Figure) else any(map(one.is_part_of, self._moments))

    def _read(self, plain: str) -> tuple[tuple[Moment, ...], tuple[Figure, ...]]:
        moments, left = take_moments(plain, self._convention)
        figures = figures_in(left, self._convention)
        return moments, (*figures, *spoken_in(_without(left, figures)))

    def _has(self, figure: Figure, of: str) -> bool:
        is_period = figure.before in AVERAGES and figure.key.isdecimal()
        if is_period or not figure.meanings or figure.text[:1].isalpha():
            key = f"{figure.before}{figure.key}" if is_period else figure.key
            if key in self._keys or is_period:
                return key in self._keys
        if self._is_year(figure):
            return True
        meant = [one for one in figure.meanings if not (of and one.unit == "%" and "%" not in figure.text)]
        return any(self._has_value(one, figure.direction, of) for one in meant)

    def _is_year(self, figure: Figure) -> bool:
        """Return whether a figure is the year of a date that was found."""
        is_said = figure.before in _OF_YEARS and figure.key.isdecimal() and len(figure.key) == len("2026")
        return (
            is_said
            and int(figure.key) in _YEARS
            and any(one.year == int(figure.key) for one in self._moments)
        )

    def _has_value(self, said: Meaning, direction: int, of: str) -> bool:
        ways = [said.value] if said.is_signed or direction >= 0 else [said.value, -said.value]
        units = _UNITS.get(said.unit, (said.unit,))
        return any(
            _agree(said, value, direction, known) and (said.unit != "" or is_same(of, known[2]))
            for value in ways
            for unit in units
            for known in self._near(value, said, unit)
        )

    def _near(self, value: Decimal, said: Meaning, unit: str) -> Iterator[_Value]:
        """Yield the known values that are this one, or are rounded to it."""
        values = self._values.get(unit, [])
        room = said.step / 2 if _digits(said) >= _LEAST_DIGITS else Decimal(0)
        at = bisect_left(values, (value - room, False, ""))
        while at < len(values) and values[at][0] <= value + room:
            yield values[at]
            at += 1


def _without(text: str, figures: Iterable[Figure]) -> str:
    """Return `text` with signs in place of figures, so that no word of one is read again."""
    letters = list(text)
    for one in figures:
        letters[one.start : one.end] = "#" * (one.end - one.start)
    return "".join(letters)


def _digits(said: Meaning) -> int:
    return len(str(abs(int(said.value / said.step)))) if said.value else 0


def _agree(said: Meaning, value: Decimal, direction: int, known: _Value) -> bool:
    """Return whether a number goes the way in which the known one goes."""
    if said.is_signed:
        return True
    it, is_signed, _ = known
    if it < 0:
        return direction < 0 and value < 0
    return value >= 0 and not (is_signed and direction < 0)
