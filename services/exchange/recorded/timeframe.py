"""Which timeframe the candles of a file have: by their times, by what somebody says, by the file's name.

The times decide where most neighbours are the same distance apart. Where they are not, because a thin market
has candles now and then only, what is said goes before the name, and the two must not contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.candles import timeframe_ms
from services.errors import Misconfigured
from services.exchange.recorded.foreign import Foreign, refused

_USUAL = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w")
_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000))
_ENOUGH = 3
"""Candles that tell a timeframe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Apart:
    """How far neighbours are apart, in milliseconds; 0 for what the times do not tell."""

    least: int = 0
    most: int = 0
    """The distance of more than half of them."""


def timeframe_of(foreign: Foreign, *, named: str | None, told: str | None = None) -> str:
    """Return the timeframe of an `ordered` file; `named` is what its name says, `told` what a person says.

    Raises:
        Misconfigured: nothing tells it, or two contradict each other. Says both, and what to say instead.
    """
    apart = _apart(foreign)
    if told is not None:
        _check_told(foreign, apart, told, named)
        return told
    if named is not None:
        step = timeframe_ms(named)
        if apart.least > step or apart.most not in {0, step}:
            raise _contradiction(foreign, f"its name says {named}", apart.most or apart.least)
        return named
    by_times = next((usual for usual in _USUAL if timeframe_ms(usual) == apart.least), None)
    if by_times is None or apart.most != apart.least:
        why = "its times do not tell the timeframe, and neither does its name"
        raise _refused(foreign, why, "Say it, such as --timeframe 1h, and import it again.")
    return by_times


def _apart(foreign: Foreign) -> _Apart:
    apart = np.diff(foreign.rows.time)
    if len(apart) + 1 < _ENOUGH or not (apart > 0).all():
        return _Apart()
    lengths, counts = np.unique(apart, return_counts=True)
    first = int(counts.argmax())
    is_most = bool(counts[first] * 2 > len(apart))
    return _Apart(least=int(lengths[0]), most=int(lengths[first]) if is_most else 0)


def _check_told(foreign: Foreign, apart: _Apart, told: str, named: str | None) -> None:
    step = timeframe_ms(told)
    by_name = f" and its name says {named}" if named else ""
    if apart.most not in {0, step}:
        raise _contradiction(foreign, f"--timeframe says {told}", apart.most, by_name)
    if not apart.most and named and timeframe_ms(named) != step:
        why = f"--timeframe says {told}, but its name says {named}, and its times do not tell"
        raise _refused(
            foreign, why, f"Leave --timeframe out if it is {named}, else give the file its true name."
        )


def _contradiction(foreign: Foreign, said: str, apart_ms: int, more: str = "") -> Misconfigured:
    length = _length(apart_ms)
    why = f"{said}, but its candles are {length} apart{more}"
    return _refused(foreign, why, f"If they are candles of {length}, say so: --timeframe {length}")


def _refused(foreign: Foreign, why: str, hint: str) -> Misconfigured:
    return refused(foreign.path, [f"{foreign.path}: {why}"], hint=hint)


def _length(length_ms: int) -> str:
    """Return a distance as a timeframe is written."""
    for unit, unit_ms in _UNITS:
        if length_ms % unit_ms == 0:
            return f"{length_ms // unit_ms}{unit}"
    return f"{length_ms / 1_000:g}s"
