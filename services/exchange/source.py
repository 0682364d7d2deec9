"""Chooses and opens the exchange that the configuration asks for.

A market that is not live goes on where wall time says, whatever process played it before. The simulated one
does so for 14 days, after which it begins anew at its configured prices. A replay does so while its recording
lasts and if it was away for ten minutes at most, such as when the process was killed; else it begins again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import structlog

from analytics.candles import Candles
from config.farm_file import ExchangeSection
from config.markets import MarketsError, read_markets
from services.clock import Clock
from services.errors import Misconfigured
from services.exchange.exchange import Exchange
from services.exchange.played.beginning import Patience, go_on_or_begin, place_of
from services.exchange.recorded.recording import Recording, recordings_in

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = timedelta(minutes=10)
"""Of a replay; after a longer one whoever looks is not in the middle of it any more."""


@asynccontextmanager
async def open_exchange(
    section: ExchangeSection, *, root: Path, data: Path, var: Path, clock: Clock
) -> AsyncIterator[Exchange]:
    """Open what `section` asks for: `auto` is the recording where there is one, else the simulated market.

    Args:
        section: the source, the recording's folder below `data`, and the seed.
        root: where this project's packages and config are.
        data: where recorded data is; may be missing.
        var: where ``history/`` is written, which says when the market began, too.
        clock: runs market time.

    Raises:
        Misconfigured: a replay is asked for and there is no recording, or the recording is of no use.
        ExchangeUnavailable: the recording could not be converted this time.
    """
    recordings = [] if section.source == "simulated" else _minutes_in(section, data)
    if recordings:
        exchange = await _replay(section, recordings, root=root, var=var, clock=clock)
    else:
        exchange = await asyncio.to_thread(_simulated, section, root, var, clock)
    log.info("exchange_opened", venue=exchange.venue, nature=exchange.nature)
    yield exchange


def _minutes_in(section: ExchangeSection, data: Path) -> list[Recording]:
    folder = data / section.recording
    if folder.is_dir() or section.source == "replay":
        minutes = [one for one in recordings_in(folder) if one.timeframe == "1m"]
    else:
        minutes = []
    if not minutes and section.source == "replay":
        raise Misconfigured(
            f"There are no recorded minutes in {folder}.",
            hint="Point OMEGA_DATA at the recorded data, or set sandbox_exchange.source to auto or simulated.",
        )
    return minutes


async def _replay(
    section: ExchangeSection, recordings: list[Recording], *, root: Path, var: Path, clock: Clock
) -> Exchange:
    from services.exchange.recorded.history import read_history  # noqa: PLC0415 - spares a simulated market DuckDB

    venue = Path(section.recording).name.partition("_")[0]
    candles = await read_history(recordings, var / "history" / venue, root=root)
    place = place_of(var, venue, section.seed)
    return await asyncio.to_thread(_replay_of, candles, venue, section.seed, place, clock)


def _replay_of(candles: Mapping[str, Candles], venue: str, seed: int, place: Path, clock: Clock) -> Exchange:
    from services.exchange.played.replay import ReplayExchange, time_to_play  # noqa: PLC0415 - a simulation does without

    patience = Patience(since_beginning=time_to_play(candles), since_alive=_LONGEST_PAUSE)
    of = _digest(*(f"{name} {one.time[0]} {one.time[-1]}" for name, one in sorted(candles.items())))
    began_at = go_on_or_begin(place, of=of, patience=patience, clock=clock)
    return ReplayExchange(candles, venue=venue, seed=seed, clock=clock, began_at=began_at)


def _simulated(section: ExchangeSection, root: Path, var: Path, clock: Clock) -> Exchange:
    from services.exchange.played.simulated import (  # noqa: PLC0415 - a replay does without
        CAUGHT_UP_WITH,
        VENUE,
        SimulatedExchange,
    )

    try:
        markets = read_markets(root / "config" / "markets.yaml")
    except MarketsError as error:
        raise Misconfigured(str(error), hint="Put config/markets.yaml right.") from error
    began_at = go_on_or_begin(
        place_of(var, VENUE, section.seed),
        of=_digest(*(market.model_dump_json() for market in markets)),
        patience=Patience(since_beginning=CAUGHT_UP_WITH),
        clock=clock,
    )
    return SimulatedExchange(markets, rng=np.random.default_rng(section.seed), clock=clock, began_at=began_at)


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
