"""`omega run`: the farm in the foreground, its progress on stderr."""

from __future__ import annotations

from rich.console import Console

from bots.cli.screen import RunScreen
from bots.cli.talk import give
from bots.farm import FarmOptions, run_farm
from config.farm_file import Mode
from config.settings import read_settings


def run(*, mode: Mode, only: frozenset[str], echo_logs: bool) -> int:
    """Run a farm until it is stopped, and return the exit code.

    Raises:
        Misconfigured: it cannot start.
    """
    screen = RunScreen(Console(stderr=True, highlight=False), logs=str(read_settings().var / "logs"))
    return run_farm(FarmOptions(mode=mode, only=only, echo=give if echo_logs else None), screen)
