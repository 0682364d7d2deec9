"""The private replies that Bitget sent, as ccxt's own project recorded them: what they are as our types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import NoReturn

import pytest
from recorded_replies import Case, client_answered_with, recorded_cases

from config.settings import read_settings
from services.errors import UnknownMarket
from services.exchange.exchange import Market
from services.exchange.orders import Balance, Order, Position, Wallet
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.memory import OrderMemory
from services.exchange.venues.order_lists import OrderLists
from services.exchange.venues.private_quirks import PrivateQuirks, private_quirks_of
from services.exchange.venues.private_translate import to_balances, to_position

FOLDER = read_settings().data / "ccxt"
CASES = {case.description: case for case in recorded_cases(FOLDER)}


@pytest.fixture(autouse=True)
def _with_recordings(lacking: Callable[[str], NoReturn]) -> None:
    if not CASES:
        lacking(f"no recorded replies in {FOLDER}; set OMEGA_DATA")


def no_market(name: str) -> Market:
    raise UnknownMarket.of(name, [])


def parts(client: VenueClient, *, is_unified: bool) -> tuple[PrivateQuirks, Contracts]:
    quirks = private_quirks_of("bitget", is_unified=is_unified)
    return quirks, Contracts(client, quirks, no_market)


async def order_of(case: Case) -> Order:
    async with client_answered_with(case) as client:
        quirks, contracts = parts(client, is_unified=False)
        rows = await client.call(case.call, *case.input, doing="read_account")
        row = rows[0] if isinstance(rows, list) else rows
        return OrderLists(client, quirks, contracts, OrderMemory()).translate(row)


async def position_of(case: Case, *, is_unified: bool) -> Position | None:
    async with client_answered_with(case) as client:
        _, contracts = parts(client, is_unified=is_unified)
        (row,) = await client.call(case.call, *case.input, doing="read_account")
        read_at = datetime(2026, 1, 1, tzinfo=UTC)
        return to_position(row, in_base=contracts.to_base, venue="bitget", read_at=read_at)


async def balances_of(case: Case, wallet: Wallet) -> dict[str, Balance]:
    async with client_answered_with(case) as client:
        quirks, _ = parts(client, is_unified=wallet == "unified")
        reply = await client.call(case.call, *case.input, doing="read_account")
        found = to_balances(reply, wallet=wallet, rows=quirks.balance_rows(reply), venue="bitget")
        return {one.currency: one for one in found}


def at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)


async def test_a_recorded_position_of_a_classic_account() -> None:
    found = await position_of(CASES["Linear position (classic, cross, hedge)"], is_unified=False)
    assert found is not None
    assert replace(found, maintenance=None) == Position(
        market="LTC/USDT:USDT",
        side="long",
        amount=Decimal("0.1"),
        entry=Decimal("72.66"),
        as_of=at(1702575043747),
        mark=Decimal("72.62"),
        leverage=Decimal(5),
        margin_mode="cross",
        margin=Decimal("1.4532"),
        liquidation=None,
        unrealised=Decimal("-0.004"),
    )
    assert found.maintenance == Decimal("0.0769772")


async def test_a_recorded_position_of_a_unified_account() -> None:
    found = await position_of(CASES["fetchPositions uta"], is_unified=True)
    assert found is not None
    assert replace(found, maintenance=None) == Position(
        market="BTC/USDT:USDT",
        side="long",
        amount=Decimal("0.001"),
        entry=Decimal("115085.6"),
        as_of=at(1758035576809),
        mark=Decimal("115085.6"),
        leverage=Decimal(20),
        margin_mode="cross",
        margin=Decimal("5.82333136"),
        liquidation=None,
        unrealised=Decimal(0),
        realised=Decimal(0),
    )


async def test_the_recorded_balances_of_a_spot_wallet() -> None:
    found = await balances_of(CASES["spot balance"], "spot")
    assert found["USDT"] == Balance(
        currency="USDT",
        wallet="spot",
        total=Decimal("23.35159289"),
        free=Decimal("17.85159289"),
        used=Decimal("5.5"),
    )
    assert {code: str(one.total.normalize()) for code, one in found.items()} == {
        "BGB": "1.15",
        "USDT": "23.35159289",
        "LTC": "0.2232616",
        "TRX": "154.8660789",
        "FON": "2.997",
    }


async def test_the_recorded_balances_of_a_unified_wallet() -> None:
    found = await balances_of(CASES["uta balance"], "unified")
    totals = {"BTC": 1, "WBTC": 1, "USDC": 100_000, "ETH": 10, "SOL": 100, "USDT": 10_000}
    assert {code: (one.total, one.free, one.used) for code, one in found.items()} == {
        code: (Decimal(total), Decimal(total), Decimal(0)) for code, total in totals.items()
    }


async def test_a_recorded_balance_whose_free_part_the_venue_does_not_say_is_not_called_zero() -> None:
    found = await balances_of(CASES["spot margin cross balance"], "spot")
    assert found["USDT"] == Balance(
        currency="USDT", wallet="spot", total=Decimal("0.01"), free=None, used=None
    )


async def test_a_recorded_market_order_of_an_account_in_hedge_mode() -> None:
    assert await order_of(CASES["swap market buy (hedge open)"]) == Order(
        id="1139544620032237568",
        client_id="1139544620049014787",
        market="LTC/USDT:USDT",
        side="buy",
        kind="market",
        status="filled",
        amount=Decimal("0.1"),
        filled=Decimal("0.1"),
        remaining=Decimal(0),
        created_at=at(1707414529811),
        updated_at=at(1707414529920),
        average=Decimal("68.74"),
        time_in_force="gtc",
        position_side="long",
        margin_mode="cross",
    )


async def test_a_recorded_order_that_opened_a_short_position() -> None:
    order = await order_of(CASES["swap market sell (hedge open short)"])
    assert (order.side, order.position_side, order.is_reduce_only) == ("sell", "short", False)
    assert (order.amount, order.filled, order.average) == (Decimal("0.2"), Decimal("0.2"), Decimal("68.65"))


async def test_a_recorded_spot_buy_counts_what_was_bought_and_not_what_was_paid() -> None:
    order = await order_of(CASES["Spot closed order (market buy: size is quote)"])
    assert (order.amount, order.filled, order.average) == (
        Decimal("0.0794"),
        Decimal("0.0794"),
        Decimal("69.265"),
    )
    assert (order.market, order.kind, order.status, order.price) == ("LTC/USDT", "market", "filled", None)
