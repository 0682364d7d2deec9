"""How many positions a firing has closed, as it is told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from desk_orders_stage import BTC, resting
from desk_orders_venue import NOON

from services.exchange.orders import AccountModes, Order, OrderRequest, Position
from services.trading.killswitch.closing import Closing

LONG = Position(market=BTC, side="long", amount=Decimal("0.5"), entry=Decimal(50_000), as_of=NOON)


class Reach:
    """A venue that takes a close, and shows it as open when it is asked at once."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @property
    def account(self) -> Reach:
        return self

    orders = account

    async def modes(self) -> AccountModes:
        return AccountModes(is_hedged=False, is_unified=False)

    async def place(self, request: OrderRequest) -> Order:
        self.sent.append(request.client_id)
        return replace(resting("1", "market"), status="open")


async def test_a_close_that_was_only_taken_counts_once_its_position_is_gone() -> None:
    closing, reach = Closing("acc", "f1"), Reach()
    for _ in range(2):
        closing.see([LONG])
        await closing.close(cast("Any", reach), [LONG])
    assert (closing.closed[BTC], len(set(reach.sent))) == (0, 1)
    for _ in range(2):
        closing.see([])
    assert closing.closed[BTC] == 1
    closing.see([LONG])
    await closing.close(cast("Any", reach), [LONG])
    assert len(set(reach.sent)) == 2
