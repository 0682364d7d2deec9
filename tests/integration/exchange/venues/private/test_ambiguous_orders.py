"""An order whose answer was lost: exactly one of it exists, and the sender learns which.

The witnesses are the venue's own log of requests and the account behind it, not what the client believes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from account_rows import a_request
from account_stage import sandbox_account
from aiohttp import web
from sandbox_exchange_stage import Stage, running_exchange

from services.errors import ExchangeUnavailable, OrderRejected, OrderUnknown
from services.exchange.orders import Order, OrderRequest
from services.exchange.paper.account import PaperAccount
from services.exchange.venues.account import CcxtAccount

SWAP = "BTC/USDT:USDT"
PLACE = "order/place-"
HTML = "<html><body>502 Bad Gateway</body></html>"
REQUESTS = {
    "limit": a_request(),
    "market": a_request(kind="market", price=None),
    "stop": a_request(kind="stop", price=None, trigger_price=Decimal(45000), side="sell"),
    "post-only": a_request(time_in_force="post_only"),
}
UNDONE: dict[str, dict[str, Any]] = {
    "the connection breaks after it was accepted": {"drop": {"is_after": True, "path": "place-"}},
    "no answer comes at all": {"hang_after": {"seconds": 3.0, "path": "place-"}},
    "the answer is cut short": {"http": {"kind": "truncated", "path": "place-"}},
    "the connection breaks, and the order shows late": {
        "drop": {"is_after": True, "path": "place-"},
        "late_visible": 0.2,
    },
}


class Gateway:
    """Stands before the venue and turns the answers to `failing` orders into a page of HTML."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        self.failing = 0

    async def pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.startswith("ACCESS-")}
        url = f"{self._url}{request.rel_url}"
        async with self._session.request(
            request.method, url, data=body or None, headers={**headers, "Content-Type": "application/json"}
        ) as answer:
            text = await answer.text()
        if self.failing and "place-" in request.path:
            self.failing -= 1
            return web.Response(status=502, text=HTML, content_type="text/html")
        return web.Response(status=answer.status, text=text, content_type="application/json")


@asynccontextmanager
async def gateway_before(url: str) -> AsyncIterator[tuple[Gateway, str]]:
    async with aiohttp.ClientSession() as session:
        gateway = Gateway(url, session)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", gateway.pass_on)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield gateway, f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@asynccontextmanager
async def scene(name: str, cache: Path) -> AsyncIterator[tuple[Stage, CcxtAccount, PaperAccount]]:
    async with running_exchange() as stage, sandbox_account(stage.url, name, cache) as account:
        account.orders._client.exchange.timeout = 300
        stage.journal.clear()
        yield stage, account, stage.classic if name == "classic" else stage.unified


async def orders_at(paper: PaperAccount) -> list[Order]:
    """Every order that the account has ever had."""
    return [*await paper.orders.open_orders(), *await paper.orders.closed()]


def placements(stage: Stage) -> int:
    return len([one for one in stage.journal.entries if one.method == "POST" and "place-" in one.path])


@pytest.mark.parametrize("fault", UNDONE)
@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_an_order_whose_answer_is_lost_is_found_and_exists_once(
    name: str, kind: str, fault: str, tmp_path: Path
) -> None:
    async with scene(name, tmp_path) as (stage, account, paper):
        await stage.stir(**UNDONE[fault])
        order = await account.orders.place(REQUESTS[kind])
        (only,) = await orders_at(paper)
        assert (order.id, order.client_id, only.client_id) == (only.id, "mine-1", "mine-1")
        assert placements(stage) == 1


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_an_order_that_a_gateway_answers_with_an_error_page_is_found_and_exists_once(
    name: str, kind: str, tmp_path: Path
) -> None:
    async with (
        running_exchange() as stage,
        gateway_before(stage.url) as (gateway, url),
        sandbox_account(url, name, tmp_path) as account,
    ):
        gateway.failing = 1
        order = await account.orders.place(REQUESTS[kind])
        paper = stage.classic if name == "classic" else stage.unified
        (only,) = await orders_at(paper)
        assert (order.id, placements(stage)) == (only.id, 1)


@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_an_order_that_never_arrived_is_unknown_and_not_sent_again(name: str, tmp_path: Path) -> None:
    async with scene(name, tmp_path) as (stage, account, paper):
        await stage.stir(drop={"path": "place-"})
        with pytest.raises(OrderUnknown) as unknown:
            await account.orders.place(a_request())
        assert unknown.value.facts["client_id"] == "mine-1"
        assert await orders_at(paper) == []
        assert placements(stage) == 1


@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_an_order_that_stays_hidden_is_unknown_and_sending_it_again_finds_it(
    name: str, tmp_path: Path
) -> None:
    async with scene(name, tmp_path) as (stage, account, paper):
        await stage.stir(drop={"is_after": True, "path": "place-"}, late_visible=60.0)
        with pytest.raises(OrderUnknown):
            await account.orders.place(a_request())
        stage.faults.clear()
        again = await account.orders.place(a_request())
        (only,) = await orders_at(paper)
        assert again.id == only.id


@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_an_accepted_order_that_shows_late_is_told_as_it_is_and_not_as_missing(
    name: str, tmp_path: Path
) -> None:
    async with scene(name, tmp_path) as (stage, account, paper):
        await stage.stir(late_visible=0.2)
        assert (await account.orders.place(a_request())).status == "open"
        await stage.stir(late_visible=60.0)
        hidden = await account.orders.place(a_request(client_id="mine-2"))
        assert (hidden.status, hidden.filled, hidden.remaining) == ("waiting", None, None)
        assert hidden.id in {one.id for one in await orders_at(paper)}


