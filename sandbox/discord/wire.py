"""JSON as it travels between Discord and its clients: the alias, encode, decode. No meaning of any field."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]
"""One Discord object; what its keys mean is known to the module that builds or reads it."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def encode(value: object) -> bytes:
    """Return `value` as JSON."""
    return _encoder.encode(value)


def decode(raw: bytes | str) -> Any:
    """Return what `raw` says.

    Raises:
        ValueError: it is not JSON.
    """
    return _decoder.decode(raw)
