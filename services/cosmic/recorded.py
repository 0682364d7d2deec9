"""Recorded days of a market, for tests of factors that a venue's own candles are too short for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from analytics.candles import Candles, resample, timeframe_ms
from services.clock import Clock
from services.cosmic.messages import DailyCloses
from services.exchange.prices import to_moment
from services.exchange.recorded.recording import Recording, recordings_in
from services.market.figures import base_of, currency_of
from services.market.messages import Origin

_DAY = "1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDays:
    """Candles in `folder`, whose copies are kept in `copies`; `root` holds this project's packages."""

    folder: Path
    copies: Path
    root: Path
    clock: Clock

    async def daily(self, market: str) -> DailyCloses | None:
        """Return the days of the recorded market with the base and currency of `market`; None for none.

        Raises:
            Misconfigured: a recording is torn, or its copy cannot be written.
            ExchangeUnavailable: the conversion took too long; it may work the next time.
        """
        if not await asyncio.to_thread(self.folder.is_dir):
            return None
        pair = _pair(market)
        found = await asyncio.to_thread(recordings_in, self.folder)
        recording = next((one for one in found if _pair(one.market) == pair), None)
        if recording is None:
            return None
        from services.exchange.recorded.history import read_history  # noqa: PLC0415 - DuckDB, until it is needed

        candles = (await read_history([recording], self.copies, root=self.root))[recording.market]
        return await asyncio.to_thread(self._days, recording, candles)

    def _days(self, recording: Recording, candles: Candles) -> DailyCloses | None:
        days = resample(candles, timeframe_ms(_DAY))
        if len(days) == 0:
            return None
        ended = to_moment(int(days.time[-1]) + days.step_ms)
        venue = self.folder.name.partition("_")[0]
        return DailyCloses(
            market=recording.market,
            time=days.time.tolist(),
            close=days.close.tolist(),
            origin=Origin(venue=venue, nature="replay", as_of=ended, received_at=self.clock.now()),
        )


def _pair(market: str) -> tuple[str, str]:
    return base_of(market), currency_of(market)
