"""Reads candles out of CSV files, of which there are as many dialects as writers.

With a header or without one (time, open, high, low, close, volume), with lines of talk above it, comments,
commas, semicolons or tabs. Every line is a candle or a complaint.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from services.exchange.history.rows import FIGURES, NATURES, Rows
from services.exchange.recorded.columns import PRICES, moment_of, roles_of
from services.exchange.recorded.foreign import Foreign, refused

_HEADERLESS = ("time", *FIGURES)
_MOST_TALK = 5
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


Line = tuple[int, str]
"""Its number in the file, and its text."""


@dataclass(slots=True)
class _Gathered:
    """What is read so far, by column; `problems` are those of lines that are no candles."""

    lines: array[int] = field(default_factory=lambda: array("q"))
    time: array[int] = field(default_factory=lambda: array("q"))
    figures: array[float] = field(default_factory=lambda: array("d"))
    nature: array[int] = field(default_factory=lambda: array("B"))
    is_filled: array[int] = field(default_factory=lambda: array("B"))
    source: list[str] = field(default_factory=list)
    received_at: array[int] = field(default_factory=lambda: array("q"))
    problems: list[str] = field(default_factory=list)
    blanks: int = 0


def read_csv(path: Path, market: str, *, now_ms: int) -> Foreign:
    """Return what `path` holds of `market`; rows that do not say are of a replay and were received now.

    Raises:
        Misconfigured: it cannot be read, or a line is no candle. Names the file, the line and what is wrong.
    """
    try:
        lines = _lines(path.read_text("utf-8-sig"))
    except OSError as error:
        raise refused(path, [f"{path}: it cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise refused(path, [f"{path}: it is no text in UTF-8"]) from error
    separator = max(",;\t", key=lambda one: sum(text.count(one) for _, text in lines[: 2 * _MOST_TALK]))
    places, first = _layout(path, lines, separator, market)
    gathered = _Gathered()
    for number, text in lines[first:]:
        try:
            _take(gathered, number, _fields(text, separator), places, now_ms)
        except ValueError as error:
            gathered.problems.append(f"{path}:{number}: {error}")
    if gathered.problems:
        raise refused(path, gathered.problems)
    return _foreign(path, gathered)


def _lines(text: str) -> list[Line]:
    numbered = enumerate(text.splitlines(), 1)
    return [(number, line) for number, line in numbered if line.strip() and not line.lstrip().startswith("#")]


def _fields(text: str, separator: str) -> list[str]:
    """Take a line apart. Raises ValueError for a quotation mark without its other half."""
    if '"' not in text:
        return [one.strip() for one in text.split(separator)]
    try:
        return [one.strip() for one in next(csv.reader([text], delimiter=separator, strict=True))]
    except csv.Error as error:
        raise ValueError(f"its quotation marks do not fit ({error})") from error


def _layout(path: Path, lines: Sequence[Line], separator: str, market: str) -> tuple[dict[str, int], int]:
    """Return which field is which, and the position of the first line with a candle."""
    why = "it holds no candle"
    for position, (number, text) in enumerate(lines[:_MOST_TALK]):
        try:
            fields = _fields(text, separator)
            if _is_headerless(fields):
                return {name: place for place, name in enumerate(_HEADERLESS)}, position
            if _is_header(fields):
                return {
                    role: fields.index(name) for role, name in roles_of(fields, market).items()
                }, position + 1
        except ValueError as error:
            raise refused(path, [f"{path}:{number}: {error}"]) from error
        why = "its first lines are neither a header nor time,open,high,low,close,volume"
    raise refused(path, [f"{path}: {why}"])


def _is_header(fields: Sequence[str]) -> bool:
    names = {name.strip().lower().rpartition(":")[2] for name in fields}
    return len(names & set(PRICES)) > 1


def _is_headerless(fields: Sequence[str]) -> bool:
    if len(fields) < len(_HEADERLESS):
        return False
    try:
        moment_of(fields[0])
        [float(one) for one in fields[1 : len(_HEADERLESS)]]
    except ValueError:
        return False
    return True


def _take(into: _Gathered, number: int, fields: Sequence[str], places: dict[str, int], now_ms: int) -> None:
    """Take one line in. Raises ValueError where it is no candle; says why."""
    if len(fields) <= max(places.values()):
        raise ValueError(f"it has {len(fields)} fields, expected at least {max(places.values()) + 1}")
    said = {role: fields[place] for role, place in places.items()}
    time = _moment("time", said["time"])
    if not any(said[name] for name in FIGURES):
        into.blanks += 1
        return
    figures = [_figure(name, said[name]) for name in FIGURES]
    nature, is_filled = _nature(said.get("nature", "replay")), _bool(said.get("is_filled", "false"))
    received_at = _moment("received_at", said["received_at"]) if "received_at" in said else now_ms
    into.lines.append(number)
    into.time.append(time)
    into.figures.extend(figures)
    into.nature.append(nature)
    into.is_filled.append(is_filled)
    into.received_at.append(received_at)
    if "source" in said:
        into.source.append(said["source"])


def _moment(name: str, text: str) -> int:
    try:
        return moment_of(text)
    except ValueError as error:
        raise ValueError(f"its {name} {text!r} is neither ISO 8601 nor a number since 1970") from error


def _figure(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"its {name} {text!r} is no number") from error


def _nature(text: str) -> int:
    if text not in NATURES:
        raise ValueError(f"its nature {text!r} is none of {', '.join(NATURES)}")
    return NATURES.index(text)


def _bool(text: str) -> bool:
    if text.lower() not in _BOOLS:
        raise ValueError(f"its is_filled {text!r} is neither true nor false")
    return _BOOLS[text.lower()]


def _foreign(path: Path, gathered: _Gathered) -> Foreign:
    count = len(gathered.time)
    figures = np.array(gathered.figures, np.float64).reshape(-1, len(FIGURES))
    rows = Rows(
        time=np.array(gathered.time, np.int64),
        **{name: np.ascontiguousarray(figures[:, place]) for place, name in enumerate(FIGURES)},
        nature=np.array(gathered.nature, np.uint8),
        is_filled=np.array(gathered.is_filled, np.bool_),
        source=np.array(gathered.source or [path.name] * count, object),
        received_at=np.array(gathered.received_at, np.int64),
    )
    lines = np.array(gathered.lines, np.int64)
    return Foreign(path=path, rows=rows, lines=lines, unit="line", blanks=gathered.blanks)
