"""Values with units, as people write them in YAML."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$")


def parse_duration(value: object) -> timedelta:
    """Read ``"500ms"``, ``"30s"``, ``"5m"``, ``"2h"`` or ``"1d"``; a bare number has no unit: refused."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected a duration with a unit, such as 500ms, 30s, 5m, 2h or 1d")
    try:
        return timedelta(seconds=float(match[1]) * _UNITS[match[2]])
    except OverflowError as error:
        raise ValueError("expected a shorter duration") from error


def write_duration(value: timedelta) -> str:
    """Write it as `parse_duration` reads it."""
    return f"{value.total_seconds():.3f}".rstrip("0").rstrip(".") + "s"


Duration = Annotated[
    timedelta, BeforeValidator(parse_duration), PlainSerializer(write_duration, when_used="json")
]
