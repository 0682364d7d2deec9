"""The surface that a chart is drawn on, in pixels of the finished picture.

It is twice as large as the picture, and made smaller at the end. Edges that are whole pixels come out sharp.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from services.charts.boxes import Box
from services.charts.faces import SCALE, capital_height, glyph

_FASTEST = 1
_Point = tuple[float, float]


class Canvas:
    """One picture while it is drawn. Colours are ``#RRGGBB``, or ``#RRGGBBAA`` to shine through."""

    def __init__(self, width: int, height: int, background: str) -> None:
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), background)
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def bar(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: str | None = None,
        *,
        outline: str | None = None,
        width: float = 1,
    ) -> None:
        """Fill a box, draw its edge within it, or both; edges may be halves of a pixel."""
        corners = (
            round(left * SCALE),
            round(top * SCALE),
            round(right * SCALE) - 1,
            round(bottom * SCALE) - 1,
        )
        self._draw.rectangle(corners, fill=fill, outline=outline, width=round(width * SCALE))

    def pill(self, box: Box, fill: str, radius: int) -> None:
        """Fill a box with round corners."""
        corners = (box.left * SCALE, box.top * SCALE, box.right * SCALE - 1, box.bottom * SCALE - 1)
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=fill)

    def line(self, points: Sequence[_Point], colour: str, width: float) -> None:
        """Draw a line through points, the middle of a pixel being half."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * SCALE), joint="curve")

    def polygon(self, points: Sequence[_Point], fill: str) -> None:
        """Fill the surface within points."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def dot(self, x: float, y: float, radius: float, fill: str, *, outline: str | None = None) -> None:
        """Fill a circle."""
        reach = radius * SCALE
        box = (x * SCALE - reach, y * SCALE - reach, x * SCALE + reach, y * SCALE + reach)
        self._draw.ellipse(box, fill=fill, outline=outline, width=SCALE * 3 // 2)

    def text(self, left: float, middle: float, text: str, size: int, colour: str, *, is_bold: bool) -> None:
        """Write one line whose capitals have their middle at the height `middle`."""
        baseline = round((middle + capital_height(size) / 2) * SCALE)
        at = left * SCALE
        for letter in text:
            one = glyph(letter, size, is_bold=is_bold)
            if one.mask is not None:
                self._draw.bitmap((round(at) + one.left, baseline + one.top), one.mask, fill=colour)
            at += one.advance

    def png(self) -> bytes:
        """Return the finished picture."""
        written = io.BytesIO()
        self._image.reduce(SCALE).save(written, "PNG", compress_level=_FASTEST)
        return written.getvalue()
