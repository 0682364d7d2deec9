"""JSON as it travels between Discord and its clients: the alias, encode, decode. No meaning of any field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]
"""One Discord object; what its keys mean is known to the module that builds or reads it."""

DEEPEST = 100
"""Levels that a body may be nested; what Discord takes has a tenth of them."""
_TOO_DEEP = f"nested more than {DEEPEST} levels"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def encode(value: object) -> bytes:
    """Return `value` as JSON."""
    return _encoder.encode(value)


def decode(raw: bytes | str) -> Any:
    """Return what `raw` says.

    Raises:
        ValueError: it is not JSON, or nested more than `DEEPEST` levels.
    """
    try:
        said = _decoder.decode(raw)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if _is_too_deep(raw, said):
        raise ValueError(_TOO_DEEP)
    return said


def _is_too_deep(raw: bytes | str, said: object) -> bool:
    text = raw if isinstance(raw, bytes) else raw.encode()
    if text.count(b"{") + text.count(b"[") <= DEEPEST:
        return False
    level = [said]
    for _ in range(DEEPEST):
        level = [below for one in level for below in _inside(one)]
    return bool(level)


def _inside(one: object) -> Iterable[object]:
    if isinstance(one, dict):
        return one.values()
    return one if isinstance(one, list) else ()
