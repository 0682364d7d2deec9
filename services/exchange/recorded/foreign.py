"""Candles out of files that others wrote, checked one by one: each is taken as it is, or none of the file.

Belongs here: what all kinds of files have in common. `csv_file` and `table_file` read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analytics.candles import Integers, timeframe_ms
from services.errors import Misconfigured
from services.exchange.history.rows import FIGURES, OFF_GRID, Fault, Rows, faults_in
from services.exchange.prices import to_moment

_MOST_TOLD = 5
_MEND = "Put the file right and import it again."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Foreign:
    """The rows of one file as they stand in it; `lines` are their line or row numbers, as `unit` says."""

    path: Path
    rows: Rows
    lines: Integers
    unit: str
    blanks: int = 0
    """Rows with a time and no figure: there was no candle then."""


def refused(path: Path, problems: Sequence[str], *, more: int = 0, hint: str = _MEND) -> Misconfigured:
    """Build the error for a file of which nothing is imported."""
    told = "\n  ".join(problems[:_MOST_TOLD])
    left = len(problems) - _MOST_TOLD + more
    rest = f"\n  and {left:,} more" if left > 0 else ""
    return Misconfigured(
        f"Nothing of {path} was imported:\n  {told}{rest}.",
        hint=hint,
    )


def ordered(foreign: Foreign) -> Foreign:
    """Return the same oldest first, where the file has the newest first."""
    time = foreign.rows.time
    if len(time) > 1 and bool((np.diff(time) < 0).all()):
        return replace(foreign, rows=foreign.rows.take(slice(None, None, -1)), lines=foreign.lines[::-1])
    return foreign


def checked(foreign: Foreign, timeframe: str, *, now_ms: int) -> Rows:
    """Return the rows of an `ordered` file as closed candles of `timeframe`.

    Raises:
        Misconfigured: some are none. Names the file and the first lines, and says what is wrong with each.
    """
    rows, step_ms = foreign.rows, timeframe_ms(timeframe)
    if not len(rows):
        raise refused(foreign.path, [f"{foreign.path}: it holds no candle"])
    faults = faults_in(rows, step_ms)
    unfinished = np.flatnonzero(rows.time + step_ms > now_ms)
    if len(unfinished):
        faults.append(Fault("it has not closed yet", unfinished))
    if faults:
        raise _refused_for(foreign, faults)
    return rows


def _refused_for(foreign: Foreign, faults: Sequence[Fault]) -> Misconfigured:
    found = sorted((int(spot), fault.what) for fault in faults for spot in fault.positions[:_MOST_TOLD])
    number = sum(len(fault.positions) for fault in faults)
    problems = [_told(foreign, spot, what) for spot, what in found[:_MOST_TOLD]]
    is_off = any(fault.what == OFF_GRID for fault in faults)
    hint = f"Say which timeframe they have (--timeframe), or p{_MEND[1:]}" if is_off else _MEND
    return refused(foreign.path, problems, more=number - len(problems), hint=hint)


def _told(foreign: Foreign, spot: int, what: str) -> str:
    rows = foreign.rows
    figures = " ".join(f"{name}={float(getattr(rows, name)[spot]):.12g}" for name in FIGURES)
    where = f"{foreign.path}:{foreign.lines[spot]}" if foreign.unit == "line" else f"{foreign.path}"
    row = "" if foreign.unit == "line" else f"{foreign.unit} {foreign.lines[spot]}, "
    return f"{where}: {row}{to_moment(rows.time[spot]):%Y-%m-%d %H:%M} UTC, {figures}: {what}"
