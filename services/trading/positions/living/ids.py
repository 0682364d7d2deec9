"""Ids of cards and of what they tell: the same for the same parts, so that a repeat is known for one."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

_BYTES: Final = 10


def id_of(*parts: str) -> str:
    """Return 16 letters and digits."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=_BYTES).digest()
    return base64.b32encode(digest).decode().lower()
