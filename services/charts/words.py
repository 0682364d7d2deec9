"""Texts where they stand in a picture, and what every one of them is written with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.charts.boxes import Box
from services.charts.faces import width_of
from services.charts.spec import ChartSpec
from services.charts.themes import Colours, colours_of
from services.exchange.prices import to_price
from services.locales.numbers import Numbers
from services.locales.texts import Texts, texts_of

BODY = 20
"""The smallest size of a text, in pixels: it is still read where the picture is shown small."""
BEHIND = "D0"
"""How much the ground of a text hides of what is behind, as the last two digits of its colour."""
ROW = 24
"""Height of a row of such texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text. `box` is what it covers; the letters begin `pad` pixels from its left edge."""

    text: str
    box: Box
    colour: str
    size: int = BODY
    is_bold: bool = False
    pad: int = 0
    fill: str | None = None
    """Of the box behind it; None for none."""


def words(
    text: str,
    at: tuple[int, int],
    colour: str,
    *,
    size: int = BODY,
    is_bold: bool = False,
    pad: int = 0,
    fill: str | None = None,
    is_right: bool = False,
    row: int = ROW,
) -> Words:
    """Place a text by its left (or, with `is_right`, its right) and upper edge."""
    width = width_of(text, size, is_bold=is_bold) + 2 * pad
    left = at[0] - width if is_right else at[0]
    box = Box(left, at[1], left + width, at[1] + row)
    return Words(text=text, box=box, colour=colour, size=size, is_bold=is_bold, pad=pad, fill=fill)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What every part of one chart is written and coloured with."""

    colours: Colours
    texts: Texts
    numbers: Numbers
    tick: Decimal

    def price(self, value: Decimal) -> str:
        """Write a price by the tick of the market."""
        return self.numbers.price(value, self.tick)

    def measured(self, value: float) -> str:
        """Write a price that was computed, such as an average."""
        return self.price(to_price(value, self.tick))


def look_of(spec: ChartSpec) -> Look:
    """Return what `spec` asks to be written and coloured with."""
    return Look(
        colours=colours_of(spec.theme, spec.palette),
        texts=texts_of(spec.locale),
        numbers=Numbers(spec.locale),
        tick=spec.tick,
    )
