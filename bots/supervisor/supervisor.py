"""What can be asked of a running farm: its status, a toggle, a restart, a reload, a log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bots.supervisor.blueprint import Architect, Blueprint
from bots.supervisor.bot import Bot
from bots.supervisor.bulletin import BY_FILE, Bulletin
from bots.supervisor.fleet import Fleet
from bots.supervisor.logfiles import last_lines
from config.edit import EditRefused, set_enabled
from config.problems import nearest
from config.semantics import GUIDE
from services.errors import Misconfigured, UserMistake
from services.farm.messages import FarmStatus

_ANSWER_SECONDS = 1.0
"""How long a bot that is asked to restart has to say that it does."""


class Supervisor:
    """The farm as its service, its watcher and its command line see it."""

    def __init__(
        self,
        *,
        architect: Architect,
        blueprint: Blueprint,
        fleet: Fleet,
        bulletin: Bulletin,
        started_at: datetime,
        addresses: Callable[[], dict[str, str]],
        config: Path,
        logs: Path,
    ) -> None:
        self.config_taken = asyncio.Event()
        self._architect = architect
        self.blueprint = blueprint
        self._fleet = fleet
        self._bulletin = bulletin
        self._started_at = started_at
        self._addresses = addresses
        self._config = config
        self._logs = logs
        self._config_error = ""

    def start(self) -> None:
        """Start what the blueprint wants."""
        self._fleet.apply(self.blueprint.plans)

    def snapshot(self) -> FarmStatus:
        """Return how the farm is now."""
        return FarmStatus(
            mode=self._architect.mode,
            bots=self._fleet.statuses(),
            config_version=self.blueprint.loaded.version,
            config_error=self._config_error,
            started_at=self._started_at,
            addresses={**self._addresses(), **self._fleet.addresses()},
        )

    def reload(self, *, actor: str, is_settled: bool = True) -> str:
        """Read the config now and follow it; return what that changed.

        Raises:
            Misconfigured: it is refused, and the old one runs on.
        """
        try:
            new = self._architect.draw()
        except Misconfigured as error:
            if is_settled and error.message != self._config_error:
                self._config_error = error.message
                self._bulletin.config_refused(f"{error.message}\n{error.hint}")
            raise
        is_mended, self._config_error = bool(self._config_error), ""
        old = self.blueprint.loaded.version
        self.blueprint = new
        self.config_taken.set()
        changes = self._fleet.apply(new.plans)
        version = new.loaded.version
        if changes or is_mended or version != old:
            self._bulletin.config_taken(version, changes, actor=actor, is_mended=is_mended)
        said = ", ".join(f"{change.bot} {change.action}" for change in changes) or "nothing to change"
        return f"config {version}: {said}"

    def follow_file(self, *, is_settled: bool) -> bool:
        """Follow the file after somebody saved it; return whether it could be followed.

        Only a refusal that `is_settled` is told to the admins: before that, it may be half-written.
        """
        try:
            self.reload(actor=BY_FILE, is_settled=is_settled)
        except Misconfigured:
            return False
        return True

    def toggle(self, bot: str, *, enabled: bool, actor: str) -> str:
        """Write `enabled:` of a bot into the farm file and follow it.

        Raises:
            UserMistake: no such bot.
            Misconfigured: the file is read-only or refused.
        """
        if bot not in self.blueprint.loaded.file.bots:
            raise self._unknown(bot)
        try:
            set_enabled(self._config, bot, enabled=enabled)
        except EditRefused as error:
            raise Misconfigured(str(error), hint=error.hint) from error
        self.reload(actor=actor)
        return f"{bot} is switched {'on' if enabled else 'off'}"

    def restart(self, bot: str) -> str:
        """Stop a bot in order and start it again; one that carries the answer to this, a moment later.

        Raises:
            UserMistake: no such bot, or it is switched off.
        """
        found = self._find(bot)
        if found.plan.off:
            raise UserMistake(
                f"{bot} does not run: {found.plan.off}.", hint=f"Switch it on: /farm toggle {bot}"
            )
        if self.is_guide(bot) or found.plan.kind == "sandbox_discord":
            asyncio.get_running_loop().call_later(_ANSWER_SECONDS, found.restart)
        else:
            found.restart()
        return f"{bot} restarts"

    def is_guide(self, bot: str) -> bool:
        """Say whether members reach the farm's commands through this bot."""
        entry = self.blueprint.loaded.file.bots.get(bot)
        return entry is not None and entry.persona_of(bot) == GUIDE

    def log_lines(self, bot: str, count: int) -> list[str]:
        """Return the last lines of a bot's log, oldest first; ``farm`` is the farm's own.

        Raises:
            UserMistake: no such bot.
        """
        if bot != "farm":
            self._find(bot)
        return last_lines(self._logs / f"{bot}.log", count)

    def _find(self, name: str) -> Bot:
        bot = self._fleet.find(name)
        if bot is not None:
            return bot
        if name in self.blueprint.loaded.file.bots:
            hint = "Do it where that farm runs; in a cluster, on the bot's own Deployment."
            raise UserMistake(f"{name} is run by another farm.", hint=hint)
        raise self._unknown(name)

    def _unknown(self, name: str) -> UserMistake:
        names = self.blueprint.loaded.file.bots
        hint = f"There are: {', '.join(names)}."
        return UserMistake(f"There is no bot {name}{nearest(name, names)}.", hint=hint)
