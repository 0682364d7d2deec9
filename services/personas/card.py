"""The card of a persona: who it is, what it is good at and which commands it owns. Read from persona.yaml.

How a persona talks belongs to `voice`; which persona helps with a question belongs to `routing`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.strict_yaml import first_complaint
from services.errors import Misconfigured
from services.locales import Locale

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Figure = Literal["compass", "candles", "sprout", "spiral", "orbit", "twins", "spark"]
"""What an avatar shows."""
AVATAR = "avatar.png"
"""The picture in a persona's folder."""
NOT_IN_A_NAME = re.compile(r"[<>@`*\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What Discord could take for a mention or for markup, and what breaks a line."""
T = TypeVar("T")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _not_empty(texts: dict[Locale, T]) -> dict[Locale, T]:
    if not texts:
        raise ValueError("expected a text in at least one language")
    return texts


def _without_markup(name: str) -> str:
    if found := NOT_IN_A_NAME.search(name):
        raise ValueError(f"expected a name without < > @ ` * and control characters, found {found[0]!r}")
    return name


DisplayName = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(_without_markup)]
Sentence = Annotated[str, Field(min_length=1, max_length=240)]
Said = Annotated[dict[Locale, Sentence], AfterValidator(_not_empty)]
"""A text in each language that the persona speaks."""
ManySaid = Annotated[
    dict[Locale, Annotated[tuple[Sentence, ...], Field(min_length=1)]], AfterValidator(_not_empty)
]


class Strength(_Part):
    """Something a persona is good at, and the words of a question that point to it."""

    topic: Said
    words: Annotated[tuple[str, ...], Field(min_length=1)]
    """Of every language together."""
    example: Annotated[str, Field(min_length=1, max_length=100)]
    """A command to try, as a member types it."""


class Sample(_Part):
    """A short exchange that shows how the persona talks."""

    member: Sentence
    answer: Sentence


class Avatar(_Part):
    """The picture that ``scripts/avatars.py`` draws: a figure in one colour upon another."""

    figure: Figure
    ground: Colour
    ink: Colour


class PersonaCard(_Part):
    """One persona, as its persona.yaml describes it."""

    name: Name
    display_name: DisplayName
    tagline: Said
    """Who it is, in a line."""
    presence: Annotated[str, Field(min_length=1, max_length=128)]
    colour: Colour
    avatar: Avatar
    locales: Annotated[tuple[Locale, ...], Field(min_length=1)]
    """The languages it speaks, its own first."""
    cogs: tuple[Name, ...] = ()
    strengths: tuple[Strength, ...] = ()
    traits: ManySaid
    """What marks its character."""
    samples: dict[Locale, tuple[Sample, ...]] = {}
    boundaries: ManySaid
    """What it never does or claims."""

    @property
    def accent(self) -> int:
        """Return the colour as Discord wants it."""
        return int(self.colour.removeprefix("#"), 16)

    def language(self, wanted: str | None) -> Locale:
        """Return `wanted` where the persona speaks it, else its own first language."""
        return next((spoken for spoken in self.locales if spoken == wanted), self.locales[0])

    @model_validator(mode="after")
    def _says_everything_in_every_language(self) -> PersonaCard:
        """Refuse a card that lacks a text in a language it claims to speak."""
        said: dict[str, frozenset[Locale]] = {
            "tagline": frozenset(self.tagline),
            "traits": frozenset(self.traits),
            "boundaries": frozenset(self.boundaries),
        }
        said |= {f"strengths.{at}.topic": frozenset(one.topic) for at, one in enumerate(self.strengths)}
        for key, spoken in said.items():
            missing = [locale for locale in self.locales if locale not in spoken]
            if missing:
                raise ValueError(f"{key}: has no text in {', '.join(missing)}")
        return self


def read_card(folder: Path) -> PersonaCard:
    """Read ``persona.yaml`` in `folder`.

    Raises:
        Misconfigured: the file is missing, is not YAML, or does not fit the schema; it says which key.
    """
    file = folder / "persona.yaml"
    try:
        card = PersonaCard.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise Misconfigured(f"{file}: is not YAML: {error}") from error
    except ValidationError as error:
        raise Misconfigured(f"{file}: {first_complaint(error)}") from error
    except ValueError as error:  # not UTF-8, or a value such as 2024-13-45 that YAML takes for a date
        raise Misconfigured(f"{file}: cannot be read: {error}.") from error
    if card.name != folder.name:
        raise Misconfigured(f"{file}: name: expected {folder.name}, as its folder is called.")
    return card
