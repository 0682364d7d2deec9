"""What `omega run` shows: one line per change, and where to go once everything is up."""

from __future__ import annotations

from bots.cli.talk import say
from bots.supervisor.bulletin import Severity
from services.farm.messages import BotStatus, FarmStatus


class PlainScreen:
    """Lines on stderr."""

    def bot(self, status: BotStatus) -> None:
        """Show a bot's new state."""
        say(f"{status.name:<16} {status.state:<9} {status.reason}".rstrip())

    def say(self, severity: Severity, title: str, detail: str) -> None:
        """Show a sentence."""
        say(f"{severity}: {title}: {detail}")

    def settled(self, status: FarmStatus) -> None:
        """Show where to go."""
        say("\nThe farm is up.")
        if chat := status.addresses.get("chat"):
            say(f"  chat page   {chat}")
        say("  stop        Ctrl-C\n")
