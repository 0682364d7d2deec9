"""What the lines of a chart are: a sign, a name and the last value of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from analytics.candles import Floats
from services.charts.boxes import Box
from services.charts.faces import cut, width_of
from services.charts.frame import LEGEND_ROW
from services.charts.scales import step_of_values
from services.charts.spec import ChartSpec, Pane, last_finite
from services.charts.words import BODY, Look, Words, words
from services.exchange.prices import to_price

Sign = Literal["line", "dashes", "points", "band", "dots", "bars", "forming"]
_SIGN_WIDTH: Final = 26
_SIGN_GAP = 8
_BETWEEN = 28
_MOST_ROWS = 2
_WIDEST_TEXT = 380
_OF_LINES: Final[tuple[Sign, ...]] = ("line", "line", "dashes", "dashes", "points", "points")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a legend before it has a place."""

    sign: Sign
    colour: str
    text: str

    @property
    def width(self) -> int:
        """Return what sign and text take, in pixels."""
        return _SIGN_WIDTH + _SIGN_GAP + width_of(self.text, BODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendItem:
    """One line of a legend; its sign is in `sign_box`, left of the words."""

    sign: Sign
    colour: str
    words: Words

    @property
    def sign_box(self) -> Box:
        """Return where its sign is drawn."""
        box = self.words.box
        right = box.left - _SIGN_GAP
        return Box(right - _SIGN_WIDTH, box.top, right, box.bottom)


def sign_of(number: int) -> Sign:
    """Return how the line `number` is drawn, so that colour is not all that tells it from the others."""
    return _OF_LINES[number % len(_OF_LINES)]


def entries_of(spec: ChartSpec, look: Look) -> list[Entry]:
    """Return what stands above the prices; lines, bands and dots take their colours in this order."""
    named: list[tuple[Sign, str]] = [
        *((sign_of(at), _text(one.label, one.values, look.measured)) for at, one in enumerate(spec.lines)),
        *(("band", _short(one.label)) for one in spec.bands),
        *(("dots", _text(one.label, one.values, look.measured)) for one in spec.dots),
    ]
    found = [
        Entry(sign=sign, colour=look.colours.line(at), text=text) for at, (sign, text) in enumerate(named)
    ]
    if spec.forming is not None:
        found.append(Entry(sign="forming", colour=look.colours.muted, text=look.texts("still forming")))
    return found


def pane_entries(pane: Pane, look: Look, span: float) -> list[Entry]:
    """Return what names the lines of a panel that shows a range as high as `span`."""
    step = step_of_values(span)

    def written(value: float) -> str:
        return look.numbers.price(to_price(value, step), step)

    found = [
        Entry(sign=sign_of(at), colour=look.colours.line(at), text=_text(one.label, one.values, written))
        for at, one in enumerate(pane.lines)
    ]
    if pane.histogram is not None:
        text = _text(pane.histogram.label, pane.histogram.values, written)
        found.append(Entry(sign="bars", colour=look.colours.muted, text=text))
    return found


def rows_of(entries: Sequence[Entry], room: int) -> list[list[Entry]]:
    """Divide entries into rows of `room` pixels; what does not fit into two rows is counted at their end."""
    rows: list[list[Entry]] = []
    left = 0
    for number, entry in enumerate(entries):
        if not rows or left + entry.width > room:
            if len(rows) == _MOST_ROWS:
                rest = len(entries) - number
                return [*rows[:-1], [*rows[-1][:-1], _more(rest + 1, rows[-1][-1])]]
            rows.append([])
            left = 0
        rows[-1].append(entry)
        left += entry.width + _BETWEEN
    return rows


def placed(rows: Sequence[Sequence[Entry]], left: int, top: int) -> list[LegendItem]:
    """Give every entry its place."""
    found = []
    for number, row in enumerate(rows):
        at = left
        for entry in row:
            start = (at + _SIGN_WIDTH + _SIGN_GAP, top + number * LEGEND_ROW)
            text = words(entry.text, start, entry.colour)
            found.append(LegendItem(sign=entry.sign, colour=entry.colour, words=text))
            at += entry.width + _BETWEEN
    return found


def _more(count: int, instead_of: Entry) -> Entry:
    return Entry(sign=instead_of.sign, colour=instead_of.colour, text=f"+{count}")


def _short(label: str) -> str:
    return cut(label, BODY, _WIDEST_TEXT)


def _text(label: str, values: Floats, written: Callable[[float], str]) -> str:
    last = last_finite(values)
    return _short(label) if last is None else f"{_short(label)} {written(last)}"
