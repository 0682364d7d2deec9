"""An account through real ccxt and the local exchange: what reading positions and placing an order take.

Paced below the venue's limit, so that it is the calls that are measured and not the waiting for a turn.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

from account_stage import sandbox_account
from figures import Figure, percentile
from sandbox_exchange_stage import running_exchange

from services.exchange.orders import OrderRequest
from services.exchange.venues.account import CcxtAccount

CALLS = 200
PACE_S = 0.02
WARM_UP = 20
"""Calls that are not counted: connections are opened and modes are read."""
MARKET = "BTC/USDT:USDT"

Call = Callable[[int], Awaitable[object]]


def _order(number: int) -> OrderRequest:
    """A limit order far below the market, which rests."""
    return OrderRequest(
        market=MARKET,
        side="buy",
        kind="limit",
        amount=Decimal("0.001"),
        price=Decimal(40_000),
        client_id=f"bench-{number}",
    )


async def _timed(call: Call, tidy: Callable[[], Awaitable[object]] | None = None) -> list[float]:
    """Return the milliseconds that each call took; `tidy` is awaited after each, and not counted."""
    took: list[float] = []
    for number in range(WARM_UP + CALLS):
        started = time.perf_counter()
        await call(number)
        took.append((time.perf_counter() - started) * 1000)
        if tidy is not None:
            await tidy()
        await asyncio.sleep(PACE_S)
    return took[WARM_UP:]


def _figures(name: str, took: list[float]) -> list[Figure]:
    return [
        Figure(f"exchange.{name}_p50_ms", percentile(took, 0.5), "ms"),
        Figure(f"exchange.{name}_p95_ms", percentile(took, 0.95), "ms"),
    ]


async def _of(account: CcxtAccount) -> list[Figure]:
    await account.orders.place(
        OrderRequest(
            market=MARKET, side="buy", kind="market", amount=Decimal("0.01"), client_id="bench-position"
        )
    )
    client = account.orders.lists.client

    async def tidy() -> None:
        if len(await account.orders.cancel_all(MARKET)) != 1:
            raise AssertionError("there is not just the order that was placed")

    async def read(_number: int) -> None:
        if len(await account.positions()) != 1:
            raise AssertionError("the position is gone")

    async def send(number: int) -> None:
        request = _order(number)
        params = {"clientOrderId": request.client_id}
        await client.call("create_order", MARKET, "limit", "buy", "0.001", "40000", params, doing="place")

    async def place(number: int) -> None:
        await account.orders.place(_order(1_000_000 + number))

    positions = await _timed(read)
    sent = await _timed(send, tidy)
    placed = await _timed(place, tidy)
    return [
        *_figures("fetch_positions", positions),
        *_figures("create_order", sent),
        *_figures("place_checked", placed),
    ]


async def measure() -> list[Figure]:
    """Measure a classic account; `place_checked` is an order with its checks and its state afterwards."""
    with tempfile.TemporaryDirectory(prefix="omega-bench-") as folder:
        async with (
            running_exchange() as stage,
            sandbox_account(stage.url, "classic", Path(folder)) as account,
        ):
            return await _of(account)
