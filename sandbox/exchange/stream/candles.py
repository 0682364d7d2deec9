"""Candles as they are pushed: a snapshot of the past, then the growing one with each trade."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.forming import FormingCandles, begun
from sandbox.exchange.rest.market import INTERVALS
from sandbox.exchange.rows import markets
from sandbox.exchange.stream.hub import Hub
from sandbox.exchange.stream.topics import Topic
from sandbox.exchange.venue import Venue
from sandbox.exchange.wire import Json
from services.exchange.exchange import Trade
from services.exchange.prices import to_milliseconds

Tell = Callable[[Sequence[object], int], None]
"""Sends rows and their time to one listener."""
_SHOWN = 500


class CandleFeed:
    """The candles of one venue that somebody listens to, or did."""

    def __init__(self, venue: Venue, hub: Hub) -> None:
        self._venue = venue
        self._hub = hub
        self._forming: dict[str, dict[str, FormingCandles]] = {}

    async def greet(self, one: Listing, topic: Topic, tell: Tell) -> None:
        """Tell a new listener the last candles and the growing one. Raises `ExchangeUnavailable`."""
        timeframe = INTERVALS[topic.interval]
        past = await self._venue.exchange.candles(one.name, timeframe, limit=_SHOWN)
        growing = self._forming.setdefault(one.name, {})
        if timeframe not in growing:
            growing[timeframe] = await begun(self._venue.exchange, one, timeframe)
        rows = markets.candles(one, past, has_eighth=True)
        now = growing[timeframe].now
        if now is not None and (not rows or int(rows[-1][0]) < now.opens_at_ms):
            rows.append(now.row(one))
        if rows:
            tell(_worded(topic, rows), int(rows[-1][0]))

    def take(self, one: Listing, trade: Trade) -> None:
        """Let the growing candles take in a trade, and push those that somebody listens to."""
        for timeframe, growing in self._forming.get(one.name, {}).items():
            row = growing.take(trade).row(one)
            for topic in _topics(one, timeframe):
                if self._hub.has(topic):
                    self._hub.publish(topic, "update", _worded(topic, [row]), to_milliseconds(trade.as_of))


def _topics(one: Listing, timeframe: str) -> list[Topic]:
    names = [interval for interval, known in INTERVALS.items() if known == timeframe]
    classic = [Topic("v2", f"candle{name}", one.product, one.id, name) for name in names]
    return classic + [Topic("v3", "kline", one.product, one.id, name) for name in names]


def _worded(topic: Topic, rows: Sequence[Sequence[str]]) -> list[Sequence[str] | Json]:
    return list(rows) if topic.dialect == "v2" else [markets.kline(row) for row in rows]
