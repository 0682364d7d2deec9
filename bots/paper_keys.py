"""The key of a paper account at the local exchange, as what opens accounts takes it."""

from __future__ import annotations

from pydantic import SecretStr

from sandbox.exchange.keys import Purpose, credentials
from services.exchange.venues.addresses import Credentials


def paper_key(name: str, sandbox_key: SecretStr, purpose: Purpose = "trade") -> Credentials:
    """Return the key of the account that the local exchange calls `name`."""
    own = credentials(name, sandbox_key, purpose)
    return Credentials(
        key=own.key,
        secret=own.secret.get_secret_value(),
        passphrase=own.passphrase.get_secret_value(),
    )
