"""Draw personas/<name>/avatar.png: the figure that a persona's card names, in its ink upon its ground.

Run it for the personas named on the command line, else for all of them but those whose picture came with a
character card. It draws the same bytes each time; a test fails when a picture differs from its card.
"""

from __future__ import annotations

import io
import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw

from config.settings import read_settings
from services.personas.card import AVATAR, Avatar, Figure, PersonaCard
from services.personas.character_files import CHARACTER
from services.personas.roster import read_roster

SIDE = 256
SCALE = 4
"""Drawn so many times larger and then reduced, which smooths every edge."""
FULL = SIDE * SCALE
MIDDLE = FULL / 2
MARGIN = 68
"""Cut off on each side, since a list shows a picture small and round."""
GOLDEN = (1 + math.sqrt(5)) / 2
_GLOW, _FAINT, _HALF = 0.20, 0.32, 0.62
"""Shares of ink in what is lighter than the ground and darker than the ink."""

Point = tuple[float, float]
Colour = tuple[int, int, int]


class Pen:
    """Draws in one ink; `faint` and `half` are the ink with ground mixed in."""

    def __init__(self, draw: ImageDraw.ImageDraw, ground: Colour, ink: Colour) -> None:
        self._draw = draw
        self.ground = ground
        self.ink = ink
        self.half = mixed(ground, ink, _HALF)
        self.faint = mixed(ground, ink, _FAINT)

    def disc(self, centre: Point, radius: float, colour: Colour | None = None) -> None:
        """Fill a circle."""
        x, y = centre
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour or self.ink)

    def ring(self, radius: float, width: float, colour: Colour | None = None) -> None:
        """Draw a circle round the middle."""
        box = (MIDDLE - radius, MIDDLE - radius, MIDDLE + radius, MIDDLE + radius)
        self._draw.ellipse(box, outline=colour or self.ink, width=round(width))

    def shape(self, points: Sequence[Point], colour: Colour | None = None) -> None:
        """Fill a polygon."""
        self._draw.polygon(points, fill=colour or self.ink)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour | None = None) -> None:
        """Draw a line with round ends and corners."""
        self.brush([(point, width) for point in points], colour)

    def brush(self, points: Sequence[tuple[Point, float]], colour: Colour | None = None) -> None:
        """Draw a line whose width changes from point to point."""
        for (start, width), (end, next_width) in itertools.pairwise(points):
            self._draw.line((start, end), fill=colour or self.ink, width=round((width + next_width) / 2))
        for point, width in points:
            self.disc(point, width / 2, colour)

    def block(
        self, box: tuple[float, float, float, float], radius: float, colour: Colour | None = None
    ) -> None:
        """Fill a rectangle with round corners."""
        self._draw.rounded_rectangle(box, radius, fill=colour or self.ink)


def mixed(ground: Colour, ink: Colour, share: float) -> Colour:
    """Return the ground with a share of ink in it."""
    red, green, blue = (round(low + (high - low) * share) for low, high in zip(ground, ink, strict=True))
    return red, green, blue


def polar(radius: float, degrees: float, centre: Point = (MIDDLE, MIDDLE)) -> Point:
    """Return a point by its distance and its direction, clockwise from the top."""
    angle = math.radians(degrees)
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


def ellipse(wide: float, high: float, tilt: float) -> list[Point]:
    """Return points on an ellipse round the middle, turned by `tilt` degrees, from its far side on."""
    turn = math.radians(tilt)
    flat = [
        (wide * math.cos(math.radians(step)), high * math.sin(math.radians(step)))
        for step in range(180, 541, 2)
    ]
    return [
        (
            MIDDLE + x * math.cos(turn) - y * math.sin(turn),
            MIDDLE + x * math.sin(turn) + y * math.cos(turn),
        )
        for x, y in flat
    ]


def star(centre: Point, long: float, short: float, *, points: int = 4, turn: float = 0) -> list[Point]:
    """Return the outline of a star."""
    step = 180 / points
    return [polar(long if at % 2 == 0 else short, turn + at * step, centre) for at in range(points * 2)]


def compass(pen: Pen) -> None:
    """A ring with marks, and a needle of four points, half of it in shade."""
    pen.ring(350, 28)
    for degrees in range(0, 360, 30):
        is_main = degrees % 90 == 0
        pen.stroke([polar(270 if is_main else 282, degrees), polar(292, degrees)], 18, pen.half)
    pen.shape(star((MIDDLE, MIDDLE), 150, 44, turn=45), pen.faint)
    for turn in range(0, 360, 90):
        reach = 262 if turn % 180 == 0 else 196
        tip, left, right = polar(reach, turn), polar(66, turn - 45), polar(66, turn + 45)
        pen.shape([tip, left, (MIDDLE, MIDDLE)])
        pen.shape([tip, right, (MIDDLE, MIDDLE)], pen.half)
    pen.disc((MIDDLE, MIDDLE), 30, pen.ground)


def candles(pen: Pen) -> None:
    """Four candles that climb; the falling one is hollow."""
    rows = ((252, 560, 760, 500, 800, True), (410, 470, 650, 400, 720, False))
    more = ((568, 380, 640, 310, 700, True), (726, 250, 470, 190, 540, True))
    for x, top, bottom, high, low, is_filled in (*rows, *more):
        pen.stroke([(x, high), (x, low)], 20, pen.half)
        pen.block((x - 52, top, x + 52, bottom), 20)
        if not is_filled:
            pen.block((x - 30, top + 22, x + 30, bottom - 22), 8, pen.ground)


