"""The letters of a chart: two weights of one typeface, whose figures are all of one width.

Glyphs are laid one beside the other without further shaping, so that no library of the system decides how a
picture looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SCALE = 2
"""A chart is drawn this many times larger and then made smaller, which smooths its edges."""
_FOLDER = Path(__file__).with_name("fonts")
_CAPITAL = 0.727
"""Height of a capital letter as a share of the size."""
_ELLIPSIS = "…"


@cache
def face(size: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    """Return the typeface at `size` pixels of the finished picture."""
    name = "inter-semibold.ttf" if is_bold else "inter-regular.ttf"
    layout = ImageFont.Layout.BASIC
    return ImageFont.truetype(str(_FOLDER / name), size * SCALE, layout_engine=layout)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One letter as a mask on the enlarged surface, by the point on the baseline where it begins."""

    mask: Image.Image | None
    """None for a blank."""
    left: int
    top: int
    advance: float
    """How far the next letter begins from this one, in pixels of the enlarged surface."""


@lru_cache(maxsize=2048)
def glyph(letter: str, size: int, *, is_bold: bool) -> Glyph:
    """Return a letter, which is made once: making it takes most of the time of writing it."""
    font = face(size, is_bold=is_bold)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(letter, anchor="ls"))
    advance = font.getlength(letter)
    if right <= left or bottom <= top:
        return Glyph(None, 0, 0, advance)
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), letter, font=font, fill=255, anchor="ls")
    return Glyph(mask, left, top, advance)


@lru_cache(maxsize=4096)
def width_of(text: str, size: int, *, is_bold: bool = False) -> int:
    """Return the width of `text` in pixels of the finished picture, rounded up."""
    return math.ceil(sum(glyph(letter, size, is_bold=is_bold).advance for letter in text) / SCALE)


def capital_height(size: int) -> float:
    """Return the height of a capital letter in pixels of the finished picture."""
    return _CAPITAL * size


def cut(text: str, size: int, room: int, *, is_bold: bool = False) -> str:
    """Return `text`, or as much of its beginning as `room` pixels hold, marked with an ellipsis."""
    if width_of(text, size, is_bold=is_bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + _ELLIPSIS, size, is_bold=is_bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + _ELLIPSIS
