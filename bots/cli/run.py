"""`omega run`: the farm in the foreground, its progress on stderr."""

from __future__ import annotations

from bots.cli.screen import LineConsole, RunScreen
from bots.cli.talk import give
from bots.farm import FarmOptions, run_farm
from config.farm_file import Mode
from config.settings import read_settings
from services.clock import SystemClock


def run(*, mode: Mode, only: frozenset[str], echo_logs: bool) -> int:
    """Run a farm until it is stopped, and return the exit code.

    Raises:
        Misconfigured: it cannot start.
    """
    console, clock = LineConsole(stderr=True, highlight=False), SystemClock()
    screen = RunScreen(console, logs=str(read_settings().var / "logs"), clock=clock)
    return run_farm(FarmOptions(mode=mode, only=only, echo=give if echo_logs else None), screen)
