from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from market_stage import MINUTE_MS, take
from paper_stage import SPOT, SWAP, TIERS, HandClock, HandFedExchange, a_request, running

from analytics.candles import Candles
from services.errors import ExchangeUnavailable, Misconfigured, OrderNotFound, OrderRejected, UnknownMarket
from services.exchange.exchange import Funding, Trade
from services.exchange.orders import Balance, Change, Fill, Order, Position
from services.exchange.paper.account import PaperAccount
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.settings import PaperSettings

NO_LATENCY = PaperSettings(entry_latency=0, response_latency=0, tiers=TIERS)


class Farm:
    """A paper exchange over a source that a test feeds, and what it needs to be started again."""

    def __init__(self, folder: Path | None = None, settings: PaperSettings = NO_LATENCY) -> None:
        self.clock = HandClock()
        self.source = HandFedExchange(self.clock)
        self.folder = folder
        self.settings = settings
        self.exchange = self.start()

    def start(self) -> PaperExchange:
        files = None if self.folder is None else AccountFiles(self.folder)
        self.exchange = PaperExchange(
            self.source, clock=self.clock, settings=self.settings, accounts=files, sleep=self.clock.sleep
        )
        return self.exchange

    def account(self) -> PaperAccount:
        return self.exchange.open("me")


async def test_an_order_placed_through_the_ports_is_filled_from_the_source_s_book() -> None:
    farm = Farm()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        account = farm.account()
        order = await account.orders.place(a_request("buy", 1, client_id="mine"))
        assert (order.status, order.average) == ("filled", Decimal("3200.1"))
        (position,) = await account.positions()
        assert (position.side, position.amount, position.mark) == ("long", Decimal(1), Decimal(3200))
        assert [one.client_id for one in await account.fills(SWAP)] == ["mine"]
        assert await account.orders.find(SWAP, client_id="mine") == order
        assert await account.orders.closed(SWAP) == [order]
        assert await account.orders.open_orders() == []


async def test_with_latency_an_order_is_acknowledged_at_once_and_meets_the_book_later() -> None:
    farm = Farm(settings=PaperSettings(entry_latency=0.05, response_latency=0.05))
    async with running(farm.exchange.run()):
        await farm.source.quote()
        account = farm.account()
        changes = account.changes()
        sent_at = farm.clock.now()
        order = await account.orders.place(a_request("buy", 1))
        assert (order.status, farm.clock.now()) == ("waiting", sent_at)
        reading = asyncio.create_task(take(changes, 6))
        await farm.clock.step(0.05)
        assert not reading.done()
        await farm.clock.step(0.05)
        heard: Sequence[Change] = await reading
        assert [type(one) for one in heard] == [Order, Order, Order, Fill, Position, Balance]
        (fill,) = await account.fills(SWAP)
        assert fill.at - sent_at == timedelta(seconds=0.05)


async def test_a_resting_order_fills_when_the_source_prints_through_it() -> None:
    farm = Farm()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        account = farm.account()
        order = await account.orders.place(a_request("buy", 1, 3100))
        await farm.source.put(
            Trade(
                market=SWAP,
                id="1",
                price=Decimal(3099),
                amount=Decimal("0.4"),
                side="sell",
                as_of=farm.clock.now(),
                nature="replay",
            )
        )
        found = await account.orders.find(SWAP, order_id=order.id)
        assert (found.status, found.filled, found.remaining) == ("open", Decimal("0.4"), Decimal("0.6"))
        assert await account.orders.cancel_all() == [order.id]


async def test_amend_and_cancel_answer_with_the_last_state() -> None:
    farm = Farm(settings=PaperSettings(entry_latency=0.05, response_latency=0))
    async with running(farm.exchange.run()):
        await farm.source.quote()
        orders = farm.account().orders
        order = await orders.place(a_request("buy", 1, 3100))
        await farm.clock.step(0.05)
        amending = asyncio.create_task(orders.amend(SWAP, order.id, price=Decimal(3110)))
        await farm.clock.step(0.05)
        assert ((await amending).price, (await amending).id) == (Decimal(3110), order.id)
        canceling = asyncio.create_task(orders.cancel(SWAP, order.id))
        await farm.clock.step(0.04)
        assert not canceling.done()
        await farm.clock.step(0.01)
        assert (await canceling).status == "canceled"
        again = asyncio.create_task(orders.cancel(SWAP, order.id))
        await farm.clock.step(0.05)
        with pytest.raises(OrderRejected):
            await again
        with pytest.raises(OrderNotFound):
            await orders.cancel(SPOT, order.id)


