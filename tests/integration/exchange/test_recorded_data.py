"""The recorded data of this project, where OMEGA_DATA has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from market_stage import SleeperClock

from analytics.candles import Candles
from config.settings import read_settings
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.stochastic import StochasticMarket, Temper
from services.exchange.prices import to_price
from services.exchange.recorded.history import read_history
from services.exchange.recorded.recording import recordings_in

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def history(
    tmp_path_factory: pytest.TempPathFactory, lacking: Callable[[str], NoReturn]
) -> dict[str, Candles]:
    folder = read_settings().data / "market" / "binance_perp_1m"
    if not folder.is_dir():
        lacking(f"no recorded candles in {folder}; set OMEGA_DATA")
    minutes = [one for one in recordings_in(folder) if one.timeframe == "1m"]
    return asyncio.run(read_history(minutes, tmp_path_factory.mktemp("history"), root=ROOT))


async def test_the_recorded_perpetuals_replay_with_the_ticks_of_their_venue(
    history: dict[str, Candles],
) -> None:
    clock = SleeperClock()
    exchange = ReplayExchange(history, venue="binance", seed=1, clock=clock, sleep=clock.sleep)
    ticks = {market.name: str(market.tick) for market in await exchange.markets()}
    assert ticks == {
        "BTC/USDT:USDT": "0.1",
        "ETH/USDT:USDT": "0.01",
        "SOL/USDT:USDT": "0.001",
        "XRP/USDT:USDT": "0.0001",
        "DOGE/USDT:USDT": "0.00001",
    }
    for ticker in await exchange.tickers():
        assert (ticker.nature, ticker.day is not None) == ("replay", True)


async def test_every_recorded_price_survives_the_way_into_a_decimal(history: dict[str, Candles]) -> None:
    clock = SleeperClock()
    exchange = ReplayExchange(history, venue="binance", seed=1, clock=clock)
    for market in await exchange.markets():
        candles = history[market.name]
        for column in (candles.open, candles.high, candles.low, candles.close):
            prices = column[::50].tolist()
            assert [float(to_price(price, market.tick)) for price in prices] == prices


def correlation(values: np.ndarray, lag: int) -> float:
    return float(np.corrcoef(values[:-lag], values[lag:])[0, 1])


async def test_the_simulated_market_clusters_and_jumps_like_the_recorded_one(
    history: dict[str, Candles],
) -> None:
    """The recording is the authority: the same figures of both lie within the spread of its five markets."""
    temper = Temper(volatility=0.03, turnover=1.0, coupling=0.87)
    bars = StochasticMarket([temper] * 5, np.random.default_rng(1)).grow(20_000, 60_000)
    start, end = max(c.time[0] for c in history.values()), min(c.time[-1] for c in history.values())
    recorded = [np.diff(np.log(c.between(int(start), int(end)).close)) for c in history.values()]
    simulated = list((bars.close - bars.open).T)
    for lag in (1, 5, 20):
        real = [correlation(np.abs(returns), lag) for returns in recorded]
        made = [correlation(np.abs(returns), lag) for returns in simulated]
        assert 0.5 * min(real) < np.mean(made) < 1.6 * max(real)
    tails = [[float(np.mean(((r - r.mean()) / r.std()) ** 4)) for r in rs] for rs in (recorded, simulated)]
    assert 0.5 * min(tails[0]) < np.mean(tails[1]) < max(tails[0])
    assert np.corrcoef(simulated)[0, 2] == pytest.approx(np.corrcoef(recorded)[0, 2], abs=0.15)
