from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest_asyncio
from desk_intents_stage import BTC, open_house
from desk_trader_stage import ADA, ROW, Trader, trader_at
from sandbox_exchange_stage import Stage, settled

from services.trading.orders.messages import (
    DraftCancel,
    DraftClose,
    DraftProtection,
    ListOrders,
)

SPOT = "BTC/USDT"


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


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
