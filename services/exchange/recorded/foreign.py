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
from services.exchange.history.rows import FIGURES, Fault, Rows, faults_in
from services.exchange.prices import to_moment

_USUAL = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w")
_MOST_TOLD = 5
_ENOUGH = 3
"""Candles that tell a timeframe."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Foreign:
    """The rows of one file as they stand in it; `lines` are their line or row numbers, as `unit` says."""

    path: Path
    rows: Rows
    lines: Integers
    unit: str
    blanks: int = 0
    """Rows with a time and no figure: there was no candle then."""


def refused(path: Path, problems: Sequence[str], *, more: int = 0) -> Misconfigured:
    """Build the error for a file of which nothing is imported."""
    told = "\n  ".join(problems[:_MOST_TOLD])
    left = len(problems) - _MOST_TOLD + more
    rest = f"\n  and {left:,} more" if left > 0 else ""
    return Misconfigured(
        f"Nothing of {path} was imported:\n  {told}{rest}.",
        hint="Put the file right and import it again.",
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
    return refused(foreign.path, problems, more=number - len(problems))


def _told(foreign: Foreign, spot: int, what: str) -> str:
    rows = foreign.rows
    figures = " ".join(f"{name}={float(getattr(rows, name)[spot]):.12g}" for name in FIGURES)
    where = f"{foreign.path}:{foreign.lines[spot]}" if foreign.unit == "line" else f"{foreign.path}"
    row = "" if foreign.unit == "line" else f"{foreign.unit} {foreign.lines[spot]}, "
    return f"{where}: {row}{to_moment(rows.time[spot]):%Y-%m-%d %H:%M} UTC, {figures}: {what}"


def timeframe_of(foreign: Foreign, named: str | None) -> str:
    """Return the timeframe that an `ordered` file has by the times in it; `named` is what its name says.

    Raises:
        Misconfigured: the times do not tell, or they tell another than the name.
    """
    apart = np.diff(foreign.rows.time)
    step = int(apart.min()) if len(apart) + 1 >= _ENOUGH and (apart > 0).all() else 0
    told = next((usual for usual in _USUAL if timeframe_ms(usual) == step), None)
    is_sure = told is not None and bool((apart == step).mean() > 1 / 2)
    if named is None and not (told and is_sure):
        why = "its times do not tell the timeframe; say it with --timeframe"
        raise refused(foreign.path, [f"{foreign.path}: {why}"])
    if named and step > timeframe_ms(named):
        why = f"its name says {named}, but its candles are {step // 60_000} min apart; say --timeframe"
        raise refused(foreign.path, [f"{foreign.path}: {why}"])
    return named or told or ""
