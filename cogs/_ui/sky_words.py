"""Signs, phases, aspects and dates of the sky as members read them, in the language of a voice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from cogs._ui.card import Fact
from cogs._ui.limits import FIELD_VALUE
from cogs._ui.times import full, relative
from services.cosmic.messages import AspectSeen, Lack, Measured, SkyEvent, Spot
from services.locales import LOCALES
from services.locales.numbers import Numbers
from services.locales.texts import texts_of
from services.personas.routing import Question
from services.personas.voice import Voice

_ASPECTS: Final = {
    "conjunction": "{first} conjunct {second}",
    "sextile": "{first} sextile {second}",
    "square": "{first} square {second}",
    "trine": "{first} trine {second}",
    "opposition": "{first} opposite {second}",
}
_PERCENT: Final = 100
PLANETS: Final = ("Mercury", "Venus", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune", "Pluto")
"""What can be retrograde."""


def angle(degrees: float, numbers: Numbers) -> str:
    """Write an angle with one decimal: 0.4°."""
    return f"{numbers.decimal(Decimal(degrees), 1)}°"


def percent(share: float, numbers: Numbers) -> str:
    """Write a share as whole percent: 82%."""
    return f"{numbers.decimal(Decimal(share) * _PERCENT, 0)}%"


def spot_of(spot: Spot, voice: Voice) -> str:
    """Write a place among the signs: 12.5° Pisces."""
    return f"{angle(spot.degree, voice.numbers)} {voice.text(spot.sign)}"


def aspect_of(aspect: AspectSeen, voice: Voice) -> str:
    """Write who is in aspect with whom: Sun square Mars."""
    text = voice.text
    return text(_ASPECTS[aspect.kind], first=text(aspect.first), second=text(aspect.second))


def aspect_pair(aspect: AspectSeen, voice: Voice) -> str:
    """Write an aspect as short as a table needs it: Sun-Mars square."""
    text = voice.text
    return f"{text(aspect.first)}\N{EN DASH}{text(aspect.second)} {text(aspect.kind)}"


def names_of(bodies: Iterable[str], voice: Voice) -> str | None:
    """Write names with commas between them; None for none."""
    return ", ".join(voice.text(body) for body in bodies) or None


def planets_in(text: str) -> list[str]:
    """Return the planets that a text names, in either language, in the order of their distance to the Sun."""
    said = {_plain(word) for word in Question(text).words}
    texts = [texts_of(locale) for locale in LOCALES]
    return [planet for planet in PLANETS if any(_plain(text(planet)) in said for text in texts)]


def _plain(word: str) -> str:
    """Return a word in small letters without accents, which many leave out as they type."""
    parts = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def event_of(event: SkyEvent, voice: Voice) -> str:
    """Write what happens, without when."""
    return voice.text(event.title, **{name: voice.text(word) for name, word in event.words.items()})


def event_line(event: SkyEvent, voice: Voice) -> str:
    """Write what happens and when, in the reader's own time zone, and how far from the Earth."""
    far = "" if event.distance_km is None else f" · {kilometres(event.distance_km, voice)}"
    return f"{full(event.at)} **{event_of(event, voice)}**{far}"


def kilometres(distance: float, voice: Voice) -> str:
    """Write a distance in whole kilometres: 384,400 km."""
    return f"{voice.numbers.decimal(Decimal(distance), 0)} km"


def measured(reading: Measured | None, unit: str, voice: Voice, *, lack: Lack) -> str:
    """Write what was read, by whom and when, or why there is no reading."""
    if reading is None:
        return voice.text(lack)
    value = voice.numbers.quantity(Decimal(str(reading.value)))
    return f"{' '.join(filter(None, (value, unit)))} · {reading.source} · {relative(reading.at)}"


def listed(name: str, lines: Sequence[str]) -> tuple[Fact, ...]:
    """Return lines under `name`, in as many facts as Discord needs to show all of them."""
    return tuple(Fact(name, part, is_wide=True) for part in _parts(lines))


def _parts(lines: Sequence[str]) -> Iterator[str]:
    part = ""
    for line in lines:
        if part and len(part) + 1 + len(line) > FIELD_VALUE:
            yield part
            part = ""
        part = f"{part}\n{line}" if part else line
    if part:
        yield part
