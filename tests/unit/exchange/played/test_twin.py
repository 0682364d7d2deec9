from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, MINUTE_MS, SleeperClock, take, wandering_minutes

from analytics.candles import timeframe_ms
from services.exchange.exchange import TIMEFRAMES, Ticker, Trade
from services.exchange.played.noise import key_of
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.twin import TwinExchange
from services.exchange.played.twin_tape import deviations
from services.exchange.prices import to_amount, to_milliseconds

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT"
RECORDINGS = {
    BTC: wandering_minutes(4_000, price=60_000.0, seed=1),
    ETH: wandering_minutes(4_000, price=2_500.0, seed=2),
}


def pair(clock: SleeperClock, seed: int = 1) -> tuple[ReplayExchange, TwinExchange]:
    original = ReplayExchange(RECORDINGS, venue="binance", seed=1, clock=clock, sleep=clock.sleep)
    return original, TwinExchange(original, seed=seed, sleep=clock.sleep)


async def test_it_is_another_venue_and_never_anything_but_simulated() -> None:
    original, twin = pair(SleeperClock())
    assert (twin.venue, twin.nature, twin.simulated_from_ms) == ("binance-twin", "simulated", 0)
    assert original.nature == "replay"
    assert {ticker.nature for ticker in await twin.tickers()} == {"simulated"}
    assert (await twin.order_book(BTC, depth=5)).nature == "simulated"
    assert (await twin.funding(BTC)).nature == "simulated"


async def test_it_has_the_same_markets_on_the_same_terms_at_the_same_time() -> None:
    clock = SleeperClock()
    original, twin = pair(clock)
    clock.step(1_234)
    assert await twin.markets() == await original.markets()
    assert twin.now_ms() == original.now_ms()


async def test_its_prices_are_a_few_hundredths_of_a_percent_off() -> None:
    clock = SleeperClock()
    original, twin = pair(clock)
    for _ in range(60):
        for one, other in zip(await original.tickers(), await twin.tickers(), strict=True):
            assert 0.00008 < abs(float(other.price / one.price) - 1) < 0.0006
            assert other.as_of == one.as_of
        clock.step(73)


async def test_how_far_off_it_is_moves_slowly_and_follows_from_the_seed() -> None:
    clock = SleeperClock()
    (original, twin), (_, same), (_, another) = pair(clock), pair(clock), pair(clock, seed=2)
    off: list[float] = []
    for _ in range(60):
        (one,), (other,), (repeated,), (elsewhere,) = [
            await exchange.tickers([BTC]) for exchange in (original, twin, same, another)
        ]
        off.append(float(other.price / one.price) - 1)
        assert repeated == other
        assert elsewhere.price != other.price
        clock.step(60)
    assert np.ptp(off) > 0.00005
    assert np.abs(np.diff(off)).max() < 0.00005


@given(key=st.integers(0, 2**64 - 1), moment=st.integers(0, 2**42))
def test_a_market_is_always_off_in_the_same_direction(key: int, moment: int) -> None:
    found = deviations(key, moment + np.arange(100, dtype=np.int64) * 10 * MINUTE_MS)
    assert len(set(np.sign(found).tolist())) == 1
    assert 0.000099 < np.abs(found).min() <= np.abs(found).max() < 0.000501


def test_half_of_the_markets_are_dearer() -> None:
    dearer = [deviations(key_of("twin", 1, f"X{n}"), np.array([0]))[0] > 0 for n in range(200)]
    assert 70 < sum(dearer) < 130


async def test_its_trades_rebuild_its_candles() -> None:
    clock = SleeperClock()
    _, twin = pair(clock)
    seen = await take(twin.watch("trade", [BTC]), 3 * 240)
    clock.step(60)
    candles = await twin.candles(BTC, "1m", limit=10)
    for opens_at in (int(candles.time[-3]), int(candles.time[-2])):
        place = candles.time.tolist().index(opens_at)
        trades = [
            trade
            for trade in seen
            if isinstance(trade, Trade) and to_milliseconds(trade.as_of) // MINUTE_MS * MINUTE_MS == opens_at
        ]
        prices = [float(trade.price) for trade in trades]
        assert (max(prices), min(prices)) == (candles.high[place], candles.low[place])
        assert prices[-1] == candles.close[place]
        assert sum((trade.amount for trade in trades), Decimal(0)) == to_amount(candles.volume[place])


@pytest.mark.parametrize("timeframe", TIMEFRAMES[:-1])
async def test_its_candles_are_off_as_its_prices_are(timeframe: str) -> None:
    original, twin = pair(SleeperClock())
    one, other = [await exchange.candles(BTC, timeframe, limit=40) for exchange in (original, twin)]
    assert one.time.tolist() == other.time.tolist()
    assert one.volume.tolist() == other.volume.tolist()
    assert one.step_ms == timeframe_ms(timeframe)
    assert np.abs(other.close / one.close - 1).max() < 0.0006


async def test_it_goes_on_where_the_recording_ends() -> None:
    clock = SleeperClock()
    original, twin = pair(clock)
    clock.step(900 * 60)
    assert original.now_ms() > MIDNIGHT_MS + 4_000 * MINUTE_MS
    (ticker,) = await take(twin.watch("ticker", [BTC]), 1)
    (here,) = await original.tickers([BTC])
    assert isinstance(ticker, Ticker)
    assert float(ticker.price) == pytest.approx(float(here.price), rel=0.001)
