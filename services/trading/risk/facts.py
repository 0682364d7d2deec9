"""What is asked of the market process before an order is judged: asked at once, and kept for seconds.

What the market process does not know, or does not answer, is missing with its reason. Anything else that goes
wrong is a defect and comes out as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np

from analytics.candles import Candles, timeframe_ms
from services.bus.messages import Message, Request
from services.clock import Clock
from services.errors import NotOffered, OmegaError
from services.exchange.exchange import Market
from services.market.messages import (
    Book,
    CandleSeries,
    GetBook,
    GetCandles,
    GetInterest,
    GetQuote,
    Interest,
    Quote,
)
from services.memory import Remembered, Shared
from services.store.trading_rows import AccountRow
from services.trading.ports import DeskBus
from services.trading.risk.case import MarketFacts

TIMEFRAME: Final = "1h"
_HOURS: Final = 200
_SECONDS: Final = {"quote": 3.0, "book": 3.0, "candles": 120.0, "interest": 60.0}
"""How long each fact is good for."""

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One answer, or why there is none."""

    found: Message | Candles | None = None
    why: str = ""
    is_offered: bool = True


@dataclass(slots=True)
class Facts:
    """Asks for what is known of markets."""

    bus: DeskBus
    clock: Clock
    _kept: dict[str, Remembered[tuple[str, str], _Told]] = field(init=False)
    _asking: Shared[tuple[str, str, str], _Told] = field(default_factory=Shared, init=False)

    def __post_init__(self) -> None:
        self._kept = {what: Remembered(self.clock) for what in _SECONDS}

    async def of(self, market: Market, row: AccountRow, *, is_anew: bool = False) -> MarketFacts:
        """Return what is known of a market; with `is_anew` quote and book are asked for again."""
        venue = venue_of(row)
        name = market.name
        quote, book, candles, interest = await asyncio.gather(
            self._told("quote", name, venue, self._of(GetQuote(market=name, venue=venue)), is_anew=is_anew),
            self._told("book", name, venue, self._of(GetBook(market=name, venue=venue)), is_anew=is_anew),
            self._told("candles", name, "", self._candles(name)),
            self._interest(market),
        )
        told = {"quote": quote, "book": book, "candles": candles, "interest": interest}
        return MarketFacts(
            quote=quote.found if isinstance(quote.found, Quote) else None,
            book=book.found if isinstance(book.found, Book) else None,
            candles=candles.found if isinstance(candles.found, Candles) else None,
            interest=interest.found if isinstance(interest.found, Interest) else None,
            missing={what: one.why for what, one in told.items() if one.found is None},
            not_offered=frozenset(what for what, one in told.items() if not one.is_offered),
        )

    async def candles(self, market: str) -> Candles | None:
        """Return the closed candles of an hour; None where they cannot be had."""
        told = await self._told("candles", market, "", self._candles(market))
        return told.found if isinstance(told.found, Candles) else None

    async def _interest(self, market: Market) -> _Told:
        """Ask for the open interest of a contract; spot has none."""
        if market.settle is None:
            return _Told(is_offered=False)
        return await self._told("interest", market.name, "", self._of(GetInterest(market=market.name)))

    async def _told(
        self,
        what: str,
        market: str,
        venue: str,
        ask: Callable[[], Awaitable[Message | Candles]],
        *,
        is_anew: bool = False,
    ) -> _Told:
        known = None if is_anew else self._kept[what].get((market, venue))
        if known is not None:
            return known
        told = await self._asking.once((what, market, venue), lambda: _answer(ask))
        if told.found is not None:
            self._kept[what].keep((market, venue), told, seconds=_SECONDS[what])
        return told

    def _of(self, request: Request[Any]) -> Callable[[], Awaitable[Message]]:
        return lambda: self.bus.ask(request)

    def _candles(self, market: str) -> Callable[[], Awaitable[Candles]]:
        async def ask() -> Candles:
            asked = GetCandles(market=market, timeframe=TIMEFRAME, limit=_HOURS)
            return candles_of(await self.bus.ask(asked))

        return ask


async def _answer(ask: Callable[[], Awaitable[Message | Candles]]) -> _Told:
    try:
        return _Told(found=await ask())
    except OmegaError as error:
        return _Told(why=error.message, is_offered=not isinstance(error, NotOffered))


def venue_of(row: AccountRow) -> str:
    """Return whose prices an account trades at: on paper those of the farm's own venue."""
    return row.venue if row.mode == "live" else ""


def candles_of(series: CandleSeries) -> Candles:
    """Return a series as the arrays that mathematics takes."""
    columns = {name: np.array(getattr(series, name)) for name in ("open", "high", "low", "close", "volume")}
    time = np.array(series.time, np.int64)
    return Candles(step_ms=timeframe_ms(series.timeframe), time=time, **columns)
