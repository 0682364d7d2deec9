"""The commands, their options and their help. Nothing heavy is imported before a command is called.

Data goes to stdout, progress and talk to stderr. Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="omega",
    help="Omega Bot Farm: Discord bots for crypto traders, and a local Discord to try them in.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config_app = typer.Typer(name="config", help="Check and show config/farm.yaml.", no_args_is_help=True)
app.add_typer(config_app)

ModeOption = Literal["full", "trading", "monitoring", "dashboard"]


@app.command(epilog="Example: omega run --only xyko --only market")
def run(
    mode: Annotated[ModeOption, typer.Option(help="Which kinds of bots run.")] = "full",
    only: Annotated[list[str] | None, typer.Option(help="Run just this bot; may be given again.")] = None,
) -> None:
    """Start the farm and keep it running until Ctrl-C."""
    from bots.cli import run as command  # noqa: PLC0415 - the farm is imported when it is started

    sys.exit(command.run(mode=mode, only=frozenset(only or ())))


def main() -> None:
    """Run the command line."""
    app()
