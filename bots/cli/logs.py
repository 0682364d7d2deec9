"""`omega logs`: the JSON lines of the processes, in the order of time, as people read them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from bots.cli.talk import EXIT_DONE, EXIT_FAILED, give, say
from bots.supervisor.logfiles import Follower, last_lines
from config.problems import nearest
from config.settings import read_settings

_LEVELS = ("debug", "info", "warning", "error", "critical")
_COLOURS = {"warning": "yellow", "error": "red", "critical": "red", "debug": "dim"}
_POLL_SECONDS = 0.2
_SHOWN_APART = frozenset({"timestamp", "level", "process", "event", "logger", "exception"})

Field = str | int | float | bool | list[object] | dict[str, object] | None


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line of a log; what is no JSON of ours (a trace of the interpreter) has no time and no level."""

    at: str
    bot: str = field(compare=False)
    raw: str = field(compare=False)
    facts: dict[str, Field] = field(compare=False)

    @property
    def level(self) -> str:
        """Return its level; what has none is shown as an error, since nothing else writes such lines."""
        return str(self.facts.get("level", "error"))


def run(*, bot: str | None, lines: int, level: str, is_following: bool, as_json: bool) -> int:
    """Print the last lines, then the new ones for as long as `is_following`; return the exit code."""
    folder = read_settings().var / "logs"
    names = [path.stem for path in _paths(folder, None)]
    if bot is not None and bot not in names:
        say(f"error: There is no log of {bot} in {folder}{nearest(bot, names)}.")
        return EXIT_FAILED
    if not names:
        say(f"There are no logs in {folder} yet.")
    show = _raw if as_json else _Pretty(Console(highlight=False, soft_wrap=True)).show
    for line in _followed(folder, bot, lines) if is_following else _last(_paths(folder, bot), lines):
        if _LEVELS.index(level) <= _LEVELS.index(line.level):
            show(line)
    return EXIT_DONE


def _paths(folder: Path, bot: str | None) -> list[Path]:
    return [path for path in sorted(folder.glob("*.log")) if bot in {None, path.stem}]


def _raw(line: Line) -> None:
    give(line.raw)


class _Pretty:
    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, line: Line) -> None:
        """Print time (local), level, process, event and facts; a trace below."""
        if not line.facts:
            self._console.print(Text(f"{'':12} {line.bot:<16} {line.raw}"))
            return
        local = datetime.fromisoformat(line.at).astimezone().strftime("%H:%M:%S.%f")[:-3]
        text = Text(f"{local} ")
        text.append(f"{line.level:<8}", style=_COLOURS.get(line.level, ""))
        text.append(f"{line.bot:<16} ", style="cyan")
        text.append(str(line.facts.get("event", "")), style="bold")
        facts = [f"{key}={value}" for key, value in line.facts.items() if key not in _SHOWN_APART]
        text.append("".join(f"  {fact}" for fact in facts))
        self._console.print(text)
        if trace := line.facts.get("exception"):
            self._console.print(Text(_trace(trace)))


def _trace(trace: Field) -> str:
    return trace if isinstance(trace, str) else msgspec.json.format(msgspec.json.encode(trace)).decode()


def _read(bot: str, raw: str) -> Line:
    try:
        facts = msgspec.json.decode(raw, type=dict[str, Field])
    except (msgspec.DecodeError, UnicodeEncodeError):
        return Line("", bot, raw, {})
    return Line(str(facts.get("timestamp", "")), bot, raw, facts if "timestamp" in facts else {})


def _last(paths: list[Path], count: int) -> list[Line]:
    found: list[Line] = []
    for path in paths:
        at = ""
        for raw in last_lines(path, count):
            line = _read(path.stem, raw)
            at = line.at or at  # a trace belongs to the line before it
            found.append(Line(at, line.bot, line.raw, line.facts))
    return sorted(found)[-count:] if count else []


def _followed(folder: Path, bot: str | None, count: int) -> Iterator[Line]:
    follower = Follower(folder)
    yield from _last(_paths(folder, bot), count)
    while True:
        yield from sorted(_read(name, raw) for name, raw in follower.fresh() if bot in {None, name})
        sys.stdout.flush()
        time.sleep(_POLL_SECONDS)
