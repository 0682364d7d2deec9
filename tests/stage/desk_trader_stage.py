"""A member at the orders of a desk, which sends them to a local exchange."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from desk_intents_stage import BTC, Others, Staged, account_row, desk_at
from market_answers import quote
from persona_fakes import FakeBus
from sandbox_exchange_stage import Stage

from services.clock import SystemClock
from services.errors import NotOffered
from services.loops import Loops
from services.market.messages import GetBook, GetQuote
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.store.store import Store
from services.store.trading_rows import AccountRow
from services.trading.messages import AccountView
from services.trading.orders.messages import ConfirmTicket, DraftOrder, OrderTerms, Outcome, Ticket
from services.trading.orders.service import OrdersService
from services.trading.ports import AccountBook, DeskBus, Session

ADA = Caller(user_id="user-ada")
ROW = account_row()


class Accounts:
    """One account, which is always meant."""

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        del caller, account
        return ROW

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        del caller
        return AccountView(id=row.id, name=row.name, venue=row.venue, mode="paper", status=row.status)

    def may_send(self, row: AccountRow) -> str:
        del row
        return ""


class Trader:
    """A member at the orders of a desk."""

    def __init__(self, service: OrdersService, desk: Staged, session: Session) -> None:
        self.service = service
        self.desk = desk
        self.session = session

    async def confirm(self, ticket: Ticket) -> Outcome:
        request = ConfirmTicket(id=secrets.token_hex(4), caller=ADA, ticket=ticket.id)
        return await self.service.process(request)

    async def draft(self, **terms: Any) -> Ticket:
        asked = OrderTerms(**{"market": BTC, "side": "buy", "size": "0.01", **terms})
        return await self.service.process(DraftOrder(id=secrets.token_hex(4), caller=ADA, terms=asked))

    async def order(self, **terms: Any) -> Outcome:
        return await self.confirm(await self.draft(**terms))

    async def open(self) -> list[tuple[str, str]]:
        """Kind and amount of all that is open at the venue."""
        return sorted((one.kind, f"{one.amount:f}") for one in await self.session.orders.open_orders())

    async def position(self) -> Decimal:
        return sum((one.amount for one in await self.session.account.positions()), Decimal(0))


@asynccontextmanager
async def trader_at(
    house: Stage,
    folder: Path,
    *,
    others: Others | None = None,
    rows: Sequence[AccountRow] = (ROW,),
    book_of: Callable[[Store], AccountBook] = lambda _: cast("AccountBook", Accounts()),
) -> AsyncIterator[Trader]:
    """Run the orders of a desk at a local exchange, at which BTC costs 50,000."""
    clock, bus = SystemClock(), FakeBus(SystemClock())
    price = quote(BTC, "50000")
    bus.answers |= {GetQuote: price, GetBook: NotOffered.by("quiet", "order books")}
    async with desk_at(house.url, folder, rows, others=others) as desk:
        async with desk.store.write() as kept:
            await kept.trading.accounts.put(*rows)
        service = OrdersService(
            ServiceConfig(),
            store=desk.store,
            book=book_of(desk.store),
            factor=cast("Any", None),
            gate=desk.others,
            intents=desk.works.desk,
            pictures=desk.pictures,
            sessions=desk.sessions,
            bus=cast("DeskBus", bus),
            journal=desk.others,
            teller=desk.others,
            clock=clock,
            token=lambda: secrets.token_urlsafe(16),
        )
        await service.initialize()
        desk.works.listen([service.keeper, service.arrivals])
        async with Loops(service.keeper.run()):
            yield Trader(service, desk, await desk.sessions.of(rows[0].id))
