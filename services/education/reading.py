"""Reads the content: a folder a language, with ``lessons/*.md``, ``glossary.yaml`` and ``wisdom.yaml``.

A lesson is Markdown beneath a front matter in YAML, between two lines of ``---``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from config.strict_yaml import first_complaint
from services.education.curriculum import Curriculum, Lesson
from services.errors import Misconfigured
from services.locales import LOCALES, Locale

CONTENT: Final = Path(__file__).with_name("content")
_FENCE = "---\n"


def read_curricula(folder: Path = CONTENT) -> dict[Locale, Curriculum]:
    """Read what is taught in every language.

    Raises:
        Misconfigured: a file is missing or does not fit its schema.
    """
    return {locale: read_curriculum(folder / locale, locale) for locale in LOCALES}


def read_curriculum(folder: Path, locale: Locale) -> Curriculum:
    """Read what is taught in one language.

    Raises:
        Misconfigured: a file is missing or does not fit its schema.
    """
    lessons = [_lesson(file) for file in sorted((folder / "lessons").glob("*.md"))]
    parts = {
        "locale": locale,
        "lessons": sorted(lessons, key=lambda lesson: lesson.order),
        "terms": _yaml(folder / "glossary.yaml"),
        "wisdom": _yaml(folder / "wisdom.yaml"),
    }
    try:
        return Curriculum.model_validate(parts)
    except ValidationError as error:
        raise Misconfigured(f"{folder}: {_complaint(error)}") from error


def _lesson(file: Path) -> Lesson:
    before, _, rest = file.read_text("utf-8").partition(_FENCE)
    head, fence, body = rest.partition(f"\n{_FENCE}")
    if before or not fence:
        raise Misconfigured(f"{file}: has no front matter between two lines of ---.")
    try:
        return Lesson.model_validate({**_parsed(file, head), "body": body.strip()})
    except (TypeError, ValidationError) as error:
        raise Misconfigured(f"{file}: {_complaint(error)}") from error


def _yaml(file: Path) -> Any:
    try:
        return _parsed(file, file.read_text("utf-8"))
    except OSError as error:
        raise Misconfigured(f"{file}: cannot be read: {error.strerror}.") from error


def _parsed(file: Path, text: str) -> Any:
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except yaml.YAMLError as error:
        raise Misconfigured(f"{file}: is not YAML: {error}") from error


def _complaint(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return "its front matter is no mapping."
    return first_complaint(error)
