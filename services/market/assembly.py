"""Puts the market process together from what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.clock import Clock
from services.exchange.exchange import Exchange
from services.market.board import Board
from services.market.feed import Feed
from services.market.freshness import Freshness
from services.market.links import Health, nobody
from services.market.others import Opener, OtherVenues
from services.market.ports import Outlet, Past
from services.market.series import Series
from services.market.service import MarketService
from services.market.venue import Venue
from services.market.watched import Watched
from services.omega import ServiceConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketParts:
    """What runs beside what answers: `run` carries prices and keeps other venues open until cancelled."""

    service: MarketService
    feed: Feed
    others: OtherVenues
    watched: Watched
    freshness: Freshness

    async def run(self) -> None:
        """Carry until cancelled."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self.feed.run())
            loops.create_task(self.others.run())
            loops.create_task(self.freshness.run())


NOTHING_KEPT = Past()


def assemble(
    config: ServiceConfig,
    *,
    exchange: Exchange,
    outlet: Outlet,
    clock: Clock,
    watch: int,
    stale_after: timedelta,
    on_health: Health,
    on_prices: Health = nobody,
    name: str = "",
    others: Mapping[str, Opener] | None = None,
    past: Past = NOTHING_KEPT,
) -> MarketParts:
    """Build the market service and its feed on `exchange`, the farm's own venue, which is open.

    `watch` of the most traded markets are streamed besides those that are asked for, and a figure older than
    `stale_after` is an error; `on_prices` hears when all are. `others` are opened under the names by which
    members ask for them, and `name` is the farm's own.
    """
    watched = Watched(most=watch, clock=clock)
    board = Board(venue=lambda: exchange.venue, clock=clock, first=watched)
    own = Venue(exchange, board, clock=clock, stale_after=stale_after, watched=watched)
    venues = OtherVenues(others or {}, clock=clock, stale_after=stale_after)
    feed = Feed(
        exchange=exchange,
        outlet=outlet,
        board=board,
        watched=watched,
        on_health=on_health,
        writer=past.writer,
        history=past.reader,
    )
    series = Series(own, now_ms=lambda: feed.market_time.now, history=past.reader if past.is_told else None)
    service = MarketService(
        config, own=own, name=name, others=venues, series=series, clock=clock, stale_after=stale_after
    )
    freshness = Freshness(board, on_prices, clock=clock, limit=stale_after)
    return MarketParts(service=service, feed=feed, others=venues, watched=watched, freshness=freshness)
