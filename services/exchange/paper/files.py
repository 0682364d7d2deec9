"""Keeps accounts in a folder, one file each, so that a killed process goes on where it was."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import msgspec

from services.errors import Misconfigured
from services.exchange.orders import Fill
from services.exchange.paper.state import AccountState, Booking, OrderState

_SUFFIX = ".json"


class AccountFiles:
    """A folder of accounts. A file is written whole under another name, then takes the place of the old."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(AccountState)
        self._past: dict[str, dict[str, msgspec.Raw]] = {}
        """By account and id, what is done and will never be written differently."""

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
        path = self._folder / (quote(account.name, safe="") + _SUFFIX)
        draft = path.with_suffix(".draft")
        try:
            draft.write_bytes(self._encode(account))
            draft.replace(path)
        except OSError as error:
            raise Misconfigured(
                f"The paper account {account.name} cannot be written to {path}: {error.strerror}.",
                hint="Free some space or put the rights of the folder right, and start again.",
            ) from error

    def _encode(self, account: AccountState) -> bytes:
        """Encode an account; of its past only what was not in the file before."""
        known = self._past.get(account.name, {})
        done: list[OrderState | Fill | Booking] = [
            *account.closed.values(),
            *account.fills,
            *account.bookings,
        ]
        past = {one.id: known.get(one.id) or msgspec.Raw(self._encoder.encode(one)) for one in done}
        self._past[account.name] = past
        whole = {name: getattr(account, name) for name in AccountState.__struct_fields__}
        whole["closed"] = {order_id: past[order_id] for order_id in account.closed}
        whole["fills"] = [past[fill.id] for fill in account.fills]
        whole["bookings"] = [past[booking.id] for booking in account.bookings]
        return self._encoder.encode(whole)

    def _read(self, path: Path) -> AccountState:
        try:
            return self._decoder.decode(path.read_bytes())
        except (msgspec.DecodeError, OSError) as error:
            raise Misconfigured(
                f"{path} is no whole paper account: {error}.",
                hint="Restore the file from a copy, or move it away to begin a new account of that name.",
            ) from error
