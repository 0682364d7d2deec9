"""The market process: opens the venue, feeds its prices to the bus and answers questions about them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

import structlog

from bots.process import Process
from bots.wiring import open_process_bus, service_config, shared_budgets
from config.farm_file import ExchangeSection
from services.bus.bus import Bus
from services.bus.messages import Message, Request
from services.errors import ExchangeUnavailable, Misconfigured, StoreUnavailable
from services.exchange.history.history import open_history
from services.exchange.history.writer import open_history_writer
from services.exchange.venues.addresses import Connection
from services.exchange.venues.exchange import CcxtExchange, open_venue
from services.exchange.venues.quirks import quirks_of
from services.garbage import spare_what_stays
from services.loops import Loops
from services.market.assembly import assemble
from services.market.keeping import Keeping
from services.market.ports import Past
from services.market.service import MarketService
from services.omega import serve

_AGAIN_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def run(process: Process) -> None:
    """Run until the process is asked to stop.

    Raises:
        Misconfigured: it was not told which venue, or that one cannot be asked as configured.
    """
    section = process.spec.exchange
    if section is None:
        raise Misconfigured("The market process was not told where prices come from.")
    process.report("exchange", is_ready=False, reason="opening")
    async with open_process_bus(process) as bus, AsyncExitStack() as opened:
        opener = _opener(section.id, section, bus, process)
        exchange = await _opened(opener, opened, bus, process)
        is_ours = quirks_of(section.id).is_ours
        kept_as = f"{section.id}-{exchange.venue}" if is_ours else section.id
        past = await opened.enter_async_context(_past(kept_as, process, is_told=not is_ours))
        parts = assemble(
            service_config(process),
            exchange=exchange,
            outlet=bus,
            clock=process.clock,
            watch=section.watch,
            stale_after=section.stale_after,
            on_health=_reporting(process, "exchange"),
            on_prices=_reporting(process, "prices"),
            name=section.id,
            others={name: _opener(name, section, bus, process) for name in section.compared},
            past=past,
        )
        spare_what_stays()
        async with Loops(parts.run()):
            await serve(bus, [parts.service], stopping=process.stopping, clock=process.clock)


Opener = Callable[[], AbstractAsyncContextManager[CcxtExchange]]


def _opener(venue: str, section: ExchangeSection, bus: Bus, process: Process) -> Opener:
    spec = process.spec
    connection = Connection(
        venue=venue,
        base_url=spec.exchange_url if quirks_of(venue).is_ours else None,
        is_testnet=section.testnet and venue == section.id,
    )
    return partial(
        open_venue,
        connection,
        cache=spec.var / "markets",
        clock=process.clock,
        budget_of=shared_budgets(bus, process.clock),
    )


async def _opened(opener: Opener, opened: AsyncExitStack, bus: Bus, process: Process) -> CcxtExchange:
    """Return the venue once it answers; until then whoever asks hears that there is nothing to tell yet."""
    venue = process.spec.exchange.id if process.spec.exchange else "the venue"
    async with Loops(bus.answer(MarketService.name, MarketService.requests, partial(_refuse, venue))):
        while True:
            try:
                return await opened.enter_async_context(opener())
            except ExchangeUnavailable as error:
                process.report("exchange", is_ready=False, reason=error.message)
                await asyncio.sleep(_AGAIN_SECONDS)


async def _refuse(venue: str, _: Request[Message]) -> Message:
    raise ExchangeUnavailable(
        f"There are no prices yet: {venue} has not answered since the start.",
        hint="Ask again in a few seconds.",
        facts={"venue": venue},
    )


@asynccontextmanager
async def _past(kept_as: str, process: Process, *, is_told: bool) -> AsyncIterator[Past]:
    """Open the history of a venue. What another process writes at the moment is read, and not written.

    What the local exchange plays is kept apart by whose prices it plays. It tells its own past best, since a
    market that began anew may have left another one.
    """
    root = process.spec.var / "history"
    async with AsyncExitStack() as opened:
        try:
            writer = Keeping(await opened.enter_async_context(open_history_writer(root, kept_as)))
        except StoreUnavailable as error:
            log.warning("history_not_written", reason=error.message)
            writer = None
        reader = await opened.enter_async_context(open_history(root, kept_as))
        yield Past(writer=writer, reader=reader, is_told=is_told)


def _reporting(process: Process, part: str) -> Callable[[bool, str], None]:
    def tell(is_up: bool, reason: str) -> None:  # noqa: FBT001 - the shape of a feed's health
        process.report(part, is_ready=is_up, reason=reason)

    return tell
