"""What `omega doctor` and `omega config check` find in secrets: names that nothing reads, open files."""

from __future__ import annotations

from collections.abc import Iterator

from bots.cli.findings import Finding, note
from config.farm_file import FarmFile
from config.models import doubts_of_chat
from config.problems import nearest
from config.settings import NAMES, WATCHDOG_PREFIX, SecretsPlace, Settings, variable_of_model


def secrets_findings(file: FarmFile, place: SecretsPlace | None) -> Iterator[Finding]:
    """Yield a note for each name of ours that nothing reads, and for a file that others may read."""
    if place is None:
        return
    known = [
        *NAMES,
        *(token_name(bot) for bot in file.bots),
        *map(way_name, file.alerts.ways),
        *(variable_of_model(model) for model in file.chat.models),
    ]
    for name in place.names:
        if name.startswith("OMEGA_") and name not in known and not _is_watchdogs(name):
            detail = f"nothing reads {name}{nearest(name, known)}"
            yield note("secrets", detail, f"Put the name right in {place.path}.")
    if place.is_open:
        yield note("secrets", f"{place.path} can be read by other users", f"chmod 600 {place.path}")


def token_name(bot: str) -> str:
    """Return the variable that holds the Discord token of a bot."""
    return f"OMEGA_TOKEN_{bot.upper()}"


def way_name(way: str) -> str:
    """Return the variable that holds the secret of a way out of Discord."""
    return f"OMEGA_WAY_{way.upper()}"


def _is_watchdogs(name: str) -> bool:
    """Return whether it is a key of the watchdog; which accounts there are, the farm file does not say."""
    return len(name) > len(WATCHDOG_PREFIX) and name.startswith(WATCHDOG_PREFIX)


def doubts(file: FarmFile, settings: Settings) -> Iterator[str]:
    """Yield what a valid farm file says that will not come about: an entry not used, a secret missing."""
    if file.discord.mode == "real":
        yield from _doubts_of_discord(file, settings)
    if file.desk.mode == "live":
        yield from _doubts_of_live(file, settings)
    yield from doubts_of_chat(file, settings.model_keys)


def _doubts_of_discord(file: FarmFile, settings: Settings) -> Iterator[str]:
    for name, entry in file.bots.items():
        if not entry.enabled:
            continue
        if entry.kind_of(name) == "sandbox_discord":
            yield f"bots.{name} is not used: discord.mode is real; set `enabled: false` or remove it"
        elif entry.persona_of(name) is not None and name not in settings.tokens:
            yield f"{token_name(name)} is not set: {name} will be left stopped"


def _doubts_of_live(file: FarmFile, settings: Settings) -> Iterator[str]:
    kinds = {kind for name, entry in file.bots.items() if entry.enabled for kind in entry.kinds_of(name)}
    if "desk" not in kinds:
        yield "desk.mode is live and no desk runs: nothing is traded"
    elif settings.vault_key is None:
        yield "OMEGA_VAULT_KEY is not set: the desk will be left stopped"
    if "watchdog" not in kinds:
        yield "desk.mode is live and no watchdog runs: nobody cancels orders while the desk is silent"
    elif not settings.watchdog_keys:
        yield f"no {WATCHDOG_PREFIX}<ACCOUNT ID> is set: the watchdog can cancel nothing at a venue"
