"""Tells what happens in the farm: to its log, the screen, the admins and the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal, Protocol

import structlog

from bots.supervisor.fleet import Change
from bots.supervisor.life import Exit
from bots.supervisor.outbox import Outbox
from services.clock import Clock
from services.farm.messages import FARM_NOTICES, BotStatus, FarmNotice
from services.members.messages import AUDIT, AuditEntry

BY_FILE = "farm.yaml"
"""The actor of a change that somebody made by editing the file."""

Severity = Literal["info", "warning", "error"]
log = structlog.get_logger(__name__)


class Screen(Protocol):
    """Where the person who started the farm sees it."""

    def bot(self, status: BotStatus) -> None:
        """Show a bot's new state."""
        ...

    def say(self, severity: Severity, title: str, detail: str) -> None:
        """Show a sentence."""
        ...


class Bulletin:
    """The journal of all bots. `news` is set whenever what `omega status` shows has changed."""

    def __init__(self, *, outbox: Outbox, clock: Clock, screen: Screen) -> None:
        self.news = asyncio.Event()
        self._outbox = outbox
        self._clock = clock
        self._screen = screen
        self._last: dict[str, BotStatus] = {}
        self._count = 0

    def moved(self, status: BotStatus) -> None:
        """Take note of a bot's new state, reason or pid."""
        before = self._last.get(status.name)
        self._last[status.name] = status
        self.news.set()
        if before is None or (before.state, before.reason) != (status.state, status.reason):
            log.info("bot_moved", bot=status.name, state=status.state, reason=status.reason, pid=status.pid)
            self._screen.bot(status)

    def ended(self, name: str, exit_: Exit) -> None:
        """Take note that a process ended although nobody had asked it to."""
        log.warning("bot_ended", bot=name, code=exit_.code, was_ready=exit_.was_ready, reason=exit_.reason)

    def gave_up(self, name: str, reason: str) -> None:
        """Tell the admins that a bot is left stopped."""
        log.error("bot_left_stopped", bot=name, reason=reason)
        self.notice("error", f"{name} is left stopped", reason)

    def config_refused(self, problems: str) -> None:
        """Tell the admins that the farm keeps its old config."""
        log.error("config_refused", problems=problems)
        self.notice("error", "farm.yaml is refused, the farm keeps what it runs", problems)

    def config_taken(self, version: str, changes: Sequence[Change], *, actor: str, is_mended: bool) -> None:
        """Take note of a config that runs now; what somebody changed in the file goes to the audit log."""
        log.info("config_taken", version=version, changes=[f"{each.bot} {each.action}" for each in changes])
        self.news.set()
        if is_mended:
            self.notice("info", "farm.yaml is in order again", f"version {version} runs")
        if actor == BY_FILE:
            for change in changes:
                self.audit(actor, change.action, change.bot, f"config {version}")

    def notice(self, severity: Severity, title: str, detail: str) -> None:
        """Tell the admins and the screen."""
        at = self._clock.now()
        notice = FarmNotice(id=self._id(), at=at, severity=severity, title=title, detail=detail)
        self._outbox.put(FARM_NOTICES, notice)
        self._screen.say(severity, title, detail)
        self.news.set()

    def audit(self, actor: str, action: str, subject: str, detail: str) -> None:
        """Write a change into the audit log."""
        entry = AuditEntry(
            id=self._id(),
            at=self._clock.now(),
            actor=actor,
            action=action,
            subject=subject,
            outcome="done",
            detail=detail,
        )
        self._outbox.put(AUDIT, entry)

    def _id(self) -> str:
        self._count += 1
        return f"farm-{self._clock.now():%Y%m%dT%H%M%S%f}-{self._count}"
