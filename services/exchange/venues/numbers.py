"""ccxt's floats as the money they were read from.

ccxt turns a venue's decimal strings into floats. Up to 15 significant digits the shortest text of the float
is that string; beyond, the string is looked up in the raw row, if one there makes the same float.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from services.exchange.venues.addresses import Json

_SAFE_CHARACTERS = 16
"""15 digits and a point."""


def money(value: Json, raw: Json = None) -> Decimal | None:
    """Return `value` as it stood in the row `raw` it came from; None for what is no finite number."""
    if value is None or isinstance(value, bool):
        return None
    text = value if isinstance(value, str) else repr(value).removesuffix(".0")
    if len(text) > _SAFE_CHARACTERS and isinstance(value, float):
        text = _said(value, raw) or text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def above_zero(value: Json, raw: Json = None) -> Decimal | None:
    """Return `value` as `money` does, and None for 0 and less: what a venue writes for a price it has not."""
    number = money(value, raw)
    return number if number is not None and number > 0 else None


def _said(value: float, raw: Json) -> str | None:
    for said in raw.values() if isinstance(raw, Mapping) else ():
        if isinstance(said, str) and _is_written(said, value):
            return said
    return None


def _is_written(said: str, value: float) -> bool:
    try:
        return float(said) == value
    except ValueError:
        return False
