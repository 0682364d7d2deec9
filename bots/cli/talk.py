"""How the command line talks to people and what its exit codes mean."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable

from config.settings import SettingsError
from services.errors import Misconfigured, OmegaError, UserMistake
from services.logs import configure_logs

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_MISUSED = 2
EXIT_INTERRUPTED = 130

Plain = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None


def say(text: str) -> None:
    """Write a line for people, on stderr; when nobody reads it any more, it is dropped."""
    with contextlib.suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command line's voice


def give(text: str) -> None:
    """Write a line of data, on stdout."""
    print(text, flush=True)  # noqa: T201 - the command line's result


def give_json(value: Plain) -> None:
    """Write data for programs, on stdout."""
    give(json.dumps(value, indent=2, ensure_ascii=False))


def complain(error: OmegaError) -> None:
    """Say what went wrong, and what to do about it."""
    say(f"error: {error.message}")
    if error.hint:
        say(f"  fix: {error.hint}")


def obey(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; an error of ours becomes two lines instead of a trace.

    An error that leaves a group of tasks alone is treated as if it had come without the group.
    """
    configure_logs(process="omega", level="error", stream=sys.stderr)
    try:
        return command()
    except (OmegaError, SettingsError, KeyboardInterrupt, BrokenPipeError, BaseExceptionGroup) as error:
        code = _answered(_innermost(error))
        if code is None:
            raise
        return code


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _answered(error: BaseException) -> int | None:
    """Say what can be said of an error and return the exit code; None for a defect."""
    match error:
        case OmegaError():
            complain(error)
            return EXIT_MISUSED if isinstance(error, UserMistake) else EXIT_FAILED
        case SettingsError():
            complain(Misconfigured(str(error), hint="Put the variable or its file right."))
            return EXIT_FAILED
        case KeyboardInterrupt():
            return EXIT_INTERRUPTED
        case BrokenPipeError():  # the reader of our output has had enough; nothing is left to flush to it
            _drop_output()
            return EXIT_DONE
    return None


def _drop_output() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
