"""What is wrong with farm.yaml, said as ``file:line:key: what was expected``.

The values of the file are never repeated in it, since one of them may be a secret in the wrong place.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.strict_yaml import Document, Keys, YamlProblem, dotted


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right. `line` counts from 1."""

    file: str
    line: int
    key: str
    expected: str

    def __str__(self) -> str:
        return ":".join(part for part in (self.file, str(self.line), self.key) if part) + f": {self.expected}"


class ConfigError(ValueError):
    """The file is refused; `problems` holds every reason, at least one, in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


def of_yaml(file: str, problem: YamlProblem) -> ConfigError:
    """Translate a refusal of the text itself."""
    return ConfigError([Problem(file, problem.line, problem.key, problem.expected)])


def of_schema(file: str, document: Document, error: ValidationError, model: type[BaseModel]) -> ConfigError:
    """Translate what the schema refused, with the nearest valid name for an unknown key."""
    return ConfigError(
        Problem(file, document.line_of(keys), dotted(keys), _expected(details, names_at(model, keys)))
        for details in error.errors(include_url=False, include_input=False)
        for keys in [tuple(key for key in details["loc"] if key != "[key]")]
    )


def nearest(asked: str, names: Iterable[str]) -> str:
    """Return ``; did you mean X`` for the name of `names` that `asked` looks like, else nothing."""
    found = difflib.get_close_matches(asked, list(names), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}" if found else ""


def names_at(model: type[BaseModel], keys: Keys) -> list[str]:
    """Return the names that may stand where the last of `keys` stands."""
    at: type[BaseModel] | None = model
    for key in keys[:-1]:
        at = _below(at, key) if at else None
    return list(at.model_fields) if at else []


def _below(model: type[BaseModel], key: str | int) -> type[BaseModel] | None:
    field = model.model_fields.get(str(key))
    return next(_models(field.annotation), None) if field else model  # an unknown name is a key of a mapping


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


_SECRET_WORDS = ("token", "secret", "password", "key", "url")

_NO_SECRETS = "unknown key; secrets do not belong in this file, set them as OMEGA_... or in OMEGA_SECRETS"
_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,31}$": "expected a name of a-z, 0-9 and _ that begins with a letter, at most 32 long",
    r"^http://[^\s/]+$": "expected an address such as http://127.0.0.1:8799, without a path",
}
_Context = Mapping[str, object]
_SENTENCES: dict[str, Callable[[_Context], str]] = {
    "missing": lambda _: "expected this key, it is missing",
    "bool_type": lambda _: "expected true or false",
    "int_type": lambda _: "expected a whole number",
    "int_from_float": lambda _: "expected a whole number",
    "int_parsing_size": lambda _: "expected a smaller number",
    "float_type": lambda _: "expected a number",
    "finite_number": lambda _: "expected a finite number",
    "string_type": lambda _: "expected text",
    "tuple_type": lambda _: "expected a list",
    "dict_type": lambda _: "expected keys and values",
    "model_type": lambda _: "expected keys and values",
    "greater_than": lambda context: f"expected a number above {context['gt']}",
    "greater_than_equal": lambda context: f"expected a number of at least {context['ge']}",
    "less_than_equal": lambda context: f"expected a number of at most {context['le']}",
    "literal_error": lambda context: f"expected {context['expected']}",
    "string_pattern_mismatch": lambda context: _PATTERNS.get(
        str(context["pattern"]), f"expected text that matches {context['pattern']}"
    ),
    "value_error": lambda context: str(context["error"]),
}


def _expected(details: ErrorDetails, names: list[str]) -> str:
    if details["type"] == "extra_forbidden":
        return _unknown(str(details["loc"][-1]), names)
    sentence = _SENTENCES.get(details["type"])
    return (
        sentence(details.get("ctx", {}))
        if sentence
        else f"expected something else ({details['msg'].lower()})"
    )


def _unknown(key: str, names: list[str]) -> str:
    if any(word in key.lower() for word in _SECRET_WORDS):
        return _NO_SECRETS
    return f"unknown key{nearest(key, names)}; known here: {', '.join(names)}"
