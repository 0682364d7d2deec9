"""The environment, read in this one place; every other module is given what it needs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

_ROOT = Path(__file__).resolve().parent.parent
_KEY_LENGTH = 16
_DATABASES = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})
NAMES = (
    *("OMEGA_BUS_URL", "OMEGA_CONFIG", "OMEGA_DATA", "OMEGA_DATABASE_URL", "OMEGA_PERSONAS"),
    *("OMEGA_SANDBOX_KEY", "OMEGA_SECRETS", "OMEGA_VAR", "OMEGA_VAULT_KEY"),
)
"""Every variable of ours but the tokens, the secrets of ways, the watchdog's keys and those of models."""
WATCHDOG_PREFIX = "OMEGA_WATCHDOG_"
"""Of the variables with the watchdog's own keys; the rest of the name is the account's id."""
MODEL_PREFIX = "OMEGA_MODEL_"
"""Of the variables with the keys of language models; the rest is what farm.yaml calls the model."""
_UNREADABLE = "set, but not an address that can be read"
_ADDRESSES = frozenset(
    {"redis", "rediss", "unix", "postgres", "postgresql", "postgresql+asyncpg", "sqlite", "sqlite+aiosqlite"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says. Paths are absolute."""

    root: Path
    config: Path
    personas: Path
    var: Path
    data: Path
    bus_url: SecretStr | None
    database_url: SecretStr | None
    sandbox_key: SecretStr | None
    """Signs the tokens of a sandbox that several farms share; else each farm makes its own."""
    is_data_named: bool = False
    """Whether `data` was asked for, or is only where it would be looked for."""
    tokens: Mapping[str, SecretStr]
    """Bot name, lower case, to its Discord token (``OMEGA_TOKEN_<BOT>``)."""
    ways: Mapping[str, SecretStr]
    """Name of a way out of Discord, lower case, to its secret (``OMEGA_WAY_<NAME>``)."""
    vault_key: SecretStr | None
    """Seals the keys of accounts in the database (``OMEGA_VAULT_KEY``)."""
    watchdog_keys: Mapping[str, SecretStr]
    """Id of an account, lower case, to the watchdog's own key of it (``OMEGA_WATCHDOG_<ACCOUNT ID>``)."""
    model_keys: Mapping[str, SecretStr]
    """Name of a language model, lower case, to its key (``OMEGA_MODEL_<NAME>``)."""

    @property
    def secrets(self) -> list[SecretStr]:
        """Every secret, for those who must keep them out of what they write."""
        found = (
            self.bus_url,
            self.database_url,
            self.sandbox_key,
            self.vault_key,
            *self.tokens.values(),
            *self.ways.values(),
            *self.watchdog_keys.values(),
            *self.model_keys.values(),
        )
        return [secret for secret in found if secret is not None]


def variable_of_model(name: str) -> str:
    """Return the variable that has the key of a model."""
    return f"{MODEL_PREFIX}{name.upper()}"


class SettingsError(ValueError):
    """The environment names something that is missing or cannot be read; the message says which."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment and the secrets it points to.

    `OMEGA_SECRETS` is a file of ``NAME=value`` lines, or a folder with one file a name as Kubernetes mounts
    them. What stands in the environment itself wins.

    Raises:
        SettingsError: the secrets cannot be read, a line of them is not ``NAME=value``, or the sandbox's key
            is too short to keep anybody out.
    """
    plain = os.environ if environ is None else environ
    merged = {**_secrets(plain.get("OMEGA_SECRETS")), **plain}
    config = Path(merged.get("OMEGA_CONFIG", _ROOT / "config" / "farm.yaml"))
    return Settings(
        root=_ROOT,
        config=config.absolute(),
        personas=Path(merged.get("OMEGA_PERSONAS", _ROOT / "personas")).absolute(),
        var=Path(merged.get("OMEGA_VAR", _ROOT / "var")).absolute(),
        data=Path(merged.get("OMEGA_DATA", _ROOT.parent / "shared" / "data")).absolute(),
        bus_url=_secret(merged.get("OMEGA_BUS_URL")),
        database_url=_secret(merged.get("OMEGA_DATABASE_URL")),
        sandbox_key=_key(merged.get("OMEGA_SANDBOX_KEY")),
        is_data_named="OMEGA_DATA" in merged,
        tokens=_each(merged, "OMEGA_TOKEN_"),
        ways=_each(merged, "OMEGA_WAY_"),
        vault_key=_secret(merged.get("OMEGA_VAULT_KEY")),
        watchdog_keys=_each(merged, WATCHDOG_PREFIX),
        model_keys=_each(merged, MODEL_PREFIX),
    )


def child_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a child process inherits: everything but our own variables, which reach it another way."""
    plain = os.environ if environ is None else environ
    return {name: value for name, value in plain.items() if not name.startswith("OMEGA_")}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsPlace:
    """The file or folder of `OMEGA_SECRETS`, the names in it, and whether other users may read the file."""

    path: Path
    names: tuple[str, ...]
    is_open: bool


def secrets_place(environ: Mapping[str, str] | None = None) -> SecretsPlace | None:
    """Look at where the secrets are kept; None when `OMEGA_SECRETS` is not set.

    Raises:
        SettingsError: they cannot be read.
    """
    location = (os.environ if environ is None else environ).get("OMEGA_SECRETS")
    if not location:
        return None
    path = Path(location).absolute()
    names = tuple(_secrets(location))
    return SecretsPlace(path=path, names=names, is_open=path.is_file() and bool(path.stat().st_mode & 0o077))


def check_database(url: SecretStr | None) -> None:
    """Refuse an address that no database of ours can have; whether one answers there is seen later.

    Raises:
        SettingsError: without the address, which may hold a password.
    """
    if url is None:
        return
    try:
        scheme = urlsplit(url.get_secret_value()).scheme
    except ValueError:
        scheme = ""
    if scheme not in _DATABASES:
        raise SettingsError("OMEGA_DATABASE_URL: expected postgresql://user:password@host:5432/database")


def without_credentials(url: SecretStr) -> str:
    """Return an address as it may be shown: scheme, host, port and path, nothing that may hold a password.

    An address that cannot be taken apart is not shown at all: its password may stand anywhere in it.
    """
    try:
        parts = urlsplit(url.get_secret_value())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return _UNREADABLE
    is_split_wrongly = "@" in f"{parts.path}{parts.query}{parts.fragment}"
    is_hostless = bool(parts.netloc.rpartition("@")[2]) and not host
    if parts.scheme not in _ADDRESSES or is_split_wrongly or is_hostless:
        return _UNREADABLE
    shown_host = f"[{host}]" if ":" in host else host
    shown_port = "" if port is None else f":{port}"
    return urlunsplit((parts.scheme, f"{shown_host}{shown_port}", parts.path, "", ""))


def _secret(value: str | None) -> SecretStr | None:
    """Return a secret that is set; one that is empty or blank is not."""
    return SecretStr(value) if value and value.strip() else None


def _each(merged: Mapping[str, str], prefix: str) -> dict[str, SecretStr]:
    """Return the secrets of which there are many, by what stands behind `prefix`, in lower case."""
    return {
        name.removeprefix(prefix).lower(): secret
        for name, value in merged.items()
        if name.startswith(prefix) and (secret := _secret(value))
    }


def _key(value: str | None) -> SecretStr | None:
    if value is not None and len(value.strip()) < _KEY_LENGTH:
        raise SettingsError(
            f"OMEGA_SANDBOX_KEY: expected at least {_KEY_LENGTH} characters, or no such variable"
        )
    return _secret(value)


def _secrets(location: str | None) -> dict[str, str]:
    if not location:
        return {}
    path = Path(location)
    try:
        if path.is_dir():
            return {file.name: file.read_text("utf-8").strip() for file in path.iterdir() if file.is_file()}
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"OMEGA_SECRETS: cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"OMEGA_SECRETS: {path} is not UTF-8 text") from error
    return dict(_pair(path, number, line) for number, line in enumerate(lines, 1) if _is_entry(line))


def _is_entry(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _pair(path: Path, number: int, line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    if not equals or not name.strip():
        raise SettingsError(f"{path}:{number}: expected NAME=value")
    return name.strip(), value.strip()
