"""Secrets at rest: what is sealed here stands in the database, and without the key it is noise.

Belongs here: the key and what is done with it. Which secrets there are is known to who seals them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from services.errors import Misconfigured, UserMistake
from services.trading.files import replace_whole

_BOUND: Final = "\0"
"""Between what a secret is for and the secret."""


class Vault:
    """Seals and opens texts. Each is bound to what it is for, so that none can be moved to another row."""

    def __init__(self, keys: Sequence[str], *, is_operators: bool) -> None:
        """Take the keys, newest first; `is_operators` where the operator gave the newest.

        Raises:
            Misconfigured: one of them is no key.
        """
        self._each = [_fernet(key) for key in keys]
        self._all = MultiFernet(self._each)
        self.is_operators = is_operators

    def check_can_keep_keys(self) -> None:
        """Refuse keys of venues where whoever can copy the folder of the farm could read them.

        Raises:
            UserMistake: the operator has given no key.
        """
        if not self.is_operators:
            raise UserMistake(
                "This farm cannot keep the keys of venues: it has no key to lock them away with.",
                hint="Whoever runs this farm sets OMEGA_VAULT_KEY; paper accounts need none.",
            )

    def seal(self, secret: str, *, purpose: str) -> str:
        """Return a secret as it is kept; `purpose` names whose it is and what for."""
        return self._all.encrypt(f"{purpose}{_BOUND}{secret}".encode()).decode()

    def open(self, sealed: str, *, purpose: str) -> str:
        """Return the secret.

        Raises:
            Misconfigured: none of the keys opens it, or it was sealed for something else.
        """
        try:
            bound, _, secret = self._all.decrypt(sealed).decode().partition(_BOUND)
        except InvalidToken as error:
            raise _unreadable() from error
        if bound != purpose:
            raise _unreadable()
        return secret

    def renewed(self, sealed: str) -> str | None:
        """Return it sealed with the newest key; None where it is already.

        Raises:
            Misconfigured: none of the keys opens it.
        """
        with contextlib.suppress(InvalidToken):
            self._each[0].decrypt(sealed)
            return None
        try:
            return self._all.rotate(sealed).decode()
        except InvalidToken as error:
            raise _unreadable() from error


def open_vault(configured: SecretStr | None, *, own_key: Path) -> Vault:
    """Open the vault with the operator's keys, comma separated and newest first.

    Without any, the farm makes a key of its own in the file `own_key`: good enough for second factors on
    paper, and never taken for the keys of venues. What was sealed with it stays readable later on.

    Raises:
        Misconfigured: the keys, or the file, cannot be used.
    """
    text = "" if configured is None else configured.get_secret_value()
    given = [key.strip() for key in text.split(",") if key.strip()]
    if not given and not own_key.exists():
        _make(own_key)
    own = [_read(own_key)] if own_key.exists() else []
    return Vault([*given, *own], is_operators=bool(given))


def _make(file: Path) -> None:
    """Make a key: whole and on the disk before it stands under its name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(file, Fernet.generate_key())


def _read(file: Path) -> str:
    try:
        key = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"The farm's own key cannot be read from {file}.", hint="Let the desk read that file."
        ) from error
    try:
        Fernet(key)
    except ValueError as error:
        raise Misconfigured(
            f"The farm's own key in {file} is no key.",
            hint="Put a copy of it back. Without one, delete the file: second factors are then set up anew.",
        ) from error
    return key


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise Misconfigured(
            "OMEGA_VAULT_KEY holds something that is no key.",
            hint="Make one with: openssl rand -base64 32 | tr '+/' '-_'",
        ) from error


def _unreadable() -> Misconfigured:
    return Misconfigured(
        "A secret in the database cannot be opened with the keys of this farm.",
        hint="Put the key that sealed it into OMEGA_VAULT_KEY, behind the newest and a comma.",
    )
