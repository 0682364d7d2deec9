"""msgpack in and out; decoders are built once for each type."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import msgspec

T = TypeVar("T")

encode = msgspec.msgpack.Encoder().encode


@cache
def decoder(kind: type[T]) -> msgspec.msgpack.Decoder[T]:
    """Return the decoder of `kind`. It raises `msgspec.DecodeError` for what is not one."""
    return msgspec.msgpack.Decoder(kind)
