"""Keeps the list of markets fresh, and says in the log which came, went, closed and opened again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.exchange import Exchange, Market
from services.market.board import Board
from services.market.links import Link
from services.market.patience import pause_after, within

LIST_SECONDS = 300.0

log = structlog.get_logger(__name__)


class Listing:
    """Asks for the markets every five minutes, and a second after `ask_again`."""

    def __init__(
        self,
        exchange: Exchange,
        board: Board,
        *,
        link: Link,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.is_known = asyncio.Event()
        """Set once the markets are known."""
        self._exchange = exchange
        self._board = board
        self._link = link
        self._sleep = sleep
        self._is_doubted = False

    def ask_again(self) -> None:
        """Learn that the list is wrong: the venue refused a market that is on it."""
        self._is_doubted = True

    async def run(self) -> None:
        """Keep the list fresh until cancelled."""
        failures = 0
        while True:
            try:
                markets = await self._ask()
            except (ExchangeUnavailable, Misconfigured) as error:
                failures += 1
                self._link.fails(error.message)
                await self._sleep(pause_after(failures, error))
            else:
                failures = 0
                self._list(markets)
                await self._rest()

    async def _ask(self) -> Sequence[Market]:
        venue = self._exchange.venue
        markets = await within(self._exchange.markets(), venue=venue)
        if not markets:
            raise ExchangeUnavailable(
                f"{venue} says that it has no markets.", hint="Ask again in a minute.", facts={"venue": venue}
            )
        return markets

    def _list(self, markets: Sequence[Market]) -> None:
        _tell_changes(self._board.markets, {market.name: market for market in markets})
        self._board.list_markets(markets)
        self.is_known.set()

    async def _rest(self) -> None:
        self._is_doubted = False
        for _ in range(int(LIST_SECONDS)):
            await self._sleep(1.0)
            if self._is_doubted:
                return


def _tell_changes(before: Mapping[str, Market], after: Mapping[str, Market]) -> None:
    if not before:
        log.info("markets_listed", count=len(after))
        return
    for name in sorted(after.keys() - before.keys()):
        log.info("market_listed", market=name)
    for name in sorted(before.keys() - after.keys()):
        log.warning("market_delisted", market=name)
    for name in sorted(before.keys() & after.keys()):
        if before[name].is_open != after[name].is_open:
            log.warning("market_reopened" if after[name].is_open else "market_closed", market=name)