def sprout(pen: Pen) -> None:
    """A stem out of a mound, with two leaves of unequal size."""
    mound = [polar(250, degrees, (MIDDLE, 985)) for degrees in range(-68, 69, 2)]
    pen.shape([*mound, (MIDDLE, 830)], pen.faint)
    stem = [(MIDDLE + 26 * math.sin(step / 20 * math.pi), 800 - 17 * step) for step in range(21)]
    pen.brush([(point, 40 - at * 0.6) for at, point in enumerate(stem)])
    for length, width, degrees, base in ((330, 118, 52, (520, 500)), (270, 100, -54, (522, 590))):
        pen.shape(leaf(base, length, width, degrees), pen.ink if degrees > 0 else pen.half)
        pen.stroke([polar(length * part, degrees, base) for part in (0.08, 0.7)], 12, pen.ground)


def leaf(base: Point, length: float, width: float, degrees: float) -> list[Point]:
    """Return the outline of a leaf that grows from `base` in a direction."""
    steps = [step / 24 for step in range(25)]
    along = [(part * length, width * math.sin(math.pi * part**0.8)) for part in steps]
    turn = math.radians(degrees)
    return [
        (
            base[0] + far * math.sin(turn) + side * across * math.cos(turn),
            base[1] - far * math.cos(turn) + side * across * math.sin(turn),
        )
        for side, path in ((1, along), (-1, along[::-1]))
        for far, across in path
    ]


def spiral(pen: Pen) -> None:
    """A golden spiral, which grows by the golden ratio every quarter turn, within faint circles."""
    degrees = range(-1080, 1, 3)
    curve = [polar(GOLDEN ** (step / 90), step + 100, (0, 0)) for step in degrees]
    wide, high = ([point[axis] for point in curve] for axis in (0, 1))
    scale = 620 / max(max(wide) - min(wide), max(high) - min(high))
    shift = [MIDDLE - scale * (max(axis) + min(axis)) / 2 for axis in (wide, high)]
    for power in range(3):
        pen.ring(390 * GOLDEN**-power, 8, pen.faint)
    pen.brush(
        [
            ((x * scale + shift[0], y * scale + shift[1]), 62 * GOLDEN ** (step / 300))
            for (x, y), step in zip(curve, degrees, strict=True)
        ]
    )


def orbit(pen: Pen) -> None:
    """A planet with a ring that passes before and behind it, a moon, and two stars."""
    ring = ellipse(380, 128, -24)
    half = len(ring) // 2
    pen.stroke(ring[: half + 1], 24, pen.half)
    pen.disc((MIDDLE, MIDDLE), 196)
    for offset, width in ((-70, 20), (10, 26)):
        reach = math.sqrt(170**2 - offset**2)
        pen.stroke(
            [(MIDDLE - reach, MIDDLE + offset), (MIDDLE + reach, MIDDLE + offset - 30)], width, pen.half
        )
    pen.stroke(ring[half:], 44, pen.ground)
    pen.stroke(ring[half:], 24)
    pen.disc((770, 300), 44)
    for centre in ((300, 290), (690, 780)):
        pen.shape(star(centre, 46, 14), pen.half)


def twins(pen: Pen) -> None:
    """The sign of the twins: two pillars, one in light and one in shade, between two arcs."""
    for side, colour in ((-1, pen.ink), (1, pen.half)):
        x = MIDDLE + side * 118
        pen.stroke([(x, 300), (x, 724)], 62, colour)
    for end in (-1, 1):
        arc = [(MIDDLE + step * 9, MIDDLE + end * (216 + 0.085 * step**2)) for step in range(-32, 33)]
        pen.brush([(point, 58 - abs(at - 32) * 0.7) for at, point in enumerate(arc)])
    pen.shape(star((MIDDLE, MIDDLE), 78, 24))


def spark(pen: Pen) -> None:
    """One large star and two small ones."""
    pen.ring(345, 10, pen.faint)
    pen.shape(star((MIDDLE - 30, MIDDLE + 20), 270, 70))
    pen.shape(star((MIDDLE - 30, MIDDLE + 20), 130, 50, turn=45), pen.half)
    pen.shape(star((740, 316), 96, 26))
    pen.shape(star((704, 742), 62, 18), pen.half)


FIGURES: dict[Figure, Callable[[Pen], None]] = {
    "compass": compass,
    "candles": candles,
    "sprout": sprout,
    "spiral": spiral,
    "orbit": orbit,
    "twins": twins,
    "spark": spark,
}


def drawn(avatar: Avatar) -> bytes:
    """Return the picture as PNG."""
    ground, ink = (colour_of(text) for text in (avatar.ground, avatar.ink))
    glow = Image.radial_gradient("L").resize((FULL, FULL)).point([255 - level for level in range(256)])
    picture = Image.new("RGB", (FULL, FULL), ground)
    picture.paste(mixed(ground, ink, _GLOW), mask=glow)
    FIGURES[avatar.figure](Pen(ImageDraw.Draw(picture), ground, ink))
    seen = (MARGIN, MARGIN, FULL - MARGIN, FULL - MARGIN)
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=seen)
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


def colour_of(text: str) -> Colour:
    """Return the colour that ``#RRGGBB`` names."""
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue


def wanted(personas: Path, names: Sequence[str]) -> Iterator[PersonaCard]:
    """Yield the personas that are to be drawn."""
    roster = read_roster(personas)
    if names:
        yield from (roster.card(name) for name in names)
        return
    yield from (card for name, card in roster.cards.items() if not (personas / name / CHARACTER).exists())


def main() -> None:
    """Draw, and say where to."""
    personas = read_settings().personas
    for card in wanted(personas, sys.argv[1:]):
        file = personas / card.name / AVATAR
        file.write_bytes(drawn(card.avatar))
        print(f"{file}: {card.avatar.figure}")


if __name__ == "__main__":
    main()
