"""The keys of the local exchange's accounts: nothing to store, each follows from the farm's sandbox key.

Whoever holds that key, the exchange itself and the process that trades, makes the same ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from sandbox.exchange.seats import Key
from services.exchange.paper.account import PaperAccount

CLASSIC: Final = "paper"
"""The account with a wallet for spot and one for contracts."""
UNIFIED: Final = "paper-unified"
"""The account with one wallet for everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client signs its requests with."""

    key: str = field(repr=False)
    secret: SecretStr
    passphrase: SecretStr


def credentials(name: str, sandbox_key: SecretStr) -> Credentials:
    """Return what opens the account `name`."""
    return Credentials(
        key=_part(sandbox_key, name, "key"),
        secret=SecretStr(_part(sandbox_key, name, "secret")),
        passphrase=SecretStr(_part(sandbox_key, name, "passphrase")),
    )


def key_to(account: PaperAccount, name: str, sandbox_key: SecretStr) -> Key:
    """Return the key that may read and trade on `account`, which is called `name`."""
    made = credentials(name, sandbox_key)
    return Key(key=made.key, secret=made.secret, passphrase=made.passphrase, account=account)


def _part(sandbox_key: SecretStr, name: str, part: str) -> str:
    text = f"exchange:{name}:{part}".encode()
    digest = hmac.new(sandbox_key.get_secret_value().encode(), text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
