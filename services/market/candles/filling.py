"""Asks the venue's own history for candles that trades do not give, until it answers or refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import structlog

from services.errors import ExchangeUnavailable, Misconfigured, StoreUnavailable, UserMistake
from services.exchange.exchange import Exchange
from services.exchange.prices import to_moment
from services.market.candles.bar import STEP_MS, Bar, filled_bars, start_of
from services.market.candles.builder import MINUTE, Need
from services.market.patience import pause_after, within
from services.market.ports import CandleHistory

_AT_ONCE = 8
_IN_ONE_GO = 100
"""Candles turned into bars before others of this process have their turn."""
_LAG_SECONDS = 2.0
"""A venue may show a candle this much later than it closed."""
_TIMES_LAGGING = 2
_MOST_FAILURES = 20
"""With the longest pauses of half a minute, some eight minutes."""
_MOST_REFUSALS = 3
_REFUSED_SECONDS = 5.0
"""Before a venue that refused is asked again, which may have been a slip; each time three times as long."""
_MOST_MINUTES = 1_000
"""What is filled at most where the history ends some time ago."""

log = structlog.get_logger(__name__)


class Filler:
    """Fills from `exchange`, whose price steps `tick_of` tells; with a `history`, goes on where that ends."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        tick_of: Callable[[str], Decimal | None],
        history: CandleHistory | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._exchange = exchange
        self._tick_of = tick_of
        self._history = history
        self._sleep = sleep
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def begins_at(self, market: str, now: int) -> int:
        """Return from when on candles are made: where the history ends if that is not long ago, or now."""
        begins_at = start_of(now, MINUTE)
        try:
            newest = None if self._history is None else await self._history.last(market, MINUTE, 1)
        except StoreUnavailable as error:
            log.warning("history_end_unknown", market=market, reason=error.message)
            return begins_at
        ends = int(newest.time[-1]) + newest.step_ms if newest else begins_at
        return ends if begins_at - _MOST_MINUTES * STEP_MS[MINUTE] <= ends <= now else begins_at

    async def fill(self, market: str, need: Need) -> list[Bar] | None:
        """Return what the venue has of `need`, or None when it cannot be had.

        A last candle that the venue does not show yet is waited for a few seconds; one that it does not show
        then had no trade. Meanwhile nothing closes, so a venue that refuses is not asked for long.
        """
        lags = failures = refusals = 0
        while failures < _MOST_FAILURES and refusals < _MOST_REFUSALS:
            try:
                bars = await self._ask(market, need)
            except ExchangeUnavailable as error:
                failures += 1
                await self._sleep(pause_after(failures, error))
                continue
            except (UserMistake, Misconfigured) as error:
                log.warning("candles_refused", market=market, need=repr(need), reason=error.message)
                await self._sleep(_REFUSED_SECONDS * 3**refusals)
                refusals += 1
                continue
            is_lagging = not bars or bars[-1].opens_at + STEP_MS[need.timeframe] < need.until
            if not is_lagging or lags == _TIMES_LAGGING:
                log.debug("candles_filled", market=market, timeframe=need.timeframe, count=len(bars))
                return bars
            lags += 1
            await self._sleep(_LAG_SECONDS)
        log.error("candles_given_up", market=market, need=repr(need))
        return None

    async def _ask(self, market: str, need: Need) -> list[Bar]:
        tick = self._tick_of(market)
        if tick is None:
            return []
        limit = (need.until - need.opens_at) // STEP_MS[need.timeframe]
        async with self._at_once:
            candles = await within(
                self._exchange.candles(market, need.timeframe, limit=limit, since=to_moment(need.opens_at)),
                venue=self._exchange.venue,
            )
        wanted, bars = candles.between(need.opens_at, need.until), list[Bar]()
        for start in range(0, len(wanted), _IN_ONE_GO):
            some = wanted.slice(start, start + _IN_ONE_GO)
            bars += filled_bars(some, tick=tick, nature=self._exchange.nature)
            await asyncio.sleep(0)
        return bars
