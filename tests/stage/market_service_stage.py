"""The market service with all its parts on a fake exchange, a fake bus and a fake history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

from market_fakes import (
    SPOT,
    FakeBus,
    FakeExchange,
    FakeHistory,
)
from market_stage import SleeperClock

from services.errors import (
    Misconfigured,
)
from services.exchange.exchange import Exchange, Market
from services.market.assembly import MarketParts, assemble
from services.market.ports import Past
from services.omega import ServiceConfig


class Stage:
    """The service of a venue whose feed stands still: the test puts figures on the board."""

    def __init__(self) -> None:
        self.clock = SleeperClock()
        self.exchange = FakeExchange()
        self.exchange.listed += [Market(name=SPOT, tick=Decimal("0.01"))]
        self.twin = FakeExchange()
        self.history = FakeHistory()
        self.times_opened = 0
        self.refuses: Misconfigured | None = None
        self.parts = self.assembled(ServiceConfig())
        self.board = self.parts.feed._board
        self.service = self.parts.service

    def assembled(self, config: ServiceConfig) -> MarketParts:
        return assemble(
            config,
            exchange=self.exchange,
            outlet=FakeBus(),
            clock=self.clock,
            watch=5,
            stale_after=timedelta(seconds=30),
            on_health=lambda *_: None,
            name="sandbox",
            others={"twin": self._open_twin},
            past=Past(writer=self.history, reader=self.history),
        )

    def listed(self) -> None:
        self.board.list_markets(self.exchange.listed)

    @asynccontextmanager
    async def _open_twin(self) -> AsyncIterator[Exchange]:
        self.times_opened += 1
        if self.refuses is not None:
            raise self.refuses
        yield self.twin

    @asynccontextmanager
    async def keeping_others(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(self.parts.others.run())
            yield
            keeping.cancel()
