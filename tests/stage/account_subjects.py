"""Every account there is, in the same market: the paper engine's own, and two over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from account_rows import a_request
from account_stage import sandbox_account
from sandbox_exchange_stage import Stage

from services.exchange.orders import Account, Order, OrderRequest, Orders
from services.exchange.venues.private_streams import Pace

SWAP = "BTC/USDT:USDT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An account, and the market it trades in."""

    account: Account
    orders: Orders
    stage: Stage
    is_unified: bool

    async def buy(self, **changes: Any) -> Order:
        """Buy at the market and wait until it is filled."""
        request = a_request(**({"kind": "market", "price": None} | changes))
        await self.orders.place(request)
        return await self.until(request, "filled")

    async def until(self, request: OrderRequest, status: str) -> Order:
        async with asyncio.timeout(5):
            while True:
                order = await self.orders.find(request.market, client_id=request.client_id)
                if order.status == status:
                    return order
                await asyncio.sleep(0.01)

    def set_price(self, price: int) -> None:
        """Move the book, then the price."""
        levels = {"bids": [(f"{price - 1}.5", "5")], "asks": [(f"{price}.5", "5")]}
        self.stage.source.set_book(SWAP, **levels)
        self.stage.source.set_price(SWAP, str(price))


@asynccontextmanager
async def _paper(stage: Stage, _cache: Path) -> AsyncIterator[Subject]:
    account = stage.classic
    yield Subject(account=account, orders=account.orders, stage=stage, is_unified=False)


@asynccontextmanager
async def _classic(stage: Stage, cache: Path) -> AsyncIterator[Subject]:
    async with sandbox_account(stage.url, "classic", cache, pace=QUICK) as account:
        yield Subject(account=account, orders=account.orders, stage=stage, is_unified=False)


@asynccontextmanager
async def _unified(stage: Stage, cache: Path) -> AsyncIterator[Subject]:
    async with sandbox_account(stage.url, "unified", cache, pace=QUICK) as account:
        yield Subject(account=account, orders=account.orders, stage=stage, is_unified=True)


QUICK = Pace(reconcile=0.5, holdings=0.05, retry=0.05)
ADAPTERS: Mapping[str, Any] = {"paper": _paper, "classic": _classic, "unified": _unified}
