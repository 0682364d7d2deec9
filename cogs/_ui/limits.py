"""Discord's limits on what a message holds, which discord.py does not check and Discord answers with a 400.

Text for people is shortened with `clip`; what must not be shortened (ids, names of buttons) is a defect and
raises.
"""

from __future__ import annotations

from services.locales.texts import ENGLISH, Texts

TITLE = 256
DESCRIPTION = 4_096
FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1_024
EMBED_TOTAL = 6_000
CUSTOM_ID = 100
LABEL = 80
CHOICES = 25
CHOICE = 100
ALT = 1_024
_LEFT_OUT = "… {count} earlier lines"


def exactly(text: str, limit: int) -> str:
    """Return `text`, which has a meaning as a whole.

    Raises:
        ValueError: it is empty or longer than `limit`.
    """
    if not 0 < len(text) <= limit:
        raise ValueError(f"expected 1 to {limit} characters, got {len(text)}: {text[:40]!r}")
    return text


def newest_lines(lines: list[str], limit: int, *, text: Texts = ENGLISH) -> str:
    """Return the last of `lines` that fit into `limit` characters; the first line says how many do not."""
    kept: list[str] = []
    room = limit - len(text(_LEFT_OUT, count="9999")) - 1
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left_out = len(lines) - len(kept)
    head = [text(_LEFT_OUT, count=left_out)] if left_out else []
    return "\n".join([*head, *reversed(kept)])


def code_block(text: str) -> str:
    """Set lines in a block where nothing in them can format or end it."""
    inside = text.replace("```", "'''")
    return f"```\n{inside}\n```"
