"""Small stand-ins for what the market service and its feed are given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from analytics.candles import Candles, empty
from services.bus.messages import Key, Log, M, Message, Topic
from services.errors import BusUnavailable, ExchangeUnavailable
from services.exchange.exchange import Candle, Day, Market, Nature, Ticker
from services.market.messages import MarketNames

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
MARKETS = (Market(name=ETH, tick=Decimal("0.01")), Market(name=BTC, tick=Decimal("0.1")))
MARKET_TIME = datetime(2025, 6, 18, 10, 32, tzinfo=UTC)


def ticker(market: str = BTC, price: str = "104506.2", *, turnover: str | None = None) -> Ticker:
    """A replayed ticker; with `turnover` its day is known."""
    value = Decimal(price)
    day = None if turnover is None else Day(open=value, high=value, low=value, volume=Decimal(turnover))
    return Ticker(market=market, price=value, as_of=MARKET_TIME, nature="replay", day=day)


def candle(number: int = 0) -> Candle:
    """The replayed minute `number` minutes after the start."""
    opens_at = MARKET_TIME + timedelta(minutes=number)
    price = Decimal("104506.2")
    return Candle(
        market=BTC,
        timeframe="1m",
        opens_at=opens_at,
        closes_at=opens_at + timedelta(minutes=1),
        open=price,
        high=price,
        low=price,
        close=price,
        volume=Decimal(1),
        nature="replay",
    )


class FakeExchange:
    """Gives what tests put into it; `goes_away` makes its streams fail once."""

    venue = "binance"
    nature: Nature = "replay"

    def __init__(self) -> None:
        self.coming: asyncio.Queue[Ticker | None] = asyncio.Queue()
        self.closing: asyncio.Queue[Candle] = asyncio.Queue()
        self.times_opened = 0

    def goes_away(self) -> None:
        self.coming.put_nowait(None)

    async def markets(self) -> Sequence[Market]:
        return MARKETS

    async def candles(self, market: str, timeframe: str, *, limit: int) -> Candles:
        del market, timeframe, limit
        return empty(60_000)

    async def tickers(self) -> AsyncIterator[Ticker]:
        self.times_opened += 1
        while True:
            coming = await self.coming.get()
            if coming is None:
                raise ExchangeUnavailable("The venue hung up.")
            yield coming

    async def closed_candles(self) -> AsyncIterator[Candle]:
        while True:
            yield await self.closing.get()


class FakeBus:
    """Remembers what it was told, unless it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.times_refused = 0
        self.published: list[Message] = []
        self.appended: list[Message] = []
        self.newest: dict[str, tuple[Message, datetime | None]] = {}
        self.names: list[str] = []
        self.times_names_refused = 0

    def _refuse_when_away(self) -> None:
        if self.is_away:
            self.times_refused += 1
            raise BusUnavailable("Redis is away.")

    async def publish(self, topic: Topic[M], message: M) -> None:
        del topic
        self._refuse_when_away()
        self.published.append(message)

    async def append(self, log: Log[M], message: M) -> str:
        del log
        self._refuse_when_away()
        self.appended.append(message)
        return str(len(self.appended))

    async def put(self, key: Key[M], value: M, *, part: str = "", as_of: datetime | None = None) -> None:
        if isinstance(value, MarketNames):
            self._list(value)
        else:
            self._refuse_when_away()
            self.newest[f"{key.name}:{part}"] = (value, as_of)

    def _list(self, found: MarketNames) -> None:
        if self.is_away:
            self.times_names_refused += 1
            raise BusUnavailable("Redis is away.")
        self.names = found.names
