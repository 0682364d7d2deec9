"""`/persona`: who there is, what each is good at, and whose voice a member hears."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SHOWN = {"who": "Biel", "about": "For beginners: lessons and plain words", "example": "/lesson"}
LINES: Final = (
    Line(name="persona_list", sample={"count": 6}, must=("count",)),
    Line(name="persona_shown", sample={**_SHOWN, "is_self": False}, must=("who", "about", "example")),
    Line(name="persona_shown", sample={**_SHOWN, "is_self": True}, must=("about", "example")),
    Line(name="persona_set", sample={"who": "Biel"}, must=("who",)),
    Line(name="persona_set", sample={"who": None}),
)
"""persona_shown: about is the tagline of `who` without a full stop, is_self whether it speaks of itself.
persona_set: who answers from now on where one bot speaks for all; None leaves it to the bot."""
