"""Small stand-ins for what the market service and its feed are given."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from analytics.candles import Candles, empty, timeframe_ms
from services.bus.messages import Key, Log, M, Message, Topic
from services.errors import BusUnavailable, ExchangeUnavailable, NotOffered, OmegaError, UnknownMarket
from services.exchange.exchange import (
    Capability,
    Channel,
    Day,
    Funding,
    Level,
    Market,
    Nature,
    OpenInterest,
    OrderBook,
    Side,
    Ticker,
    Trade,
    Update,
)
from services.exchange.prices import to_milliseconds
from services.market.messages import ClosedCandle, MarketNames, Prints, Quote

BTC, ETH, SPOT = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USDT"
MARKETS = (Market(name=ETH, tick=Decimal("0.01")), Market(name=BTC, tick=Decimal("0.1")))
MARKET_TIME = datetime(2025, 6, 18, 10, 32, tzinfo=UTC)
EVERYTHING: frozenset[Capability] = frozenset(
    (
        *("candles", "trades", "order_book", "funding", "open_interest"),
        *("watch_ticker", "watch_trade", "watch_book"),
    )
)
_CHANNELS: dict[type[Update], Channel] = {Ticker: "ticker", Trade: "trade", OrderBook: "book"}


def at(seconds: float) -> datetime:
    """Market time so many seconds after it began."""
    return MARKET_TIME + timedelta(seconds=seconds)


def ticker(
    market: str = BTC,
    price: str = "104506.2",
    *,
    turnover: str | None = None,
    opened: str | None = None,
    after: float = 0.0,
) -> Ticker:
    """A replayed ticker `after` seconds; with `turnover` its day is known, which opened at the price."""
    value = Decimal(price)
    day = None
    if turnover is not None:
        day = Day(open=Decimal(opened or price), high=value, low=value, volume=Decimal(turnover))
    return Ticker(market=market, price=value, as_of=at(after), nature="replay", day=day)


def trade(
    after: float,
    price: str = "104506.2",
    amount: str = "1",
    *,
    market: str = BTC,
    number: str = "",
    side: Side = "buy",
    nature: Nature = "replay",
) -> Trade:
    """A replayed trade `after` seconds; its id is made of its time unless it is given."""
    return Trade(
        market=market,
        id=number or f"{round(after * 1000)}",
        price=Decimal(price),
        amount=Decimal(amount),
        side=side,
        as_of=at(after),
        nature=nature,
    )


def book(market: str = BTC, *, after: float = 0.0, levels: int = 20, middle: str = "100") -> OrderBook:
    """A replayed book of levels 0.1 apart."""
    step, centre = Decimal("0.1"), Decimal(middle)
    return OrderBook(
        market=market,
        bids=tuple(Level(centre - step * (n + 1), Decimal(n + 1)) for n in range(levels)),
        asks=tuple(Level(centre + step * (n + 1), Decimal(n + 1)) for n in range(levels)),
        as_of=at(after),
        nature="replay",
        is_depth_simulated=True,
    )


def candles_of(trades: Iterable[Trade], timeframe: str) -> Candles:
    """The candles of trades in order of time, worked out in one go."""
    step = timeframe_ms(timeframe)
    rows: dict[int, list[float]] = {}
    for one in trades:
        price, amount = float(one.price), float(one.amount)
        opens_at = to_milliseconds(one.as_of) // step * step
        row = rows.setdefault(opens_at, [price, price, price, price, 0.0])
        row[1:] = [max(row[1], price), min(row[2], price), price, round(row[4] + amount, 8)]
    if not rows:
        return empty(step)
    columns = np.array(list(rows.values()), dtype=np.float64).T
    names = ("open", "high", "low", "close", "volume")
    return Candles(
        step_ms=step,
        time=np.array(list(rows), dtype=np.int64),
        **{name: np.ascontiguousarray(column) for name, column in zip(names, columns, strict=True)},
    )


class FakeExchange:
    """Shows what tests put into it: `says` streams, `known` is what REST answers, `fails` what it raises."""

    venue = "binance"
    nature: Nature = "replay"

    def __init__(self, markets: Sequence[Market] = MARKETS) -> None:
        self.listed = list(markets)
        self.capabilities = EVERYTHING
        self.known: dict[str, Ticker] = {}
        self.books: dict[str, OrderBook] = {}
        self.rates: dict[str, Decimal] = {}
        self.traded: dict[str, list[Trade]] = {}
        self.now = MARKET_TIME
        self.fails: OmegaError | None = None
        self.is_silent = False
        """Whether tickers are never answered."""
        self.asked: Counter[str] = Counter()
        self.watching: list[tuple[Channel, frozenset[str]]] = []
        self._readers: list[tuple[Channel, frozenset[str], asyncio.Queue[Update | OmegaError]]] = []

    def says(self, *updates: Update) -> None:
        """Tell whoever watches; a trade is kept for REST, too."""
        for update in updates:
            if isinstance(update, Trade):
                self.happens(update)
            channel = _CHANNELS[type(update)]
            for watched, markets, queue in self._readers:
                if watched == channel and update.market in markets:
                    queue.put_nowait(update)

    def happens(self, *trades: Trade) -> None:
        """Have trades that no stream tells."""
        for one in trades:
            self.traded.setdefault(one.market, []).append(one)
            self.now = max(self.now, one.as_of)

    def hangs_up(self, error: OmegaError | None = None, *, channel: Channel | None = None) -> None:
        """End the streams with an error, those of one channel or all."""
        for watched, _, queue in self._readers:
            if channel in (None, watched):
                queue.put_nowait(error or ExchangeUnavailable("The venue hung up."))

    def watched(self, channel: Channel) -> set[str]:
        """What is being watched now."""
        return {market for watched, markets, _ in self._readers if watched == channel for market in markets}

    async def markets(self) -> Sequence[Market]:
        self._ask("markets")
        return tuple(self.listed)

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        self._ask("tickers" if markets is None else "ticker")
        for market in markets or ():
            self._exists(market)
        if self.is_silent:
            await asyncio.Event().wait()
        return [one for name, one in self.known.items() if markets is None or name in markets]

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        self._ask(f"candles {timeframe}")
        self._exists(market)
        made = candles_of(self.traded.get(market, ()), timeframe)
        start = 0 if since is None else to_milliseconds(since)
        closed = made.between(start, to_milliseconds(self.now))
        return closed.last(limit) if since is None else closed.slice(0, limit)

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        self._ask("trades")
        self._exists(market)
        return self.traded.get(market, [])[-limit:]

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        self._ask("order_book")
        self._exists(market)
        whole = self.books[market]
        return OrderBook(
            market=market,
            bids=whole.bids[:depth],
            asks=whole.asks[:depth],
            as_of=whole.as_of,
            nature=whole.nature,
        )

    async def funding(self, market: str) -> Funding:
        self._ask("funding")
        self._exists(market)
        if market not in self.rates:
            raise NotOffered.by(self.venue, f"a funding rate of {market}")
        return Funding(market=market, rate=self.rates[market], as_of=self.now, nature=self.nature)

    async def open_interest(self, market: str) -> OpenInterest:
        self._ask("open_interest")
        self._exists(market)
        return OpenInterest(market=market, amount=Decimal(5), as_of=self.now, nature=self.nature)

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        for market in markets:
            self._exists(market)
        self.watching.append((channel, frozenset(markets)))
        reader = (channel, frozenset(markets), asyncio.Queue[Update | OmegaError]())
        self._readers.append(reader)
        try:
            while True:
                update = await reader[2].get()
                if isinstance(update, OmegaError):
                    raise update
                yield update
        finally:
            self._readers.remove(reader)

    def _ask(self, what: str) -> None:
        self.asked[what] += 1
        if self.fails is not None:
            raise self.fails

    def _exists(self, market: str) -> None:
        if market not in {one.name for one in self.listed}:
            raise UnknownMarket.of(market, [])


class FakeBus:
    """Remembers what it was told, unless it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.times_refused = 0
        self.published: list[Message] = []
        self.prints: list[Prints] = []
        self.appended: list[Message] = []
        self.newest: dict[str, tuple[Message, datetime | None]] = {}
        self.times_put = 0
        self.names: list[str] = []
        self.times_names_refused = 0

    @property
    def quotes(self) -> list[Quote]:
        return [message for message in self.published if isinstance(message, Quote)]

    def candles(self, timeframe: str, market: str = BTC) -> list[ClosedCandle]:
        """The closed candles of a market that were appended, in order."""
        closed = [message for message in self.appended if isinstance(message, ClosedCandle)]
        return [one for one in closed if (one.timeframe, one.market) == (timeframe, market)]

    def _refuse_when_away(self) -> None:
        if self.is_away:
            self.times_refused += 1
            raise BusUnavailable("Redis is away.")

    async def publish(self, topic: Topic[M], message: M) -> None:
        del topic
        self._refuse_when_away()
        if isinstance(message, Prints):
            self.prints.append(message)
        else:
            self.published.append(message)

    async def append(self, log: Log[M], message: M) -> str:
        del log
        self._refuse_when_away()
        self.appended.append(message)
        return str(len(self.appended))

    async def put_all(self, key: Key[M], values: Mapping[str, M], *, as_of: Mapping[str, datetime]) -> None:
        self._refuse_when_away()
        self.times_put += 1
        self.newest |= {f"{key.name}:{part}": (value, as_of.get(part)) for part, value in values.items()}

    async def put(self, key: Key[M], value: M, *, part: str = "", as_of: datetime | None = None) -> None:
        if not isinstance(value, MarketNames):
            raise TypeError((key, part, as_of))
        if self.is_away:
            self.times_names_refused += 1
            raise BusUnavailable("Redis is away.")
        self.names = value.names


