"""The file FLAT: an order to flatten, from the command line or from anybody who may write to var/desk.

That it exists is the order. What cannot be read in it concerns every account: firing is easy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec

from services.bus.messages import Message
from services.trading.files import fingerprint, replace_whole
from services.trading.killswitch.messages import FlatLine
from services.trading.killswitch.report_file import Firing, Hand

BY_HAND: Final = "whoever wrote the file FLAT"


class Named(Protocol):
    """An account as an order may name it."""

    @property
    def id(self) -> str:
        """Return its id."""
        ...

    @property
    def name(self) -> str:
        """Return what its owner calls it."""
        ...


class FlatOrder(Message, frozen=True, kw_only=True):
    """Who orders what to be flattened."""

    id: str = ""
    accounts: list[str] = msgspec.field(default_factory=list)
    """Names or ids; empty for every account of the farm."""
    why: str = ""
    by: str = BY_HAND
    at: datetime | None = None


def read_order(path: Path) -> FlatOrder | None:
    """Return the order, or None where there is none. Desk and watchdog read the same id from one file.

    Raises:
        OSError: it cannot be said whether there is one.
    """
    found = fingerprint(path)
    if found is None:
        return None
    try:
        order = msgspec.json.decode(path.read_bytes(), type=FlatOrder)
    except FileNotFoundError:
        return None  # it was carried out meanwhile
    except (OSError, msgspec.DecodeError):
        order = FlatOrder()
    written_at = datetime.fromtimestamp(found[2] / 1e9, UTC)
    return msgspec.structs.replace(
        order, id=order.id or f"file-{found[0]}-{found[2]}", at=_aware(order.at) or written_at
    )


def write_order(path: Path, order: FlatOrder) -> FlatOrder:
    """Write an order; one that waits already is only made wider. Return what now stands there.

    Raises:
        OSError: it cannot be written.
    """
    waiting = read_order(path)
    if waiting is not None:
        is_wide = not (waiting.accounts and order.accounts)
        accounts = [] if is_wide else sorted({*waiting.accounts, *order.accounts})
        order = msgspec.structs.replace(order, accounts=accounts)
    replace_whole(path, msgspec.json.encode(order) + b"\n")
    return order


def named_anew(order: FlatOrder, path: Path, known: Firing | None) -> FlatOrder:
    """Return the order, under a name of its own where a firing of its name was over when it was written."""
    found = fingerprint(path)
    over_at = None if known is None else known.over_at
    if found is None or over_at is None or datetime.fromtimestamp(found[2] / 1e9, UTC) <= over_at:
        return order
    return msgspec.structs.replace(order, id=f"{order.id}-{found[0]}-{found[2]}")


def firing_of(order: FlatOrder, accounts: Iterable[Named], now: datetime, hand: Hand) -> Firing:
    """Return the firing that an order asks for, of the accounts there are."""
    known, at = [*accounts], order.at or now
    return Firing(
        id=order.id,
        scope="me" if order.accounts else "all",
        accounts=[one.id for one in known if is_meant(one, order.accounts)],
        why=order.why,
        by=order.by,
        at=at,
        updated_at=at,
        hand=hand,
        lines=not_found(order.accounts, known),
    )


def is_meant(account: Named, names: Sequence[str]) -> bool:
    """Return whether an account is named: by its id, the start of it, or its name."""
    return any(_is_of(account, name) for name in names)


def not_found(names: Sequence[str], accounts: Iterable[Named]) -> list[FlatLine]:
    """Return a line for every name that no account has."""
    known = [*accounts]
    return [_unknown(name) for name in names if not any(_is_of(one, name) for one in known)]


def _is_of(account: Named, name: str) -> bool:
    return bool(name) and (account.id.startswith(name) or name.casefold() == account.name.casefold())


def _unknown(name: str) -> FlatLine:
    return FlatLine(
        account="", name=name, mode="", state="failed", reason="There is no account of that name."
    )


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)
