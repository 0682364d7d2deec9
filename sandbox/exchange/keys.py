"""The keys of the local exchange's accounts: nothing to store, each follows from the farm's sandbox key.

Whoever holds that key, the exchange itself and the processes that trade, makes the same ones. A key says
which account it opens and proves it, so that an account begins when it is asked for the first time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, get_args

from pydantic import SecretStr

from sandbox.exchange.seats import Key
from services.exchange.paper.account import PaperAccount

CLASSIC: Final = "paper"
"""The account with a wallet for spot and one for contracts."""
UNIFIED: Final = "paper-unified"
"""The account with one wallet for everything."""
Purpose = Literal["trade", "watchdog"]
"""Whose key it is: each has a key of its own to the same account, which is counted by itself."""
_UNIFIED_SUFFIX: Final = "-unified"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_KEY: Final = re.compile(
    rf"(?P<name>{_NAME.pattern})(\.(?P<purpose>{'|'.join(get_args(Purpose))}))?\.[\w-]{{32}}", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client signs its requests with."""

    key: str = field(repr=False)
    secret: SecretStr
    passphrase: SecretStr


class OpenAccount(Protocol):
    """Opens a paper account, a new one where there is none of that name."""

    def __call__(self, name: str, *, is_unified: bool = False) -> PaperAccount:
        """Return the account."""
        ...


def credentials(name: str, sandbox_key: SecretStr, purpose: Purpose = "trade") -> Credentials:
    """Return what opens the account `name`, one that ends in ``-unified`` with one wallet for everything.

    Raises:
        ValueError: no account may be called so.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a paper account cannot be called {name!r}")
    subject = name if purpose == "trade" else f"{name}.{purpose}"
    return Credentials(
        key=f"{subject}.{_part(sandbox_key, subject, 'key')}",
        secret=SecretStr(_part(sandbox_key, subject, "secret")),
        passphrase=SecretStr(_part(sandbox_key, subject, "passphrase")),
    )


def is_unified(name: str) -> bool:
    """Return whether the account `name` has one wallet for everything."""
    return name.endswith(_UNIFIED_SUFFIX)


def on_demand(open_account: OpenAccount, sandbox_key: SecretStr) -> Callable[[str], Key | None]:
    """Return what makes a key of what a client sent as one: it opens its account; None for a false one."""

    def known(said: str) -> Key | None:
        match = _KEY.fullmatch(said)
        if match is None:
            return None
        name = match["name"]
        purpose: Purpose = "watchdog" if match["purpose"] == "watchdog" else "trade"
        made = credentials(name, sandbox_key, purpose)
        if not hmac.compare_digest(made.key, said):
            return None
        return _key(made, open_account(name, is_unified=is_unified(name)))

    return known


def key_to(account: PaperAccount, sandbox_key: SecretStr) -> Key:
    """Return the key that may read and trade on `account`. Raises as `credentials`."""
    return _key(credentials(account.name, sandbox_key), account)


def _key(made: Credentials, account: PaperAccount) -> Key:
    return Key(key=made.key, secret=made.secret, passphrase=made.passphrase, account=account)


def _part(sandbox_key: SecretStr, subject: str, part: str) -> str:
    text = f"exchange:{subject}:{part}".encode()
    digest = hmac.new(sandbox_key.get_secret_value().encode(), text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
