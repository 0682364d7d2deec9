"""`/privacy`: what the farm keeps of a member, as a file, and its deletion."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

LINES: Final = (
    Line(name="privacy_exported", sample={"count": 7}, must=("count",)),
    Line(name="privacy_exported", sample={"count": 0}),
    Line(name="privacy_asked", sample={"count": 7}, must=("count",)),
    Line(name="privacy_asked", sample={"count": 0}),
    Line(name="privacy_deleted", sample={"count": 7}, must=("count",)),
    Line(name="privacy_kept"),
)
"""count: of things that are kept. privacy_asked: asks whether to delete them for good. privacy_kept: they
were left."""
