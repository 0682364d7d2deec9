"""The file latch.json: what is held of which scope. Reading it never makes something of what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from services.errors import Misconfigured
from services.store.trading_rows import TradingStateRow
from services.trading.files import replace_whole
from services.trading.messages import STATES, TradingState
from services.trading.scopes import strictness


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A scope that is not simply ACTIVE."""

    state: TradingState
    why: str
    by: str
    at: datetime
    firing: str = ""
    """Of which the report tells, where the kill switch holds it."""


class _Latch(msgspec.Struct, frozen=True, kw_only=True):
    scopes: dict[str, Held]


def read_latch(path: Path) -> dict[str, Held] | None:
    """Return what the file holds, by scope; None where there is no file.

    Raises:
        Misconfigured: it cannot be read, or is no latch.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error.strerror or "no reason given") from error
    try:
        return msgspec.json.decode(content, type=_Latch).scopes
    except msgspec.DecodeError as error:
        raise _unreadable(path, str(error)) from error


def write_latch(path: Path, held: Mapping[str, Held]) -> None:
    """Replace the file. Raises `OSError`."""
    whole = msgspec.json.encode(_Latch(scopes=dict(sorted(held.items()))))
    replace_whole(path, msgspec.json.format(whole, indent=1))


def stricter(one: Held | None, other: Held) -> Held:
    """Return the stricter of two; the later where they are equally strict."""
    if one is None:
        return other
    of_one, of_other = (strictness(one.state), one.at), (strictness(other.state), other.at)
    return other if of_other > of_one else one


def merged(one: Mapping[str, Held], other: Mapping[str, Held]) -> dict[str, Held]:
    """Return for every scope the stricter of what two say."""
    found = dict(one)
    for scope, held in other.items():
        found[scope] = stricter(found.get(scope), held)
    return found


def held_of(row: TradingStateRow) -> Held:
    """Translate a row of the database; a state that is unknown here counts as HALTED."""
    known: TradingState = next((state for state in STATES if state == row.state), "HALTED")
    return Held(state=known, why=row.why, by=row.by, at=row.at)


def row_of(scope: str, held: Held) -> TradingStateRow:
    """Translate what is held for the database."""
    return TradingStateRow(scope=scope, state=held.state, why=held.why, by=held.by, at=held.at)


def _unreadable(path: Path, reason: str) -> Misconfigured:
    return Misconfigured(
        f"{path.name} cannot be read, so nothing is traded: {reason}",
        hint="Find out what wrote it, then trade again with `omega resume --all`.",
    )
