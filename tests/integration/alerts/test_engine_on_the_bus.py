"""The engine between a real server and its outbox: what the logs bring is decided once, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from alert_engine_stage import NOON, EngineStage, Remembering, candle, level, quote, row
from bus_stage import Server, bus_of, eventually, running

from services.bus.bus import Bus
from services.market.messages import CANDLES, QUOTES, SECONDS, ClosedCandle, Quote

SECOND = timedelta(seconds=1)
ALERT = row(level("100"), repeats=True, cooldown=0)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as server:
        yield server


def second(number: int, *prices: str) -> ClosedCandle:
    return candle(NOON + number * SECOND, *prices).message


@asynccontextmanager
async def consuming(bus: Bus, stage: EngineStage) -> AsyncIterator[None]:
    """Feed the engine from the bus, as its process does, until it is killed."""

    async def hear() -> None:
        async with bus.subscribe(QUOTES) as heard:
            async for message in heard:
                if isinstance(message, Quote):
                    await stage.engine.hear(message)

    loops = (
        hear(),
        bus.consume(SECONDS, "alerts", stage.engine.see),
        bus.consume(CANDLES, "alerts", stage.engine.see),
    )
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def begun(outbox: Remembering) -> EngineStage:
    stage = EngineStage(outbox)
    await stage.engine.load([ALERT], {})
    return stage


async def test_a_crossing_fires_once_by_price_by_second_and_by_minute(server: Server) -> None:
    stage = await begun(Remembering())
    async with bus_of(server, "alerts") as bus, consuming(bus, stage):
        await bus.append(SECONDS, second(0, "99", "99", "99", "99"))
        await eventually(lambda: stage.engine.armed("rule"))
        for number, price in enumerate(("99", "101", "102")):
            await bus.publish(QUOTES, quote(price, NOON + (number + 1) * SECOND))
        await eventually(lambda: stage.outbox.told() == ["fired"])
        await bus.append(SECONDS, second(1, "99", "101", "99", "101"))
        await bus.append(CANDLES, candle(NOON, "99", "102", "99", "102", timeframe="1m").message)
        await eventually(lambda: stage.outbox.marks)
        assert stage.outbox.told() == ["fired"]


async def test_what_came_while_the_engine_was_dead_is_decided_when_it_is_back(server: Server) -> None:
    stage = await begun(Remembering())
    async with bus_of(server, "alerts") as bus:
        async with consuming(bus, stage):
            await bus.append(SECONDS, second(0, "99", "99", "99", "99"))
            await eventually(lambda: stage.outbox.states)
        await bus.append(SECONDS, second(1, "99", "101", "99", "99"))
        await bus.append(SECONDS, second(60, "99", "99", "99", "99"))
        stage = await stage.again(ALERT)
        async with consuming(bus, stage):
            await eventually(lambda: stage.outbox.told() == ["fired"])
    assert stage.outbox.when() == [NOON + 2 * SECOND]


async def test_a_database_that_was_away_costs_no_alert_and_doubles_none(server: Server) -> None:
    stage = await begun(Remembering())
    async with bus_of(server, "alerts") as bus, consuming(bus, stage):
        await bus.append(SECONDS, second(0, "99", "99", "99", "99"))
        await eventually(lambda: stage.outbox.states)
        stage.outbox.is_away = True
        for number, price in ((1, "101"), (2, "99"), (3, "101")):
            await bus.append(SECONDS, second(number, price, price, price, price))
        await asyncio.sleep(0.2)
        assert stage.outbox.told() == []
        stage.outbox.is_away = False
        await eventually(lambda: len(stage.outbox.when()) == 2)
    assert stage.outbox.told() == ["fired", "armed", "fired"]
    assert len({one.told.alert for one in stage.outbox.firings}) == 2
