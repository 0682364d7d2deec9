"""Context menus: "Explain this" and "Ask Biel" on any message."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

LINES: Final = (
    Line(name="explained", sample={"count": 3, "first": "Funding rate"}, must=("count", "first")),
    Line(name="explained", sample={"count": 1, "first": "Funding rate"}, must=("first",)),
    Line(name="explained", sample={"count": 0, "first": None}),
)
"""How many terms of the glossary stand in the message; none is said kindly, with what to do instead
(`/glossary`)."""
