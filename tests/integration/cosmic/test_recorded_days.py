from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from analyst_stage import NOW, StillClock
from market_stage import write_feather

from analytics.candles import Candles
from services.cosmic.recorded import RecordedDays

ROOT = Path(__file__).resolve().parents[3]
HOUR_MS = 3_600_000
FIRST_MS = 1_700_006_400_000
"""15 November 2023, 00:00 UTC."""


def hours(days: int) -> Candles:
    """Hours of whole days whose close counts them."""
    count = days * 24
    close = np.arange(1.0, count + 1)
    return Candles(
        step_ms=HOUR_MS,
        time=FIRST_MS + HOUR_MS * np.arange(count, dtype=np.int64),
        open=close,
        high=close,
        low=close,
        close=close,
        volume=np.ones(count),
    )


def recorded(folder: Path) -> RecordedDays:
    return RecordedDays(folder=folder, copies=folder.parent / "copies", root=ROOT, clock=StillClock())


async def test_the_days_of_the_same_pair_are_made_of_its_hours(tmp_path: Path) -> None:
    folder = tmp_path / "binance_spot_1h"
    folder.mkdir()
    write_feather(folder / "BTC_USDT-1h.feather", hours(70))
    days = await recorded(folder).daily("BTC/USDT:USDT")
    assert days is not None
    assert (days.market, days.origin.venue, days.origin.nature) == ("BTC/USDT", "binance", "replay")
    assert days.origin.received_at == NOW
    assert days.close == [24.0 * (day + 1) for day in range(70)]
    assert days.time[1] - days.time[0] == 24 * HOUR_MS


@pytest.mark.parametrize("market", ["ETH/USDT:USDT", "BTC/EUR"])
async def test_another_pair_has_no_recorded_days(tmp_path: Path, market: str) -> None:
    folder = tmp_path / "binance_spot_1h"
    folder.mkdir()
    write_feather(folder / "BTC_USDT-1h.feather", hours(2))
    assert await recorded(folder).daily(market) is None


async def test_a_folder_that_is_not_there_is_no_history(tmp_path: Path) -> None:
    assert await recorded(tmp_path / "nowhere").daily("BTC/USDT") is None