REFUSALS: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "too many requests": ({"kind": "429", "path": "place-"}, ExchangeUnavailable),
    "maintenance": ({"kind": "maint", "path": "place-"}, OrderRejected),
}


@pytest.mark.parametrize("fault", REFUSALS)
async def test_a_refusal_is_not_taken_for_a_lost_answer(fault: str, tmp_path: Path) -> None:
    http, kind = REFUSALS[fault]
    async with scene("classic", tmp_path) as (stage, account, paper):
        await stage.stir(http=http)
        with pytest.raises(kind):
            await account.orders.place(a_request())
        assert await orders_at(paper) == []
        assert placements(stage) == 1


async def test_a_clock_that_went_wrong_is_set_and_the_order_sent_once_more(tmp_path: Path) -> None:
    async with scene("classic", tmp_path) as (stage, account, paper):
        await stage.stir(clockskew=60_000)
        order = await account.orders.place(a_request())
        (only,) = await orders_at(paper)
        assert order.id == only.id


LOST_CHANGES: dict[str, dict[str, Any]] = {
    "the connection breaks": {"drop": {"is_after": True, "path": "{}"}},
    "no answer comes": {"hang_after": {"seconds": 3.0, "path": "{}"}},
    "the answer is cut short": {"http": {"kind": "truncated", "path": "{}"}},
}


def aimed(fault: dict[str, Any], path: str) -> dict[str, Any]:
    return {name: {**how, "path": path} for name, how in fault.items()}


@pytest.mark.parametrize("fault", LOST_CHANGES)
@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_a_cancellation_whose_answer_is_lost_is_looked_up(
    name: str, fault: str, tmp_path: Path
) -> None:
    async with scene(name, tmp_path) as (stage, account, paper):
        for request in (a_request(), stop()):
            order = await account.orders.place(request)
            await stage.stir(**aimed(LOST_CHANGES[fault], "cancel-"))
            assert (await account.orders.cancel(SWAP, order.id)).status == "canceled"
        assert list(await paper.orders.open_orders()) == []


def stop() -> OrderRequest:
    return a_request(kind="stop", price=None, trigger_price=Decimal(45000), side="sell", client_id="mine-2")


@pytest.mark.parametrize("fault", LOST_CHANGES)
@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_a_change_whose_answer_is_lost_is_looked_up(name: str, fault: str, tmp_path: Path) -> None:
    async with scene(name, tmp_path) as (stage, account, paper):
        order = await account.orders.place(a_request())
        await stage.stir(**aimed(LOST_CHANGES[fault], "modify-order"))
        changed = await account.orders.amend(SWAP, order.id, price=Decimal(41000))
        (only,) = await paper.orders.open_orders()
        assert (changed.price, only.price, changed.client_id) == (Decimal(41000), Decimal(41000), "mine-1")


async def test_a_cancellation_that_never_arrived_leaves_the_order_unknown(tmp_path: Path) -> None:
    async with scene("classic", tmp_path) as (stage, account, paper):
        order = await account.orders.place(a_request())
        await stage.stir(drop={"path": "cancel-"})
        with pytest.raises(OrderUnknown):
            await account.orders.cancel(SWAP, order.id)
        assert [one.id for one in await paper.orders.open_orders()] == [order.id]


async def test_fifty_orders_sent_at_once_through_a_bad_line_exist_once_each(tmp_path: Path) -> None:
    async with scene("classic", tmp_path) as (stage, account, paper):
        await stage.stir(drop={"is_after": True, "path": "place-", "count": 20})
        wanted = [a_request(client_id=f"mine-{number}") for number in range(50)]
        found = await asyncio.gather(*(account.orders.place(request) for request in wanted))
        ids = {one.client_id: one.id for one in await orders_at(paper)}
        assert {one.client_id: one.id for one in found} == ids
        assert (len(ids), placements(stage)) == (50, 50)


async def test_a_client_id_that_another_order_has_is_refused(tmp_path: Path) -> None:
    async with scene("classic", tmp_path) as (_, account, paper):
        await account.orders.place(a_request())
        with pytest.raises(OrderRejected) as refusal:
            await account.orders.place(a_request(amount=Decimal("0.02")))
        assert refusal.value.facts["reason"] == "duplicate_id"
        assert len(await orders_at(paper)) == 1


async def test_a_hundred_orders_are_canceled_with_few_calls(tmp_path: Path) -> None:
    async with scene("classic", tmp_path) as (stage, account, paper):
        wanted = [a_request(client_id=f"mine-{number}", amount=Decimal("0.001")) for number in range(100)]
        placed = await asyncio.gather(*(account.orders.place(request) for request in wanted))
        stage.journal.clear()
        assert set(await account.orders.cancel_all()) == {order.id for order in placed}
        assert list(await paper.orders.open_orders()) == []
        assert len([one for one in stage.journal.entries if one.method == "POST"]) == 1


@pytest.mark.parametrize("name", ["classic", "unified"])
async def test_more_orders_and_fills_than_one_page_holds_are_all_listed(name: str, tmp_path: Path) -> None:
    async with scene(name, tmp_path) as (_, account, paper):
        for number in range(120):
            await paper.orders.place(a_request(client_id=f"rest-{number}", amount=Decimal("0.001")))
            await paper.orders.place(
                a_request(client_id=f"take-{number}", kind="market", price=None, amount=Decimal("0.001"))
            )
        await asyncio.sleep(0.1)
        assert len(await account.orders.open_orders()) == 120
        fills = await account.fills(SWAP, limit=150)
        assert [fill.client_id for fill in fills] == [f"take-{number}" for number in range(120)]
