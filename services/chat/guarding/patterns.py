"""Regular expressions as files of words write them: over several lines, with names for what comes often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from config.strict_yaml import first_complaint
from services.errors import Misconfigured

_PLACE: Final = re.compile(r"\{(?P<name>[a-z]+)\}")


class Words(BaseModel):
    """A file of words; nothing in it is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


W = TypeVar("W", bound=Words)


def read_words(file: Path, shape: type[W]) -> W:
    """Read a file of words.

    Raises:
        Misconfigured: it is missing or does not fit its schema.
    """
    try:
        return shape.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise Misconfigured(f"{file}: is not YAML: {error}") from error
    except ValidationError as error:
        raise Misconfigured(f"{file}: {first_complaint(error)}") from error


def one_of(text: str) -> str:
    """Return the alternatives of a text, which may go over several lines, as one group."""
    return f"(?:{''.join(text.splitlines())})"


def patterns(written: Iterable[str], words: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    """Return expressions with what `words` has in place of each {name}."""
    filled = (_PLACE.sub(lambda found: words[found["name"]], one) for one in written)
    return tuple(re.compile(one, re.IGNORECASE) for one in filled)
