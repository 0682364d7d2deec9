"""Ids of accounts, and what the local exchange calls a paper account."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

LENGTH: Final = 12
_BYTES: Final = 10


def account_id_of(*parts: str) -> str:
    """Return letters and digits that are the same for the same parts."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=_BYTES).digest()
    return base64.b32encode(digest).decode().lower()[:LENGTH]


def paper_name_of(account_id: str) -> str:
    """Return the name of a paper account at the local exchange: letters, digits and a dash."""
    return f"member-{account_id}"
