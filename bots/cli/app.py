"""The commands, their options and their help. Nothing heavy is imported before a command is called.

Data goes to stdout, progress and talk to stderr. Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bots.cli.command import JsonFlag
from bots.cli.command import do as _do
from bots.cli.data import data_app
from bots.cli.persona import persona_app

app = typer.Typer(
    name="omega",
    help="Omega Bot Farm: Discord bots for crypto traders, and a local Discord to try them in.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
config_app = typer.Typer(help="Check and show config/farm.yaml.", no_args_is_help=True)
app.add_typer(config_app, name="config")
app.add_typer(data_app, name="data")
app.add_typer(persona_app, name="persona")

ModeOption = Literal["full", "trading", "monitoring", "dashboard"]
LevelOption = Literal["debug", "info", "warning", "error"]


@app.command(epilog="Example: omega run --only xyko --only market")
def run(
    mode: Annotated[ModeOption, typer.Option(help="Which kinds of bots run.")] = "full",
    only: Annotated[list[str] | None, typer.Option(help="Run just this bot; may be given again.")] = None,
    *,
    echo_logs: Annotated[bool, typer.Option("--echo-logs", help="Write all logs to stdout too.")] = False,
) -> None:
    """Start the farm and keep it running until Ctrl-C."""
    _do("run", mode=mode, only=frozenset(only or ()), echo_logs=echo_logs)


@app.command(epilog="Example: omega status --watch")
def status(
    *,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show it again each second.")] = False,
    json: JsonFlag = False,
) -> None:
    """Show how the running farm is: its bots, addresses and config."""
    _do("status", is_watching=watch, as_json=json)


@app.command(epilog="Example: omega doctor --json")
def doctor(*, json: JsonFlag = False) -> None:
    """Check this machine and the config; each failed check says how to put it right."""
    _do("doctor", as_json=json)


@app.command(epilog='Example: omega say xyko "/price market:BTC/USDT:USDT"')
def say(
    persona: Annotated[str, typer.Argument(help="The bot to talk to.")],
    text: Annotated[str, typer.Argument(help="A slash command with its options, or a message.")],
    as_user: Annotated[str, typer.Option("--as", help="The member who says it.")] = "mia",
    channel: Annotated[str, typer.Option(help="The channel it is said in.")] = "general",
    *,
    json: JsonFlag = False,
) -> None:
    """Say something to a bot through the running sandbox, as a member would, and print its reply."""
    _do("say", persona=persona, text=text, member=as_user, channel=channel, as_json=json)


@app.command(epilog="Example: omega logs xyko -f")
def logs(
    bot: Annotated[str | None, typer.Argument(help="One bot, or farm; all of them when left out.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last ones.")] = 50,
    level: Annotated[LevelOption, typer.Option(help="The least severe level.")] = "debug",
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as they are written.")] = False,
    json: JsonFlag = False,
) -> None:
    """Show the log of a bot, or of all, in the order of time."""
    _do("logs", bot=bot, lines=lines, level=level, is_following=follow, as_json=json)


@app.command(epilog="Example: omega migrate")
def migrate() -> None:
    """Bring the database up to date; the farm does it by itself at its start."""
    _do("migrate")


@app.command(epilog="Example: omega replay breakout --market BTC/USDT:USDT --from 2024-03-01")
def replay(  # noqa: PLR0917 - the options of one command
    strategy: Annotated[str, typer.Argument(help="Such as fibonacci or ema_cross.")],
    market: Annotated[str, typer.Option(help="A perpetual, such as BTC/USDT:USDT.")],
    since: Annotated[str | None, typer.Option("--from", help="UTC; else all there is.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="UTC; else all there is.")] = None,
    timeframe: Annotated[str | None, typer.Option(help="Else the strategy's usual one.")] = None,
    profile: Annotated[str, typer.Option(help="A profile of config/temperaments.yaml.")] = "strategist",
    equity: Annotated[str, typer.Option(help="Money at the start.")] = "10000",
    seed: Annotated[int, typer.Option(help="Of the made-up books and paths inside candles.")] = 1,
    source: Annotated[str, typer.Option(help="One folder of recordings; else the finest that fits.")] = "",
    *,
    json: JsonFlag = False,
) -> None:
    """Run a strategy over recorded candles through the paper engine, and say what came of it.

    Fees, funding, slippage and the way of an order to the book are in it. What a strategy decides at the
    close of a candle meets the market after that close. The result is simulated.
    """
    _do(
        "replay",
        strategy=strategy,
        market=market,
        since=since,
        until=until,
        timeframe=timeframe,
        profile=profile,
        equity=equity,
        seed=seed,
        source=source,
        as_json=json,
    )


@app.command(epilog='Example: omega flat --why "the venue misbehaves"')
def flat(
    account: Annotated[
        list[str] | None, typer.Option(help="An id, the start of one, or a name: every account called so.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason, as members are told.")] = "",
) -> None:
    """Halt trading, cancel every order and close every position; needs neither Redis nor the database."""
    _do("flat", accounts=tuple(account or ()), why=why)


@app.command(epilog="Example: omega resume --all")
def resume(
    *, all_: Annotated[bool, typer.Option("--all", help="The whole farm, and nothing less.")] = False
) -> None:
    """Let the farm trade again after the kill switch; asks for a typed word."""
    _do("resume", is_all=all_)


@config_app.command("check", epilog="Example: omega config check config/farm.yaml")
def config_check(
    file: Annotated[Path | None, typer.Argument(help="The file; else the one the farm would read.")] = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Say whether the farm would take the file, and every reason why not as file:line:key."""
    _do("config_check", file=file, as_json=json)


@config_app.command("show", epilog="Example: omega config show --json")
def config_show(*, json: JsonFlag = False) -> None:
    """Print what is in force, defaults included; secrets only as set or not set."""
    _do("config_show", as_json=json)


def main() -> None:
    """Run the command line."""
    app(prog_name="omega")
