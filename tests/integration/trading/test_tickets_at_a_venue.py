from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest_asyncio
from desk_intents_stage import BTC, Staged, account_row, desk_at, open_house
from market_answers import quote
from persona_fakes import FakeBus
from sandbox_exchange_stage import Stage, settled

from services.clock import SystemClock
from services.errors import NotOffered
from services.loops import Loops
from services.market.messages import GetBook, GetQuote
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.store.trading_rows import AccountRow
from services.trading.messages import AccountView
from services.trading.orders.messages import (
    ConfirmTicket,
    DraftCancel,
    DraftClose,
    DraftOrder,
    DraftProtection,
    ListOrders,
    OrderTerms,
    Outcome,
    Ticket,
)
from services.trading.orders.service import OrdersService
from services.trading.ports import AccountBook, DeskBus, Session

ADA = Caller(user_id="user-ada")
ROW = account_row()
SPOT = "BTC/USDT"


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


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


@asynccontextmanager
async def trader_at(house: Stage, folder: Path) -> AsyncIterator[Trader]:
    """Run the orders of a desk at a local exchange, at which BTC costs 50,000."""
    clock, bus = SystemClock(), FakeBus(SystemClock())
    price = quote(BTC, "50000")
    bus.answers |= {GetQuote: price, GetBook: NotOffered.by("quiet", "order books")}
    async with desk_at(house.url, folder) as desk:
        async with desk.store.write() as rows:
            await rows.trading.accounts.put(ROW)
        service = OrdersService(
            ServiceConfig(),
            store=desk.store,
            book=cast("AccountBook", Accounts()),
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
        desk.works.listen([service.keeper])
        async with Loops(service.keeper.run()):
            yield Trader(service, desk, await desk.sessions.of(ROW.id))


async def test_a_card_becomes_one_order_with_its_stop_and_target_at_the_venue(
    house: Stage, tmp_path: Path
) -> None:
    async with trader_at(house, tmp_path) as ada:
        ticket = await ada.draft(stop="49000", target="52000")
        outcome = await ada.confirm(ticket)
        assert (outcome.state, outcome.orders[0].state) == ("done", "filled")
        assert await ada.open() == [("stop", "0.01"), ("take_profit", "0.01")]
        await settled(lambda: _has_ended(ada, ticket.id, "done"))
        assert len(house.journal.of("order/place-")) == 1


async def _has_ended(ada: Trader, plan: str, status: str) -> bool:
    async with ada.desk.store.read() as rows:
        row = await rows.trading.plans.get(plan)
    return row is not None and row.status == status


async def test_a_stop_is_replaced_a_position_closed_and_all_canceled(house: Stage, tmp_path: Path) -> None:
    async with trader_at(house, tmp_path) as ada:
        await ada.order()
        for number, stop in enumerate(("48000", "49000")):
            ask = DraftProtection(id=f"p{number}", caller=ADA, market=BTC, stop=stop)
            assert (await ada.confirm(await ada.service.process(ask))).state == "done"
        assert await ada.open() == [("stop", "0.01")]
        close = await ada.service.process(DraftClose(id="c", caller=ADA, market=BTC, percent="40"))
        assert (await ada.confirm(close)).state == "done"
        assert await ada.position() == Decimal("0.006")
        await ada.order(type="limit", price="45000")
        ada.desk.pictures.forget(ROW.id)
        listed = await ada.service.process(ListOrders(caller=ADA))
        assert sorted(one.kind for one in listed.orders) == ["limit", "stop"]
        gone = await ada.confirm(await ada.service.process(DraftCancel(id="x", caller=ADA)))
        assert gone.state == "done"
        assert await ada.open() == []


async def test_a_pair_of_the_farms_loses_its_other_half_with_the_first_fill(
    house: Stage, tmp_path: Path
) -> None:
    async with trader_at(house, tmp_path) as ada:
        await ada.order()
        ticket = await ada.draft(side="sell", type="oco", price="50500", trigger="49000", is_reduce_only=True)
        assert ticket.preview.is_kept_by_farm
        await ada.confirm(ticket)
        assert await ada.open() == [("limit", "0.01"), ("stop", "0.01")]
        limit = next(one for one in await ada.session.orders.open_orders() if one.kind == "limit")
        await house.stir(fillorder={"id": limit.id, "amount": "0.01", "price": "50500"})
        await settled(lambda: _has_ended(ada, ticket.id, "done"))
        assert await ada.open() == []
        assert await ada.position() == 0
        assert "plan_ended" in ada.desk.others.news()


async def test_an_iceberg_goes_on_after_a_restart_slice_by_slice(house: Stage, tmp_path: Path) -> None:
    async with trader_at(house, tmp_path) as ada:
        ticket = await ada.draft(type="iceberg", price="49000", size="0.03", slices=3)
        await ada.confirm(ticket)
        assert await ada.open() == [("limit", "0.01")]
    async with trader_at(house, tmp_path) as ada:
        [order] = await ada.session.orders.open_orders()
        await house.stir(fillorder={"id": order.id, "amount": "0.01", "price": "49000"})

        async def is_next() -> bool:
            return any(one.id != order.id for one in await ada.session.orders.open_orders())

        await settled(is_next)
        assert await ada.open() == [("limit", "0.01")]


async def test_what_the_venue_refuses_is_told_in_its_words(house: Stage, tmp_path: Path) -> None:
    async with trader_at(house, tmp_path) as ada:
        outcome = await ada.order(size="900")
        assert outcome.state == "refused"
        assert outcome.reason
        assert await ada.open() == []
