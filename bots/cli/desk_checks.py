"""What `omega doctor` finds about trading: the keys that live accounts need. None is shown or tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bots.cli.findings import Finding, fail, note, ok
from config.farm_file import FarmFile
from config.settings import WATCHDOG_PREFIX, Settings
from config.venues import CCXT_VENUES

_PARTS: Final = 4
_FORM: Final = "venue:key:secret:passphrase, the last part empty where the venue has none"


def desk_findings(file: FarmFile, settings: Settings) -> Iterator[Finding]:
    """Say whether the desk and the watchdog have the keys that they need."""
    for account, key in sorted(settings.watchdog_keys.items()):
        if why := _flaw_of(key.get_secret_value()):
            name = f"{WATCHDOG_PREFIX}{account.upper()}"
            yield fail("watchdog", f"{name} {why}", f"Write it as {_FORM}.")
    if file.desk.mode == "paper":
        yield ok("desk", "paper only; it needs no keys")
        return
    if settings.vault_key is None:
        fix = "Make one and keep a copy: without it the keys of accounts cannot be read again."
        yield fail("desk", "desk.mode is live, and OMEGA_VAULT_KEY is not set", fix)
    else:
        yield ok("desk", f"live, run by {file.desk.operator}; OMEGA_VAULT_KEY is set")
    if not settings.watchdog_keys:
        detail = "it has no key of a live account, and can cancel nothing there"
        yield note("watchdog", detail, f"Set {WATCHDOG_PREFIX}<ACCOUNT ID> to {_FORM}.")


def _flaw_of(key: str) -> str:
    """Return what is wrong with the form of a key, without any of it."""
    venue, *parts = key.split(":", _PARTS - 1)
    if venue not in CCXT_VENUES:
        return "names no exchange of ccxt first"
    if len(parts) != _PARTS - 1 or not all(parts[:2]):
        return "lacks a part"
    return ""
