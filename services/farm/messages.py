"""What the farm (the supervisor) answers. Each request that changes something carries an id and who asked."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.bus.messages import Key, Log, Message, Request
from services.members.messages import Caller

BotState = Literal["disabled", "starting", "ready", "unready", "backoff", "broken", "stopping"]
"""unready: alive, and something it stands on is away. broken: left stopped, with the reason."""


class BotStatus(Message, frozen=True, kw_only=True):
    """One process of the farm."""

    name: str
    kind: str
    state: BotState
    reason: str = ""
    pid: int | None = None
    restarts: int = 0
    since: datetime | None = None
    rss_mb: float | None = None


class FarmStatus(Message, frozen=True, kw_only=True):
    """The whole farm: its bots, the version of the config that runs, and why a newer one was refused."""

    mode: str
    bots: list[BotStatus]
    config_version: str
    config_error: str = ""
    started_at: datetime
    addresses: dict[str, str]


class LogLines(Message, frozen=True, kw_only=True):
    """Lines of a bot's log, oldest first."""

    lines: list[str]


class Done(Message, frozen=True, kw_only=True):
    """The change is made; `detail` says what it was."""

    detail: str


class GetFarm(Request[FarmStatus], frozen=True, kw_only=True, tag="farm.get_farm"):
    """Ask how the farm is; needs the right admin."""

    caller: Caller


class ToggleBot(Request[Done], frozen=True, kw_only=True, tag="farm.toggle_bot"):
    """Write `enabled:` of a bot into farm.yaml.

    Raises `UserMistake` for an unknown bot and for switching off the guide, which alone could undo it, and
    `Misconfigured` where the file is read-only.
    """

    id: str
    caller: Caller
    bot: str
    enabled: bool


class RestartBot(Request[Done], frozen=True, kw_only=True, tag="farm.restart_bot"):
    """Stop a bot in order and start it again; also the way out of the state broken.

    What carries the answer to the admin is restarted a moment after it.
    """

    id: str
    caller: Caller
    bot: str


class ReloadConfig(Request[Done], frozen=True, kw_only=True, tag="farm.reload_config"):
    """Read farm.yaml now. Raises `Misconfigured` with file:line:key when it is refused."""

    id: str
    caller: Caller


class GetLogs(Request[LogLines], frozen=True, kw_only=True, tag="farm.get_logs"):
    """Ask for the last lines of a bot's log; needs the right admin."""

    caller: Caller
    bot: str
    lines: int = 20


FARM_STATUS = Key("farm", FarmStatus)


class FarmNotice(Message, frozen=True, kw_only=True):
    """Something an operator should hear of: a bot left stopped, a config refused. Waze posts it."""

    id: str
    at: datetime
    severity: Literal["info", "warning", "error"]
    title: str
    detail: str


FARM_NOTICES = Log("farm_notices", FarmNotice)
