"""A box that anybody can close and only one process can open: secrets on their way over the bus.

Each box has a key pair of its own; what both sides then know makes the key that the content is encrypted
with. The library is imported at first use: it takes 7 MB, and most processes that could seal never do.

Source: RFC 7748 (X25519), RFC 5869 (HKDF) and RFC 8439 (ChaCha20-Poly1305).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES: Final = 32
_NONCE: Final = bytes(12)
"""Always the same: no two boxes have one key."""
_PURPOSE: Final = b"omega sealed box 1"


class NotForUs(ValueError):
    """What came is no box, was changed on its way, or was closed for another key."""


def seal(public: bytes, message: bytes) -> bytes:
    """Return `message` so that only the holder of the key behind `public` can read it.

    Raises:
        ValueError: `public` is no key.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - see above

    own = X25519PrivateKey.generate()
    sender = own.public_key().public_bytes_raw()
    return sender + _cipher(own, public, sender + public).encrypt(_NONCE, message, None)


class Unsealer:
    """Holds a private key, made anew with each of these and written nowhere, and opens what is for it."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - the same

        self._private = X25519PrivateKey.generate()
        self.public = self._private.public_key().public_bytes_raw()

    def open(self, box: bytes) -> bytes:
        """Return what is in a box.

        Raises:
            NotForUs: it cannot be opened.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - the same

        sender, content = box[:KEY_BYTES], box[KEY_BYTES:]
        try:
            return _cipher(self._private, sender, sender + self.public).decrypt(_NONCE, content, None)
        except (InvalidTag, ValueError) as error:
            raise NotForUs("this cannot be opened with the key of this process") from error


def _cipher(own: X25519PrivateKey, other: bytes, parties: bytes) -> ChaCha20Poly1305:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - the same

    shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=parties, info=_PURPOSE)
    return ChaCha20Poly1305(derived.derive(shared))
