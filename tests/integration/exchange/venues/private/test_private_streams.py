"""What is told of an account while pushes are lost and connections fail: in the end, all there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from account_rows import a_request
from account_stage import sandbox_account
from sandbox_exchange_stage import Stage, running_exchange, until

from services.errors import ExchangeUnavailable
from services.exchange.orders import Balance, Change, Fill, Order, Position
from services.exchange.paper.account import PaperAccount
from services.exchange.venues.account import CcxtAccount
from services.exchange.venues.private_streams import Pace

SWAP = "BTC/USDT:USDT"
QUICK = Pace(reconcile=0.3, holdings=0.05, retry=0.05, subscribe=0.0)
ACCOUNTS = ["classic", "unified"]


class Told:
    """Everything that was told, in order."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.ended: ExchangeUnavailable | None = None

    async def listen(self, account: CcxtAccount) -> None:
        try:
            async for change in account.changes():
                self.changes.append(change)
        except ExchangeUnavailable as error:
            self.ended = error

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.changes if isinstance(one, kind)]

    @property
    def last_orders(self) -> dict[str, Order]:
        return {one.id: one for one in self.of(Order)}

    @property
    def held(self) -> dict[str, Decimal]:
        last = {one.market: one.amount for one in self.of(Position)}
        return {market: amount for market, amount in last.items() if amount}


@asynccontextmanager
async def listening(
    name: str, cache: Path, *, pace: Pace = QUICK
) -> AsyncIterator[tuple[Stage, CcxtAccount, PaperAccount, Told]]:
    async with running_exchange() as stage, sandbox_account(stage.url, name, cache, pace=pace) as account:
        told = Told()
        task = asyncio.create_task(told.listen(account))
        hub = stage.served.hub
        await until(lambda: len(list(hub.connections)) > 0)
        await asyncio.sleep(0.2)
        yield stage, account, stage.classic if name == "classic" else stage.unified, told
        task.cancel()


async def trade(account: CcxtAccount, prefix: str, count: int) -> None:
    """Buy at the market, rest below it and cancel, so often."""
    for number in range(count):
        await account.orders.place(a_request(kind="market", price=None, client_id=f"{prefix}-m{number}"))
        order = await account.orders.place(a_request(client_id=f"{prefix}-l{number}"))
        if number % 2:
            await account.orders.cancel(SWAP, order.id)


async def missing(paper: PaperAccount, told: Told) -> list[object]:
    """Where what was told differs from what there is."""
    orders = [*await paper.orders.open_orders(), *await paper.orders.closed()]
    there = {(one.id, one.status, one.filled) for one in orders}
    heard = {(one.id, one.status, one.filled) for one in told.last_orders.values()}
    fills = {one.id for one in await paper.fills(SWAP, limit=500)} ^ {one.id for one in told.of(Fill)}
    held = {one.market: one.amount for one in await paper.positions()}
    return [*(there ^ heard), *fills, *(held.items() ^ told.held.items())]


async def until_agreed(paper: PaperAccount, told: Told) -> None:
    for _ in range(200):
        if not await missing(paper, told):
            break
        await asyncio.sleep(0.05)
    assert await missing(paper, told) == []
    assert len({one.id for one in told.of(Fill)}) == len(told.of(Fill))


TROUBLE: dict[str, dict[str, Any]] = {
    "nothing goes wrong": {},
    "pushes are lost": {"drop_push": 12},
    "orders fill in pieces and pushes are lost": {"partial": True, "drop_push": 7},
    "the stream falls silent": {"wsstall": True},
    "the connection is reset": {"wsabort": True},
    "the connection is closed": {"wsclose": 1001},
    "a frame is garbage": {"wsraw": "{not json"},
    "a frame has no data": {"wsraw": '{"action":"update","arg":{"channel":"orders"},"data":null}'},
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("name", ACCOUNTS)
async def test_in_the_end_all_is_told_once_whatever_went_wrong(
    name: str, trouble: str, tmp_path: Path
) -> None:
    async with listening(name, tmp_path) as (stage, account, paper, told):
        await trade(account, "before", 1)
        await stage.stir(**TROUBLE[trouble])
        await trade(account, "after", 3)
        await until_agreed(paper, told)


@pytest.mark.parametrize("name", ACCOUNTS)
async def test_a_push_arrives_long_before_the_next_look(name: str, tmp_path: Path) -> None:
    async with listening(name, tmp_path, pace=Pace(reconcile=60, holdings=0.05)) as (_, account, _p, told):
        await account.orders.place(a_request(kind="market", price=None))
        await until(lambda: told.of(Fill) and told.of(Position) and told.of(Balance), within=1.0)
        assert told.of(Order)[-1].status == "filled"


@pytest.mark.slow
async def test_a_stream_that_answers_pings_and_tells_nothing_is_opened_anew(tmp_path: Path) -> None:
    async with listening("classic", tmp_path) as (stage, account, paper, told):
        await stage.stir(wsstall=True)
        old = set(stage.served.hub.connections)
        await account.orders.place(a_request())
        await until(lambda: old and not old & set(stage.served.hub.connections))
        stage.faults.clear()
        await until_agreed(paper, told)


@pytest.mark.slow
async def test_what_happens_while_a_stream_is_only_begun_is_no_proof_that_it_is_deaf(tmp_path: Path) -> None:
    pace = Pace(reconcile=0.3, subscribe=60)
    async with listening("classic", tmp_path, pace=pace) as (stage, account, paper, told):
        await stage.stir(wsstall=True)
        old = set(stage.served.hub.connections)
        await account.orders.place(a_request())
        await asyncio.sleep(4)
        assert set(stage.served.hub.connections) == old
        stage.faults.clear()
        await until_agreed(paper, told)


async def test_a_stop_that_triggers_is_told_from_its_placing_to_its_fill(tmp_path: Path) -> None:
    async with listening("classic", tmp_path) as (stage, account, paper, told):
        await account.orders.place(a_request(kind="market", price=None, client_id="entry"))
        guard = {"kind": "stop", "price": None, "trigger_price": Decimal(45000), "side": "sell"}
        await account.orders.place(a_request(**guard, client_id="guard", is_reduce_only=True))
        stage.source.set_book(SWAP, bids=[("43999.5", "5")], asks=[("44000.5", "5")])
        stage.source.set_price(SWAP, "44000")
        await until(lambda: len(told.of(Fill)) == 2)
        await until_agreed(paper, told)
        stages = [one.status for one in told.of(Order) if one.client_id == "guard"]
        assert (stages[0], stages[-1]) == ("waiting", "filled")
        assert stages == sorted(stages, key=["waiting", "open", "filled"].index)


async def test_when_the_venue_stops_answering_the_stream_ends_and_says_so(tmp_path: Path) -> None:
    async with listening("classic", tmp_path) as (stage, _, _p, told):
        await stage.stir(http={"kind": "502", "count": 10_000}, wsabort=True)
        await until(lambda: told.ended)


async def test_two_listeners_hear_the_same(tmp_path: Path) -> None:
    async with listening("classic", tmp_path) as (_, account, paper, told):
        other = Told()
        task = asyncio.create_task(other.listen(account))
        await asyncio.sleep(0.05)
        await trade(account, "mine", 2)
        await until_agreed(paper, told)
        assert other.of(Fill) == told.of(Fill)
        task.cancel()
        await asyncio.sleep(0.05)
        before = len(other.changes)
        await account.orders.place(a_request(kind="market", price=None, client_id="later"))
        await until_agreed(paper, told)
        assert len(other.changes) == before
