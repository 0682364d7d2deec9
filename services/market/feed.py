"""Carries the exchange's prices to the board and to the bus.

Quotes are looked at: they are coalesced, and skipped while the bus is away. Closed candles must arrive: each
is offered until the bus takes it, and meanwhile the exchange keeps those behind it. An append whose reply was
lost is repeated, and a replay that starts again appends its candles again: consumers know `ClosedCandle.id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

import structlog

from services.bus.messages import Key, Log, M, Topic
from services.clock import Clock
from services.errors import BusUnavailable, ExchangeUnavailable
from services.exchange.exchange import Candle, Exchange
from services.market.board import Board
from services.market.messages import (
    CANDLES,
    LAST_QUOTE,
    MARKET_NAMES,
    QUOTES,
    ClosedCandle,
    MarketNames,
    Origin,
    Quote,
)

PUBLISH_SECONDS = 0.25
"""Between two quotes of one market on the bus."""
RETRY_SECONDS = 1.0
NAMES_SECONDS = 30.0
"""Between two lists of the markets on the bus, which forgets them when it is started again."""

log = structlog.get_logger(__name__)


class Outlet(Protocol):
    """What the feed needs of the bus; `services.bus.bus.Bus` says what each verb promises."""

    async def publish(self, topic: Topic[M], message: M) -> None:
        """Tell whoever is subscribed now."""
        ...

    async def append(self, log: Log[M], message: M) -> str:
        """Append to a log."""
        ...

    async def put(self, key: Key[M], value: M, *, part: str = "", as_of: datetime | None = None) -> None:
        """Replace the newest value."""
        ...


Health = Callable[[bool, str], None]


class _Link:
    """One side that the feed stands on: says once that it went away, and once that it is back."""

    def __init__(self, name: str, tell: Health) -> None:
        self._name = name
        self._tell = tell
        self._is_up: bool | None = None

    def works(self) -> None:
        if self._is_up is not True:
            log.info("link_established", link=self._name)
            self._is_up = True
            self._tell(True, "")

    def fails(self, reason: str) -> None:
        if self._is_up is not False:
            log.warning("link_lost", link=self._name, reason=reason)
            self._is_up = False
            self._tell(False, reason)


def _nobody(_is_up: bool, _reason: str) -> None:  # noqa: FBT001 - the shape of Health
    """Hear nothing: the process reports the bus's health itself."""


class Feed:
    """Runs until cancelled; neither the exchange nor the bus going away ends it."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        outlet: Outlet,
        board: Board,
        clock: Clock,
        on_health: Health,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`on_health` hears whether prices arrive, and the reason when they do not."""
        self._exchange = exchange
        self._outlet = outlet
        self._board = board
        self._clock = clock
        self._sleep = sleep
        self._unpublished: dict[str, Quote] = {}
        self._venue = _Link("exchange", on_health)
        self._bus = _Link("bus", _nobody)

    async def run(self) -> None:
        """Carry prices and candles."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._again(self._read_tickers))
            loops.create_task(self._again(self._append_candles))
            loops.create_task(self._publish())
            loops.create_task(self._list_names())

    async def _again(self, read: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await read()
            except ExchangeUnavailable as error:
                self._venue.fails(error.message)
            await self._sleep(RETRY_SECONDS)

    async def _read_tickers(self) -> None:
        self._board.list_markets(await self._exchange.markets())
        async for ticker in self._exchange.tickers():
            self._unpublished[ticker.market] = self._board.show(ticker)
            self._venue.works()

    async def _publish(self) -> None:
        while True:
            quotes, self._unpublished = self._unpublished, {}
            try:
                await self._publish_all(quotes)
            except BusUnavailable as error:
                self._bus.fails(error.message)
            await self._sleep(PUBLISH_SECONDS)

    async def _publish_all(self, quotes: dict[str, Quote]) -> None:
        for market, quote in quotes.items():
            await self._outlet.publish(QUOTES, quote)
            await self._outlet.put(LAST_QUOTE, quote, part=market, as_of=quote.origin.as_of)
            self._bus.works()

    async def _list_names(self) -> None:
        while True:
            await self._sleep(NAMES_SECONDS if await self._has_listed_names() else RETRY_SECONDS)

    async def _has_listed_names(self) -> bool:
        names = self._board.names()
        if names is None:
            return False
        try:
            await self._outlet.put(MARKET_NAMES, MarketNames(names=list(names.ranked)))
        except BusUnavailable as error:
            self._bus.fails(error.message)
            return False
        return True

    async def _append_candles(self) -> None:
        async for candle in self._exchange.closed_candles():
            await self._append(self._closed(candle))

    async def _append(self, candle: ClosedCandle) -> None:
        while True:
            try:
                await self._outlet.append(CANDLES, candle)
            except BusUnavailable as error:
                self._bus.fails(error.message)
                await self._sleep(RETRY_SECONDS)
            else:
                self._bus.works()
                return

    def _closed(self, candle: Candle) -> ClosedCandle:
        origin = Origin(
            venue=self._board.venue,
            nature=candle.nature,
            as_of=candle.closes_at,
            received_at=self._clock.now(),
        )
        return ClosedCandle(
            market=candle.market,
            timeframe=candle.timeframe,
            opens_at=candle.opens_at,
            open=candle.open,
            high=candle.high,
            low=candle.low,
            close=candle.close,
            volume=candle.volume,
            origin=origin,
        )
