"""A desk process as the farm starts it, a market that answers it, and a member who trades through the bus."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bus_stage import Server
from desk_process_stage import ADA, TradingFarm, allow_everything, answer_of, farm_at
from msgspec.structs import replace as changed
from risk_cases import book, interest, quote, series
from sandbox_exchange_stage import Stage, running_exchange

from bots.supervisor.child import Child
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Message, Request
from services.clock import SystemClock
from services.loops import Loops
from services.market.messages import GetBook, GetCandles, GetInterest, GetQuote, Origin
from services.members.messages import Caller
from services.trading.accounts.messages import ListAccounts
from services.trading.messages import AccountView
from services.trading.orders.messages import ConfirmTicket, DraftOrder, OrderTerms, Outcome, Ticket

BTC = "BTC/USDT:USDT"
PRICE = "50000"
SECTIONS: dict[str, Any] = {"desk": {"risk": {"orders_per_minute": 1_000}}}


async def answer_of_market(request: Request[Any]) -> Message:
    """Answer as a liquid market whose price stands still."""
    now = datetime.now(UTC)
    told = {"market": BTC, "origin": Origin(venue="sandbox", nature="simulated", as_of=now, received_at=now)}
    match request:
        case GetBook():
            return changed(book(price=PRICE), **told)
        case GetInterest():
            return changed(interest(), **told)
        case GetCandles():
            candles = series()
            columns = ("open", "high", "low", "close")
            plain = {name: [float(one) for one in getattr(candles, name)] for name in columns}
            return changed(candles, **told, **plain)
    return changed(quote(PRICE), **told)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A desk with all that stands around it."""

    venue: Stage
    farm: TradingFarm
    bus: Bus
    desk: Child
    caller: Caller = ADA
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def account(self) -> AccountView:
        """Return the member's account on paper, which is made the first time."""
        return (await answer_of(self.bus, ListAccounts(caller=self.caller))).accounts[0]

    async def draft(self, **terms: Any) -> Ticket:
        """Draft a limit order far from the price, unless told otherwise."""
        asked = {"market": BTC, "side": "buy", "type": "limit", "price": "49000", "size": "0.001", **terms}
        request = DraftOrder(id=f"d{next(self.numbers)}", caller=self.caller, terms=OrderTerms(**asked))
        return await self.bus.ask(request, timeout=10)

    async def confirm(self, ticket: Ticket) -> Outcome:
        """Confirm a ticket."""
        request = ConfirmTicket(id=f"c{next(self.numbers)}", caller=self.caller, ticket=ticket.id)
        return await self.bus.ask(request, timeout=10)

    def kept(self) -> Any:
        """Return the member's account as the exchange keeps it."""
        return self.venue.paper.open(next(name for name in self.venue.paper.names() if "member-" in name))


@asynccontextmanager
async def whole_desk(
    server: Server, var: Path, *, caller: Caller = ADA, **changes: Any
) -> AsyncIterator[Whole]:
    """Run a desk at a local exchange and on a bus, with a market beside it."""
    sections = {**SECTIONS, **changes.pop("sections", {})}
    async with (
        running_exchange() as venue,
        open_bus(server.url, name="asker", clock=SystemClock()) as bus,
        Loops(
            allow_everything(bus),
            bus.answer("market", (GetQuote, GetBook, GetCandles, GetInterest), answer_of_market),
        ),
    ):
        farm = farm_at(server, var, venue.url, sections=sections, **changes)
        async with farm.running("desk") as desk:
            yield Whole(venue=venue, farm=farm, bus=bus, desk=desk, caller=caller)
