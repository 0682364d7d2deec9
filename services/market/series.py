"""Closed candles for whoever asks: from the history where that is whole, else from the venue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import structlog
from msgspec.structs import replace

from analytics.candles import Candles, timeframe_ms
from services.errors import ExchangeUnavailable, NotOffered, StoreUnavailable, UserMistake
from services.exchange.exchange import TIMEFRAMES, Market
from services.exchange.prices import to_milliseconds, to_moment
from services.market.messages import CandleSeries
from services.market.patience import within
from services.market.ports import CandleHistory
from services.market.venue import ANSWER_SECONDS, Venue

MOST_CANDLES = 1_000
_ON_ITS_WAY_MS = 3_000
_TIMEFRAMES = {timeframe_ms(timeframe): timeframe for timeframe in TIMEFRAMES}

log = structlog.get_logger(__name__)


class Series:
    """Reads `history` first, if there is one; `now_ms` tells the venue's own time, None while not known."""

    def __init__(
        self, venue: Venue, *, now_ms: Callable[[], int | None], history: CandleHistory | None
    ) -> None:
        self._venue = venue
        self._now_ms = now_ms
        self._history = history

    async def last(
        self, asked: str, timeframe: str, limit: int, *, until: datetime | None = None
    ) -> CandleSeries:
        """Return the newest `limit` candles, or all there are where that is fewer.

        With `until`, of those that have closed by then; where minutes are missing that may be fewer.

        Raises:
            UnknownMarket: no market of that name.
            UserMistake: the timeframe is none of ours.
            NotOffered: there are none so old.
            ExchangeUnavailable: the venue does not answer, and the history has no stretch without a gap.
        """
        if timeframe not in TIMEFRAMES:
            raise UserMistake(
                f"There are no candles of {timeframe!r}.", hint=f"Use one of {', '.join(TIMEFRAMES)}."
            )
        limit = max(1, min(limit, MOST_CANDLES))
        known = await self._venue.market(asked)
        market = known.name
        kept = await self._kept(market, timeframe, limit, until)
        if kept is not None and self._reaches(kept, until):
            return self._told(known, kept, is_kept=True)
        try:
            fetched = await within(
                self._fetched(market, timeframe, limit, until),
                venue=self._venue.board.venue,
                seconds=ANSWER_SECONDS,
            )
        except ExchangeUnavailable:
            if kept is None:
                raise
            return self._told(known, kept, is_kept=True)
        if until is not None and len(fetched) == 0:
            raise NotOffered.by(self._venue.board.venue, f"older candles of {market}")
        return self._told(known, fetched, is_kept=False)

    async def _fetched(self, market: str, timeframe: str, limit: int, until: datetime | None) -> Candles:
        exchange = self._venue.exchange
        if until is None:
            return await exchange.candles(market, timeframe, limit=limit)
        step = timedelta(milliseconds=timeframe_ms(timeframe))
        found = await exchange.candles(market, timeframe, limit=limit, since=until - limit * step)
        return found.between(0, to_milliseconds(until))

    async def _kept(self, market: str, timeframe: str, limit: int, until: datetime | None) -> Candles | None:
        """Return what the history has, if it has as many without a gap."""
        if self._history is None:
            return None
        try:
            kept = await self._history.last(market, timeframe, limit, until=until)
        except StoreUnavailable as error:
            log.warning("history_not_read", market=market, reason=error.message)
            return None
        is_whole = len(kept) == limit and bool(np.all(np.diff(kept.time) == kept.step_ms))
        return kept if is_whole else None

    def _reaches(self, kept: Candles, until: datetime | None) -> bool:
        """Return whether no candle has closed since, or before `until`, but for one still on its way."""
        if until is not None:
            return to_milliseconds(until) < int(kept.time[-1]) + 2 * kept.step_ms
        now = self._now_ms()
        return (
            now is not None and 0 <= now - (int(kept.time[-1]) + kept.step_ms) < kept.step_ms + _ON_ITS_WAY_MS
        )

    def _told(self, market: Market, candles: Candles, *, is_kept: bool) -> CandleSeries:
        """Return `candles` as they are told; those that were kept were received when the last one closed."""
        if len(candles) == 0:
            raise ExchangeUnavailable(
                f"There are no candles of {market.name} yet.",
                hint="Ask for a smaller timeframe, or later.",
                facts={"venue": self._venue.board.venue},
            )
        closes_at = to_moment(int(candles.time[-1]) + candles.step_ms)
        origin = self._venue.board.origin(self._venue.exchange.nature, closes_at)
        return CandleSeries(
            market=market.name,
            tick=market.tick,
            timeframe=_TIMEFRAMES[candles.step_ms],
            time=candles.time.tolist(),
            open=candles.open.tolist(),
            high=candles.high.tolist(),
            low=candles.low.tolist(),
            close=candles.close.tolist(),
            volume=candles.volume.tolist(),
            origin=replace(origin, received_at=min(origin.received_at, closes_at)) if is_kept else origin,
        )
