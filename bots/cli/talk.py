"""How the command line talks to people: on stderr, in plain sentences, with what to do."""

from __future__ import annotations

import sys

from services.errors import OmegaError


def say(text: str) -> None:
    """Write a line for people."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command line's voice


def complain(error: OmegaError) -> None:
    """Say what went wrong, and what to do about it."""
    say(f"error: {error.message}")
    if error.hint:
        say(f"  fix: {error.hint}")
