"""The languages that the farm speaks. What a persona says in them belongs to its voice, labels to `texts`."""

from __future__ import annotations

from typing import Literal, get_args

Locale = Literal["en", "pt-BR"]
LOCALES: tuple[Locale, ...] = get_args(Locale)
_PORTUGUESE = "pt"


def locale_of(tag: str | None) -> Locale:
    """Return our language nearest to a tag such as ``pt-BR`` or ``en-GB``, else English."""
    language = (tag or "").replace("_", "-").partition("-")[0].casefold()
    return "pt-BR" if language == _PORTUGUESE else "en"
