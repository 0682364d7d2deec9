"""How each strategy did in replays that its settings were not tuned on, as kept in ``results.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from services.bus.messages import Message
from services.errors import Misconfigured
from services.trading.strategies.messages import Result

RESULTS_FILE: Final = Path(__file__).with_name("results.json")


class ResultRow(Message, frozen=True, kw_only=True):
    """One replay: what it was of, so that it can be repeated, and what it came to."""

    strategy: str
    profile: str
    source: str
    """The folder of recordings."""
    candles: str
    """The timeframe of its candles."""
    seed: int
    equity: str
    result: Result
    longest_losing: int
    digest: str


def read_results(file: Path = RESULTS_FILE) -> Sequence[ResultRow]:
    """Return every kept replay.

    Raises:
        Misconfigured: the file is missing or torn.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[ResultRow])
    except (OSError, msgspec.DecodeError) as error:
        raise Misconfigured(f"{file} cannot be read: {error}.", hint="Restore it.") from error


def results_by_strategy(rows: Sequence[ResultRow]) -> Mapping[str, Sequence[Result]]:
    """Return the results by strategy, in the order of the file."""
    found: dict[str, list[Result]] = {}
    for row in rows:
        found.setdefault(row.strategy, []).append(row.result)
    return found
