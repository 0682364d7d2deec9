"""The trades that are made up for recorded minutes, where OMEGA_DATA has these."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from market_stage import MINUTE_MS, SleeperClock, take

from analytics.candles import Candles
from config.settings import read_settings
from services.exchange.exchange import Market, Trade
from services.exchange.played.minutes import Minutes
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.shown import trade_at
from services.exchange.prices import to_amount, to_milliseconds, to_price
from services.exchange.recorded.history import read_history
from services.exchange.recorded.recording import recordings_in

ROOT = Path(__file__).resolve().parents[3]
STEPS = 240


@pytest.fixture(scope="module", params=["binance_perp_1m", "binance_spot_1m"])
def history(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    lacking: Callable[[str], NoReturn],
) -> dict[str, Candles]:
    folder = read_settings().data / "market" / request.param
    if not folder.is_dir():
        lacking(f"no recorded candles in {folder}; set OMEGA_DATA")
    minutes = [one for one in recordings_in(folder) if one.timeframe == "1m"]
    return asyncio.run(read_history(minutes, tmp_path_factory.mktemp("history"), root=ROOT))


def replay(history: dict[str, Candles], clock: SleeperClock) -> ReplayExchange:
    return ReplayExchange(history, venue="binance", seed=1, clock=clock, sleep=clock.sleep)


def printed(minutes: Minutes, market: Market, opens_at_ms: int) -> list[Trade]:
    minute = minutes.at(market, opens_at_ms)
    trades = [] if minute is None else [trade_at(market, minute, step, "replay") for step in range(STEPS)]
    return [trade for trade in trades if trade is not None]


def assert_rebuilds(trades: list[Trade], market: Market, candles: Candles, place: int) -> None:
    volume = to_amount(candles.volume[place])
    assert sum((trade.amount for trade in trades), Decimal(0)) == volume
    assert bool(trades) == (volume > 0)
    if trades:
        prices = [trade.price for trade in trades]
        found = (prices[0], max(prices), min(prices), prices[-1])
        columns = (candles.open, candles.high, candles.low, candles.close)
        assert found == tuple(to_price(float(column[place]), market.tick) for column in columns)


async def test_the_trades_of_a_recorded_minute_rebuild_it_exactly(history: dict[str, Candles]) -> None:
    """Of every market: the busiest and the quietest minutes, and each hundredth of the others."""
    exchange = replay(history, SleeperClock())
    minutes = Minutes(exchange.tape, seed=1, steps=STEPS)
    for market in await exchange.markets():
        candles = history[market.name]
        order = np.argsort(candles.volume)
        for place in {*order[:50].tolist(), *order[-50:].tolist(), *range(0, len(candles), 100)}:
            assert_rebuilds(printed(minutes, market, int(candles.time[place])), market, candles, int(place))


async def test_the_trades_one_watches_rebuild_the_candles_one_asks_for(history: dict[str, Candles]) -> None:
    clock = SleeperClock()
    exchange = replay(history, clock)
    names = [market.name for market in await exchange.markets()]
    terms = {market.name: market for market in await exchange.markets()}
    seen = await take(exchange.watch("trade", names), 6 * STEPS * len(names))
    clock.step(60)
    for name in names:
        candles = await exchange.candles(name, "1m", limit=10)
        trades = [trade for trade in seen if isinstance(trade, Trade) and trade.market == name]
        last = to_milliseconds(trades[-1].as_of - timedelta(minutes=1)) // MINUTE_MS * MINUTE_MS
        for opens_at in range(last - 2 * MINUTE_MS, last + MINUTE_MS, MINUTE_MS):
            inside = [
                trade for trade in trades if to_milliseconds(trade.as_of) // MINUTE_MS * MINUTE_MS == opens_at
            ]
            assert_rebuilds(inside, terms[name], candles, candles.time.tolist().index(opens_at))
