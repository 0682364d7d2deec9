"""All indicators in one list, chosen by text such as ``ema:50`` and computed on candles.

Belongs here: the list, its order, and what holds for every indicator alike. A formula belongs to its family.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from analytics.candles import Candles, Floats, timeframe_ms
from analytics.indicators import averages, channels, momentum, volatility, volume
from analytics.indicators.declare import Indicator, Parameter, declared_in

_FAMILIES = (averages, channels, momentum, volume, volatility)
CATALOGUE: Final[Mapping[str, Indicator]] = MappingProxyType(
    {one.name: one for family in _FAMILIES for one in declared_in(family.__name__)}
)
"""By name; families one after the other, the usual ones of each first."""

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_NEAREST = 3
_LIKENESS = 0.5
_DAY_MS = timeframe_ms("1d")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An indicator with its parameters; made by `parse`. It can be compared, pickled, and be a key."""

    name: str
    values: tuple[float, ...]
    """In the order of the indicator's parameters."""
    by_name: Mapping[str, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", dict(zip(self.indicator.parameters, self.values, strict=True)))

    @property
    def indicator(self) -> Indicator:
        """Return what the catalogue has of it."""
        return CATALOGUE[self.name]

    @property
    def title(self) -> str:
        """Return the title with the parameters, in English: ``EMA 50``."""
        return " ".join(filter(None, (self.indicator.title, ", ".join(map(_written, self.values)))))

    @property
    def text(self) -> str:
        """Return what `parse` makes this of again, every parameter told: ``bbands:20,2``."""
        return ":".join(filter(None, (self.name, ",".join(map(_written, self.values)))))


def _written(value: float) -> str:
    return f"{value:g}"


def parse(text: str) -> Chosen:
    """Return the indicator that a text such as ``ema:50``, ``bbands:20,2.5`` or ``rsi`` names.

    Parameters stand in their order; those left out at the end are the usual ones.

    Raises:
        ValueError: no such indicator (the message names the nearest), or a parameter that cannot be (it names
            the parameter and its bounds).
    """
    name, _, numbers = text.strip().lower().partition(":")
    if name not in CATALOGUE:
        raise ValueError(_unknown(name))
    found = CATALOGUE[name]
    given = [one.strip() for one in numbers.split(",")] if numbers else []
    if len(given) > len(found.parameters):
        raise ValueError(_too_many(found))
    read = [_read(found, *pair) for pair in zip(found.parameters, given, strict=False)]
    usual = [one.default for one in list(found.parameters.values())[len(read) :]]
    chosen = Chosen(name, (*read, *usual))
    _check_increasing(chosen)
    return chosen


def _too_many(found: Indicator) -> str:
    if not found.parameters:
        return f"{found.title} takes no number."
    return f"{found.title} takes no more numbers than these: {', '.join(found.parameters)}."


def _unknown(name: str) -> str:
    if not name:
        return "There is no indicator without a name; one is named such as ema:50."
    words = {word: one.name for one in CATALOGUE.values() for word in _words(one)}
    near = get_close_matches(name, words, n=2 * _NEAREST, cutoff=_LIKENESS)
    nearest = list(dict.fromkeys(words[word] for word in near))[:_NEAREST]
    if nearest:
        return f"There is no indicator {name}; the nearest are {', '.join(nearest)}."
    return f"There is no indicator {name}; there are {', '.join(CATALOGUE)}."


def _words(one: Indicator) -> tuple[str, ...]:
    title = one.title.lower()
    return (*title.split(), title, one.name)


def _read(found: Indicator, name: str, given: str) -> float:
    parameter = found.parameters[name]
    value = float(given) if _NUMBER.fullmatch(given) else None
    if value is None or (parameter.is_whole and not value.is_integer()):
        kind = "a whole number" if parameter.is_whole else "a number"
        raise ValueError(
            f"{found.title}: {name} is {given or 'empty'}, expected {kind}, {_bounds(parameter)}."
        )
    if not parameter.least <= value <= parameter.most:
        raise ValueError(f"{found.title}: {name} is {given}, expected {_bounds(parameter)}.")
    return int(value) if parameter.is_whole else value


def _bounds(parameter: Parameter) -> str:
    return f"{_written(parameter.least)} to {_written(parameter.most)}"


def _check_increasing(chosen: Chosen) -> None:
    found = chosen.indicator
    values = chosen.by_name
    for lesser, greater in pairwise(found.increasing):
        if values[lesser] >= values[greater]:
            raise ValueError(
                f"{found.title}: {lesser} is {_written(values[lesser])}, "
                f"expected less than {greater}, which is {_written(values[greater])}."
            )


def compute(chosen: Chosen, candles: Candles) -> Mapping[str, Floats]:
    """Return the outputs by name, each of the shape (n,) of the candles, in the unit of the indicator.

    NaN is what is not known: while it warms up, so all of it for too few candles, and where the formula is
    nought over nought. The value at a position follows from the candles up to it alone.

    Raises:
        ValueError: the indicator has no meaning for candles of this timeframe.
    """
    found = CATALOGUE[chosen.name]
    if found.starts_daily and candles.step_ms > _DAY_MS:
        raise ValueError(f"{found.title} begins anew each day: it needs candles of a day or less.")
    values = found.function(*[getattr(candles, name) for name in found.inputs], **chosen.by_name)
    return dict(zip(found.outputs, values if isinstance(values, tuple) else (values,), strict=True))


def warm_up(chosen: Chosen) -> int:
    """Return how many candles at the start have no value yet of the slowest output."""
    return chosen.indicator.warm_up(*chosen.values)
