"""Codes by time, and the recovery codes beside them. How often one may try belongs to `second_factor`.

Source: RFC 6238, with its defaults: SHA-1, six digits, steps of 30 seconds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Final

import pyotp
import segno

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 8
_SECRET_BYTES: Final = 20
_RECOVERY_BYTES: Final = 10
_GROUP: Final = 4
_PIXELS: Final = 6
"""A module of the picture: large enough for a camera in front of a screen."""

Entropy = Callable[[int], bytes]
"""Gives that many bytes that nobody can guess."""


def new_secret(entropy: Entropy) -> str:
    """Return a secret of 160 bits in base 32, as authenticators take it."""
    return base64.b32encode(entropy(_SECRET_BYTES)).decode()


def uri_of(secret: str, *, account: str, issuer: str) -> str:
    """Return the address that an authenticator reads from a picture."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=issuer)


def picture_of(uri: str) -> bytes:
    """Return a PNG of an address."""
    png = BytesIO()
    segno.make(uri, micro=False).save(png, kind="png", scale=_PIXELS, border=4)
    return png.getvalue()


def step_of(moment: datetime) -> int:
    """Return the number of the time step that a moment lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the step that `code` is of: this one, the one before or the next; None for another code."""
    codes, now = pyotp.TOTP(secret, interval=STEP_SECONDS), step_of(at)
    around = (now, now - 1, now + 1)
    return next((one for one in around if hmac.compare_digest(codes.generate_otp(one), code)), None)


def recovery_codes(entropy: Entropy) -> list[str]:
    """Return codes of 80 bits each, written in groups of four."""
    return [_grouped(base64.b32encode(entropy(_RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES)]


def plain(code: str) -> str:
    """Return a code without what people write between its letters, in small letters."""
    return "".join(letter for letter in code.lower() if letter.isascii() and letter.isalnum())


def hash_of(user_id: str, code: str) -> str:
    """Return how a recovery code is kept; of 80 bits, it needs no slow hash."""
    return hashlib.blake2b(f"{user_id}\0{plain(code)}".encode(), digest_size=16).hexdigest()


def _grouped(code: str) -> str:
    groups = (code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
    return "-".join(groups).lower()
