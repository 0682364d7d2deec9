"""What `omega run` shows on stderr: one line per change, and where to go once everything is up."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bots.supervisor.bulletin import Severity
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


class RunScreen:
    """Progress as lines, so that it reads the same in a terminal, a pipe and a log."""

    def __init__(self, console: Console, *, logs: str) -> None:
        self._console = console
        self._logs = logs
        self._states: dict[str, BotState] = {}
        self._began: dict[str, datetime] = {}

    def bot(self, status: BotStatus) -> None:
        """Show a bot's new state; a new reason for the same state only when something is wrong."""
        is_new = self._states.get(status.name) != status.state
        self._states[status.name] = status.state
        if status.state in {"starting", "unready"} and is_new and status.since:
            self._began[status.name] = status.since
        if is_new or status.state in {"broken", "unready"}:
            self._line(status)

    def _line(self, status: BotStatus) -> None:
        line = Text(f"  {status.name:<18}")
        line.append(f"{status.state:<10}", style=_COLOURS[status.state])
        line.append(self._after(status) or status.reason)
        line.rstrip()
        self._print(line)

    def _after(self, status: BotStatus) -> str:
        began = self._began.get(status.name)
        if status.state != "ready" or began is None or status.since is None:
            return ""
        return f"after {(status.since - began).total_seconds():.1f} s"

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
        self._console.print(Panel("\n".join(rows), title=title, title_align="left", expand=False))

    def stopping(self) -> None:
        """Show that it goes down."""
        self._print(Text("Stopping in order; Ctrl-C again stops at once."))

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)
