"""`omega config check`: would the farm take this file?"""

from __future__ import annotations

from pathlib import Path

from bots.cli.secret_checks import doubts
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, Plain, give, give_json, say
from config.loader import load
from config.problems import ConfigError
from config.semantics import look_round
from config.settings import read_settings


def run(*, file: Path | None, as_json: bool) -> int:
    """Print every problem of `file`, or of the file that the farm would read; return the exit code."""
    settings = read_settings()
    path = file or settings.config
    try:
        loaded = load(path, look_round(personas=settings.personas, cogs=settings.root / "cogs"))
    except ConfigError as error:
        _refuse(error, as_json=as_json)
        return EXIT_FAILED
    warnings: list[Plain] = [*doubts(loaded.file, settings)]
    if as_json:
        give_json({"file": str(path), "version": loaded.version, "problems": [], "warnings": warnings})
    else:
        give(f"{path}: in order, version {loaded.version}, {len(loaded.file.bots)} bots")
        for warning in warnings:
            say(f"warning: {warning}")
    return EXIT_DONE


def _refuse(error: ConfigError, *, as_json: bool) -> None:
    if as_json:
        problems: list[Plain] = [
            {"line": problem.line, "key": problem.key, "expected": problem.expected}
            for problem in error.problems
        ]
        give_json({"file": error.problems[0].file, "version": None, "problems": problems})
        return
    give(str(error))
    say(f"{len(error.problems)} to put right.")
