"""The schema of config/temperaments.yaml: the profiles of traders, as figures from 0 to 1."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

TEMPERAMENTS_FILE = "temperaments.yaml"
_Part = Annotated[float, Field(ge=0, le=1)]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]


class TemperamentsError(ValueError):
    """The profiles cannot be read or do not make sense; the message says where."""


class TemperamentFigures(BaseModel):
    """One profile of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    risk_appetite: _Part
    patience: _Part
    fomo: _Part
    revenge: _Part
    discipline: _Part


def read_temperaments(path: Path) -> dict[str, TemperamentFigures]:
    """Read and check the file.

    Raises:
        TemperamentsError: it cannot be read, holds no profile, or an unknown key or value.
    """
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        found = TypeAdapter(dict[_Name, TemperamentFigures]).validate_python(raw)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise TemperamentsError(f"{path}: {error}") from error
    if not found:
        raise TemperamentsError(f"{path}: it holds no profile")
    return found
