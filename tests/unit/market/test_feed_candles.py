from __future__ import annotations

from decimal import Decimal

import pytest
from feed_stage import Stage, play, until
from market_fakes import (
    BTC,
    ETH,
    at,
    seconds_of,
    ticker,
    trade,
)
from structlog.testing import capture_logs

from services.errors import StoreUnavailable


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_closed_candles_are_appended_once_in_order_with_where_they_came_from(stage: Stage) -> None:
    async with stage.streaming():
        for second in range(131):
            await play(stage, second)
        await until(lambda: len(stage.bus.candles("1m")) == 2)
    seconds = [seconds_of(candle) for candle in stage.bus.candles("1s")]
    assert seconds == list(range(129))
    minutes = stage.bus.candles("1m")
    assert [(seconds_of(one), int(one.volume), one.is_filled) for one in minutes] == [
        (0, 60, False),
        (60, 60, False),
    ]
    assert (minutes[0].origin.venue, minutes[0].origin.nature) == ("binance", "replay")
    assert minutes[0].origin.as_of == at(60)
    assert len({candle.id for candle in minutes}) == 2


async def test_a_quiet_market_closes_by_the_time_of_the_others(stage: Stage) -> None:
    async with stage.streaming():
        await play(stage, 0.1, 1)
        await play(stage, 2.6, market=ETH)
        await until(lambda: len(stage.bus.candles("1s")) == 2)
        await play(stage, *range(6, 62, 5), market=ETH)
        await until(lambda: len(stage.bus.candles("1m")) == 1)


async def test_no_candle_is_lost_or_swapped_while_the_bus_is_away(stage: Stage) -> None:
    async with stage.streaming():
        stage.bus.is_away = True
        for second in range(250):
            await play(stage, second)
        await until(lambda: stage.bus.times_refused >= 3)
        stage.bus.is_away = False
        await until(lambda: len(stage.bus.candles("1m")) == 4)
    seconds = [seconds_of(candle) for candle in stage.bus.candles("1s")]
    assert seconds == list(range(int(seconds[0]), int(seconds[-1]) + 1))
    assert [seconds_of(candle) for candle in stage.bus.candles("1m")] == [0, 60, 120, 180]


async def test_trades_that_a_broken_stream_did_not_tell_are_had_from_the_venue(stage: Stage) -> None:
    async with stage.streaming():
        for second in range(20):
            await play(stage, second)
        stage.exchange.hangs_up(channel="trade")
        await until(lambda: not stage.exchange.watched("trade"))
        stage.exchange.happens(*(trade(second) for second in range(20, 30)))
        await until(lambda: stage.exchange.watched("trade"))
        for second in range(30, 62):
            await play(stage, second)
        await until(lambda: len(stage.bus.candles("1m")) == 1)
    (minute,) = stage.bus.candles("1m")
    assert (int(minute.volume), minute.is_filled) == (60, False)
    seconds = [seconds_of(candle) for candle in stage.bus.candles("1s")]
    assert seconds == list(range(int(seconds[0]), int(seconds[-1]) + 1))


async def test_while_no_stream_comes_the_minutes_are_filled_from_the_venue_and_marked(stage: Stage) -> None:
    stage.exchange.capabilities -= {"watch_trade"}
    stage.exchange.known |= {BTC: ticker(), ETH: ticker(ETH, "2515.35")}
    async with stage.running():
        await until(lambda: stage.bus.newest)
        stage.exchange.happens(*(trade(second) for second in range(70)))
        stage.exchange.known[BTC] = ticker(after=70)
        await until(lambda: len(stage.bus.candles("1m")) == 1)
    (minute,) = stage.bus.candles("1m")
    assert (seconds_of(minute), int(minute.volume), minute.is_filled) == (0, 60, True)


async def test_a_trade_that_came_too_late_is_logged_and_the_history_is_put_right(stage: Stage) -> None:
    with capture_logs() as logs:
        async with stage.streaming():
            for second in range(63):
                await play(stage, second)
            await until(lambda: len(stage.bus.candles("1m")) == 1)
            stage.exchange.says(trade(30.5, "104507.0"))
            await until(lambda: any(one.volume == 61 for one in stage.history.kept.values()))
    (entry,) = [entry for entry in logs if entry["event"] == "trades_came_late"]
    assert entry["market"] == BTC
    (kept,) = [one for one in stage.history.kept.values() if one.timeframe == "1m"]
    assert (int(kept.volume), kept.high) == (61, Decimal("104507.0"))
    assert [one.volume for one in stage.bus.candles("1m")] == [60]


async def test_a_replay_that_begins_again_is_followed_into_its_past(stage: Stage) -> None:
    async with stage.streaming():
        await play(stage, *range(3_600, 3_610))
        stage.exchange.hangs_up(channel="trade")
        await until(lambda: not stage.exchange.watched("trade"))
        stage.exchange.traded.clear()
        await until(lambda: stage.exchange.watched("trade"))
        with capture_logs() as logs:
            for second in range(200):
                await play(stage, second)
            await until(lambda: len(stage.bus.candles("1m")) > 0)
    assert "market_time_went_back" in {entry["event"] for entry in logs}
    assert seconds_of(stage.bus.candles("1m")[-1]) < 200


async def test_candles_go_on_where_the_history_ended(stage: Stage) -> None:
    async with stage.streaming():
        await play(stage, *range(62))
        await until(lambda: stage.history.kept)
    again = Stage()
    again.history, again.exchange.traded = stage.history, stage.exchange.traded
    again.exchange.happens(*(trade(second) for second in range(62, 200)))
    again.exchange.known |= {BTC: ticker(after=200), ETH: ticker(ETH, "2515.35", after=200)}
    async with again.running():
        await until(lambda: again.exchange.watched("trade"))
        again.exchange.says(trade(201))
        await until(lambda: len(again.bus.candles("1m")) == 2)
    minutes = [(seconds_of(one), int(one.volume)) for one in again.bus.candles("1m")]
    assert minutes == [(60, 60), (120, 60)]


async def test_what_the_history_does_not_take_at_once_it_takes_later(stage: Stage) -> None:
    stage.history.fails = StoreUnavailable("The disk is full.")
    async with stage.streaming():
        await play(stage, *range(62))
        await until(lambda: stage.bus.candles("1m"))
        assert not stage.history.kept
        stage.history.fails = None
        await until(lambda: stage.history.kept)
