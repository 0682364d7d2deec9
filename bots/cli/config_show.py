"""`omega config show`: what is in force, defaults included, with every secret masked."""

from __future__ import annotations

from typing import cast

import yaml

from bots.cli.talk import EXIT_DONE, Plain, give, give_json
from bots.supervisor.blueprint import read
from config.settings import WATCHDOG_PREFIX, Settings, read_settings, variable_of_model, without_credentials


def run(*, as_json: bool) -> int:
    """Print it as YAML, or as JSON; return the exit code.

    Raises:
        Misconfigured: the file is refused.
    """
    settings, loaded = read(read_settings)
    shown: dict[str, Plain] = {
        "config": str(settings.config),
        "version": loaded.version,
        "environment": _environment(settings),
        "farm": cast("Plain", loaded.file.model_dump(mode="json")),
    }
    if as_json:
        give_json(shown)
    else:
        give(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True).rstrip())
    return EXIT_DONE


def _environment(settings: Settings) -> dict[str, Plain]:
    urls = {"OMEGA_BUS_URL": settings.bus_url, "OMEGA_DATABASE_URL": settings.database_url}
    return {
        "OMEGA_VAR": str(settings.var),
        "OMEGA_DATA": str(settings.data),
        **{name: without_credentials(url) if url else "not set" for name, url in urls.items()},
        **{f"OMEGA_TOKEN_{bot.upper()}": "set" for bot in sorted(settings.tokens)},
        "OMEGA_VAULT_KEY": "set" if settings.vault_key else "not set",
        **{f"{WATCHDOG_PREFIX}{account.upper()}": "set" for account in sorted(settings.watchdog_keys)},
        **{variable_of_model(model): "set" for model in sorted(settings.model_keys)},
    }
