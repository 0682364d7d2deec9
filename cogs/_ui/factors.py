"""Cosmic factors as choices: shown in the member's language, asked for by name."""

from __future__ import annotations

from collections.abc import Iterable

from discord.app_commands import Choice

from cogs._ui.limits import CHOICE, CHOICES
from services.cosmic.messages import Factor
from services.locales.numbers import clip
from services.locales.texts import Texts


def choices_of(factors: Iterable[Factor], typed: str, text: Texts) -> list[Choice[str]]:
    """Return the factors whose title or name holds what was typed."""
    wanted = typed.strip().casefold()
    titled = [(text(factor.title), factor.name) for factor in factors]
    hits = [(title, name) for title, name in titled if wanted in title.casefold() or wanted in name]
    return [Choice(name=clip(title, CHOICE), value=name) for title, name in hits[:CHOICES]]
