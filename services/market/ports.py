"""What the market service needs of others: the bus as its outlet, and a history of candles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from analytics.candles import Candles
from services.bus.messages import Key, Log, M, Topic
from services.market.messages import ClosedCandle


class Outlet(Protocol):
    """What is needed of the bus; `services.bus.bus.Bus` says what each verb promises."""

    async def publish(self, topic: Topic[M], message: M) -> None:
        """Tell whoever is subscribed now."""
        ...

    async def append(self, log: Log[M], message: M) -> str:
        """Append to a log."""
        ...

    async def put(self, key: Key[M], value: M, *, part: str = "", as_of: datetime | None = None) -> None:
        """Replace the newest value."""
        ...

    async def put_all(self, key: Key[M], values: Mapping[str, M], *, as_of: Mapping[str, datetime]) -> None:
        """Replace the newest value of each part in one round trip."""
        ...


class HistoryWriter(Protocol):
    """Keeps closed candles of a minute and more, in the order in which they close."""

    async def write(self, candle: ClosedCandle) -> None:
        """Keep `candle`, in place of an earlier one of the same `id`.

        Raises:
            StoreUnavailable: it cannot be kept now; it is offered again.
        """
        ...


class CandleHistory(Protocol):
    """What was kept, the newest candles included as soon as they are written."""

    async def last(
        self, market: str, timeframe: str, limit: int, *, until: datetime | None = None
    ) -> Candles:
        """Return the newest `limit` candles, or all there are where that is fewer.

        With `until`, of those that have closed by then.

        Raises:
            StoreUnavailable: the history cannot be read now.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is kept of candles of a minute and more, and whether it is told in place of asking the venue."""

    writer: HistoryWriter | None = None
    reader: CandleHistory | None = None
    """Candles go on where it ends."""
    is_told: bool = True
