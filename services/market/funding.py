"""Keeps the funding rates of the watched perpetuals fresh; they change slowly and are asked for in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.errors import ExchangeUnavailable, Misconfigured, UserMistake
from services.exchange.exchange import Exchange
from services.market.board import Board
from services.market.patience import within
from services.market.watched import Watched

FUNDING_SECONDS = 60.0
_SPACING_SECONDS = 0.25
_LONGEST_PAUSE = 7_200.0
"""Until a market is asked again whose funding rate was refused each time; the first pause is two minutes."""

log = structlog.get_logger(__name__)


class Fundings:
    """Asks once a minute, four markets a second; whoever has no funding rate is asked ever more seldom."""

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
        self._passed = 0.0
        self._pauses: dict[str, float] = {}
        self._due_at: dict[str, float] = {}

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
            pause = FUNDING_SECONDS if swaps else 1.0
            await self._sleep(pause)
            self._passed += pause

    def _has_funding(self, market: str) -> bool:
        known = self._board.markets.get(market)
        is_due = self._passed >= self._due_at.get(market, 0.0)
        return known is not None and known.is_swap and is_due

    async def _ask(self, market: str) -> None:
        try:
            funding = await within(self._exchange.funding(market), venue=self._exchange.venue)
        except (UserMistake, Misconfigured) as error:
            log.info("funding_refused", market=market, reason=error.message)
            pause = min(2 * self._pauses.get(market, FUNDING_SECONDS), _LONGEST_PAUSE)
            self._pauses[market], self._due_at[market] = pause, self._passed + pause
        else:
            self._pauses.pop(market, None)
            self._board.show_funding(funding)
