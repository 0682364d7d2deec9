"""Opens the market that the local exchange plays: a recording where there is one, else a simulated one.

It goes on where wall time says, whatever process played it before. The simulated one does so for 14 days,
after which it begins anew at its configured prices. A replay does so while its recording lasts and if it was
away for ten minutes at most, such as when the process was killed; else it begins again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import structlog

from analytics.candles import Candles
from config.farm_file import SandboxExchangeSection
from config.markets import MarketsError, read_markets
from services.clock import Clock
from services.errors import Misconfigured
from services.exchange.played.beginning import Patience, go_on_or_begin, place_of
from services.exchange.played.funding import FundingHistory
from services.exchange.played.playback import Playback
from services.exchange.recorded.recording import Recording, recordings_in

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = timedelta(minutes=10)
"""Of a replay; after a longer one whoever looks is not in the middle of it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a played market stands on."""

    root: Path
    """Where this project's packages and config are."""
    data: Path
    """Where recorded data is; may be missing."""
    var: Path
    """Where copies of recordings and the beginning of the market are kept."""
    clock: Clock
    """Runs market time."""


@asynccontextmanager
async def open_played(section: SandboxExchangeSection, ground: Ground) -> AsyncIterator[Playback]:
    """Open what `section` asks for: `auto` is the recording where there is one, else the simulated market.

    Raises:
        Misconfigured: a replay is asked for and there is no recording, or the recording is of no use.
        ExchangeUnavailable: the recording could not be converted this time.
    """
    recordings = [] if section.source == "simulated" else _minutes_in(section, ground.data)
    if recordings:
        exchange = await _replay(section, recordings, ground)
    else:
        exchange = await asyncio.to_thread(_simulated, section, ground)
    log.info("exchange_opened", venue=exchange.venue, nature=exchange.nature)
    yield exchange


def _minutes_in(section: SandboxExchangeSection, data: Path) -> list[Recording]:
    folder = data / section.recording
    if folder.is_dir() or section.source == "replay":
        minutes = [one for one in recordings_in(folder) if one.timeframe == "1m"]
    else:
        minutes = []
    if not minutes and section.source == "replay":
        raise Misconfigured(
            f"There are no recorded minutes in {folder}.",
            hint="Point OMEGA_DATA at the recorded data, or set sandbox_exchange.source to auto.",
        )
    return minutes


async def _replay(section: SandboxExchangeSection, recordings: list[Recording], ground: Ground) -> Playback:
    from services.exchange.recorded.history import (  # noqa: PLC0415 - spares a simulated market DuckDB
        read_funding,
        read_history,
    )

    source = ground.data / section.recording
    venue = Path(section.recording).name.partition("_")[0]
    copies = ground.var / "recorded" / venue
    candles, funding = await asyncio.gather(
        read_history(recordings, copies, root=ground.root), read_funding(source, copies, root=ground.root)
    )
    return await asyncio.to_thread(_replay_of, candles, funding, venue, section.seed, ground)


def _replay_of(
    candles: Mapping[str, Candles],
    funding: Mapping[str, FundingHistory],
    venue: str,
    seed: int,
    ground: Ground,
) -> Playback:
    from services.exchange.played.replay import (  # noqa: PLC0415 - a simulation does without
        ReplayExchange,
        time_to_play,
    )

    patience = Patience(since_beginning=time_to_play(candles), since_alive=_LONGEST_PAUSE)
    of = _digest(*(f"{name} {one.time[0]} {one.time[-1]}" for name, one in sorted(candles.items())))
    began_at = go_on_or_begin(place_of(ground.var, venue, seed), of=of, patience=patience, clock=ground.clock)
    return ReplayExchange(
        candles, venue=venue, seed=seed, clock=ground.clock, began_at=began_at, funding=funding
    )


def _simulated(section: SandboxExchangeSection, ground: Ground) -> Playback:
    from services.exchange.played.simulated import (  # noqa: PLC0415 - a replay does without
        CAUGHT_UP_WITH,
        VENUE,
        SimulatedExchange,
    )

    try:
        markets = read_markets(ground.root / "config" / "markets.yaml")
    except MarketsError as error:
        raise Misconfigured(str(error), hint="Put config/markets.yaml right.") from error
    began_at = go_on_or_begin(
        place_of(ground.var, VENUE, section.seed),
        of=_digest(*(market.model_dump_json() for market in markets)),
        patience=Patience(since_beginning=CAUGHT_UP_WITH),
        clock=ground.clock,
    )
    rng = np.random.default_rng(section.seed)
    return SimulatedExchange(markets, rng=rng, clock=ground.clock, began_at=began_at)


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
