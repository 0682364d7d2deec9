"""Bot tokens of the local Discord: made by whoever holds its key, verified without any register."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from pydantic import SecretStr

from sandbox.discord.world.snowflake import stable_id

_PARTS = 3


def mint_token(key: SecretStr, name: str) -> str:
    """Return the token of the application called `name`: id, name, signature, cut as Discord's are."""
    application_id = stable_id("application", name)
    return f"{_b64(application_id.encode())}.{_b64(name.encode())}.{_signature(key, application_id, name)}"


def name_in(key: SecretStr, token: str) -> str | None:
    """Return the application's name that a genuine token carries, or None for any other text."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    name = _text(parts[1])
    if name is None or not hmac.compare_digest(token.encode(), mint_token(key, name).encode()):
        return None
    return name


def _signature(key: SecretStr, application_id: str, name: str) -> str:
    said = f"{application_id}.{name}".encode()
    return _b64(hmac.digest(key.get_secret_value().encode(), said, hashlib.sha256))


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _text(part: str) -> str | None:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
