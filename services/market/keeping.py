"""Hands closed candles, as they go over the bus, to the history in its own words."""

from __future__ import annotations

from datetime import timedelta

from analytics.candles import timeframe_ms
from services.exchange.exchange import Candle
from services.exchange.history.writer import HistoryWriter
from services.market.messages import ClosedCandle


class Keeping:
    """A `services.market.ports.HistoryWriter` on a writer of the candle history."""

    def __init__(self, writer: HistoryWriter) -> None:
        self._writer = writer

    async def write(self, candle: ClosedCandle) -> None:
        """Keep `candle`; see `HistoryWriter.write`."""
        await self._writer.write(
            Candle(
                market=candle.market,
                timeframe=candle.timeframe,
                opens_at=candle.opens_at,
                closes_at=candle.opens_at + timedelta(milliseconds=timeframe_ms(candle.timeframe)),
                open=candle.open,
                high=candle.high,
                low=candle.low,
                close=candle.close,
                volume=candle.volume,
                nature=candle.origin.nature,
            ),
            is_filled=candle.is_filled,
            received_at=candle.origin.received_at,
        )
