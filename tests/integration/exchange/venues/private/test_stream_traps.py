"""What plain ccxt does with the pushes of an account, and what this adapter does: one harm each."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest
from account_rows import (
    ORDER_DETAIL,
    PLACED,
    fill_row,
    good,
    order_row,
    position_row,
)
from account_stage import StagedAccount, account_at, both, plain_ccxt, staged_account
from structlog.testing import capture_logs

from services.errors import Misconfigured
from services.exchange.orders import Change, Fill, Order, Position
from services.exchange.venues.account import CcxtAccount
from services.exchange.venues.private_streams import Pace

SWAP = "BTC/USDT:USDT"
ID = str(PLACED["orderId"])
POSITIONS = "/api/v2/mix/position/all-position"
WALLET = "/api/v2/mix/account/accounts"
PLANS = "/api/v2/mix/order/orders-plan-pending"
CANCEL_PLAN = "/api/v2/mix/order/cancel-plan-order"
PLACE = "/api/v2/mix/order/place-order"
QUICK = Pace(reconcile=0.05, holdings=0.01, retry=0.02)


async def gather(account: CcxtAccount, count: int, kind: type, *, seconds: float = 5.0) -> list[Any]:
    """The next `count` changes of one kind."""
    found: list[Change] = []
    changes = account.changes()
    try:
        async with asyncio.timeout(seconds):
            async for change in changes:
                if isinstance(change, kind):
                    found.append(change)
                if len(found) == count:
                    return found
    finally:
        await changes.aclose()  # type: ignore[attr-defined]
    raise AssertionError("the stream ended")


async def test_a_pushed_position_does_not_come_with_made_up_margin_and_liquidation(tmp_path: Path) -> None:
    pushed = {**position_row(instId="BTCUSDT", leverage=20), "marginRate": "0.01", "unrealizedPLR": "0"}
    async with both(tmp_path, pace=QUICK) as (staged, exchange, account):
        watching = asyncio.create_task(exchange.watch_positions())
        telling = asyncio.create_task(gather(account, 1, Position))
        await staged.until_subscribed("positions", 2)
        await asyncio.sleep(0.05)
        staged.answers[POSITIONS] = good([position_row()])
        await staged.push("positions", "default", pushed)
        (bitten,) = await watching
        assert (bitten["collateral"], bitten["liquidationPrice"]) == (0.01, 0.0)
        (position,) = await telling
        assert (position.margin, position.liquidation) == (Decimal("25.00025"), None)


def pushed_order(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "accBaseVolume": "0.01", "cTime": "1750000020000", "clientOid": "mine-1",
        "feeDetail": [{"feeCoin": "USDT", "fee": "-0.3"}], "force": "gtc", "instId": "BTCUSDT",
        "leverage": "20", "marginCoin": "USDT", "marginMode": "crossed", "notionalUsd": "10", "orderId": ID,
        "orderType": "limit", "posMode": "one_way_mode", "posSide": "net", "price": "40000",
        "priceAvg": "40000", "reduceOnly": "no", "side": "buy", "size": "0.01", "status": "filled",
        "tradeSide": "buy_single", "uTime": "1750000022000", "enterPointSource": "API",
    }  # fmt: skip
    return {**row, **changes}


async def test_a_fill_that_comes_between_two_calls_is_told_at_once(tmp_path: Path) -> None:
    part = pushed_order(status="partially_filled", accBaseVolume="0.004", baseVolume="0.004")
    async with both(tmp_path, pace=Pace(reconcile=60)) as (staged, exchange, account):
        watching = asyncio.create_task(exchange.watch_orders())
        telling = asyncio.create_task(gather(account, 2, Order))
        await staged.until_subscribed("orders", 2)
        await asyncio.sleep(0.05)
        await staged.push("orders", "default", part)
        (first,) = await watching
        assert first["status"] == "open"
        await staged.push("orders", "default", pushed_order())
        await asyncio.sleep(0.05)  # plain ccxt is busy with the first; nobody waits when the second comes
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(exchange.watch_orders(), 0.2)
        told = await telling
    assert [(one.status, one.filled) for one in told] == [
        ("open", Decimal("0.004")),
        ("filled", Decimal("0.01")),
    ]


async def test_a_pushed_trigger_order_is_told_although_ccxt_waits_for_it_for_ever(tmp_path: Path) -> None:
    algo = {
        "instId": "BTCUSDT", "orderId": "77", "clientOid": "mine-2", "triggerPrice": "45000.000000000",
        "price": "45000.000000000", "triggerType": "mark_price", "planType": "pl", "size": "0.01",
        "actualSize": "0", "orderType": "market", "side": "sell", "tradeSide": "close", "posSide": "net",
        "posMode": "one_way_mode", "marginMode": "crossed", "status": "live", "cTime": "1750000020000",
        "uTime": "1750000020000", "stopSurplusTriggerType": "fill_price", "stopLossTriggerType": "fill_price",
    }  # fmt: skip
    async with both(tmp_path, pace=Pace(reconcile=60)) as (staged, exchange, account):
        watching = asyncio.create_task(exchange.watch_orders(None, None, None, {"trigger": True}))
        telling = asyncio.create_task(gather(account, 1, Order))
        await staged.until_subscribed("orders-algo", 2)
        await asyncio.sleep(0.05)
        await staged.push("orders-algo", "default", algo)
        (order,) = await telling
        assert (order.id, order.kind, order.status) == ("77", "stop", "waiting")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watching, 0.2)


async def test_a_push_that_was_dropped_is_found_by_asking(tmp_path: Path) -> None:
    async with both(tmp_path, pace=QUICK) as (staged, _, account):
        staged.answers["/api/v2/mix/order/orders-pending"] = good(
            {"entrustedList": [order_row()], "endId": ""}
        )
        telling = asyncio.create_task(gather(account, 1, Order))
        await staged.until_subscribed("orders")
        await asyncio.sleep(0.2)
        assert not telling.done()  # how it stands is not repeated
        filled = order_row(state="filled", baseVolume="0.01", priceAvg="40000", uTime="1750000029000")
        staged.answers |= {
            "/api/v2/mix/order/orders-pending": good({"entrustedList": None, "endId": None}),
            ORDER_DETAIL: good(filled),
        }
        (order,) = await telling
    assert (order.status, order.filled) == ("filled", Decimal("0.01"))


async def test_nothing_is_told_twice_when_pushes_and_answers_agree(tmp_path: Path) -> None:
    row = fill_row(cTime=str(4_000_000_000_000), uTime=str(4_000_000_000_000))
    async with both(tmp_path, pace=QUICK) as (staged, _, account):
        staged.answers["/api/v2/mix/order/fills"] = good({"fillList": [], "endId": None})
        told: list[Change] = []

        async def listen() -> None:
            async for change in account.changes():
                told.append(change)  # noqa: PERF401 - it never ends

        listening = asyncio.create_task(listen())
        await staged.until_subscribed("fill")
        await asyncio.sleep(0.05)
        await staged.push("fill", "default", row)
        staged.answers["/api/v2/mix/order/fills"] = good({"fillList": [row], "endId": None})
        await asyncio.sleep(0.4)
        listening.cancel()
    fills = [one for one in told if isinstance(one, Fill)]
    assert [(fill.id, fill.fee and fill.fee.amount) for fill in fills] == [("7001", Decimal("0.300003"))]


async def test_a_clock_that_is_off_does_not_poison_the_private_stream(tmp_path: Path) -> None:
    async with staged_account() as staged, plain_ccxt(staged) as exchange:
        staged.answers["/api/v2/public/time"] = good({"serverTime": "1750000020000"})
        staged.login_answer = {"event": "error", "code": 30014, "msg": "Request timestamp expired"}
        with pytest.raises(ccxt.BadRequest):
            await asyncio.wait_for(exchange.watch_orders(), 2)
        staged.logins.clear()
        async with account_at(staged, tmp_path, pace=QUICK) as account:
            staged.answers["/api/v2/mix/order/orders-pending"] = good({"entrustedList": [], "endId": ""})
            telling = asyncio.create_task(gather(account, 1, Order))
            await asyncio.sleep(0.2)
            staged.answers["/api/v2/mix/order/orders-pending"] = good(
                {"entrustedList": [order_row()], "endId": ""}
            )
            (order,) = await telling
        assert (order.id, staged.logins) == (ID, [])


async def test_a_login_that_is_refused_for_the_key_ends_the_stream_with_that(tmp_path: Path) -> None:
    async with both(tmp_path, pace=QUICK) as (staged, _, account):
        staged.login_answer = {"event": "error", "code": 30011, "msg": "Invalid ACCESS_KEY"}
        with pytest.raises(Misconfigured):
            await gather(account, 1, Order)


async def test_a_subscription_that_the_venue_refuses_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    class NoSpot(StagedAccount):
        async def hear_subscription(self, argument: dict[str, str]) -> dict[str, object] | None:
            if argument["instType"] != "SPOT":
                return None
            return {"event": "error", "arg": argument, "code": 30001, "msg": "doesn't exist"}

    pace = Pace(reconcile=60, holdings=0.01, retry=0.05)
    async with staged_account(NoSpot()) as staged, account_at(staged, tmp_path, pace=pace) as account:
        telling = asyncio.create_task(gather(account, 1, Order))
        await staged.until_subscribed("orders")
        await asyncio.sleep(1.0)  # the refused ones have been given up
        await staged.push("orders", "default", pushed_order())
        (order,) = await telling
    assert order.status == "filled"


async def test_what_came_while_nobody_listened_is_not_told_as_news(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path, pace=Pace(reconcile=60)) as account:
        first = asyncio.create_task(gather(account, 1, Order))
        await staged.until_subscribed("orders")
        await asyncio.sleep(0.1)
        await staged.push("orders", "default", pushed_order())
        await first
        second = asyncio.create_task(gather(account, 1, Order))
        await asyncio.sleep(0.3)
        await staged.push("orders", "default", pushed_order(orderId="2", clientOid="mine-2"))
        (order,) = await second
    assert order.id == "2"


async def test_two_that_begin_to_listen_together_are_served_by_one_set_of_tasks(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path, pace=Pace(reconcile=60)) as account:
        tasks = account._streams._crew._tasks
        before = len(tasks)
        first, second = (asyncio.create_task(gather(account, 1, Order)) for _ in range(2))
        await staged.until_subscribed("orders")
        await asyncio.sleep(0.3)
        assert len(tasks) - before == 3 + len(account._streams._pumps)
        await staged.push("orders", "default", pushed_order())
        assert [order.id for order in (*await first, *await second)] == [ID, ID]
        await asyncio.sleep(0.05)
        assert len(tasks) == before


async def test_a_connection_that_ccxt_closes_itself_is_opened_again(tmp_path: Path) -> None:
    pace = Pace(reconcile=60, retry=0.02)
    async with staged_account() as staged, account_at(staged, tmp_path, pace=pace) as account:
        telling = asyncio.create_task(gather(account, 1, Order))
        await staged.until_subscribed("orders", 2)
        await asyncio.sleep(0.2)
        (connection,) = account._streams._client.exchange.clients.values()
        for waiting in connection.futures.values():
            waiting.cancel()
        connection.subscriptions.clear()
        staged.subscribed.clear()
        await staged.until_subscribed("orders")
        await staged.push("orders", "default", pushed_order())
        assert [order.id for order in await telling] == [ID]


async def test_a_lost_stream_is_logged_without_the_key_that_may_be_in_its_address(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path, pace=QUICK) as account:
        with capture_logs() as logs:
            account._streams.lost("wss://stream.venue.com:9443/ws/listenKeyabc?token=def")
        (entry,) = logs
        assert entry["host"] == "stream.venue.com"
        assert not {"listenKeyabc", "def"} & set(str(entry).replace("'", "/").split("/"))
