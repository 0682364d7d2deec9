"""`omega data list`: what ``var/history`` holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bots.cli.data_words import ORIGINS, origins
from bots.cli.talk import EXIT_DONE, Plain, give_json, say
from config.settings import read_settings
from services.exchange.history.history import Extent, open_history
from services.exchange.history.series import check_venue, venues_in

_UNWRAPPED = 10_000
"""The width of what is no terminal: whoever reads a pipe wants one line for one thing."""
_NUMBERS = ("candles", "gaps", "missing", "size")
_HEADINGS = ("venue", "market", "timeframe", "from", "to", *_NUMBERS, "origin")
_MB = 1e6


def run(*, venue: str | None, as_json: bool) -> int:
    """Print a row for each series; return the exit code.

    Raises:
        StoreUnavailable: a file is damaged.
        UserMistake: no venue can be called so.
    """
    root = read_settings().var / "history"
    if venue:
        check_venue(venue)
    extents = asyncio.run(_extents(root, [venue] if venue else venues_in(root)))
    if as_json:
        give_json([_plain(extent) for extent in extents])
    elif extents:
        _print(extents)
    else:
        say(f"There is no history in {root}. The farm writes it as it runs; `omega data import` adds to it.")
    return EXIT_DONE


async def _extents(root: Path, venues: Sequence[str]) -> list[Extent]:
    found: list[Extent] = []
    for venue in venues:
        async with open_history(root, venue) as history:
            found += await history.listing()
    return found


def _print(extents: Sequence[Extent]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _UNWRAPPED
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, no_wrap=True, justify="right" if heading in _NUMBERS else "left")
    for extent in extents:
        series = extent.series
        times = (f"{moment:%Y-%m-%d %H:%M}" for moment in (extent.start, extent.end))
        counts = (f"{count:,}" for count in (extent.candles, extent.gaps, extent.missing))
        table.add_row(
            *(series.venue, series.market, series.timeframe, *times, *counts),
            f"{extent.size / _MB:,.2f} MB",
            origins(extent.natures),
        )
    console.print(table)


def _plain(extent: Extent) -> Plain:
    return {
        "venue": extent.series.venue,
        "market": extent.series.market,
        "timeframe": extent.series.timeframe,
        "from": extent.start.isoformat(),
        "to": extent.end.isoformat(),
        "candles": extent.candles,
        "gaps": extent.gaps,
        "missing": extent.missing,
        "bytes": extent.size,
        "origins": {ORIGINS[nature]: count for nature, count in extent.natures.items()},
    }
