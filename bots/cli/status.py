"""`omega status`: the running farm as var/run/farm.json tells it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bots.cli.talk import EXIT_DONE, EXIT_FAILED, give, say
from bots.supervisor.ground import is_held
from bots.supervisor.record import FarmRecord, read_record
from config.settings import read_settings
from services.clock import Clock, SystemClock
from services.farm.messages import BotStatus

_EVERY_SECONDS = 1.0
_UNWRAPPED = 10_000
"""The width of what is no terminal: whoever reads a pipe wants one line for one thing."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints; `farm` is None when none runs."""

    is_running: bool
    var: str
    farm: FarmRecord | None


def run(*, is_watching: bool, as_json: bool) -> int:
    """Print how the farm is, once or each second.

    Returns:
        The exit code: 1 when none runs, its config is refused or a bot is left stopped.
    """
    var, clock = read_settings().var, SystemClock()
    if as_json:
        return _as_json(var, is_watching=is_watching)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _UNWRAPPED
    elif is_watching:
        return _watch(var, console, clock)
    shown = _look(var)
    for shown in _looks(var, is_watching=is_watching):
        console.print(_drawn(shown, clock))
    return _verdict(shown)


def _verdict(shown: Shown) -> int:
    if shown.farm is None:
        return EXIT_FAILED
    status = shown.farm.status
    is_well = not status.config_error and all(bot.state != "broken" for bot in status.bots)
    return EXIT_DONE if is_well else EXIT_FAILED


def _look(var: Path) -> Shown:
    record = read_record(var / "run" / "farm.json") if is_held(var) else None
    return Shown(is_running=record is not None, var=str(var), farm=record)


def _looks(var: Path, *, is_watching: bool) -> Iterator[Shown]:
    yield _look(var)
    while is_watching:
        time.sleep(_EVERY_SECONDS)
        yield _look(var)


def _as_json(var: Path, *, is_watching: bool) -> int:
    shown = _look(var)
    for shown in _looks(var, is_watching=is_watching):
        encoded = msgspec.json.encode(shown)
        give((encoded if is_watching else msgspec.json.format(encoded, indent=2)).decode())
    return _verdict(shown)


def _watch(var: Path, console: Console, clock: Clock) -> int:
    with Live(console=console, auto_refresh=False, screen=True) as live:
        for shown in _looks(var, is_watching=True):
            live.update(_drawn(shown, clock), refresh=True)
    return EXIT_DONE


def _drawn(shown: Shown, clock: Clock) -> RenderableType:
    if shown.farm is None:
        return Text(f"No farm runs on {shown.var}. Start one with: omega run")
    record = shown.farm
    status = record.status
    rows = [
        f"farm     pid {record.farm.pid}, mode {status.mode}, up {_age(status.started_at, clock)}",
        f"config   {record.config}, version {status.config_version}",
        f"logs     {record.logs}",
        *(f"{name:<8} {url}" for name, url in status.addresses.items()),
    ]
    refused = (
        [Text(f"config is refused, the old one runs:\n{status.config_error}")] if status.config_error else []
    )
    reasons = [Text(f"{bot.name}: {bot.reason}") for bot in status.bots if bot.reason]
    return Group(*map(Text, rows), *refused, Text(), _table(status.bots, clock), *reasons)


def _table(bots: list[BotStatus], clock: Clock) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in ("bot", "kind", "state", "since", "restarts", "MB", "pid"):
        table.add_column(heading, no_wrap=True)
    for bot in bots:
        size = f"{bot.rss_mb:.0f}" if bot.rss_mb is not None else "-"
        since = _age(bot.since, clock) if bot.since else "-"
        pid = str(bot.pid) if bot.pid is not None else "-"
        table.add_row(bot.name, bot.kind, bot.state, since, str(bot.restarts), size, pid)
    return table


def _age(since: datetime, clock: Clock) -> str:
    return str(timedelta(seconds=max(0, int((clock.now() - since.astimezone(UTC)).total_seconds()))))


def tell_that_none_runs(var: Path) -> int:
    """Say that there is no running farm, for commands that need one; return the exit code."""
    say(f"error: No farm runs on {var}.")
    say("  fix: Start one with `omega run`, or name its folder in OMEGA_VAR.")
    return EXIT_FAILED
