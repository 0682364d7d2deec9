"""The name of a chart by its content: charts that show the same have the same."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from hashlib import blake2b

import numpy as np

from services.charts.spec import ChartSpec

_BYTES = 16


def digest_of(spec: ChartSpec) -> str:
    """Return the BLAKE2b of everything in `spec`, in hexadecimal."""
    written = blake2b(digest_size=_BYTES)
    for part in _parts(spec):
        written.update(len(part).to_bytes(8, "little"))
        written.update(part)
    return written.hexdigest()


def _parts(value: object) -> list[bytes]:
    if isinstance(value, np.ndarray):
        return [value.dtype.str.encode(), repr(value.shape).encode(), value.tobytes()]
    if isinstance(value, tuple):
        return [b"tuple", str(len(value)).encode(), *(part for item in value for part in _parts(item))]
    if is_dataclass(value):
        inner = [part for field in fields(value) for part in _parts(getattr(value, field.name))]
        return [type(value).__name__.encode(), *inner]
    return [repr(value).encode()]
