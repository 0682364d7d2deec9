"""What clients said of their orders is there again when the server is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from quiet_market import QuietMarket
from sandbox_exchange_stage import CLASSIC, LABEL, SETTINGS, ccxt_client, keys_of

from sandbox.exchange.app import Options, serve
from sandbox.exchange.venue import Playing
from services.clock import SystemClock
from services.errors import Misconfigured
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.loops import Loops

SPOT, SWAP = "BTC/USDT", "BTC/USDT:USDT"


@asynccontextmanager
async def client_of(folder: Path) -> AsyncIterator[Any]:
    """Serve the accounts in `folder` from the beginning, to unmodified ccxt."""
    clock = SystemClock()
    paper = PaperExchange(QuietMarket(), clock=clock, settings=SETTINGS, accounts=AccountFiles(folder))
    options = Options(
        main=Playing(exchange=paper, label=LABEL, paper=paper),
        clock=clock,
        keys=keys_of(paper),
        notes=folder,
        is_limited=False,
    )
    async with (
        serve(options) as running,
        Loops(paper.run()),
        ccxt_client(running.url, key=CLASSIC) as client,
    ):
        await client.load_markets()
        yield client


def _move_accounts_away(folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix != ".notes":
            path.unlink()


async def test_an_edited_spot_order_keeps_its_client_id(tmp_path: Path) -> None:
    async with client_of(tmp_path) as client:
        first = await client.create_order(SPOT, "limit", "buy", 0.01, 48_000, {"clientOrderId": "mine"})
        await client.edit_order(first["id"], SPOT, "limit", "buy", 0.01, 48_100, {"newClientOid": "mine"})
    async with client_of(tmp_path) as client:
        (order,) = await client.fetch_open_orders(SPOT)
        assert (order["clientOrderId"], order["price"]) == ("mine", 48_100.0)
        found = await client.fetch_order(None, SPOT, {"clientOrderId": "mine"})
        assert (found["id"], found["status"]) == (order["id"], "open")
        await client.edit_order(order["id"], SPOT, "limit", "buy", 0.02, 48_200, {"newClientOid": "mine"})
    async with client_of(tmp_path) as client:
        (order,) = await client.fetch_open_orders(SPOT)
        assert (order["clientOrderId"], order["amount"], order["price"]) == ("mine", 0.02, 48_200.0)


async def test_an_amended_contract_order_a_plan_type_and_a_size_in_quote_currency_are_kept(
    tmp_path: Path,
) -> None:
    async with client_of(tmp_path) as client:
        bought = await client.create_order(SPOT, "market", "buy", 0.01, 50_000)
        placed = await client.create_order(SWAP, "limit", "buy", 0.01, 48_000, {"clientOrderId": "c1"})
        await client.edit_order(placed["id"], SWAP, "limit", "buy", 0.01, 48_100, {"newClientOid": "c2"})
        await client.create_order(SWAP, "market", "buy", 0.01)
        stop = await client.privateMixPostV2MixOrderPlaceTpslOrder(
            {
                "symbol": "BTCUSDT",
                "productType": "USDT-FUTURES",
                "marginCoin": "USDT",
                "planType": "loss_plan",
                "triggerPrice": "45000",
                "holdSide": "long",
                "size": "0.01",
            }
        )
    async with client_of(tmp_path) as client:
        assert (await client.fetch_order(bought["id"], SPOT))["info"]["size"] == "500"
        (order,) = await client.fetch_open_orders(SWAP)
        assert (order["id"], order["clientOrderId"]) == (placed["id"], "c2")
        (waiting,) = await client.fetch_open_orders(SWAP, params={"planType": "profit_loss"})
        assert (waiting["id"], waiting["info"]["planType"]) == (stop["data"]["orderId"], "loss_plan")


async def test_half_a_line_that_a_killed_process_left_is_no_line(tmp_path: Path) -> None:
    async with client_of(tmp_path) as client:
        first = await client.create_order(SPOT, "limit", "buy", 0.01, 48_000, {"clientOrderId": "mine"})
        await client.edit_order(first["id"], SPOT, "limit", "buy", 0.01, 48_100, {"newClientOid": "mine"})
    with (tmp_path / f"{CLASSIC}.notes").open("ab") as file:
        file.write(b'{"of":"10000')
    for _ in range(2):
        async with client_of(tmp_path) as client:
            (order,) = await client.fetch_open_orders(SPOT)
            assert order["clientOrderId"] == "mine"


async def test_notes_of_an_account_that_begins_anew_are_not_of_its_new_orders(tmp_path: Path) -> None:
    """The ids of the new account's orders are those of the old one's."""
    async with client_of(tmp_path) as client:
        first = await client.create_order(SWAP, "limit", "buy", 0.01, 48_000, {"clientOrderId": "old"})
        await client.edit_order(first["id"], SWAP, "limit", "buy", 0.01, 48_100, {"newClientOid": "older"})
    _move_accounts_away(tmp_path)
    async with client_of(tmp_path) as client:
        placed = [
            await client.create_order(SWAP, "limit", "buy", 0.01, 48_000, {"clientOrderId": f"new{number}"})
            for number in range(3)
        ]
        assert first["id"] in {order["id"] for order in placed}
        ids = {order["clientOrderId"] for order in await client.fetch_open_orders(SWAP)}
        assert ids == {"new0", "new1", "new2"}


async def test_notes_that_cannot_be_read_stop_the_server_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / f"{CLASSIC}.notes").write_bytes(b"nonsense\n")
    with pytest.raises(Misconfigured, match=r"classic\.notes"):
        async with client_of(tmp_path):
            pass
