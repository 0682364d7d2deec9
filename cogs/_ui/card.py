"""A card: what one message says, before it is known how Discord will show it.

The order is the order it is read in: verdict, facts, actions, footnote. How Discord shows it belongs
to `embed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cogs._ui import limits
from services.locales.texts import ENGLISH, Texts

Tone = Literal["up", "down", "neutral", "warn"]

_SEPARATOR = "|"
COLOURS: dict[Tone, int] = {"up": 0x26A69A, "down": 0xEF5350, "neutral": 0x5865F2, "warn": 0xE0A030}
"""Accent colours; colour is never the only sign."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One named thing that is known. `is_wide` takes a line of its own."""

    name: str
    value: str
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `press` is what `press_id` makes."""

    label: str
    press: str
    style: Literal["primary", "secondary", "danger"] = "secondary"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that goes out with the card; `alt` says in words what it shows, for whoever does not see it."""

    png: bytes
    name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes out with the card, to be kept by whoever reads it."""

    content: bytes
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a message says. `accent` is a colour that wins over the tone's."""

    verdict: str
    title: str = ""
    facts: tuple[Fact, ...] = ()
    picture: Picture | None = None
    attachment: Attachment | None = None
    actions: tuple[Action, ...] = ()
    footnote: str = ""
    tone: Tone = "neutral"
    accent: int | None = None

    @property
    def colour(self) -> int:
        """Return the accent colour as 0xRRGGBB."""
        return COLOURS[self.tone] if self.accent is None else self.accent


def press_id(cog: str, action: str, *arguments: str) -> str:
    """Return the custom id of a button: the cog that answers, what it does, and to what.

    Raises:
        ValueError: an argument holds the separator, or the whole is longer than Discord takes.
    """
    parts = (cog, action, *arguments)
    if any(_SEPARATOR in part for part in parts):
        raise ValueError(f"a part of a custom id must not hold {_SEPARATOR}: {parts}")
    return limits.exactly(_SEPARATOR.join(parts), limits.CUSTOM_ID)


def refresh(cog: str, *arguments: str, text: Texts = ENGLISH) -> tuple[Action, ...]:
    """Return the button that shows a card anew, or none where what it must carry does not fit into one."""
    try:
        return (Action(text("Refresh"), press_id(cog, "show", *arguments)),)
    except ValueError:
        return ()


def read_press(custom_id: str) -> tuple[str, str, tuple[str, ...]]:
    """Return cog, action and arguments of a custom id that `press_id` made; any other gives empty parts."""
    cog, _, rest = custom_id.partition(_SEPARATOR)
    action, _, arguments = rest.partition(_SEPARATOR)
    return cog, action, tuple(arguments.split(_SEPARATOR)) if arguments else ()
