"""Ids of accounts, and what the local exchange calls a paper account."""

from __future__ import annotations

from typing import Final

from services.ids import id_of

LENGTH: Final = 12


def account_id_of(*parts: str) -> str:
    """Return letters and digits that are the same for the same parts."""
    return id_of(*parts, length=LENGTH)


def paper_name_of(account_id: str) -> str:
    """Return the name of a paper account at the local exchange: letters, digits and a dash."""
    return f"member-{account_id}"