async def test_a_killed_process_goes_on_where_it_was(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    async with running(farm.exchange.run()):
        await farm.source.quote()
        account = farm.account()
        await account.set_leverage(SWAP, Decimal(10))
        await account.orders.place(a_request("buy", 2, client_id="entry", stop_loss=3000))
        await account.orders.place(a_request("buy", 1, 3100, client_id="rests"))
        trailing = a_request("sell", 1, kind="trailing", trailing_percent=1, client_id="trails")
        await account.orders.place(trailing)
        before_orders = await account.orders.open_orders()
        before = [
            await account.balances(),
            await account.positions(),
            before_orders,
            await account.fills(SWAP),
            account.figures.bookings(),
        ]
    farm.start()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        account = farm.account()
        assert farm.exchange.names() == ["me"]
        assert before == [
            await account.balances(),
            await account.positions(),
            await account.orders.open_orders(),
            await account.fills(SWAP),
            account.figures.bookings(),
        ]
        with pytest.raises(OrderRejected) as caught:
            await account.orders.place(a_request("buy", 1, client_id="entry"))
        assert caught.value.facts["reason"] == "duplicate_id"
        await farm.source.quote(3300)
        await farm.source.quote(3260)
        assert (await account.orders.find(SWAP, client_id="trails")).status == "filled"
        assert (await account.orders.find(SWAP, client_id="rests")).status == "open"
        new = await account.orders.place(a_request("buy", "0.1", client_id="new"))
        earlier = [int(one.id) for one in [*before_orders, *await account.orders.closed()] if one != new]
        assert int(new.id) > max(earlier)


async def test_an_order_on_its_way_when_the_process_was_killed_still_arrives(tmp_path: Path) -> None:
    farm = Farm(tmp_path, PaperSettings(entry_latency=5, response_latency=0, stale_after=60))
    async with running(farm.exchange.run()):
        await farm.source.quote()
        placed = await farm.account().orders.place(a_request("buy", 1, client_id="mine"))
        assert placed.status == "waiting"
        farm.start()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        await farm.clock.step(6)
        assert (await farm.account().orders.find(SWAP, client_id="mine")).status == "filled"


@pytest.mark.parametrize("keeps", [0, 10, 300])
def test_a_torn_file_is_an_error_and_not_an_empty_account(tmp_path: Path, keeps: int) -> None:
    farm = Farm(tmp_path)
    farm.account()
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(path.read_bytes()[:keeps])
    with pytest.raises(Misconfigured) as caught:
        farm.start()
    assert str(path) in caught.value.message
    assert len(path.read_bytes()) == keeps


async def test_a_change_is_on_disk_before_anybody_is_told(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    async with running(farm.exchange.run()):
        await farm.source.quote()
        await farm.account().orders.place(a_request("buy", 1, client_id="mine"))
        (kept,) = AccountFiles(tmp_path).load()
        assert "mine" in kept.used_ids
        assert kept.position(SWAP) is not None


async def test_an_account_opens_as_what_it_is(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    farm.account()
    unified = farm.exchange.open("one/pool", is_unified=True)
    assert [(one.wallet, one.total) for one in await unified.balances()] == [("unified", Decimal(20_000))]
    assert [(one.wallet, one.total) for one in await farm.account().balances()] == [
        ("spot", Decimal(10_000)),
        ("swap", Decimal(10_000)),
    ]
    with pytest.raises(Misconfigured):
        farm.start().open("me", is_unified=True)
    assert farm.exchange.names() == ["me", "one/pool"]


async def test_what_cannot_be_valued_yet_is_an_error_and_not_0(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    async with running(farm.exchange.run()):
        await farm.source.quote()
        await farm.account().orders.place(a_request("buy", 1))
    account = farm.start().open("me")
    with pytest.raises(ExchangeUnavailable):
        await account.balances()
    (position,) = await account.positions()
    assert (position.mark, position.unrealised, position.liquidation) == (None, None, None)


async def test_funding_that_fell_due_while_nothing_ran_is_booked_on_return(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    async with running(farm.exchange.run()):
        await farm.source.quote()
        await farm.account().orders.place(a_request("buy", 2))
    boundary = farm.clock.now().replace(hour=16, minute=0, second=0)
    await farm.clock.step(9 * 3600)
    open_ = np.array([3100.0])
    farm.source.minutes = Candles(
        step_ms=MINUTE_MS,
        time=np.array([int(boundary.timestamp() * 1000)]),
        open=open_,
        high=open_,
        low=open_,
        close=open_,
        volume=open_,
    )
    farm.source.next_funding = Funding(
        market=SWAP,
        rate=Decimal("0.0001"),
        as_of=farm.clock.now(),
        nature="replay",
        next_at=boundary + timedelta(hours=8),
        interval_hours=8,
    )
    farm.start()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        (booking,) = farm.account().figures.bookings(kind="funding")
        assert booking.amount == Decimal("-0.62")


async def test_a_slow_listener_is_told_that_it_has_missed_something() -> None:
    farm = Farm()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        account = farm.account()
        changes = account.changes()
        for _ in range(3_400):
            await account.deposit("swap", "USDT", Decimal(1))
            order = await account.orders.place(a_request("buy", 1, 3100))
            await account.orders.cancel(SWAP, order.id)
        with pytest.raises(ExchangeUnavailable):
            await take(changes, 20_000)


async def test_a_market_that_is_listed_later_is_watched_and_one_that_is_gone_is_closed() -> None:
    farm = Farm()
    (late,) = (one for one in farm.source.listed if one.name == SWAP)
    farm.source.listed.remove(late)
    async with running(farm.exchange.run()):
        with pytest.raises(UnknownMarket):
            await farm.account().orders.place(a_request("buy", 1))
        farm.source.listed.append(late)
        await farm.clock.step(11)
        await farm.source.quote()
        assert (await farm.account().orders.place(a_request("buy", 1))).status == "filled"
        farm.source.listed.remove(late)
        await farm.clock.step(10)
        with pytest.raises(OrderRejected) as caught:
            await farm.account().orders.place(a_request("buy", 1))
        assert caught.value.facts["reason"] == "market_closed"


async def test_a_stream_that_breaks_is_opened_again() -> None:
    farm = Farm()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        farm.source.is_down = True
        await farm.source.quote()
        farm.source.is_down = False
        await farm.clock.step(2)
        await farm.source.quote(3300)
        order = await farm.account().orders.place(a_request("buy", 1))
        assert order.average == Decimal("3300.1")


async def test_an_order_can_be_filled_by_hand() -> None:
    farm = Farm()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        account = farm.account()
        order = await account.orders.place(a_request("buy", 1, 3100))
        farm.exchange.fill_by_hand(order.id, Decimal("0.3"), Decimal(3100))
        (fill,) = await account.orders.fills_of(order.id)
        assert (fill.amount, fill.price, fill.assumption) == (
            Decimal("0.3"),
            Decimal(3100),
            "filled by hand, for a test",
        )
        with pytest.raises(OrderNotFound):
            farm.exchange.fill_by_hand("7", Decimal(1), Decimal(1))


async def test_terms_say_what_the_market_asks() -> None:
    farm = Farm()
    terms = await farm.exchange.terms(SWAP)
    assert (terms.tick, terms.step, terms.max_leverage, terms.funding_hours) == (
        Decimal("0.1"),
        Decimal("0.01"),
        Decimal(100),
        8,
    )
    assert [tier.max_leverage for tier in terms.tiers] == [100, 50]
    spot = await farm.exchange.terms(SPOT)
    assert (spot.max_leverage, spot.tiers, spot.funding_hours) == (None, (), None)


async def test_a_sum_in_quote_is_turned_into_an_amount_by_the_book() -> None:
    farm = Farm()
    async with running(farm.exchange.run()):
        await farm.source.quote()
        assert await farm.exchange.amount_for(SWAP, "buy", Decimal(500)) == Decimal("0.15")
        with pytest.raises(ExchangeUnavailable):
            await farm.exchange.amount_for(SPOT, "buy", Decimal(500))
