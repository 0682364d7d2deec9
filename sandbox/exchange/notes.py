"""What clients said of an account's orders that the matching engine has no word for.

Kept in a file beside the account: a line is added with each note, and those of orders that the account has
forgotten are left out when it is written anew. A note is there before a client is told of its order.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import msgspec

from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.orders import Order
from services.exchange.paper.account import PaperAccount

_WORTH_SHORTENING = 1_000
_EVERY_ORDER = 10**9


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said of one order."""

    plan: str = ""
    """The plan type under which it was placed."""
    client_id: str = ""
    """The client id that it got when it was changed; the engine knows it by another one."""
    quote_size: Decimal | None = None
    """Its size, where that was given in quote currency."""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    of: str
    note: Note


_NOTHING = Note()
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


class Notes:
    """The notes of one account, by order id, or by `about_to_be` of an order that is about to be placed."""

    def __init__(self, account: PaperAccount, folder: Path | None = None) -> None:
        """Without `folder` they last as long as this object."""
        self._account = account
        self._path = None if folder is None else folder / f"{quote(account.name, safe='')}.notes"
        self._notes: dict[str, Note] = {}
        self._old: set[str] = set()
        """Those that were there when it was shortened last. Younger ones may be of orders not yet placed."""
        self._lines = self._bytes = 0

    async def open(self) -> None:
        """Take up what was kept, as far as the account has the orders.

        Raises:
            Misconfigured: the file cannot be read or written.
        """
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            *whole, _torn = self._path.read_bytes().split(b"\n") if self._path.exists() else [b""]
            for line in map(_decoder.decode, whole):
                self._notes[line.of] = line.note
            self._old = set(self._notes)
            await self._shorten()
        except (msgspec.DecodeError, OSError, ValueError) as error:
            raise Misconfigured(
                f"{self._path} cannot be read as the notes of a paper account: {error}.",
                hint="Restore it from a copy, or move it away: then some orders go by other client ids.",
            ) from error

    def of(self, order: Order) -> Note:
        """Return what was said of an order."""
        return self._notes.get(order.id) or self._notes.get(about_to_be(order.client_id)) or _NOTHING

    async def keep(self, handle: str, note: Note) -> None:
        """Keep what was said of an order, in the place of what was said before.

        Raises:
            ExchangeUnavailable: it cannot be written.
        """
        try:
            if self._lines >= _WORTH_SHORTENING + len(self._old):
                await self._shorten()
            self._write(_line(handle, note))
        except OSError as error:
            raise ExchangeUnavailable(
                f"What was said of an order cannot be written to {self._path}: {error.strerror}.",
                hint="Free some space or put the rights of the folder right, and try again.",
            ) from error
        self._notes[handle] = note
        self._lines += 1

    def _write(self, line: bytes) -> None:
        if self._path is None:
            return
        with self._path.open("ab") as file:
            # What could not be written whole before is in the way.
            file.truncate(self._bytes)
            file.write(line)
        self._bytes += len(line)

    async def _shorten(self) -> None:
        """Leave out what is not of an order of the account."""
        orders = self._account.orders
        every = [*await orders.open_orders(), *await orders.closed(limit=_EVERY_ORDER)]
        known = {handle for one in every for handle in (one.id, about_to_be(one.client_id))}
        kept = {of: note for of, note in self._notes.items() if of in known or of not in self._old}
        if self._path is not None:
            text = b"".join(_line(of, note) for of, note in kept.items())
            draft = self._path.with_suffix(".notes-draft")
            draft.write_bytes(text)
            draft.replace(self._path)
            self._bytes = len(text)
        self._notes, self._old, self._lines = kept, set(kept), len(kept)


def about_to_be(client_id: str | None) -> str:
    """Return what stands for the order that the engine will know by `client_id`; no order has such an id."""
    return f"client id {client_id}"


def _line(handle: str, note: Note) -> bytes:
    return _encoder.encode(_Line(of=handle, note=note)) + b"\n"
