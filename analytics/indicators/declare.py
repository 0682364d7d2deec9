"""How an indicator is declared: inputs, parameters, outputs, scale, warm-up, and what readings are taken for.

Declaring puts it on the list of its module; `catalogue` makes one list of them all. No formula belongs here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, TypeVar

from analytics.candles import Floats

Formula = Callable[..., Floats | tuple[Floats, ...]]
F = TypeVar("F", bound=Formula)

Pane = Literal["price", "volume", "own"]
Shape = Literal["line", "bars", "dots"]
Unit = Literal["price", "base", "percent", "points", "ratio"]

_SECTION = re.compile(r"^(Returns|Source):\n((?:[ ]+.*\n?|\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that a member may choose, and within which bounds; whole where its default is."""

    default: float
    least: float
    most: float

    @property
    def is_whole(self) -> bool:
        """Return whether only whole numbers will do."""
        return isinstance(self.default, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What the values are measured in, and between which they must lie; None where nothing bounds them."""

    unit: Unit
    least: float | None = None
    most: float | None = None


PRICE = Scale(unit="price")
"""Quote currency. Differences of prices may be negative."""
BASE = Scale(unit="base")
"""Amounts of base currency."""
PERCENT = Scale(unit="percent")
"""Hundredths, without bounds: 5.0 is 5 %."""
POINTS = Scale(unit="points")
"""A number without a unit and without bounds."""
CENTURY = Scale(unit="points", least=0.0, most=100.0)
"""An index from 0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """The readings that carry a name: under `low` and over `high`; None for no such zone."""

    low: float | None = None
    below: str = ""
    high: float | None = None
    above: str = ""

    def says(self, value: float) -> str:
        """Return the name of the zone `value` lies in; an empty text for none, as for NaN."""
        if self.low is not None and value < self.low:
            return self.below
        return self.above if self.high is not None and value > self.high else ""


NO_ZONES = Zones()
_declared: dict[str, list[Indicator]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What is said of an indicator over its function, which it decorates and leaves as it is.

    `inputs` are fields of `Candles`; the function takes those by position and the parameters by name.
    `zones` are of the first output. `fill` is the pair of outputs between which a chart fills; `increasing`
    are parameters each of which must be less than the next. With `starts_daily`, values are NaN until a UTC
    day begins.
    """

    name: str
    title: str
    """Short, for a legend: ``EMA``."""
    full: str
    """For a list or an explanation: ``Exponential moving average``."""
    inputs: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    outputs: tuple[str, ...]
    pane: Pane
    scale: Scale
    warm_up: Callable[..., int]
    """From the parameters, by position: how many candles have no value of the slowest output."""
    zones: Zones = NO_ZONES
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    """Of the outputs that are drawn otherwise than as a line."""
    fill: tuple[str, str] | None = None
    increasing: tuple[str, ...] = ()
    starts_daily: bool = False

    def __call__(self, function: F) -> F:
        """Put the function on the list of its module."""
        told = {one.name: getattr(self, one.name) for one in fields(Declaration)}
        _declared.setdefault(function.__module__, []).append(Indicator(**told, function=function))
        return function


indicator = Declaration
"""As it stands over a function: ``@indicator(name="ema", ...)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Declaration):
    """An indicator as everything that uses one needs to know it: what was declared, and the function."""

    function: Formula

    @property
    def is_price(self) -> bool:
        """Return whether its values are in quote currency."""
        return self.scale.unit == "price"

    @property
    def summary(self) -> str:
        """Return the first line of the docstring: what it measures."""
        return self._doc.partition("\n")[0]

    @property
    def units(self) -> str:
        """Return what the docstring says of the unit of the values."""
        return self._section("Returns")

    @property
    def source(self) -> str:
        """Return the book or page that the formula and the thresholds are from."""
        return self._section("Source")

    def says(self, value: float) -> str:
        """Return what a reading of the first output is usually taken for; an empty text for nothing."""
        return self.zones.says(value)

    @property
    def _doc(self) -> str:
        return inspect.getdoc(self.function) or ""

    def _section(self, title: str) -> str:
        found = {name: " ".join(text.split()) for name, text in _SECTION.findall(self._doc)}
        return found.get(title, "")


def declared_in(module: str) -> tuple[Indicator, ...]:
    """Return what a module declares, in the order of its text; the module must have been imported."""
    return tuple(_declared.get(module, ()))
