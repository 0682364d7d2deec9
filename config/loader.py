"""Reads farm.yaml: its bytes become a checked `FarmFile`, or every problem with its line.

What the file may refer to is given to it as `Surroundings`; it starts nothing and reads nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from config.farm_file import FarmFile
from config.problems import ConfigError, Problem, of_schema, of_yaml
from config.semantics import Surroundings, check
from config.strict_yaml import MAX_BYTES, YamlProblem, decode, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A farm file that may run. `version` is a hash of its bytes, the same in every process that reads it."""

    file: FarmFile
    version: str


def load(path: Path, surroundings: Surroundings) -> Loaded:
    """Read the file at `path`.

    Raises:
        ConfigError: it cannot be read or must not run; it carries every problem that was found.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            [Problem(str(path), 1, "", f"expected a file that can be read: {reason}")]
        ) from error
    return parse(raw, str(path), surroundings)


def parse(raw: bytes, name: str, surroundings: Surroundings) -> Loaded:
    """Check the bytes of a farm file that is called `name` in messages.

    Raises:
        ConfigError: with every problem that was found.
    """
    try:
        document = read(decode(raw))
    except YamlProblem as problem:
        raise of_yaml(name, problem) from problem
    if not isinstance(document.value, dict):
        raise ConfigError([Problem(name, 1, "", "expected keys and values, such as bots:")])
    try:
        file = FarmFile.model_validate(document.value)
    except ValidationError as error:
        raise of_schema(name, document, error, FarmFile) from error
    problems = [
        Problem(name, document.line_of(flaw.keys), flaw.key, flaw.expected)
        for flaw in check(file, surroundings)
    ]
    if problems:
        raise ConfigError(problems)
    return Loaded(file=file, version=hashlib.sha256(raw).hexdigest()[:12])
