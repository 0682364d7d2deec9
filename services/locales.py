"""The languages that the farm speaks. What is said in them belongs to the personas."""

from __future__ import annotations

from typing import Literal, get_args

Locale = Literal["en", "pt-BR"]
LOCALES: tuple[Locale, ...] = get_args(Locale)
