"""Reads everything that decides what should run (environment, secrets, farm.yaml) and turns it into plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from bots.supervisor.listener import Listener
from bots.supervisor.plan import Ground, Plan, plans, serves_exchange
from config.farm_file import DiscordSection, FarmFile, Kind, Mode, SandboxExchangeSection, SandboxLlmSection
from config.loader import Loaded, load
from config.problems import ConfigError, nearest
from config.semantics import look_round
from config.settings import Settings, SettingsError, check_database
from services.errors import Misconfigured, UserMistake

Place = DiscordSection | SandboxExchangeSection | SandboxLlmSection
"""Where a local server listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A checked farm file and what it means for each bot."""

    loaded: Loaded
    plans: dict[str, Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architect:
    """Draws blueprints. `read_settings` is called each time, so that a changed secret counts at a reload."""

    read_settings: Callable[[], Settings]
    mode: Mode
    only: frozenset[str]
    bus_url: SecretStr
    sandbox_key: SecretStr
    listeners: Mapping[Kind, Listener]
    """Of the local servers."""
    mint: Callable[[SecretStr, str], str]
    display_name: Callable[[Settings, str], str]

    def draw(self) -> Blueprint:
        """Read, check, and see to it that the ports of the local servers are held when they are needed.

        Raises:
            Misconfigured: an operator must change something; nothing has changed.
        """
        settings, loaded = read(self.read_settings)
        self._listen(loaded.file)
        ground = Ground(
            settings=settings,
            mode=self.mode,
            only=self.only,
            bus_url=self.bus_url,
            sandbox_key=settings.sandbox_key or self.sandbox_key,
            discord_url=self.listeners["sandbox_discord"].url,
            exchange_url=self.listeners["sandbox_exchange"].url,
            llm_url=self.listeners["sandbox_llm"].url,
            listen_fds={kind: one.fd for kind, one in self.listeners.items() if one.fd is not None},
            display_name=lambda persona: self.display_name(settings, persona),
            mint=self.mint,
        )
        return Blueprint(loaded=loaded, plans=plans(loaded.file, ground))

    def _listen(self, file: FarmFile) -> None:
        has_discord = file.discord.mode == "sandbox" and self.mode != "dashboard"
        is_discord_here = has_discord and bool(self._run("sandbox_discord", file))
        self._hold("sandbox_discord", file.discord, is_wanted=is_discord_here)
        exchanges = self._run("sandbox_exchange", file)
        is_exchange_here = any(serves_exchange(name, file, self.only) for name in exchanges)
        self._hold("sandbox_exchange", file.sandbox_exchange, is_wanted=is_exchange_here)
        has_model = self.mode != "dashboard" and bool(self._run("sandbox_llm", file))
        self._hold("sandbox_llm", file.sandbox_llm, is_wanted=has_model)

    def _run(self, kind: Kind, file: FarmFile) -> list[str]:
        """Return the entries of `kind` that this farm has to do with and that are switched on."""
        return [
            name
            for name, entry in file.bots.items()
            if entry.enabled and entry.kind_of(name) == kind and (not self.only or name in self.only)
        ]

    def _hold(self, kind: Kind, place: Place, *, is_wanted: bool) -> None:
        if is_wanted:
            self.listeners[kind].hold(place.host, place.port)
        else:
            self.listeners[kind].release()


def read(read_settings: Callable[[], Settings]) -> tuple[Settings, Loaded]:
    """Read the environment and the farm file that it names.

    Raises:
        Misconfigured: with every problem, as ``file:line:key: what was expected``.
    """
    try:
        settings = read_settings()
        check_database(settings.database_url)
        surroundings = look_round(personas=settings.personas, cogs=settings.root / "cogs")
        return settings, load(settings.config, surroundings)
    except ConfigError as error:
        hint = "Put it right and save; `omega config check` checks the file."
        raise Misconfigured(str(error), hint=hint) from error
    except SettingsError as error:
        raise Misconfigured(str(error), hint="Put the variable or its file right.") from error


def check_names(names: frozenset[str], file: FarmFile) -> None:
    """Refuse names that are no bots of the file.

    Raises:
        UserMistake: one of them is none.
    """
    for name in sorted(names - file.bots.keys()):
        hint = f"There are: {', '.join(file.bots)}."
        raise UserMistake(f"There is no bot {name}{nearest(name, file.bots)}.", hint=hint)
