from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest_asyncio
from account_rows import a_request
from desk_intents_stage import BTC, an_intent, desk_at, open_house
from sandbox_exchange_stage import Stage, settled, until

from services.trading.intents.intent import client_id_of

FAR = Decimal(40_000)
SCOPE = f"market:ada:{BTC}"


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


async def test_an_order_that_was_given_up_and_turns_up_is_taken_in(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1", price=FAR))
        async with desk.store.write() as rows:
            await rows.trading.intents.change("i1", status="abandoned", order_id="")
        await desk.works.reconciler.reconcile("ada")
        assert await desk.status("i1") == "open"
        assert desk.others.news("i1") == ["found"]
        assert desk.others.states == {}


async def test_an_order_with_a_name_of_ours_that_was_never_written_halts_its_market(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        session = await desk.sessions.of("ada")
        await session.orders.place(a_request(client_id=client_id_of("of another life")))
        await desk.works.reconciler.reconcile("ada")
        assert desk.others.states[SCOPE][0] == "HALTED"
        assert desk.others.news() == ["difference"]


async def test_an_order_by_hand_is_told_once_and_left_alone(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.reconciler.reconcile("ada")
        await house.paper.open("ada").orders.place(a_request(client_id="by-hand"))
        await desk.works.reconciler.reconcile("ada")
        await desk.works.reconciler.reconcile("ada")
        assert desk.others.news() == ["foreign_order"]
        assert desk.others.states == {}


async def test_a_trade_by_hand_beside_orders_of_the_desk_halts_the_market(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1", price=FAR))
        by_hand = a_request(client_id="by-hand", kind="market", price=None)
        await house.paper.open("ada").orders.place(by_hand)
        await until(lambda: SCOPE in desk.others.states)
        assert desk.others.states[SCOPE][0] == "HALTED"
        assert set(desk.others.news()) == {"foreign_order", "difference"}


async def test_a_position_by_hand_is_seen_as_foreign_and_halts_nothing(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.reconciler.reconcile("ada")
        await house.paper.open("ada").orders.place(a_request(client_id="by-hand", kind="market", price=None))
        await desk.works.reconciler.reconcile("ada")
        picture = await desk.pictures.of("ada")
        assert [one.is_foreign for one in picture.holdings] == [True]
        assert desk.others.states == {}


async def test_a_stop_that_the_venue_keeps_beside_our_order_is_no_foreign_one(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1", stop_loss=Decimal(49_000), take_profit=Decimal(52_000)))
        await desk.works.reconciler.reconcile("ada")
        await desk.works.desk.submit(an_intent("i2", price=FAR))
        await desk.works.reconciler.reconcile("ada")
        house.source.set_price(BTC, "48900")
        account = house.paper.open("ada")

        async def is_flat() -> bool:
            return not await account.positions()

        await settled(is_flat)
        await desk.works.reconciler.reconcile("ada")
        assert "difference" not in desk.others.news()
        assert "foreign_order" not in desk.others.news()
        assert desk.others.states == {}
