"""Colours of charts: two themes, each with the usual pair for up and down and one for the colour-blind.

Belongs here: colours, and how well they stand out: text with a contrast of 4.5 on its background, lines of 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from services.charts.spec import LevelKind, Side, ZoneKind
from services.looks import Palette, Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The colours of one chart, each as ``#RRGGBB``. `grid` and `border` are decoration."""

    background: str
    text: str
    muted: str
    grid: str
    border: str
    up: str
    down: str
    fib: str
    pivot: str
    warn: str
    """Of what is not today's market."""
    series: tuple[str, ...]
    """Of lines, in the order they are drawn."""

    def level(self, kind: LevelKind | ZoneKind) -> str:
        """Return the colour of a level or zone."""
        return {
            "support": self.up,
            "resistance": self.down,
            "pivot": self.pivot,
            "confluence": self.pivot,
            "fib": self.fib,
            "plain": self.muted,
        }[kind]

    def side(self, side: Side) -> str:
        """Return the colour of what stands for bull, for bear, or for neither."""
        return {"bull": self.up, "bear": self.down, "even": self.text}[side]

    def line(self, number: int) -> str:
        """Return the colour of the line `number`; they repeat when there are too many."""
        return self.series[number % len(self.series)]


_DARK: Final = Colours(
    background="#161B22",
    text="#E6EDF3",
    muted="#9AA4AF",
    grid="#242B34",
    border="#30363D",
    up="#26A69A",
    down="#EF5350",
    fib="#E3B341",
    pivot="#58A6FF",
    warn="#D29922",
    series=("#58A6FF", "#F2CC60", "#D2A8FF", "#FF9BCE", "#A5D66B", "#C9D1D9"),
)
_LIGHT: Final = Colours(
    background="#FFFFFF",
    text="#1F2328",
    muted="#57606A",
    grid="#EAEEF2",
    border="#D0D7DE",
    up="#0B7A6F",
    down="#C62828",
    fib="#7D4E00",
    pivot="#0969DA",
    warn="#7D4E00",
    series=("#0969DA", "#8A6100", "#8250DF", "#BF3989", "#4D7C0F", "#57606A"),
)
_COLOURS: Final[dict[tuple[Theme, Palette], Colours]] = {
    ("dark", "standard"): _DARK,
    ("light", "standard"): _LIGHT,
    ("dark", "colour_blind"): replace(
        _DARK,
        up="#56B4E9",
        down="#E69F00",
        fib="#C9A6FF",
        pivot="#C9D1D9",
        series=("#F0E442", "#E29BC4", "#3CC79A", "#C9D1D9", "#B392F0", "#9AA4AF"),
    ),
    ("light", "colour_blind"): replace(
        _LIGHT,
        up="#0072B2",
        down="#9A5200",
        fib="#6E40C9",
        pivot="#1F2328",
        series=("#7A6A00", "#A3467F", "#00795A", "#1F2328", "#6E40C9", "#57606A"),
    ),
}


def colours_of(theme: Theme, palette: Palette) -> Colours:
    """Return the colours of a theme and palette."""
    return _COLOURS[theme, palette]


def mixed(colour: str, into: str, share: float) -> str:
    """Return `colour` laid over `into` with the opacity `share`, 0 to 1."""
    pairs = zip(_channels(colour), _channels(into), strict=True)
    return "#" + "".join(f"{round(over * share + under * (1 - share)):02X}" for over, under in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
