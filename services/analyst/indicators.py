"""Indicators by the names that members write, and as parts of a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from analytics.candles import Candles, Floats
from analytics.indicators.catalogue import CATALOGUE, Chosen, compute, parse, warm_up
from analytics.indicators.declare import Indicator
from services.analyst.messages import MOST_INDICATORS
from services.charts.spec import MOST_PANES, Band, Dots, Line, Pane
from services.errors import UserMistake
from services.locales.texts import Texts

_USUAL: Final = (
    "ema:20",
    "ema:50",
    "ema:200",
    "sma:200",
    "rsi",
    "macd",
    "bbands",
    "vwap",
    "supertrend",
    "atr",
)


def names() -> list[str]:
    """Return the indicators that a chart can show, the usual ones first."""
    return list(dict.fromkeys([*_USUAL, *CATALOGUE]))


def chosen_of(asked: Sequence[str]) -> list[Chosen]:
    """Return the indicators that were named.

    Raises:
        UserMistake: one is none, or there are too many for one picture.
    """
    chosen = [_chosen(name) for name in dict.fromkeys(asked)]
    if len(chosen) > MOST_INDICATORS:
        raise UserMistake(
            f"{len(chosen)} indicators are too many for one chart.", hint=f"Name up to {MOST_INDICATORS}."
        )
    if sum(one.indicator.pane != "price" for one in chosen) > MOST_PANES:
        raise UserMistake(
            "There is room for two panels below the prices.",
            hint="Leave out one of the indicators that need a panel of their own, such as rsi or macd.",
        )
    return chosen


def _chosen(name: str) -> Chosen:
    try:
        return parse(name)
    except ValueError as error:
        raise UserMistake(str(error), hint="Write them as in ema:50, bbands, rsi.") from error


def values_of(chosen: Chosen, candles: Candles) -> Mapping[str, Floats]:
    """Return the outputs of an indicator, each of the candles' length.

    Raises:
        UserMistake: it has no meaning for this timeframe.
    """
    try:
        return compute(chosen, candles)
    except ValueError as error:
        raise UserMistake(str(error), hint="Take a smaller timeframe.") from error


class Overlays:
    """What indicators add to a chart: lines, bands and dots on the prices, and panels below them."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.lines: list[Line] = []
        self.bands: list[Band] = []
        self.dots: list[Dots] = []
        self.panes: list[Pane] = []

    def add(self, chosen: Chosen, candles: Candles, shown: int) -> None:
        """Add an indicator, computed on all `candles` and cut to the newest `shown`."""
        outputs = {name: values[-shown:] for name, values in values_of(chosen, candles).items()}
        if not any(np.isfinite(values).any() for values in outputs.values()):
            raise UserMistake(
                f"{chosen.title} needs {warm_up(chosen)} candles before its first value, "
                f"and there are {len(candles)}.",
                hint="Take fewer, or a smaller timeframe.",
            )
        if chosen.indicator.pane == "price":
            self._upon_prices(chosen, outputs)
        else:
            self.panes.append(self._pane(chosen, outputs, candles.volume[-shown:]))

    def _upon_prices(self, chosen: Chosen, outputs: Mapping[str, Floats]) -> None:
        found, left = chosen.indicator, dict(outputs)
        if found.fill is not None:
            upper, lower = (left.pop(name) for name in found.fill)
            label, middle = self._texts.sentence(chosen.title), left.pop("middle", None)
            self.bands.append(Band(label=label, upper=upper, lower=lower, middle=middle))
        for name, values in left.items():
            label = self._label(chosen, name)
            if found.shapes.get(name) == "dots":
                self.dots.append(Dots(label=label, values=values))
            else:
                self.lines.append(Line(label=label, values=values))

    def _pane(self, chosen: Chosen, outputs: Mapping[str, Floats], volume: Floats) -> Pane:
        found = chosen.indicator
        named = {
            name: Line(label=self._label(chosen, name), values=values) for name, values in outputs.items()
        }
        bars = next((line for name, line in named.items() if found.shapes.get(name) == "bars"), None)
        if found.pane == "volume":
            bars = Line(label=self._texts("Volume"), values=volume)
        guides = tuple(guide for guide in (found.zones.low, found.zones.high) if guide is not None)
        return Pane(
            lines=tuple(line for line in named.values() if line is not bars),
            histogram=bars,
            guides=guides,
            bounds=_bounds(found),
        )

    def _label(self, chosen: Chosen, output: str) -> str:
        """Return the indicator's title, and the name of a line that is not the indicator itself."""
        title, found = self._texts.sentence(chosen.title), chosen.indicator
        is_itself = len(found.outputs) == 1 or output == found.name
        return title if is_itself else f"{title} {self._texts(output.replace('_', ' '))}"


def _bounds(found: Indicator) -> tuple[float, float] | None:
    least, most = found.scale.least, found.scale.most
    return None if least is None or most is None else (least, most)
