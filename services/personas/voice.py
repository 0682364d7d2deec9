"""How a persona talks: Jinja2 templates in a sandbox, one file a line, compiled once.

A file holds several phrasings of one line, separated by ``---``; which one is said follows from a key that
the caller gives (the id of the interaction, say), so the same question asked again can sound different and a
test always hears the same. Numbers come from `format`, never from a template.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.errors import Misconfigured, OmegaError
from services.locales import Locale
from services.personas.card import PersonaCard
from services.personas.format import Numbers, clip
from services.personas.lines import ERRORS, EVERYONE, line_of

SPOKEN_LIMIT = 1_200
"""Characters of one rendered line; it leaves room for a card's facts within Discord's limits."""
_QUOTED_LIMIT = 80


def quoted(text: object) -> str:
    """Set a member's own words in code marks, on one line and bounded, so that they cannot format ours."""
    flat = " ".join(str(text).replace("`", "'").split())
    return f"`{clip(flat, _QUOTED_LIMIT) or '?'}`"


@dataclass(frozen=True, slots=True)
class Voice:
    """One persona in one language."""

    card: PersonaCard
    numbers: Numbers
    phrasings: Mapping[str, Sequence[Template]]

    def render(self, line: str, *, key: str, **facts: object) -> str:
        """Say `line`; `key` chooses the phrasing.

        Raises:
            KeyError: the persona has no such line.
            jinja2.UndefinedError: the template uses a fact that was not given.
        """
        choices = self.phrasings[line]
        chosen = choices[zlib.crc32(f"{line}:{key}".encode()) % len(choices)]
        return clip(chosen.render(facts).strip(), SPOKEN_LIMIT)

    def say_error(self, error: OmegaError, *, key: str) -> str:
        """Say what went wrong and what to do about it."""
        facts = {**error.facts, "message": error.message, "hint": error.hint, "ref": key}
        return self.render(line_of(error), key=key, **facts)


def read_voice(folder: Path, card: PersonaCard, locale: Locale) -> Voice:
    """Compile every template in ``folder/voice/<locale>``.

    Raises:
        Misconfigured: a template does not compile, or a line that every persona needs is missing.
    """
    root = folder / "voice" / locale
    numbers = Numbers(locale)
    environment = _environment(numbers)
    phrasings = {
        file.relative_to(root).with_suffix("").as_posix(): _compile(environment, file)
        for file in sorted(root.rglob("*.j2"))
    }
    missing = [line.name for line in (*EVERYONE, *ERRORS) if line.name not in phrasings]
    if missing:
        raise Misconfigured(f"{root}: has no {', '.join(f'{name}.j2' for name in missing)}.")
    return Voice(card, numbers, phrasings)


def _environment(numbers: Numbers) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters.update(age=numbers.age, quoted=quoted)
    return environment


def _compile(environment: ImmutableSandboxedEnvironment, file: Path) -> tuple[Template, ...]:
    texts = [text.strip() for text in file.read_text("utf-8").split("\n---\n")]
    try:
        return tuple(environment.from_string(text) for text in texts)
    except TemplateError as error:
        raise Misconfigured(f"{file}: does not compile: {error}") from error
