"""Minutes of every fault at random; at the end all that is believed is what an undisturbed client sees.

``OMEGA_CHAOS`` scales the ten minutes, ``OMEGA_SOAK_SEED`` gives back the faults of an earlier run.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from exchange_soak_stage import BTC, ETH, Scene, Trading, closed_since, misbehave, scene
from sandbox_exchange_stage import until

from services.errors import OrderNotFound

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]

MINUTES = 10.0 * float(os.environ.get("OMEGA_CHAOS", "0.1"))
SEED = int(os.environ.get("OMEGA_SOAK_SEED", "20261128"))
MOST_ORDERS = 150
"""The venue shows this many of the past."""
SETTLING_S = 40.0
AUDITED_S = 35.0
"""After so long a closed candle has been compared with the venue's own."""

Record = Callable[[str, object], None]


async def test_after_minutes_of_every_fault_books_candles_and_balances_are_those_of_an_undisturbed_client(
    tmp_path: Path, record_property: Record
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a schedule that can be repeated, not a secret
    async with scene(tmp_path) as stage:
        await until(lambda: stage.eyes.board.quotes.get(BTC) and stage.calm_eyes.board.quotes.get(BTC))
        start, faults = datetime.now(UTC) - timedelta(minutes=1), Counter[str]()
        trading = Trading(stage.account, chance)
        async with asyncio.TaskGroup() as loops:
            hearing = loops.create_task(trading.hear())
            sending = loops.create_task(trading.trade(max(0.5, MINUTES * 60 / MOST_ORDERS)))
            failing = loops.create_task(misbehave(stage.stage, chance, faults))
            await asyncio.sleep(MINUTES * 60)
            for task in (failing, sending):
                task.cancel()
            stage.stage.running.main.stirrer.calm()
            await asyncio.sleep(SETTLING_S)
            end = datetime.now(UTC) - timedelta(seconds=AUDITED_S)
            told = f"{MINUTES} min, seed {SEED}, {sum(faults.values())} faults of {len(faults)} kinds"
            print(f"exchange soak: {told}, orders {dict(trading.endings)}")  # noqa: T201 - the figures
            record_property("faults", dict(faults))
            record_property("endings", dict(trading.endings))
            await check_orders(trading)
            await check_holdings(stage)
            await check_fills(trading, stage)
            await check_books(stage)
            await check_candles(stage, start, end)
            hearing.cancel()


async def check_orders(trading: Trading) -> None:
    """Whatever was said of an order is true, and no order exists twice."""
    for client_id, order in trading.accepted.items():
        assert (await trading.account.orders.find(order.market, client_id=client_id)).id == order.id
    for client_id in trading.refused:
        for market in (BTC, ETH):
            with pytest.raises(OrderNotFound):
                await trading.account.orders.find(market, client_id=client_id)
    assert trading.endings["placed"] > 0


async def check_holdings(stage: Scene) -> None:
    """Positions, open orders and balances are those that the undisturbed client sees."""
    mine, others = stage.account, stage.calm_account
    assert {(one.market, one.side): (one.amount, one.entry) for one in await mine.positions()} == {
        (one.market, one.side): (one.amount, one.entry) for one in await others.positions()
    }
    assert {one.id for one in await mine.orders.open_orders()} == {
        one.id for one in await others.orders.open_orders()
    }
    equity = stage.stage.classic.figures.equity()
    (seen,) = [one for one in await mine.balances() if (one.wallet, one.currency) == ("swap", "USDT")]
    assert abs(seen.total / equity.equity - 1) < Decimal("0.0001")  # the mark moves meanwhile


async def check_fills(trading: Trading, stage: Scene) -> None:
    """Every fill there was has been told, once, whatever pushes were lost."""
    there = {
        fill.id: (fill.price, fill.amount)
        for market in (BTC, ETH)
        for fill in await stage.calm_account.fills(market, limit=200)
    }
    assert {fill.id: (fill.price, fill.amount) for fill in trading.fills.values()} == there


async def check_books(stage: Scene) -> None:
    """Both clients see the same books at the same moments again."""
    stage.eyes.books.clear()
    stage.calm_eyes.books.clear()

    def seen_by_both() -> set[tuple[str, object]]:
        stage.eyes.look()
        stage.calm_eyes.look()
        return stage.eyes.books.keys() & stage.calm_eyes.books.keys()

    await until(lambda: {market for market, _ in seen_by_both()} >= {BTC, ETH}, within=20)
    for place in seen_by_both():
        assert stage.eyes.books[place].bids == stage.calm_eyes.books[place].bids, place
        assert stage.eyes.books[place].asks == stage.calm_eyes.books[place].asks, place


async def check_candles(stage: Scene, start: datetime, end: datetime) -> None:
    """Each candle closed once and in order, and says what the market itself says of that minute."""
    for eyes in (stage.calm_eyes, stage.eyes):
        ids = [candle.id for candle in eyes.heard.appended]
        assert len(ids) == len(set(ids))
        closed = closed_since(eyes, start, end)
        assert {market for market, _, _ in closed} >= {BTC, ETH}
        wrong = {
            place: (said, true)
            for place, said in closed.items()
            if said != (true := await stage.truth(place))
        }
        assert wrong == {}, "undisturbed" if eyes is stage.calm_eyes else "disturbed"
