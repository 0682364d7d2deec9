"""JSON as it travels between the venue and its clients: the alias, encode, decode, numbers as text.

No meaning of any field: that is known to the module which builds or reads it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from services.exchange.prices import to_milliseconds

Json: TypeAlias = dict[str, Any]
"""One object of the venue's protocol."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def encode(value: object) -> bytes:
    """Return `value` as JSON."""
    return _encoder.encode(value)


def decode(raw: bytes | str) -> Any:
    """Return what `raw` says.

    Raises:
        ValueError: it is not JSON, or it is nested too deeply.
    """
    try:
        return _decoder.decode(raw)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def plain(value: Decimal | None) -> str:
    """Return a number as the venue writes it: no exponent, no trailing zeros; "" is not known."""
    if value is None:
        return ""
    return format(value.normalize() + 0, "f") if value else "0"


def at_tick(price: Decimal, tick: Decimal) -> str:
    """Return a price with as many decimals as its tick has."""
    return format(price.quantize(tick.normalize() if tick < 1 or tick % 1 else Decimal(1)), "f")


def stamp(moment: datetime) -> str:
    """Return a time as the venue writes it: milliseconds since 1970, as text."""
    return str(to_milliseconds(moment))
