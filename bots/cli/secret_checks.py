"""What `omega doctor` and `omega config check` find in secrets: names that nothing reads, open files."""

from __future__ import annotations

from collections.abc import Iterator

from bots.cli.findings import Finding, note
from config.farm_file import FarmFile
from config.problems import nearest
from config.settings import NAMES, SecretsPlace, Settings


def secrets_findings(file: FarmFile, place: SecretsPlace | None) -> Iterator[Finding]:
    """Yield a note for each name of ours that nothing reads, and for a file that others may read."""
    if place is None:
        return
    known = [*NAMES, *(token_name(bot) for bot in file.bots)]
    for name in place.names:
        if name.startswith("OMEGA_") and name not in known:
            detail = f"nothing reads {name}{nearest(name, known)}"
            yield note("secrets", detail, f"Put the name right in {place.path}.")
    if place.is_open:
        yield note("secrets", f"{place.path} can be read by other users", f"chmod 600 {place.path}")


def token_name(bot: str) -> str:
    """Return the variable that holds the Discord token of a bot."""
    return f"OMEGA_TOKEN_{bot.upper()}"


def doubts(file: FarmFile, settings: Settings) -> Iterator[str]:
    """Yield what a valid farm file says that will not come about: an entry not used, a token missing."""
    if file.discord.mode != "real":
        return
    for name, entry in file.bots.items():
        if not entry.enabled:
            continue
        if entry.kind_of(name) == "sandbox_discord":
            yield f"bots.{name} is not used: discord.mode is real; set `enabled: false` or remove it"
        elif entry.persona_of(name) is not None and name not in settings.tokens:
            yield f"{token_name(name)} is not set: {name} will be left stopped"
