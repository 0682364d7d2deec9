"""The keys of the local exchange's accounts: nothing to store, each follows from the farm's sandbox key.

Whoever holds that key, the exchange itself and the process that trades, makes the same ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from pydantic import SecretStr

from sandbox.exchange.seats import Key
from services.exchange.paper.account import PaperAccount

CLASSIC: Final = "paper"
"""The account with a wallet for spot and one for contracts."""
UNIFIED: Final = "paper-unified"
"""The account with one wallet for everything."""


def key_to(account: PaperAccount, name: str, sandbox_key: SecretStr) -> Key:
    """Return the key that may read and trade on `account`, which is called `name`."""
    api_key, secret, passphrase = (_part(sandbox_key, name, part) for part in ("key", "secret", "passphrase"))
    return Key(key=api_key, secret=SecretStr(secret), passphrase=SecretStr(passphrase), account=account)


def _part(sandbox_key: SecretStr, name: str, part: str) -> str:
    text = f"exchange:{name}:{part}".encode()
    digest = hmac.new(sandbox_key.get_secret_value().encode(), text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
