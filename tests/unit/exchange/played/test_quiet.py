from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from market_stage import MIDNIGHT_MS, MINUTE_MS, SleeperClock, take, wandering_minutes

from config.markets import read_markets
from services.exchange.exchange import Trade
from services.exchange.played.playback import Playback
from services.exchange.played.quiet_tape import ExtraMarkets, QuietTape
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.simulated import SimulatedExchange
from services.exchange.played.tape import DAY_MS, candles_of, window_of
from services.exchange.played.twin import TwinExchange

MARKETS = read_markets(Path(__file__).resolve().parents[4] / "config" / "markets.yaml")
SWAP, SPOT = "X0001/USDT:USDT", "X0001/USDT"
EXTRA = ExtraMarkets(contracts=3, spots=2)
NOON_MS = MIDNIGHT_MS + DAY_MS // 2


def simulated(clock: SleeperClock, extra: ExtraMarkets | None = EXTRA) -> SimulatedExchange:
    return SimulatedExchange(
        MARKETS, rng=np.random.default_rng(1), clock=clock, extra=extra, sleep=clock.sleep
    )


def tape(seed: int = 1) -> QuietTape:
    return QuietTape(EXTRA, seed=seed, begins_at_ms=NOON_MS)


async def test_as_many_markets_are_listed_as_were_asked_for() -> None:
    names = [market.name for market in await simulated(SleeperClock()).markets()]
    assert names[len(MARKETS) :] == [
        "X0001/USDT:USDT",
        "X0002/USDT:USDT",
        "X0003/USDT:USDT",
        "X0001/USDT",
        "X0002/USDT",
    ]


async def test_played_markets_are_the_same_with_and_without_quiet_ones() -> None:
    names = [market.name for market in MARKETS]
    with_them, without_them = [
        await take(simulated(SleeperClock(), extra).watch("ticker", names), 100) for extra in (EXTRA, None)
    ]
    assert with_them == without_them


async def test_a_quiet_market_trades_once_a_minute_at_its_price() -> None:
    clock = SleeperClock()
    exchange = simulated(clock)
    trades = [trade for trade in await take(exchange.watch("trade", [SWAP]), 5) if isinstance(trade, Trade)]
    assert {trade.as_of.second for trade in trades} == {0}
    assert len({trade.as_of for trade in trades}) == 5
    candles = await exchange.candles(SWAP, "1m", limit=3)
    assert candles.close.tolist() == [float(trade.price) for trade in trades[1:4]]
    assert candles.volume.tolist() == [float(trade.amount) for trade in trades[1:4]]


async def test_it_is_simulated_even_where_the_others_are_recorded() -> None:
    clock = SleeperClock()
    exchange = ReplayExchange(
        {"BTC/USDT:USDT": wandering_minutes(4_000)}, venue="binance", seed=1, clock=clock, extra=EXTRA
    )
    natures = {ticker.market: ticker.nature for ticker in await exchange.tickers()}
    assert natures.pop("BTC/USDT:USDT") == "replay"
    assert set(natures.values()) == {"simulated"}
    assert exchange.nature == "replay"
    assert exchange.simulated_from_ms == MIDNIGHT_MS + 4_000 * MINUTE_MS


async def test_a_twin_has_them_too_and_a_little_off() -> None:
    clock = SleeperClock()
    exchange = simulated(clock)
    twin = TwinExchange(exchange, seed=1, sleep=clock.sleep)
    for one, other in zip(await exchange.tickers(), await twin.tickers(), strict=True):
        assert one.market == other.market
        assert 0 < abs(float(other.price / one.price) - 1) < 0.001


def test_its_minutes_are_the_same_however_they_are_asked_for() -> None:
    quiet = tape()
    (minutes,) = quiet.parts(SWAP, NOON_MS - 500 * MINUTE_MS, NOON_MS)
    assert len(minutes) == 500
    for place in range(0, 500, 7):
        bar = quiet.minute(SWAP, int(minutes.time[place]))
        assert bar is not None
        assert (bar.open, bar.volume) == (minutes.open[place], minutes.volume[place])


@pytest.mark.parametrize("minute_ms", [NOON_MS, NOON_MS + 59 * MINUTE_MS, NOON_MS + 31 * MINUTE_MS])
def test_its_day_is_that_of_its_minutes(minute_ms: int) -> None:
    quiet = tape()
    (minutes,) = quiet.parts(SWAP, minute_ms + MINUTE_MS - DAY_MS, minute_ms)
    found, expected = quiet.day_before(SWAP, minute_ms), window_of(minutes)
    assert found is not None
    assert (found.open, found.high, found.low) == (expected.open, expected.high, expected.low)
    assert found.volume == pytest.approx(expected.volume, rel=0.05)


def test_there_is_nothing_before_it_was_listed() -> None:
    quiet = tape()
    everything = candles_of(quiet, SPOT, "1d", until_ms=NOON_MS, limit=10_000)
    first = int(everything.time[0])
    assert len(everything) == 90
    assert quiet.minute(SPOT, first - MINUTE_MS) is None
    assert quiet.minute_before(SPOT, first) is None
    assert quiet.day_before(SPOT, first + 10 * MINUTE_MS) is None
    assert quiet.day_before(SPOT, first + DAY_MS) is not None


def test_the_seed_decides_the_prices_and_each_market_has_its_own() -> None:
    one, same, other = tape(), tape(), tape(seed=2)
    assert one.minute(SWAP, NOON_MS) == same.minute(SWAP, NOON_MS)
    assert one.minute(SWAP, NOON_MS) != other.minute(SWAP, NOON_MS)
    assert one.minute(SWAP, NOON_MS) != one.minute(SPOT, NOON_MS)


async def test_steps_and_ticks_are_written_without_an_exponent_above_one() -> None:
    for market in await simulated(SleeperClock(), ExtraMarkets(contracts=200)).markets():
        for value in (market.tick, market.step, market.min_amount):
            assert value is not None
            assert value < 1 or "E" not in str(value)
            assert Decimal(f"{value:f}") == value


def cost_of(playback: Playback, names: list[str], seconds: float, clock: SleeperClock) -> float:
    """How much of a core three watches over `seconds` of market time need."""

    async def watch() -> None:
        for channel in ("ticker", "trade", "book"):
            ends = clock.passed + seconds
            async for _ in playback.watch(channel, names):
                if clock.passed >= ends:
                    break

    begins = time.process_time()
    asyncio.run(watch())
    return (time.process_time() - begins) / seconds


@pytest.mark.slow
def test_watching_everything_of_the_played_markets_costs_less_than_a_twentieth_of_a_core() -> None:
    clock = SleeperClock()
    playback = simulated(clock, ExtraMarkets(contracts=690, spots=798))
    assert cost_of(playback, [market.name for market in MARKETS], 60, clock) < 0.05


@pytest.mark.slow
async def test_the_tickers_of_fifteen_hundred_markets_are_told_within_half_a_second() -> None:
    playback = simulated(SleeperClock(), ExtraMarkets(contracts=690, spots=798))
    begins = time.process_time()
    assert len(await playback.tickers()) == 1_495
    assert time.process_time() - begins < 0.5
