"""The two sides of a comparison: a number, a column of the candles, or an output of an indicator, from text.

Belongs here: reading such a text, how many candles it is taken from, and its value at the newest close. Does
not belong here: the formulas (analytics.indicators), and what is compared with what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from analytics.candles import Candles, timeframe_ms
from analytics.indicators.catalogue import Chosen, compute, parse, warm_up
from services.alerts.posts import Unit, Value
from services.alerts.rules.values import Label, told
from services.exchange.prices import to_decimal

MOST_CANDLES: Final = 500
_USUAL_CANDLES: Final = 200
_WARM_UPS: Final = 4
"""After this many warm-ups what a moving average began with weighs less than 2 %."""
COLUMNS: Final[Mapping[str, Label]] = {
    "open": "Open ({timeframe})",
    "high": "High ({timeframe})",
    "low": "Low ({timeframe})",
    "close": "Close ({timeframe})",
    "volume": "Volume ({timeframe})",
}
_COUNTED_ON: Final = frozenset({"obv", "ad"})
"""Sums that go on for ever: their height depends on the candle they were begun with."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_OUTPUT = re.compile(r"(?P<indicator>[^.]*(?:\.[0-9][^.]*)*)(?:\.(?P<output>[a-z][a-z_]*))?")
_DAY_MS: Final = timeframe_ms("1d")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was written."""

    value: float

    @property
    def text(self) -> str:
        """Return the number with every digit."""
        return f"{to_decimal(self.value):f}"


@dataclass(frozen=True, slots=True)
class Column:
    """One of `COLUMNS`."""

    name: str

    @property
    def text(self) -> str:
        """Return its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Output:
    """An output of an indicator."""

    chosen: Chosen
    name: str

    @property
    def whole_text(self) -> str:
        """Return the text with its output named, from which its words are made in any language."""
        is_only = len(self.chosen.indicator.outputs) == 1
        return self.chosen.text if is_only else f"{self.chosen.text}.{self.name}"

    @property
    def text(self) -> str:
        """Return what `read_side` makes this of again, every parameter told."""
        is_first = self.name == self.chosen.indicator.outputs[0]
        return self.chosen.text if is_first else f"{self.chosen.text}.{self.name}"


OneSide = Number | Column | Output


@lru_cache(maxsize=4096)
def read_side(text: str) -> OneSide:
    """Return what ``30.5``, ``close``, ``rsi:14`` or ``bbands:20,2.upper`` means; the first output if none.

    Raises:
        ValueError: no such indicator or output, or a parameter that cannot be.
    """
    if _NUMBER.fullmatch(text):
        return Number(float(text))
    if text in COLUMNS:
        return Column(text)
    parts = _OUTPUT.fullmatch(text)
    chosen = parse(text if parts is None else parts["indicator"])
    outputs = chosen.indicator.outputs
    name = (parts["output"] if parts else None) or outputs[0]
    if name not in outputs:
        raise ValueError(f"{chosen.indicator.title} has no output {name}; it has {', '.join(outputs)}.")
    return Output(chosen, name)


def candles_for(side: OneSide, step_ms: int) -> int:
    """Return how many of the newest candles the side is taken from: always as many, to be repeatable."""
    if not isinstance(side, Output):
        return 1
    daily = 2 * _DAY_MS // step_ms if side.chosen.indicator.starts_daily else 0
    return min(MOST_CANDLES, max(_USUAL_CANDLES, _WARM_UPS * warm_up(side.chosen), daily))


def check_known(side: OneSide, timeframe: str) -> None:
    """Refuse a side that no 500 candles of `timeframe` can tell.

    Raises:
        ValueError: it says why not.
    """
    if not isinstance(side, Output):
        return
    chosen, step = side.chosen, timeframe_ms(timeframe)
    if chosen.name in _COUNTED_ON:
        raise ValueError(
            f"{chosen.title} depends on where counting began, so nothing can be compared with it."
        )
    if warm_up(chosen) >= MOST_CANDLES:
        raise ValueError(f"{chosen.title} needs more than the {MOST_CANDLES} candles there are.")
    if chosen.indicator.starts_daily and not _DAY_MS // MOST_CANDLES <= step <= _DAY_MS:
        raise ValueError(f"{chosen.title} begins anew each day: it needs candles from 5m to 1d.")


def value_of(side: OneSide, candles: Candles) -> float | None:
    """Return the value at the newest close; None where it is not known."""
    if isinstance(side, Number):
        return side.value
    if len(candles) == 0:
        return None
    if isinstance(side, Column):
        return float(getattr(candles, side.name)[-1])
    return _newest(side, candles)


@lru_cache(maxsize=4096)
def _newest(side: Output, candles: Candles) -> float | None:
    """Return the same of an indicator: many rules ask for one value of the very same candles."""
    newest = candles.last(candles_for(side, candles.step_ms))
    found = float(compute(side.chosen, newest)[side.name][-1])
    return found if np.isfinite(found) else None


def told_of(side: OneSide, value: float, timeframe: str) -> Value:
    """Return the value as it is shown to whoever asks why."""
    if isinstance(side, Number):
        return told("Compared with", value, "number")
    if isinstance(side, Column):
        unit: Unit = "number" if side.name == "volume" else "price"
        return told(COLUMNS[side.name], value, unit, timeframe=timeframe)
    return told("{name} ({timeframe})", value, _unit(side), name=side.whole_text, timeframe=timeframe)


def _unit(output: Output) -> Unit:
    unit = output.chosen.indicator.scale.unit
    return "price" if unit == "price" else "percent" if unit == "percent" else "number"


def is_on_prices(side: OneSide) -> bool:
    """Return whether the values are prices themselves, and not differences of prices or something else."""
    if isinstance(side, Output):
        return side.chosen.indicator.pane == "price"
    return isinstance(side, Column) and side.name != "volume"
