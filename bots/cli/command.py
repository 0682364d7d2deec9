"""What every command does when it is called, and the options that several have. Imports nothing heavy."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def do(command: str, **options: object) -> None:
    """Call ``bots.cli.<command>.run`` and end with its exit code."""
    from bots.cli.talk import obey  # noqa: PLC0415 - loaded when a command is called

    sys.exit(obey(lambda: import_module(f"bots.cli.{command}").run(**options)))
