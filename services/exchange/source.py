"""Chooses and opens the exchange that the configuration asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import structlog

from config.farm_file import ExchangeSection
from config.markets import MarketsError, read_markets
from services.clock import Clock
from services.errors import Misconfigured
from services.exchange.exchange import Exchange
from services.exchange.recording import Recording, recordings_in

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_exchange(
    section: ExchangeSection, *, root: Path, data: Path, var: Path, clock: Clock
) -> AsyncIterator[Exchange]:
    """Open what `section` asks for: `auto` is the recording where there is one, else the simulated market.

    Args:
        section: the source, the recording's folder below `data`, and the seed.
        root: where this project's packages and config are.
        data: where recorded data is; may be missing.
        var: where ``history/`` is written.
        clock: runs market time.

    Raises:
        Misconfigured: a replay is asked for and there is no recording, or the recording is of no use.
        ExchangeUnavailable: the recording could not be converted this time.
    """
    recordings = [] if section.source == "simulated" else _minutes_in(section, data)
    if recordings:
        exchange = await _replay(section, recordings, root=root, var=var, clock=clock)
    else:
        exchange = await asyncio.to_thread(_simulated, section, root, clock)
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
            hint="Point OMEGA_DATA at the recorded data, or set exchange.source to auto or simulated.",
        )
    return minutes


async def _replay(
    section: ExchangeSection, recordings: list[Recording], *, root: Path, var: Path, clock: Clock
) -> Exchange:
    from services.exchange.history import read_history  # noqa: PLC0415 - spares a simulated market DuckDB
    from services.exchange.replay import ReplayExchange  # noqa: PLC0415 - read with it

    venue = Path(section.recording).name.partition("_")[0]
    candles = await read_history(recordings, var / "history" / venue, root=root)
    return await asyncio.to_thread(ReplayExchange, candles, venue=venue, seed=section.seed, clock=clock)


def _simulated(section: ExchangeSection, root: Path, clock: Clock) -> Exchange:
    from services.exchange.simulated import SimulatedExchange  # noqa: PLC0415 - a replay does without

    try:
        markets = read_markets(root / "config" / "markets.yaml")
    except MarketsError as error:
        raise Misconfigured(str(error), hint="Put config/markets.yaml right.") from error
    return SimulatedExchange(markets, rng=np.random.default_rng(section.seed), clock=clock)
