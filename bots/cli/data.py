"""`omega data ...`: the candle history in ``var/history``, its options and their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots.cli.command import JsonFlag, do

data_app = typer.Typer(
    help="Look at the candle history, import into it and export from it.", no_args_is_help=True
)

VenueOption = Annotated[str | None, typer.Option(help="Such as binance; else all, or what the name says.")]
MarketOption = Annotated[str | None, typer.Option(help="BTC/USDT, or BTC/USDT:USDT for the perpetual.")]
TimeframeOption = Annotated[str | None, typer.Option(help="Such as 1m or 4h.")]


@data_app.command("import", epilog="Example: omega data import candles.csv --venue kraken --market BTC/USD")
def data_import(
    paths: Annotated[list[Path], typer.Argument(help="Feather, Parquet or CSV files, or folders of them.")],
    venue: VenueOption = None,
    market: MarketOption = None,
    timeframe: TimeframeOption = None,
) -> None:
    """Take candles from files into the history; what is there already is skipped, so it can be repeated.

    What a file is of is taken from its name where no option says it. Times without a zone are UTC. A file
    with a single bad row is refused whole, with the line; so is one whose candles are further apart, or
    closer together, than the timeframe that is said.
    """
    do("data_import", paths=paths, venue=venue, market=market, timeframe=timeframe)


@data_app.command("list", epilog="Example: omega data list --json")
def data_list(venue: VenueOption = None, *, json: JsonFlag = False) -> None:
    """Show what the history holds: from when to when, how many candles, of which origin, what is missing.

    A candle is live, recorded (imported, or played from a recording) or simulated (made up).
    """
    do("data_list", venue=venue, as_json=json)


@data_app.command("verify", epilog="Example: omega data verify --venue binance --allow-gaps")
def data_verify(
    venue: VenueOption = None,
    market: MarketOption = None,
    timeframe: TimeframeOption = None,
    *,
    allow_gaps: Annotated[bool, typer.Option("--allow-gaps", help="Missing candles are no flaw.")] = False,
    json: JsonFlag = False,
) -> None:
    """Check order, grid, prices, gaps, check sums, and that the timeframes of a market agree."""
    do("data_verify", venue=venue, market=market, timeframe=timeframe, allows_gaps=allow_gaps, as_json=json)


@data_app.command(
    "export",
    epilog="Example: omega data export btc.csv --venue binance --market BTC/USDT:USDT --timeframe 1h",
)
def data_export(
    file: Annotated[Path, typer.Argument(help="Where to: .csv or .parquet.")],
    venue: Annotated[str, typer.Option(help="Such as binance.")],
    market: Annotated[str, typer.Option(help="BTC/USDT, or BTC/USDT:USDT for the perpetual.")],
    timeframe: Annotated[str, typer.Option(help="Such as 1m or 4h.")],
    *,
    start: Annotated[str | None, typer.Option(help="The first time that a candle may open, UTC.")] = None,
    end: Annotated[str | None, typer.Option(help="Candles that open at this time or later stay out.")] = None,
) -> None:
    """Write candles of one market, with where they come from, into a file for other programs."""
    do(
        "data_export",
        file=file,
        venue=venue,
        market=market,
        timeframe=timeframe,
        start=start,
        end=end,
    )
