"""Tables that a telephone can show: rows in a code block, no wider than its screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cogs._ui.card import Fact
from cogs._ui.limits import FIELD_VALUE, code_block
from services.locales.numbers import clip

COLUMNS: Final = 34
"""What a telephone shows of a code block without breaking its lines."""
_LEAST_LEFT: Final = 2
_FENCES: Final = len(code_block(""))


def row(left: str, right: str) -> str:
    """Return one line: `left`, shortened where it must be, and `right`, which is always whole."""
    room = max(_LEAST_LEFT, COLUMNS - len(right) - 1)
    return f"{clip(left, room):<{room}} {right}"


def table(name: str, rows: Sequence[str]) -> tuple[Fact, ...]:
    """Return rows as code blocks under `name`, in as many facts as Discord needs to show all of them."""
    return tuple(Fact(name, code_block(part), is_wide=True) for part in _parts(rows))


def _parts(rows: Sequence[str]) -> Iterator[str]:
    part = ""
    for one in rows:
        longer = f"{part}\n{one}" if part else one
        if part and len(longer) > FIELD_VALUE - _FENCES:
            yield part
            part = one
        else:
            part = longer
    if part:
        yield part
