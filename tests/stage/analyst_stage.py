"""The analyst before made-up candles: a market that wanders, answered as the market process would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from analytics.candles import timeframe_ms
from services.analyst.sight import Sight, sight_of
from services.bus.messages import Key, Message, Request
from services.errors import ExchangeUnavailable, OmegaError
from services.exchange.prices import to_milliseconds
from services.market.messages import CandleSeries, GetCandles, Origin

R = TypeVar("R", bound=Message)

BTC = "BTC/USDT:USDT"
NOON = datetime(2025, 6, 18, 12, tzinfo=UTC)
NOW = NOON + timedelta(seconds=7)
_SEEDS = {"1m": 0, "5m": 1, "15m": 20, "1h": 21, "4h": 7, "1d": 22}
"""Each timeframe wanders its own way: all on one way would see one leg, which never meets itself."""


def series(
    timeframe: str = "4h",
    count: int = 300,
    *,
    seed: int | None = None,
    tick: str = "0.1",
    until: datetime = NOON,
) -> CandleSeries:
    """Return `count` candles that wander about 60,000, the last one closed by noon of 18 June 2025."""
    step = timeframe_ms(timeframe)
    random = np.random.default_rng(_SEEDS[timeframe] if seed is None else seed)
    close = np.round(60_000 * np.exp(np.cumsum(random.normal(0, 0.01, count))), 1)
    open_ = np.concatenate([close[:1], close[:-1]])
    wick = np.round(np.abs(random.normal(0, 200, (2, count))), 1)
    last = to_milliseconds(until) // step * step - step
    received = until + timedelta(seconds=5)
    as_of = received - timedelta(days=1)
    return CandleSeries(
        market=BTC,
        timeframe=timeframe,
        time=[last - step * (count - 1 - at) for at in range(count)],
        open=open_.tolist(),
        high=np.round(np.maximum(open_, close) + wick[0], 1).tolist(),
        low=np.round(np.minimum(open_, close) - wick[1], 1).tolist(),
        close=close.tolist(),
        volume=np.round(np.abs(random.normal(100, 30, count)), 3).tolist(),
        origin=Origin(venue="binance", nature="replay", as_of=as_of, received_at=received),
        tick=Decimal(tick),
    )


def sight(timeframe: str = "4h", count: int = 300, **other: Any) -> Sight:
    """Return the same as the analyst sees it."""
    return sight_of(series(timeframe, count, **other))


class MarketOnCall:
    """Stands for the bus: answers for candles, and keeps what is put."""

    def __init__(self, counts: dict[str, int] | None = None) -> None:
        self.counts = counts or {}
        self.until: dict[str, datetime] = {}
        """By when the last candle of a timeframe has closed, where that is not noon."""
        self.refuses: OmegaError | None = None
        self.asked: list[GetCandles] = []
        self.kept: dict[str, Message] = {}

    async def ask(self, request: Request[R], *, timeout: float) -> R:  # noqa: ARG002, ASYNC109 - the bus's own
        """Answer `GetCandles`; a timeframe of which there are none is refused as the market refuses it."""
        assert isinstance(request, GetCandles)
        self.asked.append(request)
        count = self.counts.get(request.timeframe, 300)
        if self.refuses is not None:
            raise self.refuses
        if count == 0:
            raise ExchangeUnavailable("There are no candles yet.", facts={"venue": "binance"})
        answer: Any = series(request.timeframe, count, until=self.until.get(request.timeframe, NOON))
        return answer  # type: ignore[no-any-return]

    async def put(self, key: Key[Any], value: Message, *, part: str = "", ttl: float | None = None) -> None:  # noqa: ARG002 - the bus's own
        """Keep the value."""
        self.kept[f"{key.name}:{part}"] = value


class StillClock:
    """A clock that stands still."""

    def __init__(self, stands_at: datetime = NOW) -> None:
        self.seconds = 0.0
        self._stands_at = stands_at

    def now(self) -> datetime:
        """Return where it stands."""
        return self._stands_at

    def monotonic(self) -> float:
        """Return what a test set."""
        return self.seconds
