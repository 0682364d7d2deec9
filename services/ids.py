"""Short ids made of what they are for, so that doing the same again makes the same id."""

from __future__ import annotations

import base64
import hashlib

_BYTES = 10


def id_of(*parts: str, length: int = 16) -> str:
    """Return `length` letters and digits, at most 16, that are the same for the same parts."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=_BYTES).digest()
    return base64.b32encode(digest).decode().lower()[:length]
