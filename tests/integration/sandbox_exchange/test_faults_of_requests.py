"""Each fault of the REST interface shows the effect that it is there for."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import ccxt
import pytest
from sandbox_exchange_stage import Stage, settled

SWAP = "BTC/USDT:USDT"


async def _is_flat(client: Any) -> bool:
    return not await client.fetch_positions()


HTTP_FAULTS = [
    ("429", ccxt.DDoSProtection),
    ("500", ccxt.ExchangeError),
    ("502", ccxt.ExchangeNotAvailable),
    ("maint", ccxt.OnMaintenance),
]


@pytest.mark.parametrize(("kind", "error"), HTTP_FAULTS)
async def test_a_wrong_answer_comes_as_often_as_asked_and_nothing_is_done(
    stage: Stage, classic: Any, kind: str, error: type[Exception]
) -> None:
    await classic.load_markets()
    await stage.stir(http={"kind": kind, "count": 2, "path": "place-order"})
    for _ in range(2):
        with pytest.raises(error):
            await classic.create_order(SWAP, "market", "buy", 0.01)
    assert await stage.classic.positions() == []
    await classic.create_order(SWAP, "market", "buy", 0.01)
    assert len(await stage.classic.positions()) == 1
    assert len(stage.journal.of("place-order")) == 3


async def test_a_truncated_answer_is_half_of_a_good_one_and_the_client_sees_an_empty_account(
    stage: Stage, classic: Any
) -> None:
    """What it is there for: ccxt takes it for an account without positions."""
    await classic.create_order(SWAP, "market", "buy", 0.01)
    await stage.stir(http={"kind": "truncated", "path": "all-position"})
    assert await classic.fetch_positions() == []
    assert [position["contracts"] for position in await classic.fetch_positions()] == [0.01]


async def test_a_connection_that_is_dropped_before_the_order_leaves_no_order(
    stage: Stage, classic: Any
) -> None:
    await classic.load_markets()
    await stage.stir(drop={"path": "place-order"})
    with pytest.raises(ccxt.NetworkError):
        await classic.create_order(SWAP, "market", "buy", 0.01, None, {"clientOrderId": "d1"})
    assert await stage.classic.positions() == []
    assert [entry.status for entry in stage.journal.of("place-order")] == [0]


async def test_a_connection_that_is_dropped_after_the_order_leaves_the_order(
    stage: Stage, classic: Any
) -> None:
    await classic.load_markets()
    await stage.stir(drop={"path": "place-order", "is_after": True})
    with pytest.raises(ccxt.NetworkError):
        await classic.create_order(SWAP, "market", "buy", 0.01, None, {"clientOrderId": "d1"})
    found = await classic.fetch_order(None, SWAP, {"clientOrderId": "d1"})
    assert (found["status"], found["filled"]) == ("closed", 0.01)
    with pytest.raises(ccxt.ExchangeError, match="40786"):
        await classic.create_order(SWAP, "market", "buy", 0.01, None, {"clientOrderId": "d1"})
    assert len(await classic.fetch_my_trades(SWAP)) == 1


async def test_an_order_that_is_taken_and_never_answered_is_found_by_its_client_id(
    stage: Stage, classic: Any
) -> None:
    await classic.load_markets()
    await stage.stir(hang_after={"seconds": 5, "path": "place-order"})
    classic.timeout = 300
    with pytest.raises(ccxt.RequestTimeout):
        await classic.create_order(SWAP, "market", "buy", 0.01, None, {"clientOrderId": "h1"})
    assert (await classic.fetch_order(None, SWAP, {"clientOrderId": "h1"}))["status"] == "closed"
    assert [entry.status for entry in stage.journal.of("place-order")] == [0]


async def test_an_order_can_be_invisible_for_a_while_after_it_was_accepted(
    stage: Stage, classic: Any
) -> None:
    await stage.stir(late_visible=0.4)
    placed = await classic.create_order(SWAP, "market", "buy", 0.01)
    with pytest.raises(ccxt.OrderNotFound, match="40109"):
        await classic.fetch_order(placed["id"], SWAP)
    await asyncio.sleep(0.45)
    assert (await classic.fetch_order(placed["id"], SWAP))["status"] == "closed"


async def test_market_orders_can_fill_in_two_pieces(stage: Stage, classic: Any) -> None:
    await stage.stir(partial=True)
    await classic.create_order(SWAP, "market", "buy", 0.02)
    assert sorted(fill["amount"] for fill in await classic.fetch_my_trades(SWAP)) == [0.01, 0.01]
    await stage.stir(partial=False)
    await classic.create_order(SWAP, "market", "buy", 0.02)
    assert len(await classic.fetch_my_trades(SWAP)) == 3


async def test_an_order_can_be_filled_by_hand(stage: Stage, classic: Any) -> None:
    placed = await classic.create_order(SWAP, "limit", "buy", 0.02, 48_000)
    await stage.stir(fillorder={"id": placed["id"], "amount": "0.005", "price": "48000"})
    order = await classic.fetch_order(placed["id"], SWAP)
    assert (order["filled"], order["info"]["state"]) == (0.005, "partially_filled")


async def test_a_moved_price_triggers_stops_and_is_told_everywhere(stage: Stage, classic: Any) -> None:
    await classic.create_order(SWAP, "market", "buy", 0.01)
    await classic.create_order(
        SWAP, "market", "sell", 0.01, None, {"stopLossPrice": 45_000, "reduceOnly": True}
    )
    await stage.stir(price={"market": SWAP, "price": "44000"})
    await settled(lambda: _is_flat(classic))
    assert (await classic.fetch_ticker(SWAP))["last"] == 44_000.0
    assert (await classic.fetch_order_book(SWAP))["asks"][0][0] == 44_000.5
    await stage.stir(release=True)
    assert (await classic.fetch_ticker(SWAP))["last"] == 50_000.0


async def test_a_market_order_takes_what_a_laid_book_has_and_no_more(stage: Stage, classic: Any) -> None:
    await stage.stir(book={"market": SWAP, "asks": [["50010", "0.01"], ["50020", "0.01"]]})
    placed = await classic.create_order(SWAP, "market", "buy", 0.03)
    order = await classic.fetch_order(placed["id"], SWAP)
    assert (order["status"], order["filled"], order["info"]["priceAvg"]) == ("canceled", 0.02, "50015")


async def test_an_order_of_a_market_that_is_off_or_gone_is_refused(stage: Stage, classic: Any) -> None:
    await classic.load_markets()
    await stage.stir(symbols_off=[SWAP])
    with pytest.raises(ccxt.OnMaintenance, match="40308"):
        await classic.create_order(SWAP, "market", "buy", 0.01)
    await stage.stir(symbols_off=[], symbols_gone=[SWAP])
    with pytest.raises(ccxt.ExchangeError, match="40034"):
        await classic.create_order(SWAP, "market", "buy", 0.01)


async def test_a_position_of_a_market_that_is_gone_is_still_shown(stage: Stage, classic: Any) -> None:
    await classic.create_order(SWAP, "market", "buy", 0.01)
    await stage.stir(symbols_gone=[SWAP])
    assert [one["contracts"] for one in await classic.fetch_positions()] == [0.01]


async def test_faults_and_journal_can_be_reached_over_http(stage: Stage, classic: Any) -> None:
    await classic.load_markets()
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{stage.url}/sim/faults", json={"http": {"kind": "maint"}}) as reply:
            assert (await reply.json())["http"]["kind"] == "maint"
        with pytest.raises(ccxt.OnMaintenance):
            await classic.fetch_positions()
        async with session.post(f"{stage.url}/sim/faults", json={"htpp": 1}) as reply:
            assert reply.status == 400
        async with session.post(
            f"{stage.url}/sim/faults", json={"price": {"market": "NO/NE", "price": "1"}}
        ) as reply:
            assert reply.status == 409
        async with session.post(f"{stage.url}/sim/faults", json={"nopong": True}) as reply:
            assert (await reply.json())["nopong"] is True
        async with session.delete(f"{stage.url}/sim/faults") as reply:
            assert (await reply.json())["nopong"] is False
        async with session.get(f"{stage.url}/sim/requests") as reply:
            said = await reply.json()
        assert said["requests"][-1]["path"] == "/api/v2/mix/position/all-position"
        async with session.delete(f"{stage.url}/sim/requests"):
            assert stage.journal.entries == ()
