"""The market process: opens the exchange, feeds its prices to the bus and answers questions about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bots.process import Process
from bots.wiring import open_process_bus, service_config
from services.errors import Misconfigured
from services.exchange.played.beginning import place_of, stay_alive
from services.exchange.source import open_exchange
from services.market.board import Board
from services.market.feed import Feed
from services.market.service import MarketService
from services.omega import serve


async def run(process: Process) -> None:
    """Run until the process is asked to stop.

    Raises:
        Misconfigured: it was not told which exchange, or that one cannot be opened.
    """
    spec = process.spec
    if spec.exchange is None:
        raise Misconfigured("The market process was not told where prices come from.")
    process.report("exchange", is_ready=False, reason="opening")
    async with (
        open_process_bus(process) as bus,
        open_exchange(
            spec.exchange, root=spec.root, data=spec.data, var=spec.var, clock=process.clock
        ) as exchange,
    ):
        board = Board(venue=exchange.venue, clock=process.clock)
        feed = Feed(
            exchange=exchange, outlet=bus, board=board, clock=process.clock, on_health=_reporting(process)
        )
        async with asyncio.TaskGroup() as loops:
            place = place_of(spec.var, exchange.venue, spec.exchange.seed)
            running = [
                loops.create_task(feed.run()),
                loops.create_task(stay_alive(place, clock=process.clock)),
            ]
            service = MarketService(
                service_config(process),
                board=board,
                clock=process.clock,
                stale_after=spec.exchange.stale_after,
            )
            await serve(bus, [service], stopping=process.stopping, clock=process.clock)
            for loop in running:
                loop.cancel()


def _reporting(process: Process) -> Callable[[bool, str], None]:
    def tell(is_up: bool, reason: str) -> None:  # noqa: FBT001 - the shape of a feed's health
        process.report("exchange", is_ready=is_up, reason=reason)

    return tell
