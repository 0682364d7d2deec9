"""Keeps the funding rates of the watched perpetuals fresh; they change slowly and are asked for in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.errors import ExchangeUnavailable, UserMistake
from services.exchange.exchange import Exchange
from services.market.board import Board
from services.market.patience import within
from services.market.watched import Watched

FUNDING_SECONDS = 60.0
_SPACING_SECONDS = 0.25

log = structlog.get_logger(__name__)


class Fundings:
    """Asks once a minute, four markets a second; whoever has no funding rate is asked once."""

    def __init__(
        self,
        exchange: Exchange,
        board: Board,
        watched: Watched,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._exchange = exchange
        self._board = board
        self._watched = watched
        self._sleep = sleep
        self._without: set[str] = set()

    async def run(self) -> None:
        """Ask until cancelled."""
        while "funding" in self._exchange.capabilities:
            swaps = [market for market in self._watched.current() if self._has_funding(market)]
            try:
                for market in swaps:
                    await self._ask(market)
                    await self._sleep(_SPACING_SECONDS)
            except ExchangeUnavailable as error:
                log.info("funding_not_read", reason=error.message)
            await self._sleep(FUNDING_SECONDS if swaps else 1.0)

    def _has_funding(self, market: str) -> bool:
        known = self._board.markets.get(market)
        return known is not None and known.is_swap and market not in self._without

    async def _ask(self, market: str) -> None:
        try:
            funding = await within(self._exchange.funding(market), venue=self._exchange.venue)
        except UserMistake as error:
            log.info("funding_refused", market=market, reason=error.message)
            self._without.add(market)
        else:
            self._board.show_funding(funding)
