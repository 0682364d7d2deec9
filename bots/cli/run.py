"""`omega run`: the farm in the foreground, its progress on stderr."""

from __future__ import annotations

from bots.cli.screen import PlainScreen
from bots.cli.talk import complain
from bots.farm import FarmOptions, run_farm
from config.farm_file import Mode
from services.errors import Misconfigured

EXIT_FAILED = 1


def run(*, mode: Mode, only: frozenset[str]) -> int:
    """Run a farm until it is stopped, and return the exit code."""
    try:
        return run_farm(FarmOptions(mode=mode, only=only), PlainScreen())
    except Misconfigured as error:
        complain(error)
        return EXIT_FAILED
