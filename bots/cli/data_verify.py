"""`omega data verify`: looks for what is wrong with the history. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from bots.cli.data_words import counted, origins
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, Plain, give, give_json, say
from config.settings import read_settings
from services.errors import StoreUnavailable
from services.exchange.history.parquet import connect
from services.exchange.history.series import Series, check_venue, series_in, venues_in
from services.exchange.history.shelf import Shelf
from services.exchange.history.verify import Flaw, disagreements, flaws_of


def run(
    *, venue: str | None, market: str | None, timeframe: str | None, allows_gaps: bool, as_json: bool
) -> int:
    """Print every flaw, and where the candles come from; return the exit code.

    It is 1 when there is a flaw or there is nothing to look at.

    Raises:
        UserMistake: no venue can be called so.
    """
    root = read_settings().var / "history"
    if venue:
        check_venue(venue)
    checked = [
        series
        for one in ([venue] if venue else venues_in(root))
        for series in series_in(root, one)
        if market in {None, series.market} and timeframe in {None, series.timeframe}
    ]
    flaws: list[Flaw] = []
    for flaw in _flaws(root, checked):
        if allows_gaps and flaw.kind == "gap":
            continue
        flaws.append(flaw)
        if not as_json:
            give(f"{flaw.series}: {flaw.kind}: {flaw.what}")
    if as_json:
        give_json([_plain(flaw) for flaw in flaws])
    _tell_origins(root, checked)
    found = f"{len(checked)} series looked at, {counted(len(flaws), 'flaw')}."
    say(found if checked else f"Nothing of it is in {root}.")
    return EXIT_FAILED if flaws or not checked else EXIT_DONE


def _flaws(root: Path, checked: list[Series]) -> Iterator[Flaw]:
    with connect() as database:
        yield from chain.from_iterable(flaws_of(root, series, database) for series in checked)
        for venue in sorted({series.venue for series in checked}):
            yield from disagreements(root, [one for one in checked if one.venue == venue], database)


def _tell_origins(root: Path, checked: list[Series]) -> None:
    with connect() as database:
        for series in checked:
            shelf = Shelf(series.folder(root), step_ms=series.step_ms, source=series.venue)
            with suppress(StoreUnavailable):  # told as a flaw
                if natures := shelf.natures(database):
                    say(f"{series}: {counted(sum(natures.values()), 'candle')}, {origins(natures)}")


def _plain(flaw: Flaw) -> Plain:
    return {
        "venue": flaw.series.venue,
        "market": flaw.series.market,
        "timeframe": flaw.series.timeframe,
        "kind": flaw.kind,
        "what": flaw.what,
    }
