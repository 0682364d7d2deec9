"""What every account and its orders hold to: the paper engine's own, and the same over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from account_rows import a_request
from account_subjects import ADAPTERS, SWAP, Subject
from sandbox_exchange_stage import running_exchange, until

from services.errors import OrderNotFound, OrderRejected
from services.exchange.orders import (
    Balance,
    Change,
    Fill,
    Order,
    OrderKind,
    Position,
)
from services.exchange.venues.account import CcxtAccount

SPOT = "BTC/USDT"
ETHER = "ETH/USDT:USDT"


@pytest.fixture(params=ADAPTERS)
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    async with running_exchange() as stage, ADAPTERS[request.param](stage, tmp_path) as made:
        yield made


async def refusal_of(asked: Callable[[], Awaitable[object]]) -> str:
    """Why something was refused."""
    with pytest.raises(OrderRejected) as refusal:
        await asked()
    assert refusal.value.facts["venue"]
    return str(refusal.value.facts["reason"])


async def test_a_new_account_is_flat_and_has_what_it_was_given(subject: Subject) -> None:
    assert list(await subject.account.positions()) == []
    assert list(await subject.orders.open_orders()) == []
    balances = {(one.wallet, one.currency): one for one in await subject.account.balances()}
    wallets = {"unified"} if subject.is_unified else {"spot", "swap"}
    assert {wallet for wallet, _ in balances} == wallets
    for one in balances.values():
        assert one.total > 0
        assert one.free is not None
        assert one.used is not None
        assert one.free + one.used == one.total


async def test_the_modes_are_what_the_account_is(subject: Subject) -> None:
    modes = await subject.account.modes()
    assert (modes.is_unified, modes.is_hedged) == (subject.is_unified, False)


async def test_a_limit_order_below_the_market_waits_in_the_book(subject: Subject) -> None:
    placed = await subject.orders.place(a_request())
    order = await subject.until(a_request(), "open")
    assert (order.id, order.client_id, order.side, order.kind) == (placed.id, "mine-1", "buy", "limit")
    assert (order.price, order.amount) == (Decimal(40000), Decimal("0.01"))
    assert (order.filled, order.remaining, order.average) == (Decimal(0), Decimal("0.01"), None)
    assert order.created_at.tzinfo is UTC
    assert [one.id for one in await subject.orders.open_orders()] == [order.id]
    assert [one.id for one in await subject.orders.open_orders(SWAP)] == [order.id]
    assert list(await subject.orders.open_orders(ETHER)) == []
    assert await subject.orders.find(SWAP, order_id=order.id) == order


async def test_a_market_order_becomes_a_position_and_fills_with_a_fee(subject: Subject) -> None:
    order = await subject.buy()
    assert (order.filled, order.remaining, order.average) == (Decimal("0.01"), Decimal(0), Decimal("50000.5"))
    assert order.price is None
    (position,) = await subject.account.positions()
    assert (position.market, position.side, position.amount) == (SWAP, "long", Decimal("0.01"))
    assert (position.entry, position.mark, position.leverage) == (
        Decimal("50000.5"),
        Decimal(50000),
        Decimal(20),
    )
    assert position.margin_mode == "cross"
    assert position.liquidation != 0
    (fill,) = await subject.account.fills(SWAP)
    assert (fill.order_id, fill.side, fill.price, fill.amount) == (
        order.id,
        "buy",
        Decimal("50000.5"),
        Decimal("0.01"),
    )
    assert fill.fee is not None
    assert (fill.fee.amount, fill.fee.currency, fill.is_maker) == (Decimal("0.300003"), "USDT", False)


async def test_selling_it_again_leaves_the_account_flat_and_poorer_by_spread_and_fees(
    subject: Subject,
) -> None:
    (before,) = [one for one in await subject.account.balances() if is_margin(one)]
    await subject.buy()
    await subject.buy(client_id="mine-2", side="sell", is_reduce_only=True)
    assert list(await subject.account.positions()) == []
    (after,) = [one for one in await subject.account.balances() if is_margin(one)]
    fills = await subject.account.fills(SWAP)
    fees = sum(fill.fee.amount for fill in fills if fill.fee is not None)
    realised = sum(fill.realised or Decimal(0) for fill in fills)
    assert realised == Decimal("-0.01")
    assert after.total == before.total + realised - fees
    assert after.used == 0


def is_margin(balance: Balance) -> bool:
    return balance.currency == "USDT" and balance.wallet != "spot"


async def test_a_canceled_order_is_gone_and_cannot_be_canceled_again(subject: Subject) -> None:
    order = await subject.orders.place(a_request())
    canceled = await subject.orders.cancel(SWAP, order.id)
    assert (canceled.id, canceled.status, canceled.filled) == (order.id, "canceled", Decimal(0))
    assert list(await subject.orders.open_orders()) == []
    assert await refusal_of(lambda: subject.orders.cancel(SWAP, order.id)) == "already_done"


async def test_a_filled_order_cannot_be_canceled(subject: Subject) -> None:
    order = await subject.buy()
    assert await refusal_of(lambda: subject.orders.cancel(SWAP, order.id)) == "already_done"


async def test_what_the_venue_does_not_know_is_not_found(subject: Subject) -> None:
    with pytest.raises(OrderNotFound):
        await subject.orders.find(SWAP, order_id="1234567890")
    with pytest.raises(OrderNotFound):
        await subject.orders.find(SWAP, client_id="never-sent")
    with pytest.raises(OrderNotFound):
        await subject.orders.cancel(SWAP, "1234567890")


async def test_an_amended_order_has_its_new_price_and_keeps_its_client_id(subject: Subject) -> None:
    order = await subject.orders.place(a_request())
    await subject.until(a_request(), "open")
    changed = await subject.orders.amend(SWAP, order.id, price=Decimal(41000), amount=Decimal("0.02"))
    assert (changed.price, changed.amount, changed.client_id) == (Decimal(41000), Decimal("0.02"), "mine-1")
    (listed,) = await subject.orders.open_orders()
    assert (listed.price, listed.amount) == (Decimal(41000), Decimal("0.02"))


TRIGGERS: dict[OrderKind, dict[str, Any]] = {
    "stop": {"trigger_price": Decimal(45000)},
    "stop_limit": {"trigger_price": Decimal(45000), "price": Decimal(44900)},
    "take_profit": {"trigger_price": Decimal(60000)},
    "take_profit_limit": {"trigger_price": Decimal(60000), "price": Decimal(60100)},
}


@pytest.mark.parametrize("is_reduce_only", [True, False])
@pytest.mark.parametrize("kind", TRIGGERS)
async def test_an_order_with_a_trigger_waits_is_listed_and_can_be_canceled(
    subject: Subject, kind: OrderKind, *, is_reduce_only: bool
) -> None:
    await subject.buy(client_id="before")
    asked = {"price": None, **TRIGGERS[kind]}
    request = a_request(kind=kind, side="sell", is_reduce_only=is_reduce_only, **asked)
    placed = await subject.orders.place(request)
    order = await subject.until(request, "waiting")
    assert (order.id, order.kind, order.side, order.amount) == (placed.id, kind, "sell", Decimal("0.01"))
    assert (order.trigger_price, order.trigger_by, order.price) == (
        asked["trigger_price"],
        "mark",
        asked["price"],
    )
    assert [one.id for one in await subject.orders.open_orders(SWAP)] == [order.id]
    canceled = await subject.orders.cancel(SWAP, order.id)
    assert canceled.status == "canceled"
    assert list(await subject.orders.open_orders()) == []


async def test_a_stop_that_is_reached_closes_the_position(subject: Subject) -> None:
    await subject.buy(client_id="before")
    request = a_request(
        kind="stop", price=None, trigger_price=Decimal(45000), side="sell", is_reduce_only=True
    )
    await subject.orders.place(request)
    await subject.until(request, "waiting")
    subject.set_price(44000)
    order = await subject.until(request, "filled")
    assert (order.filled, order.average, order.kind) == (Decimal("0.01"), Decimal("43999.5"), "stop")
    assert list(await subject.account.positions()) == []


async def test_a_stop_on_the_wrong_side_of_the_price_is_refused(subject: Subject) -> None:
    await subject.buy(client_id="before")
    request = a_request(
        kind="stop", price=None, trigger_price=Decimal(52000), side="sell", is_reduce_only=True
    )
    assert await refusal_of(lambda: subject.orders.place(request)) == "already_triggered"


async def test_cancel_all_takes_what_waits_for_a_trigger_too(subject: Subject) -> None:
    await subject.buy(client_id="before")
    limit = await subject.orders.place(a_request())
    stop = await subject.orders.place(
        a_request(kind="stop", price=None, trigger_price=Decimal(45000), side="sell", client_id="mine-2")
    )
    guard = await subject.orders.place(
        a_request(
            kind="take_profit",
            price=None,
            trigger_price=Decimal(60000),
            side="sell",
            client_id="mine-3",
            is_reduce_only=True,
        )
    )
    elsewhere = await subject.orders.place(
        a_request(market=ETHER, amount=Decimal("0.1"), price=Decimal(2000), client_id="mine-4")
    )
    assert set(await subject.orders.cancel_all(SWAP)) == {limit.id, stop.id, guard.id}
    assert [one.id for one in await subject.orders.open_orders()] == [elsewhere.id]
    assert set(await subject.orders.cancel_all()) == {elsewhere.id}
    assert list(await subject.orders.open_orders()) == []
    assert list(await subject.orders.cancel_all()) == []


async def test_one_client_id_never_makes_two_orders(subject: Subject) -> None:
    first = await subject.orders.place(a_request())
    if isinstance(subject.account, CcxtAccount):
        assert (await subject.orders.place(a_request())).id == first.id
    else:
        assert await refusal_of(lambda: subject.orders.place(a_request())) == "duplicate_id"
    assert [one.id for one in await subject.orders.open_orders()] == [first.id]


REFUSED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a price off the tick": ({"price": Decimal("40000.05")}, {"precision"}),
    "an amount off the step": ({"amount": Decimal("0.01234")}, {"precision"}),
    "less than the least cost": ({"amount": Decimal("0.0001")}, {"below_min_cost"}),
    "more than the account can pay": ({"amount": Decimal(100)}, {"no_funds"}),
    "closing what is not there": (
        {"is_reduce_only": True, "side": "sell", "price": Decimal(51000)},
        {"no_position"},
    ),
    "a position side in one-way mode": ({"position_side": "long"}, {"position_mode"}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_is_refused_with_its_reason_and_leaves_nothing(
    subject: Subject, case: str
) -> None:
    changes, reasons = REFUSED[case]
    assert await refusal_of(lambda: subject.orders.place(a_request(**changes))) in reasons
    assert list(await subject.orders.open_orders()) == []


async def test_in_hedge_mode_a_long_and_a_short_position_stand_side_by_side(subject: Subject) -> None:
    await subject.account.set_hedged(is_hedged=True)
    assert (await subject.account.modes()).is_hedged
    await subject.buy(position_side="long")
    await subject.buy(client_id="mine-2", side="sell", position_side="short", amount=Decimal("0.02"))
    held = {one.side: one.amount for one in await subject.account.positions()}
    assert held == {"long": Decimal("0.01"), "short": Decimal("0.02")}
    closed = await subject.buy(client_id="mine-3", side="sell", position_side="long", is_reduce_only=True)
    assert (closed.side, closed.position_side, closed.is_reduce_only) == ("sell", "long", True)
    held = {one.side: one.amount for one in await subject.account.positions()}
    assert held == {"short": Decimal("0.02")}
    last = (await subject.account.fills(SWAP))[-1]
    assert (last.side, last.position_side) == ("sell", "long")
    assert await refusal_of(lambda: subject.orders.place(a_request(client_id="mine-4"))) == "position_mode"


async def test_a_mode_does_not_change_under_an_open_position(subject: Subject) -> None:
    await subject.buy()
    assert await refusal_of(lambda: subject.account.set_hedged(is_hedged=True)) == "in_use"


async def test_leverage_is_set_within_its_limit(subject: Subject) -> None:
    await subject.account.set_leverage(SWAP, Decimal(10))
    await subject.buy()
    (position,) = await subject.account.positions()
    assert position.leverage == Decimal(10)
    assert await refusal_of(lambda: subject.account.set_leverage(SWAP, Decimal(200))) == "leverage"


async def test_an_isolated_order_makes_an_isolated_position_with_a_liquidation_price(
    subject: Subject,
) -> None:
    await subject.buy(margin_mode="isolated")
    (position,) = await subject.account.positions()
    assert position.margin_mode == "isolated"
    assert position.liquidation is not None
    assert 0 < position.liquidation < position.entry


async def test_fills_come_oldest_first_and_no_more_than_asked_for(subject: Subject) -> None:
    for number in range(3):
        await subject.buy(client_id=f"mine-{number}")
    everything = await subject.account.fills(SWAP)
    assert [fill.at for fill in everything] == sorted(fill.at for fill in everything)
    assert len({fill.id for fill in everything}) == 3
    assert [fill.id for fill in await subject.account.fills(SWAP, limit=2)] == [
        fill.id for fill in everything[-2:]
    ]
    since = await subject.account.fills(SWAP, since=everything[-1].at)
    assert everything[-1].id in {fill.id for fill in since}
    assert list(await subject.account.fills(ETHER)) == []


async def test_what_happens_is_told_as_it_happens_and_each_thing_once(subject: Subject) -> None:
    await subject.orders.place(a_request(client_id="before"))
    told: list[Change] = []

    async def listen() -> None:
        async for change in subject.account.changes():
            told.append(change)  # noqa: PERF401 - it never ends

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.5)
    order = await subject.buy(client_id="mine-2")
    await until(lambda: {Order, Fill, Position, Balance} <= {type(one) for one in told})
    await asyncio.sleep(0.7)
    listening.cancel()
    orders = [one for one in told if isinstance(one, Order)]
    assert {one.client_id for one in orders} == {"mine-2"}
    assert orders[-1].status == "filled"
    assert len({(one.status, one.filled) for one in orders}) == len(orders)
    (fill,) = [one for one in told if isinstance(one, Fill)]
    assert (fill.order_id, fill.fee and fill.fee.amount) == (order.id, Decimal("0.300003"))
    position = [one for one in told if isinstance(one, Position)][-1]
    assert (position.side, position.amount) == ("long", Decimal("0.01"))
    margin = [one for one in told if isinstance(one, Balance) and is_margin(one)][-1]
    assert margin.used


async def test_a_position_that_was_closed_is_told_with_amount_zero(subject: Subject) -> None:
    await subject.buy()
    told: list[Position] = []

    async def listen() -> None:
        async for change in subject.account.changes():
            if isinstance(change, Position):
                told.append(change)  # noqa: PERF401 - it never ends

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.5)
    await subject.buy(client_id="mine-2", side="sell", is_reduce_only=True)
    await until(lambda: told)
    listening.cancel()
    assert (told[-1].market, told[-1].side, told[-1].amount) == (SWAP, "long", Decimal(0))


async def test_spot_is_bought_with_a_limit_and_changes_two_currencies(subject: Subject) -> None:
    request = a_request(market=SPOT, price=Decimal(51000), time_in_force="ioc", amount=Decimal("0.01"))
    await subject.orders.place(request)
    order = await subject.until(request, "filled")
    assert (order.filled, order.average) == (Decimal("0.01"), Decimal("50000.05"))
    wallet = "unified" if subject.is_unified else "spot"
    held = {one.currency: one.total for one in await subject.account.balances() if one.wallet == wallet}
    (fill,) = await subject.account.fills(SPOT)
    assert fill.fee is not None
    bought = Decimal("1.01") - (fill.fee.amount if fill.fee.currency == "BTC" else 0)
    assert held["BTC"] == bought
    assert list(await subject.account.positions()) == []
