from __future__ import annotations

from decimal import Decimal

import pytest
from market_stage import wandering_minutes
from paper_stage import HandClock, a_request, running

from services.exchange.exchange import Side
from services.exchange.orders import Fill, Order
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.settings import PaperSettings
from services.exchange.played.replay import ReplayExchange

BTC = "BTC/USDT:USDT"
MINUTES = wandering_minutes(3_000, price=60_000.0)


async def trading_day(seconds: int = 60) -> tuple[list[Fill], list[Order], list[Decimal]]:
    """Trade on a replay for a while: the fills, the orders, and what the account holds at the end."""
    clock = HandClock()
    source = ReplayExchange({BTC: MINUTES}, venue="binance", seed=1, clock=clock, sleep=clock.sleep)
    settings = PaperSettings(entry_latency=0.2, jitter=1.0, swap_balances={"USDT": Decimal(10**6)})
    paper = PaperExchange(source, clock=clock, settings=settings, sleep=clock.sleep)
    async with running(paper.run()):
        account = paper.open("me")
        await clock.step(1)
        for second in range(seconds):
            (ticker,) = await source.tickers([BTC])
            near = ticker.price + Decimal(second % 7 - 3) / 2
            side: Side = "buy" if second % 3 else "sell"
            price = None if second % 5 == 0 else near
            await account.orders.place(a_request(side, "0.02", price, market=BTC))
            await clock.step(1)
        fills = list(await account.fills(BTC, limit=1_000))
        orders = [*await account.orders.open_orders(), *await account.orders.closed()]
        return fills, orders, [one.total for one in await account.balances()]


async def test_orders_fill_on_a_replay_and_say_that_its_depth_is_simulated() -> None:
    fills, orders, _ = await trading_day()
    assert {one.is_maker for one in fills} == {True, False}
    assert {one.status for one in orders} >= {"filled"}
    assert all("simulated depth" in one.assumption for one in fills)


@pytest.mark.slow
async def test_a_replay_is_the_same_event_for_event_20_times_out_of_20() -> None:
    first = await trading_day()
    assert first[0]
    for _ in range(19):
        assert await trading_day() == first
