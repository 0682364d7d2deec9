"""Paper orders meet the prices of a venue that only the market process reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from bus_stage import Server, running
from market_process_stage import answer_to, market
from sandbox_exchange_stage import Stage, running_exchange, settled

from services.bus.connect import open_bus
from services.clock import SystemClock
from services.errors import ExchangeUnavailable, OrderRejected
from services.exchange.orders import OrderRequest
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.settings import PaperSettings
from services.exchange.played.mirror import MirrorExchange
from services.loops import Loops
from services.market.messages import GetQuote
from services.market.mirroring import Mirroring

BTC = "BTC/USDT:USDT"
SETTINGS = PaperSettings(entry_latency=0.0, response_latency=0.0, stale_after=3_600.0)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


@asynccontextmanager
async def paper_behind(server: Server) -> AsyncIterator[tuple[MirrorExchange, PaperExchange]]:
    """A paper exchange on a mirror that is filled from the bus, as the local exchange opens them."""
    clock = SystemClock()
    mirror = MirrorExchange(venue="bitget", clock=clock)
    async with (
        open_bus(server.url, name="sandbox_exchange", clock=clock) as bus,
        Loops(Mirroring(bus, mirror, clock=clock).run()) as loops,
    ):
        await settled(lambda: knows(mirror), within=20)
        paper = PaperExchange(mirror, clock=clock, settings=SETTINGS)
        loops.start(paper.run())
        yield mirror, paper


async def knows(mirror: MirrorExchange) -> bool:
    """Whether a price and a book have come through."""
    try:
        return bool(await mirror.tickers([BTC])) and bool((await mirror.order_book(BTC, depth=5)).bids)
    except ExchangeUnavailable:
        return False


async def keep_printing(venue: Stage) -> None:
    """A venue where something is traded all the while: books of markets that print are mirrored."""
    while True:
        ticker = (await venue.paper.tickers([BTC]))[0]
        await venue.staged.print(BTC, ticker.price, Decimal("0.001"), "buy")
        await asyncio.sleep(0.1)


def order(client_id: str, amount: str) -> OrderRequest:
    return OrderRequest(market=BTC, side="buy", kind="market", amount=Decimal(amount), client_id=client_id)


async def test_a_paper_order_walks_the_book_that_the_market_process_tells(
    server: Server, tmp_path: Path
) -> None:
    async with (
        running_exchange() as venue,
        market(server, tmp_path, venue.url),
        open_bus(server.url, name="asker", clock=SystemClock()) as bus,
        Loops(keep_printing(venue)),
    ):
        await answer_to(bus, GetQuote(market=BTC))
        async with paper_behind(server) as (mirror, paper):
            book = await venue.paper.order_book(BTC, depth=1)
            account = paper.open("paper")

            async def is_taken() -> bool:
                try:
                    await account.orders.place(order("first", "0.01"))
                except OrderRejected as error:
                    assert error.facts["reason"] == "stale_market"  # noqa: PT017 - it is not there yet
                    return False
                return True

            await settled(is_taken)

            async def is_filled() -> bool:
                return (await account.orders.find(BTC, client_id="first")).status == "filled"

            await settled(is_filled)
            (fill,) = await account.fills(BTC)
            assert fill.price == book.asks[0].price
            assert "simulated depth" not in fill.assumption
            assert {one.name for one in await mirror.markets()} >= {BTC}


async def test_a_market_that_the_mirror_has_no_fresh_price_of_takes_no_order() -> None:
    mirror = MirrorExchange(venue="bitget", clock=SystemClock())
    paper = PaperExchange(mirror, clock=SystemClock(), settings=SETTINGS)
    account = paper.open("paper")
    with pytest.raises((OrderRejected, ExchangeUnavailable)):
        async with asyncio.timeout(5):
            await account.orders.place(order("early", "0.01"))
