"""How a button of an answer is told what it does; what cogs put into a custom id belongs to them."""

from __future__ import annotations

from typing import Protocol


class Press(Protocol):
    """Makes the custom id of a button."""

    def __call__(self, cog: str, action: str, *arguments: str) -> str:
        """Return it. Raises `ValueError` for what does not fit into one."""
        ...
