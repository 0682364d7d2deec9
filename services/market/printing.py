"""Tells trades of the watched markets to whoever subscribes, a few at a time; a mirror of the venue does.

They are looked at, not kept: what is told while the bus is away is lost, and the candles tell the rest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from services.errors import BusUnavailable
from services.exchange.exchange import Trade
from services.market.board import Board
from services.market.links import Link
from services.market.messages import PRINTS, Print, Prints
from services.market.ports import Outlet

EVERY_SECONDS = 0.1
_MOST = 20_000
_AT_ONCE = 1_000


class Printer:
    """Collects trades and publishes them ten times a second; of more than 20,000 the newest are told."""

    def __init__(
        self,
        board: Board,
        outlet: Outlet,
        *,
        link: Link,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._board = board
        self._outlet = outlet
        self._link = link
        self._sleep = sleep
        self._waiting: deque[Trade] = deque(maxlen=_MOST)

    def hear(self, trade: Trade) -> None:
        """Tell `trade` with the next ones."""
        self._waiting.append(trade)

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._sleep(EVERY_SECONDS)
            while self._waiting:
                count = min(len(self._waiting), _AT_ONCE)
                await self._publish([self._waiting.popleft() for _ in range(count)])

    async def _publish(self, trades: list[Trade]) -> None:
        prints = Prints(
            prints=[_print(trade) for trade in trades], venue=self._board.venue, nature=trades[-1].nature
        )
        try:
            await self._outlet.publish(PRINTS, prints)
        except BusUnavailable as error:
            self._link.fails(error.message)
        else:
            self._link.works()


def _print(trade: Trade) -> Print:
    return Print(
        market=trade.market,
        id=trade.id,
        price=trade.price,
        amount=trade.amount,
        is_buy=trade.side == "buy",
        as_of=trade.as_of,
    )
