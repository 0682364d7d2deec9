"""Where each account is and with which key it is opened: a row of the database becomes a connection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from config.venues import SANDBOX
from services.errors import Misconfigured
from services.exchange.venues.addresses import Connection, Credentials
from services.store.trading_rows import AccountRow
from services.trading.accounts.messages import VenueKey
from services.trading.accounts.vault import Vault

CredentialsFor = Callable[[str], Credentials]
"""Gives the key of a paper account by the name that the local exchange knows it by."""
_MARK_BYTES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Everything that decides where an account's orders go."""

    vault: Vault
    credentials_for: CredentialsFor
    sandbox_url: str | None
    testnets: frozenset[str] = frozenset()
    """The venues whose test environment is used instead."""
    is_live: bool = False
    """Whether the operator lets this farm trade at venues, and says who runs it."""

    def may_open(self, row: AccountRow) -> bool:
        """Return whether an account is opened here: one of a venue only where keys are used at all."""
        return row.mode == "paper" or (self.is_live and self.vault.is_operators)

    def connection(self, row: AccountRow) -> Connection:
        """Return how an account is opened.

        Raises:
            Misconfigured: its key cannot be read, it has none, or this farm uses none.
        """
        if not self.may_open(row):
            raise Misconfigured(
                "This farm trades on paper only.",
                hint="Whoever runs it can set desk.mode: live in farm.yaml.",
            )
        if row.mode == "paper":
            keys = self.credentials_for(row.venue_account)
            return Connection(venue=SANDBOX, base_url=self.sandbox_url, credentials=keys)
        if not row.sealed:
            raise Misconfigured("The key of this account is gone.", hint="Link it again.")
        text = self.vault.open(row.sealed, purpose=purpose_of(row.id))
        try:
            key = msgspec.json.decode(text, type=VenueKey)
        except msgspec.DecodeError as error:
            raise Misconfigured("The key of this account cannot be read.", hint="Link it again.") from error
        return self.connection_with(row.venue, key)

    def connection_with(self, venue: str, key: VenueKey) -> Connection:
        """Return how an account of a venue is opened with a key."""
        keys = Credentials(key=key.key, secret=key.secret, passphrase=key.passphrase)
        base_url = self.sandbox_url if venue == SANDBOX else None
        is_testnet = venue in self.testnets
        return Connection(venue=venue, base_url=base_url, is_testnet=is_testnet, credentials=keys)


def purpose_of(account_id: str) -> str:
    """Return what the key of an account is sealed for."""
    return f"account:{account_id}"


def mark_of(venue: str, key: VenueKey) -> str:
    """Return what tells one key from another, and from which it cannot be found."""
    text = f"{venue}\0{key.key}"
    return hashlib.blake2b(text.encode(), digest_size=_MARK_BYTES).hexdigest()
