"""`/locale` and `/timezone`: in which language and by which clock a member is answered."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

LINES: Final = (
    Line(name="locale_saved", sample={"language": "English"}, must=("language",)),
    Line(name="locale_saved", sample={"language": None}),
    Line(
        name="timezone_saved",
        sample={"timezone": "America/Sao_Paulo", "clock": "14:05"},
        must=("timezone", "clock"),
    ),
    Line(name="timezone_saved", sample={"timezone": None, "clock": None}),
)
"""None: the choice was taken back, and Discord's own language, or UTC, counts again."""
