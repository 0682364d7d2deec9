from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from desk_intents_stage import BTC, Staged, account_row, an_intent, desk_at, open_house
from sandbox_exchange_stage import Stage

from services.errors import ExchangeUnavailable, UserMistake
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.store.trading_rows import AccountRow, FillRow
from services.trading.intents.intent import client_id_of
from services.trading.messages import AccountView, Positions, PositionView
from services.trading.positions.messages import ListPositions, WatchPositions
from services.trading.positions.service import PositionsService, view_of

ADA = Caller(user_id="user-ada")


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


class Book:
    """The account of Ada is hers alone."""

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        if caller != ADA or account not in {"", "ada"}:
            raise UserMistake("It is somebody else's.")
        return account_row()

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        del caller
        return AccountView(id=row.id, name=row.name, venue=row.venue, mode="paper", status=row.status)

    def may_send(self, row: AccountRow) -> str:
        del row
        return ""


def service_of(desk: Staged) -> PositionsService:
    return PositionsService(
        ServiceConfig(),
        book=Book(),
        pictures=desk.pictures,
        latch=desk.others,
        watched=desk.works.roster,
    )


async def positions_of(desk: Staged) -> Positions:
    return await service_of(desk).process(ListPositions(caller=ADA))


async def bought(desk: Staged) -> PositionView:
    """Buy with a stop and a target, keep the fill as the ledger does, and return the position."""
    intent = an_intent("i1", amount=Decimal("0.1"), stop_loss=Decimal(49_000), take_profit=Decimal(53_000))
    row = await desk.works.desk.submit(intent)
    fill = FillRow(
        id="f1", account_id="ada", user_id="user-ada", market=BTC, side="buy", price=Decimal(50_000),
        amount=Decimal("0.1"), at=datetime.now(UTC), order_id=row.order_id, client_id=client_id_of("i1"),
        fee=Decimal("3.0"), fee_currency="USDT", is_maker=False,
    )  # fmt: skip
    async with desk.store.write() as rows:
        await rows.trading.fills.add(fill)
    (position,) = (await positions_of(desk)).positions
    return position


async def test_a_position_is_told_with_its_risk_its_protection_and_its_costs(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        position = await bought(desk)
        assert (position.side, position.amount, position.tick) == ("long", Decimal("0.1"), Decimal("0.1"))
        assert (position.stop, position.target) == (Decimal(49_000), Decimal(53_000))
        assert position.is_protected_by_venue
        assert not position.is_foreign
        assert (position.fees, position.funding) == (Decimal("3.0"), Decimal(0))
        assert position.opened_at is not None
        assert position.unrealised is not None
        risk = (position.entry - 49_000) * Decimal("0.1")
        assert position.r == position.unrealised / risk
        assert position.share == (position.mark - position.entry) / position.entry  # type: ignore[operator]  # known


async def test_our_own_liquidation_price_stands_in_only_where_the_venue_gives_none(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        position = await bought(desk)
        assert not position.is_liquidation_estimated
        picture = await desk.pictures.of("ada", max_age=60)
        (holding,) = picture.holdings
        silent = replace(holding, position=replace(holding.position, liquidation=None))
        ours = view_of(silent, replace(picture, holdings=(silent,)))
        assert ours.is_liquidation_estimated == (ours.liquidation is not None)


async def test_a_picture_is_taken_once_for_all_who_ask_and_anew_after_a_change(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path, is_running=False) as desk:
        first = await desk.pictures.of("ada")
        assert await desk.pictures.of("ada", max_age=60) is first
        desk.pictures.forget("ada")
        second = await desk.pictures.of("ada", max_age=60)
        assert second is not first
        assert await desk.pictures.of("ada") is not second
        assert second.equity == second.free == Decimal(10_000)


async def test_what_is_not_known_is_not_shown_as_flat(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await bought(desk)
        seen = await service_of(desk).process(WatchPositions())
        assert [one.user_id for one in seen.accounts] == ["user-ada"]
        assert seen.unknown == []
        house.faults.set({"http": {"kind": "502", "count": 1_000, "path": "all-position"}})
        desk.pictures.forget("ada")
        with pytest.raises(ExchangeUnavailable):
            await positions_of(desk)
        seen = await service_of(desk).process(WatchPositions())
        assert (seen.accounts, seen.unknown) == ([], ["ada"])


async def test_nobody_sees_the_positions_of_another(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path, is_running=False) as desk:
        with pytest.raises(UserMistake):
            await service_of(desk).process(ListPositions(caller=Caller(user_id="eve")))
