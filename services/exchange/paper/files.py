"""Keeps accounts in a folder, two files each, so that a killed process goes on where it was.

``NAME.json`` has what may still change, and is written anew at each change. ``NAME.N.past`` has what is done
(client ids, orders, fills, bookings), a line each, and is only ever added to; how much of it counts is said
in the first file. So a line that was not whole when the process was killed was never acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice, takewhile
from pathlib import Path
from urllib.parse import quote

import msgspec

from services.errors import Misconfigured
from services.exchange.orders import Fill
from services.exchange.paper.state import AccountState, Booking, OrderState

_SUFFIX = ".json"
_WORTH_SHORTENING = 20_000
"""Lines of the past that nobody needs any more, from which on it is written anew without them."""


class _Side(msgspec.Struct, kw_only=True):
    """Where the past of an account is, and how much of that file counts."""

    past_number: int = 0
    past_bytes: int = 0


class _Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is done: a client id and its order, or one of the others."""

    client_id: str = ""
    order_id: str = ""
    order: OrderState | None = None
    fill: Fill | None = None
    booking: Booking | None = None


class _Written(msgspec.Struct, kw_only=True):
    """What of an account's past is in its file."""

    side: _Side
    client_ids: int = 0
    last_order: str = ""
    last_fill: int = 0
    last_booking: int = 0


class AccountFiles:
    """A folder of accounts. A file is written whole under another name, then takes the place of the old."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(AccountState)
        self._line_decoder = msgspec.json.Decoder(_Line)
        self._written: dict[str, _Written] = {}

    def load(self) -> list[AccountState]:
        """Return every account, the oldest first.

        Raises:
            Misconfigured: a file cannot be read as an account; it is left as it is.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        accounts = [self._read(path) for path in sorted(self._folder.glob(f"*{_SUFFIX}"))]
        return sorted(accounts, key=lambda account: account.number)

    def save(self, account: AccountState) -> None:
        """Write one account; when this returns, a killed process finds it so.

        Raises:
            Misconfigured: the folder cannot be written to.
        """
        path = self._path(account.name)
        written = self._written.get(account.name) or self._begin(account.name)
        draft = path.with_suffix(".draft")
        try:
            self._add_to_past(account, written)
            draft.write_bytes(self._encode(account, written.side))
            draft.replace(path)
        except OSError as error:
            raise Misconfigured(
                f"The paper account {account.name} cannot be written to {path}: {error.strerror}.",
                hint="Free some space or put the rights of the folder right, and start again.",
            ) from error

    def _path(self, name: str) -> Path:
        return self._folder / (quote(name, safe="") + _SUFFIX)

    def _begin(self, name: str) -> _Written:
        """Begin the past of a new account, never in the file that one of that name has left behind."""
        numbers = (_Side(past_number=number) for number in count())
        side = next(side for side in numbers if not self._past_path(name, side).exists())
        return self._written.setdefault(name, _Written(side=side))

    def _past_path(self, name: str, side: _Side) -> Path:
        return self._path(name).with_suffix(f".{side.past_number}.past")

    def _encode(self, account: AccountState, side: _Side) -> bytes:
        live = {name: getattr(account, name) for name in AccountState.__struct_fields__}
        beside: dict[str, object] = {"closed": {}, "fills": [], "bookings": [], "used_ids": {}}
        return self._encoder.encode({**live, **beside, **msgspec.structs.asdict(side)})

    def _add_to_past(self, account: AccountState, written: _Written) -> None:
        """Add what was done since the last time; where nothing was, nothing is written."""
        text = self._encoder.encode_lines(list(_news(account, written)))
        if not text:
            return
        with self._past_path(account.name, written.side).open("ab") as file:
            # What a killed process wrote beyond what counts is in the way.
            file.truncate(written.side.past_bytes)
            file.write(text)
        written.side.past_bytes += len(text)
        _note(account, written)

    def _read(self, path: Path) -> AccountState:
        try:
            text = path.read_bytes()
            account, side = self._decoder.decode(text), msgspec.json.decode(text, type=_Side)
            lines = sum(_recall(account, line) for line in self._lines(account.name, side))
            written = self._written[account.name] = _Written(side=side)
            if lines:
                _note(account, written)
            account.forget_the_oldest()
            self._shorten(account, written, lines)
        except (msgspec.DecodeError, OSError, ValueError) as error:
            raise Misconfigured(
                f"{path} is no whole paper account: {error}.",
                hint="Restore it and its .past file from a copy, or move both away to begin a new account of"
                " that name.",
            ) from error
        return account

    def _lines(self, name: str, side: _Side) -> Iterator[_Line]:
        if not side.past_bytes:
            return
        text = self._past_path(name, side).read_bytes()
        if len(text) < side.past_bytes:
            raise ValueError(f"of its past there are {len(text)} of {side.past_bytes} bytes")
        for line in text[: side.past_bytes].splitlines():
            yield self._line_decoder.decode(line)

    def _shorten(self, account: AccountState, written: _Written, lines: int) -> None:
        """Write the past anew where most of it is forgotten; until that is whole, the old one counts."""
        kept = len(account.used_ids) + len(account.closed) + len(account.fills) + len(account.bookings)
        if lines - kept < _WORTH_SHORTENING:
            return
        old = self._past_path(account.name, written.side)
        number = written.side.past_number + 1
        self._written[account.name] = _Written(side=_Side(past_number=number))
        self.save(account)
        old.unlink(missing_ok=True)


def _news(account: AccountState, written: _Written) -> Iterator[_Line]:
    """Yield what is done and not in the file yet, each kind in its order."""
    new_ids = len(account.used_ids) - written.client_ids
    for client_id in reversed(list(islice(reversed(account.used_ids), new_ids))):
        yield _Line(client_id=client_id, order_id=account.used_ids[client_id])
    orders = takewhile(lambda one: one.id != written.last_order, reversed(account.closed.values()))
    for order in reversed(list(orders)):
        yield _Line(order=order)
    fills = takewhile(lambda one: int(one.id) > written.last_fill, reversed(account.fills))
    for fill in reversed(list(fills)):
        yield _Line(fill=fill)
    bookings = takewhile(lambda one: int(one.id) > written.last_booking, reversed(account.bookings))
    for booking in reversed(list(bookings)):
        yield _Line(booking=booking)


def _note(account: AccountState, written: _Written) -> None:
    written.client_ids = len(account.used_ids)
    written.last_order = next(reversed(account.closed), written.last_order)
    written.last_fill = int(account.fills[-1].id) if account.fills else written.last_fill
    written.last_booking = int(account.bookings[-1].id) if account.bookings else written.last_booking


def _recall(account: AccountState, line: _Line) -> int:
    """Put one thing that is done back into its account; return 1, for it is one."""
    if line.client_id:
        account.used_ids[line.client_id] = line.order_id
    if line.order is not None:
        account.closed[line.order.id] = line.order
    if line.fill is not None:
        account.fills.append(line.fill)
    if line.booking is not None:
        account.bookings.append(line.booking)
    return 1
