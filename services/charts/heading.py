"""The texts above and below the panels: title, price, how real it is, source and time."""

from __future__ import annotations

from dataclasses import dataclass

from services.charts.faces import cut, width_of
from services.charts.frame import HEADING, Frame
from services.charts.spec import ChartSpec
from services.charts.time_axis import moment_text
from services.charts.words import BODY, Look, Words, words
from services.exchange.prices import to_price
from services.looks import MARKS

_TITLE = 32
_BESIDE = 22
"""Size of what stands beside the title."""
_LEAST_TITLE = 200
_APART = 24
_BADGE_ROW = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A piece of the heading; `gap` is the room before it."""

    text: str
    colour: str
    size: int
    gap: int
    is_bold: bool = False

    @property
    def width(self) -> int:
        return self.gap + width_of(self.text, self.size, is_bold=self.is_bold)


def heading(spec: ChartSpec, look: Look) -> list[Words]:
    """Return title, price, change over the picture, and the badge of what is not today's market.

    A long name is cut; where there is still no room, the change is left out, then the currency.
    """
    badge = _badge(spec, look)
    right = badge[0].box.left - _APART if badge else HEADING.right
    frame = _Part(text=spec.timeframe, colour=look.colours.muted, size=_TITLE, gap=14)
    parts = [frame, *_price_parts(spec, look)]
    while len(parts) > 1 and right - HEADING.left - sum(part.width for part in parts) < _LEAST_TITLE:
        parts.pop()
    room = right - HEADING.left - sum(part.width for part in parts)
    title = cut(spec.market, _TITLE, room, is_bold=True)
    left = HEADING.left
    found = []
    for part in [_Part(text=title, colour=look.colours.text, size=_TITLE, gap=0, is_bold=True), *parts]:
        at = (left + part.gap, HEADING.top)
        row = HEADING.height
        found.append(words(part.text, at, part.colour, size=part.size, is_bold=part.is_bold, row=row))
        left += part.width
    return [*found, *badge]


def _price_parts(spec: ChartSpec, look: Look) -> list[_Part]:
    colours = look.colours
    before = to_price(float(spec.candles.open[0]), spec.tick)
    change = look.numbers.change(before, spec.price)
    colour = colours.muted if spec.price == before else colours.up if spec.price > before else colours.down
    price = _Part(text=look.price(spec.price), colour=colours.text, size=_TITLE, gap=30, is_bold=True)
    currency = _Part(text=spec.currency, colour=colours.muted, size=_BESIDE, gap=8)
    moved = _Part(text=change, colour=colour, size=_BESIDE, gap=_APART, is_bold=True)
    return [price, *([currency] if spec.currency else []), moved]


def _badge(spec: ChartSpec, look: Look) -> list[Words]:
    if spec.nature == "live":
        return []
    at = (HEADING.right, HEADING.top + (HEADING.height - _BADGE_ROW) // 2)
    badge = words(
        look.texts(MARKS[spec.nature]),
        at,
        look.colours.background,
        size=_BESIDE,
        is_bold=True,
        pad=12,
        fill=look.colours.warn,
        is_right=True,
        row=_BADGE_ROW,
    )
    return [badge]


def footer(spec: ChartSpec, look: Look, frame: Frame) -> list[Words]:
    """Return when the last candle closed, and where the figures come from."""
    closed = look.texts("closed {when}", when=moment_text(spec.closed_at_ms, look.texts))
    box = frame.footer
    time = words(closed, (box.right, box.top), look.colours.muted, is_right=True)
    source = cut(spec.source, BODY, time.box.left - _APART - box.left)
    return [words(source, (box.left, box.top), look.colours.muted), time]
