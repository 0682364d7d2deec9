"""What stands in a post by the clock: markets, what comes in the next days, and the Moon.

Everything is asked for at once, each with a deadline of its own. What cannot be had is left out and, of a
market, said to be missing; nothing is made up in its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol, TypeVar, cast

import structlog

from services.alerts.feeds import ScheduleKind
from services.alerts.posts import Brief, BriefMarket
from services.alerts.schedules.triggers import Slot
from services.analyst.messages import Analysis, Analyze
from services.bus.messages import Message, Request
from services.clock import Clock
from services.cosmic.messages import GetCalendar, GetMoon, SkyEvent
from services.errors import OmegaError
from services.exchange.prices import to_moment, to_price
from services.locales.texts import ENGLISH
from services.market.messages import CandleSeries, FindMarkets, GetCandles, GetQuote, Quote
from services.memory import Remembered, Shared
from services.store.rows import ScheduleRow

R = TypeVar("R", bound=Message)

MOST_TRADED: Final = 5
_TIMEFRAME: Final = "4h"
_ASK_SECONDS: Final = 6.0
_GOOD_FOR: Final = 30.0
"""Seconds; most channels have their brief at the same time of day, and about the same markets."""
_WEEK: Final = timedelta(days=7)
_HOURS_A_WEEK: Final = 7 * 24
_OFF_BY: Final = timedelta(hours=2)
_AHEAD: Final[dict[ScheduleKind, int]] = {"daily": 2, "weekly": 7, "session": 1}
"""Days of the calendar."""
_MOST_EVENTS: Final = 4
"""Without those about two things, such as which planet enters which sign: there are too many of them."""

log = structlog.get_logger(__name__)


class Ask(Protocol):
    """The part of the bus that asks."""

    async def __call__(self, request: Request[R], *, timeout: float) -> R:  # noqa: ASYNC109 - the bus's own
        """Ask a service; raises what it raises."""
        ...


class Briefs:
    """Makes briefs of what the other services answer."""

    def __init__(self, ask: Ask, *, clock: Clock) -> None:
        self._ask = ask
        self._kept: Remembered[tuple[str, bool], BriefMarket] = Remembered(clock)
        self._asked: Shared[tuple[str, bool], BriefMarket | None] = Shared()

    async def make(self, row: ScheduleRow, slot: Slot) -> Brief:
        """Return the brief of a slot; with no market at all where none could be had."""
        kind = cast("ScheduleKind", row.kind)
        found, calendar, sky = await asyncio.gather(
            self._markets(row.markets, is_weekly=kind == "weekly"),
            self._calendar(slot.at, _AHEAD[kind]),
            self._sky(slot.at),
        )
        return Brief(
            kind=kind,
            at=slot.at,
            session=slot.session,
            markets=[one for one in found.values() if one is not None],
            missing=[name for name, one in found.items() if one is None],
            calendar=calendar,
            sky=sky,
        )

    async def _markets(self, named: Sequence[str], *, is_weekly: bool) -> dict[str, BriefMarket | None]:
        names = [*named] or await self._most_traded()
        found = await asyncio.gather(*(self._market(name, is_weekly=is_weekly) for name in names))
        return dict(zip(names, found, strict=True))

    async def _most_traded(self) -> list[str]:
        found = await self._had(FindMarkets(limit=MOST_TRADED))
        return [] if found is None else found.names[:MOST_TRADED]

    async def _market(self, name: str, *, is_weekly: bool) -> BriefMarket | None:
        key = (name, is_weekly)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        made = await self._asked.once(key, lambda: self._made(name, is_weekly=is_weekly))
        if made is not None:
            self._kept.keep(key, made, seconds=_GOOD_FOR)
        return made

    async def _made(self, name: str, *, is_weekly: bool) -> BriefMarket | None:
        quote, analysis, week = await asyncio.gather(
            self._had(GetQuote(market=name)),
            self._had(Analyze(market=name, timeframe=_TIMEFRAME)),
            self._week(name) if is_weekly else _nothing(),
        )
        if quote is None:
            return None
        before = _a_week_ago(week, quote) if is_weekly else quote.open_24h
        return market_of(quote, analysis, before)

    async def _week(self, name: str) -> CandleSeries | None:
        return await self._had(GetCandles(market=name, timeframe="1h", limit=_HOURS_A_WEEK))

    async def _calendar(self, at: datetime, days: int) -> list[str]:
        found = await self._had(GetCalendar(at=at, days=days))
        events = [] if found is None else [event for event in found.events if len(event.words) <= 1]
        return [_told(event) for event in events[:_MOST_EVENTS]]

    async def _sky(self, at: datetime) -> str:
        found = await self._had(GetMoon(at=at))
        return "" if found is None else found.phase

    async def _had(self, request: Request[R]) -> R | None:
        try:
            return await self._ask(request, timeout=_ASK_SECONDS)
        except OmegaError as error:
            log.info("left_out_of_brief", request=type(request).__name__, reason=error.message)
            return None


async def _nothing() -> None:
    return None


def market_of(quote: Quote, analysis: Analysis | None, before: Decimal | None) -> BriefMarket:
    """Return a market of a brief; `before` is its price a day or a week ago."""
    if analysis is None:
        return BriefMarket(
            market=quote.market, price=quote.price, tick=quote.tick, before=before, origin=quote.origin
        )
    return BriefMarket(
        market=quote.market,
        price=quote.price,
        tick=quote.tick,
        before=before,
        support=next((zone.price for zone in analysis.supports), None),
        resistance=next((zone.price for zone in analysis.resistances), None),
        lean=analysis.lean,
        finding=_strongest(analysis),
        origin=quote.origin,
    )


def _strongest(analysis: Analysis) -> str:
    """Return the weightiest point for the side that leads which has no figures; the first of several."""
    plain = [point for point in analysis.points if point.side == analysis.lean and "{" not in point.text]
    return max(plain, key=lambda point: point.weight).text if plain else ""


def _a_week_ago(series: CandleSeries | None, quote: Quote) -> Decimal | None:
    """Return what the price was a week before that of `quote`; None where no candle reaches so far back."""
    if series is None or not series.time:
        return None
    is_so_old = abs(quote.origin.as_of - _WEEK - to_moment(series.time[0])) <= _OFF_BY
    return to_price(series.open[0], quote.tick) if is_so_old else None


def _told(event: SkyEvent) -> str:
    """Return an event with its day, as an English sentence that the texts know."""
    title = ENGLISH(event.title, **event.words)
    return ENGLISH("{event}, expected on {day}", event=title, day=event.at.date().isoformat())
