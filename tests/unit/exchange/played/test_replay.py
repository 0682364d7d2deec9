from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, MINUTE_MS, SleeperClock, take, wandering_minutes, without

from analytics.candles import Candles
from services.errors import Misconfigured
from services.exchange.exchange import Trade, Update
from services.exchange.played.replay import ReplayExchange
from services.exchange.prices import to_amount, to_milliseconds, to_moment, to_price

BTC = "BTC/USDT:USDT"
COUNT = 3_000
STARTS_MS = MIDNIGHT_MS + 2_400 * MINUTE_MS
"""80 % of 3,000 minutes."""
TICK = Decimal("0.1")
MINUTES = wandering_minutes(COUNT)
TICKS_A_MINUTE = 240


def replay(
    clock: SleeperClock,
    recordings: Mapping[str, Candles] | None = None,
    *,
    begins_at: float = 0.8,
    speed: float = 1.0,
    seed: int = 1,
) -> ReplayExchange:
    return ReplayExchange(
        recordings or {BTC: MINUTES},
        venue="binance",
        seed=seed,
        clock=clock,
        speed=speed,
        begins_at=begins_at,
        sleep=clock.sleep,
    )


async def test_a_replay_begins_at_four_fifths_and_the_earlier_candles_are_its_history() -> None:
    exchange = replay(SleeperClock())
    history = await exchange.candles(BTC, "1m", limit=COUNT)
    assert history.time.tolist() == MINUTES.time[:2_400].tolist()
    assert history.close.tolist() == MINUTES.close[:2_400].tolist()
    (first,) = await exchange.tickers()
    assert (first.as_of, first.price) == (to_moment(STARTS_MS), to_price(MINUTES.open[2_400], TICK))


async def test_every_start_begins_there_again() -> None:
    clock = SleeperClock()
    first = await take(replay(clock).watch("ticker", [BTC]), 5)
    clock.step(3_600)
    assert await take(replay(clock).watch("ticker", [BTC]), 5) == first


async def test_market_time_runs_with_wall_time() -> None:
    clock = SleeperClock()
    exchange = replay(clock)
    clock.step(90)
    (ticker,) = await exchange.tickers()
    assert ticker.as_of == to_moment(STARTS_MS) + timedelta(seconds=90)
    assert len(await exchange.candles(BTC, "1m", limit=COUNT)) == 2_401


async def test_a_faster_replay_passes_more_market_time() -> None:
    clock = SleeperClock()
    exchange = replay(clock, speed=60)
    clock.step(90)
    (ticker,) = await exchange.tickers()
    assert ticker.as_of == to_moment(STARTS_MS) + timedelta(minutes=90)


def by_minute(trades: Sequence[Update]) -> dict[int, list[Trade]]:
    minutes: dict[int, list[Trade]] = defaultdict(list)
    for trade in trades:
        assert isinstance(trade, Trade)
        minutes[to_milliseconds(trade.as_of) // MINUTE_MS * MINUTE_MS].append(trade)
    return minutes


@pytest.mark.parametrize("speed", [0.5, 1.0, 7.0, 600.0])
async def test_the_trades_of_a_minute_rebuild_its_candle(speed: float) -> None:
    clock = SleeperClock()
    per_minute = max(4, round(TICKS_A_MINUTE / speed))
    trades = await take(replay(clock, speed=speed).watch("trade", [BTC]), 4 * per_minute)
    for opens_at, printed in list(by_minute(trades).items())[1:-1]:
        place = (opens_at - MIDNIGHT_MS) // MINUTE_MS
        prices = [float(trade.price) for trade in printed]
        assert len(prices) == per_minute
        assert prices[0] == MINUTES.open[place]
        assert prices[-1] == MINUTES.close[place]
        assert (min(prices), max(prices)) == (MINUTES.low[place], MINUTES.high[place])
        assert sum(trade.amount for trade in printed) == to_amount(MINUTES.volume[place])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**31), pauses=st.lists(st.floats(0, 45), min_size=1, max_size=6))
def test_however_late_one_looks_the_trades_are_the_same(seed: int, pauses: list[float]) -> None:
    steady, hesitant = SleeperClock(), SleeperClock()

    async def look() -> tuple[list[Update], list[Update]]:
        every = await take(replay(steady, seed=seed).watch("trade", [BTC]), 1_200)
        seen: list[Update] = []
        stream = replay(hesitant, seed=seed).watch("trade", [BTC])
        for pause in pauses:
            seen += [await anext(stream) for _ in range(3)]
            hesitant.step(pause)
        return every, seen

    every, seen = asyncio.run(look())
    assert seen == every[: len(seen)]


async def test_the_trade_of_a_moment_has_the_same_id_whoever_asks_and_when() -> None:
    early, late = SleeperClock(), SleeperClock()
    watched = await take(replay(early).watch("trade", [BTC]), 300)
    exchange = replay(late)
    late.step(100)
    told = {trade.id: trade for trade in await exchange.trades(BTC, limit=1_000)}
    assert [told[trade.id] for trade in watched if isinstance(trade, Trade)] == watched


def nature_of(exchange: ReplayExchange) -> str:
    return exchange.nature


