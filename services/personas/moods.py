"""How a persona begins and ends what it says, by mood: ``moods.yaml`` beside its templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.strict_yaml import first_complaint
from services.errors import Misconfigured

Mood = Literal["calm", "up", "down", "sky", "teach", "done", "trouble", "greet"]
"""calm: a finding. up, down: one that points there. sky: the planets. teach: a lesson. done: a setting was
saved. trouble: an error or a refusal. greet: hello."""
_LEAST = 6
Ways = Annotated[
    tuple[Annotated[str, Field(max_length=90, pattern=r"^[^0-9{}]*$")], ...], Field(min_length=_LEAST)
]


class Moods(BaseModel):
    """Ways to begin and to end, without figures; an empty one says nothing. All moods have some."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opening: dict[Mood, Ways]
    closing: dict[Mood, Ways]

    @model_validator(mode="after")
    def _has_all(self) -> Moods:
        for name, ways in (("opening", self.opening), ("closing", self.closing)):
            missing = [mood for mood in get_args(Mood) if mood not in ways]
            if missing:
                raise ValueError(f"{name}: has no {', '.join(missing)}")
        return self


def read_moods(file: Path) -> Moods:
    """Read a persona's moods.

    Raises:
        Misconfigured: the file is missing, is not YAML, or lacks a mood; it says which.
    """
    try:
        return Moods.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise Misconfigured(f"{file}: is not YAML: {error}") from error
    except ValidationError as error:
        raise Misconfigured(f"{file}: {first_complaint(error)}") from error
