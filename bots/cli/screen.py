"""What `omega run` shows on stderr: one line per change, and where to go once everything is up.

The farm outlives its screen: when nobody reads it any more, nothing is shown and all runs on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from bots.supervisor.bulletin import Severity
from services.clock import Clock
from services.farm.messages import BotState, BotStatus, FarmStatus

_COLOURS: dict[BotState, str] = {
    "ready": "green",
    "unready": "yellow",
    "backoff": "yellow",
    "broken": "red",
    "starting": "dim",
    "stopping": "dim",
    "disabled": "dim",
}
_SEVERITIES: dict[Severity, str] = {"info": "cyan", "warning": "yellow", "error": "red"}
_LONG = timedelta(seconds=5)
"""A start that lasts longer is shown with its reason."""
_CALM_SECONDS = 5.0
"""A bot that says the same again and again gets one line in this time."""
_AGAIN_SECONDS = 30.0
"""What was shown within this time is no news."""


class LineConsole(Console):
    """A console that leaves a broken pipe to its caller instead of ending the process and its stdout."""

    def on_broken_pipe(self) -> None:
        """Say that the reader has gone."""
        raise BrokenPipeError


class RunScreen:
    """Progress as lines, so that it reads the same in a terminal, a pipe and a log."""

    def __init__(self, console: LineConsole, *, logs: str, clock: Clock) -> None:
        self._console = console
        self._logs = logs
        self._clock = clock
        self._rows: dict[str, _Row] = {}
        self._is_lost = self._is_stopping = False

    def bot(self, status: BotStatus) -> None:
        """Show a bot's new state; a new reason for the same state only when something is wrong."""
        row = self._rows.setdefault(status.name, _Row())
        is_new = row.take(status)
        if (is_new or status.state in {"broken", "unready"}) and not row.is_noise(self._clock.monotonic()):
            self._line(row, status)

    def glance(self, status: FarmStatus) -> None:
        """Show what has lasted: a start that takes long, with its reason, and the state after a flutter."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        for bot in status.bots:
            row = self._rows.get(bot.name)
            if row is None or row.shown == (bot.state, bot.reason) or row.is_noise(monotonic):
                continue
            lasts = now - bot.since if bot.since else timedelta()
            is_slow = bot.state == "starting" and bool(bot.reason) and lasts > _LONG
            if is_slow or bot.state == "unready" or (bot.state == "ready" and row.shown[0] == "unready"):
                self._line(row, bot)

    def _line(self, row: _Row, status: BotStatus) -> None:
        row.note(status, self._clock.monotonic())
        line = Text(f"  {status.name:<18}")
        if self._is_stopping and status.state == "disabled":
            line.append("stopped", style=_COLOURS[status.state])
        else:
            line.append(f"{status.state:<10}", style=_COLOURS[status.state])
            line.append(row.took(status) or status.reason)
        line.rstrip()
        self._print(line)

    def say(self, severity: Severity, title: str, detail: str) -> None:
        """Show a sentence."""
        self._print(Text(f"{severity}: {title}", style=_SEVERITIES[severity]))
        for line in detail.splitlines():
            self._print(Text(f"  {line}"))

    def settled(self, status: FarmStatus) -> None:
        """Show where to go."""
        stopped = [bot.name for bot in status.bots if bot.state == "broken"]
        rows = [f"config     {status.config_version}", f"logs       {self._logs}", "stop       Ctrl-C"]
        if chat := status.addresses.get("chat"):
            rows.insert(0, f"chat page  {chat}")
        if stopped:
            rows.append(f"stopped    {', '.join(stopped)}: see `omega status`")
        title = "The farm is up" if not stopped else "The farm is up, not all of it"
        self._print(Panel("\n".join(rows), title=title, title_align="left", expand=False), soft_wrap=False)

    def stopping(self) -> None:
        """Show that it goes down."""
        self._is_stopping = True
        self._print(Text("Stopping in order; Ctrl-C again stops at once."))

    def _print(self, shown: RenderableType, *, soft_wrap: bool = True) -> None:
        if self._is_lost:
            return
        try:
            self._console.print(shown, soft_wrap=soft_wrap)
        except (OSError, ValueError):  # the pipe's reader or the terminal has gone, or the stream is closed
            self._is_lost = True


class _Row:
    """What was shown of one bot."""

    def __init__(self) -> None:
        self.shown: tuple[BotState, str] = ("disabled", "")
        self._now: tuple[BotState, str] = ("disabled", "")
        self._state: BotState | None = None
        self._began: datetime | None = None
        self._told: dict[tuple[BotState, str], float] = {}

    def take(self, status: BotStatus) -> bool:
        """Take note of how it is now and return whether that is another state."""
        is_new = self._state != status.state
        self._state, self._now = status.state, (status.state, status.reason)
        if status.state in {"starting", "unready"} and is_new:
            self._began = status.since
        return is_new

    def is_noise(self, at: float) -> bool:
        """Say whether its state was shown a moment ago and another line of it hardly earlier."""
        self._told = {what: when for what, when in self._told.items() if at - when < _AGAIN_SECONDS}
        is_fluttering = self._now[0] in {"ready", "unready", "starting"} and self._now in self._told
        return is_fluttering and at - max(self._told.values()) < _CALM_SECONDS

    def note(self, status: BotStatus, at: float) -> None:
        """Take note that a line of `status` is shown."""
        self.shown = (status.state, status.reason)
        self._told[self.shown] = at

    def took(self, status: BotStatus) -> str:
        """Return how long a bot was not ready that now is."""
        if status.state != "ready" or self._began is None or status.since is None:
            return ""
        return f"after {(status.since - self._began).total_seconds():.1f} s"