class FakeHistory:
    """Keeps closed candles in memory, the later of two of one id."""

    def __init__(self) -> None:
        self.kept: dict[str, ClosedCandle] = {}
        self.fails: OmegaError | None = None

    async def write(self, candle: ClosedCandle) -> None:
        if self.fails is not None:
            raise self.fails
        self.kept[candle.id] = candle

    async def last(
        self, market: str, timeframe: str, limit: int, *, until: datetime | None = None
    ) -> Candles:
        if self.fails is not None:
            raise self.fails
        found = [one for one in self.kept.values() if (one.market, one.timeframe) == (market, timeframe)]
        if until is not None:
            length = timedelta(milliseconds=timeframe_ms(timeframe))
            found = [one for one in found if one.opens_at + length <= until]
        found.sort(key=lambda one: one.opens_at)
        names = ("open", "high", "low", "close", "volume")
        return Candles(
            step_ms=timeframe_ms(timeframe),
            time=np.array([to_milliseconds(one.opens_at) for one in found[-limit:]], dtype=np.int64),
            **{name: np.array([float(getattr(one, name)) for one in found[-limit:]]) for name in names},
        )


def moment(seconds: float) -> int:
    """So many seconds after market time began, in ms since 1970."""
    return to_milliseconds(at(seconds))


def seconds_of(candle: ClosedCandle) -> float:
    """When a candle opens, in seconds after market time began."""
    return (candle.opens_at - MARKET_TIME).total_seconds()


class SwiftClock:
    """Wall time that passes `speed` times as fast, for whoever sleeps on it, too."""

    def __init__(self, speed: float = 100.0) -> None:
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        return datetime(2026, 1, 5, 10, 0, 30, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
