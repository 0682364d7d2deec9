"""The card of a persona: who it is, what it is good at and which commands it owns. Read from persona.yaml.

How a persona talks belongs to `voice`; which persona helps with a question belongs to `routing`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.errors import Misconfigured
from services.locales import Locale

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Strength(_Part):
    """Something a persona is good at, and the words of a question that point to it."""

    topic: Annotated[str, Field(min_length=1, max_length=60)]
    words: Annotated[tuple[str, ...], Field(min_length=1)]
    example: Annotated[str, Field(min_length=1, max_length=100)]
    """A command to try, as a member types it."""


class PersonaCard(_Part):
    """One persona, as its persona.yaml describes it."""

    name: Name
    display_name: Annotated[str, Field(min_length=1, max_length=32)]
    tagline: Annotated[str, Field(min_length=1, max_length=120)]
    presence: Annotated[str, Field(min_length=1, max_length=128)]
    colour: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
    locales: Annotated[tuple[Locale, ...], Field(min_length=1)]
    """The languages it speaks, its own first."""
    cogs: tuple[Name, ...] = ()
    strengths: tuple[Strength, ...] = ()

    @property
    def accent(self) -> int:
        """Return the colour as Discord wants it."""
        return int(self.colour.removeprefix("#"), 16)


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
        raise Misconfigured(f"{file}: {_first_complaint(error)}") from error
    except ValueError as error:  # not UTF-8, or a value such as 2024-13-45 that YAML takes for a date
        raise Misconfigured(f"{file}: cannot be read: {error}.") from error
    if card.name != folder.name:
        raise Misconfigured(f"{file}: name: expected {folder.name}, as its folder is called.")
    return card


def _first_complaint(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return f"{key}: {first['msg']}." if key else f"{first['msg']}."