async def test_at_its_end_a_replay_goes_on_simulated_and_says_so() -> None:
    clock = SleeperClock()
    exchange = replay(clock)
    clock.step(598 * 60)
    assert nature_of(exchange) == "replay"
    trades = by_minute(await take(exchange.watch("trade", [BTC]), 3 * TICKS_A_MINUTE))
    natures = {opens_at: {trade.nature for trade in printed} for opens_at, printed in trades.items()}
    last = int(MINUTES.time[-1])
    assert natures[last] == {"replay"}
    assert natures[last + MINUTE_MS] == {"simulated"}
    assert nature_of(exchange) == "simulated"
    assert (await exchange.order_book(BTC, depth=1)).nature == "simulated"
    (ticker,) = await exchange.tickers()
    assert ticker.nature == "simulated"


async def test_the_simulated_end_goes_on_from_the_last_recorded_price() -> None:
    clock = SleeperClock()
    exchange = replay(clock)
    clock.step(1_200 * 60)
    candles = await exchange.candles(BTC, "1m", limit=COUNT * 2)
    assert candles.close[:COUNT].tolist() == MINUTES.close.tolist()
    assert candles.open[COUNT] == MINUTES.close[-1]
    after = np.diff(np.log(candles.close[COUNT:]))
    before = np.diff(np.log(MINUTES.close))
    assert 0.4 < float(np.std(after) / np.std(before)) < 2.5


async def test_what_is_simulated_does_not_depend_on_when_it_is_asked_for() -> None:
    patient, hasty = SleeperClock(), SleeperClock()
    late, early = replay(patient), replay(hasty)
    patient.step(900 * 60)
    for _ in range(900):
        hasty.step(60)
        await early.candles(BTC, "1m", limit=1)
    one, other = [await exchange.candles(BTC, "1m", limit=900) for exchange in (late, early)]
    assert one.close.tolist() == other.close.tolist()
    assert one.volume.tolist() == other.volume.tolist()


async def test_another_seed_simulates_another_end_of_the_same_recording() -> None:
    clock = SleeperClock()
    exchanges = [replay(clock, seed=seed) for seed in (1, 2)]
    clock.step(700 * 60)
    one, other = [await exchange.candles(BTC, "1m", limit=200) for exchange in exchanges]
    assert one.close[:99].tolist() == other.close[:99].tolist()
    assert one.close[101:].tolist() != other.close[101:].tolist()


async def test_the_tick_is_the_smallest_step_of_the_recording() -> None:
    cents = wandering_minutes(COUNT, price=20.0)
    (market,) = await replay(SleeperClock(), {"X/USDT": cents}).markets()
    assert market.tick == TICK


async def test_in_a_minute_without_trades_the_last_price_keeps_its_time() -> None:
    clock = SleeperClock()
    exchange = replay(clock, {BTC: without(MINUTES, 2_400, 2_401)}, begins_at=0.8)
    (first,) = await exchange.tickers()
    assert first.price == to_price(MINUTES.close[2_399], TICK)
    assert to_milliseconds(first.as_of) < MINUTES.time[2_400]
    tickers = await take(exchange.watch("ticker", [BTC]), 400)
    assert {ticker.as_of for ticker in tickers[:200]} == {first.as_of}


async def test_no_trade_is_printed_in_a_minute_without_trades() -> None:
    exchange = replay(SleeperClock(), {BTC: without(MINUTES, 2_401)})
    trades = by_minute(await take(exchange.watch("trade", [BTC]), 300))
    assert list(trades) == MINUTES.time[[2_400, 2_402]].tolist()


async def test_recordings_of_different_length_are_played_while_all_of_them_last() -> None:
    clock = SleeperClock()
    longer = wandering_minutes(COUNT + 50, start_ms=MIDNIGHT_MS - 20 * MINUTE_MS, seed=2)
    exchange = replay(clock, {BTC: MINUTES, "ETH/USDT:USDT": longer}, begins_at=1.0)
    clock.step(61)
    for market in (BTC, "ETH/USDT:USDT"):
        candles = await exchange.candles(market, "1m", limit=2)
        assert candles.time.tolist() == [MINUTES.time[-1], MINUTES.time[-1] + MINUTE_MS]
    assert exchange.nature == "simulated"


def test_recordings_of_different_times_are_refused() -> None:
    elsewhere = wandering_minutes(COUNT, start_ms=MIDNIGHT_MS + 2_000 * MINUTE_MS)
    with pytest.raises(Misconfigured, match="less than two days in common"):
        replay(SleeperClock(), {BTC: MINUTES, "ETH/USDT:USDT": elsewhere})


async def test_the_day_of_a_ticker_is_the_24_hours_before_it() -> None:
    clock = SleeperClock()
    exchange = replay(clock)
    clock.step(59.75)
    (ticker,) = await exchange.tickers()
    past = MINUTES.slice(2_401 - 1_440, 2_401)
    assert ticker.day is not None
    assert ticker.day.open == to_price(past.open[0], TICK)
    assert ticker.day.high == to_price(past.high.max(), TICK)
    assert ticker.day.low == to_price(past.low.min(), TICK)
    assert float(ticker.day.volume) == pytest.approx(float(past.volume @ past.close), rel=0.002)


async def test_the_day_is_unknown_while_the_recording_is_younger() -> None:
    (ticker,) = await replay(SleeperClock(), begins_at=0.1).tickers()
    assert ticker.day is None
