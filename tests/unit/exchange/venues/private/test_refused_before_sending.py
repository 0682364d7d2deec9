"""What is refused here and never reaches a venue: nothing is rounded, and no order becomes another kind."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from account_rows import a_request, good
from account_stage import account_at, staged_account
from hypothesis import given
from hypothesis import strategies as st

from services.errors import OrderRejected, UnknownMarket
from services.exchange.exchange import Market
from services.exchange.orders import OrderKind, OrderRequest, Twap
from services.exchange.venues.placing import check, check_direction
from services.exchange.venues.private_quirks import private_quirks_of

PERPETUAL = Market(
    name="BTC/USDT:USDT",
    tick=Decimal("0.1"),
    step=Decimal("0.0001"),
    min_amount=Decimal("0.0001"),
    min_cost=Decimal(5),
)
SPOT = Market(name="BTC/USDT", tick=Decimal("0.01"), step=Decimal("0.000001"), min_cost=Decimal(1))
CLASSIC = private_quirks_of("bitget", is_unified=False)
UNIFIED = private_quirks_of("bitget", is_unified=True)


def reason(
    request: OrderRequest, *, market: Market = PERPETUAL, is_unified: bool = False, exchange: str = "bitget"
) -> str:
    """Why an order is refused before it is sent; empty where it is not."""
    try:
        check(request, market, private_quirks_of(exchange, is_unified=is_unified), exchange)
    except OrderRejected as error:
        return str(error.facts["reason"])
    return ""


STOP: dict[str, Any] = {"kind": "stop", "price": None, "trigger_price": Decimal(45000)}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a price off the tick": ({"price": Decimal("40000.05")}, "precision"),
    "an amount off the step": ({"amount": Decimal("0.01234")}, "precision"),
    "no amount": ({"amount": Decimal(0)}, "below_min_amount"),
    "less than the least cost": ({"amount": Decimal("0.0001"), "price": Decimal(40000)}, "below_min_cost"),
    "a stop off the tick": ({"stop_loss": Decimal("39000.05")}, "precision"),
    "a target off the tick": ({"take_profit": Decimal("41000.05")}, "precision"),
    "a trigger off the tick": ({**STOP, "trigger_price": Decimal("45000.05")}, "precision"),
    "a limit without a price": ({"price": None}, "other"),
    "a stop without a trigger": ({**STOP, "trigger_price": None}, "other"),
    "no client id": ({"client_id": ""}, "other"),
    "a client id that is too long": ({"client_id": "x" * 51}, "other"),
    "an iceberg": ({"shown_amount": Decimal("0.001")}, "unsupported"),
    "one that cancels another": ({"cancels": "mine-0"}, "unsupported"),
    "slices": ({"twap": Twap(slices=2, seconds=60)}, "unsupported"),
    "a trigger by the index price": ({**STOP, "trigger_by": "index"}, "unsupported"),
    "a market order that waits": (
        {"kind": "market", "price": None, "time_in_force": "post_only"},
        "unsupported",
    ),
    "a trailing order without a distance": ({"kind": "trailing", "price": None}, "other"),
    "a trailing order too far away": (
        {"kind": "trailing", "price": None, "trailing_percent": Decimal(11)},
        "other",
    ),
    "a stop that carries stops": ({**STOP, "stop_loss": Decimal(39000)}, "unsupported"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_venue_could_not_take_as_it_is_is_refused(case: str) -> None:
    changes, expected = REFUSED[case]
    assert reason(a_request(**changes)) == expected


def test_a_market_that_is_closed_takes_no_order() -> None:
    closed = Market(name="BTC/USDT:USDT", tick=Decimal("0.1"), is_open=False)
    assert reason(a_request(), market=closed) == "market_closed"


def test_an_order_that_closes_may_cost_less_than_one_that_opens() -> None:
    small = a_request(amount=Decimal("0.0001"), is_reduce_only=True, side="sell")
    assert reason(small) == ""


ON_SPOT: dict[str, tuple[dict[str, Any], str]] = {
    "a limit order": ({}, ""),
    "a market sell": ({"kind": "market", "price": None, "side": "sell"}, ""),
    "a market buy": ({"kind": "market", "price": None}, "unsupported"),
    "reduce-only": ({"is_reduce_only": True}, "unsupported"),
    "a position side": ({"position_side": "long"}, "unsupported"),
    "a margin mode": ({"margin_mode": "cross"}, "unsupported"),
    "attached stops": ({"stop_loss": Decimal(39000)}, "unsupported"),
    "a trailing order": ({"kind": "trailing", "price": None, "trailing_percent": Decimal(1)}, "unsupported"),
}


@pytest.mark.parametrize("is_unified", [False, True])
@pytest.mark.parametrize("case", ON_SPOT)
def test_spot_takes_what_it_can_take_exactly(case: str, *, is_unified: bool) -> None:
    changes, expected = ON_SPOT[case]
    request = a_request(market="BTC/USDT", **changes)
    assert reason(request, market=SPOT, is_unified=is_unified) == expected


def test_a_trigger_on_unified_spot_is_refused() -> None:
    request = a_request(market="BTC/USDT", side="sell", **STOP)
    assert (reason(request, market=SPOT), reason(request, market=SPOT, is_unified=True)) == (
        "",
        "unsupported",
    )


def test_a_venue_whose_triggers_nobody_here_knows_takes_none() -> None:
    stop = a_request(**STOP, is_reduce_only=True, side="sell")
    assert (reason(stop, exchange="kraken"), reason(stop, exchange="binance")) == ("unsupported", "")


def test_a_margin_mode_is_refused_where_an_order_cannot_name_it() -> None:
    assert reason(a_request(margin_mode="isolated"), exchange="binance") == "unsupported"


def test_an_inverse_contract_counted_in_quote_is_refused() -> None:
    inverse = Market(name="BTC/USD:BTC", tick=Decimal("0.1"), step=Decimal("0.0001"))
    request = a_request(market="BTC/USD:BTC")
    assert (reason(request, market=inverse, exchange="bybit"), reason(request, market=inverse)) == (
        "unsupported",
        "",
    )


DIRECTIONS: list[tuple[OrderKind, str, int, bool]] = [
    ("stop", "buy", 52000, True),
    ("stop", "buy", 48000, False),
    ("stop_limit", "sell", 48000, True),
    ("stop", "sell", 52000, False),
    ("take_profit", "buy", 48000, True),
    ("take_profit", "buy", 52000, False),
    ("take_profit_limit", "sell", 52000, True),
    ("take_profit", "sell", 48000, False),
    ("stop", "sell", 50000, False),
]


@pytest.mark.parametrize(("kind", "side", "trigger", "passes"), DIRECTIONS)
def test_a_trigger_that_is_reached_already_is_refused_before_a_venue_misreads_it(
    kind: OrderKind, side: str, trigger: int, *, passes: bool
) -> None:
    request = a_request(kind=kind, side=side, trigger_price=Decimal(trigger))
    if passes:
        check_direction(request, Decimal(50000), "bitget")
        return
    with pytest.raises(OrderRejected) as refusal:
        check_direction(request, Decimal(50000), "bitget")
    assert refusal.value.facts["reason"] == "already_triggered"


@pytest.mark.parametrize("is_unified", [False, True])
async def test_a_stop_beyond_the_price_is_not_sent(tmp_path: Path, *, is_unified: bool) -> None:
    async with staged_account(is_unified=is_unified) as staged, account_at(staged, tmp_path) as account:
        with pytest.raises(OrderRejected) as refusal:
            await account.orders.place(a_request(kind="stop", price=None, trigger_price=Decimal(49000)))
        assert (refusal.value.facts["reason"], staged.posts) == ("already_triggered", [])


async def test_an_unknown_market_is_not_sent(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path) as account:
        with pytest.raises(UnknownMarket):
            await account.orders.place(a_request(market="DOGE/USDT:USDT"))
        assert staged.posts == []


async def test_a_leverage_above_the_highest_is_not_sent(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path) as account:
        with pytest.raises(OrderRejected, match="125") as refusal:
            await account.set_leverage("BTC/USDT:USDT", Decimal(126))
        assert (refusal.value.facts["reason"], staged.posts) == ("leverage", [])


async def test_a_trailing_order_without_a_start_follows_from_the_price_of_now(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path) as account:
        staged.answers["/api/v2/mix/order/orders-plan-pending"] = good({"entrustedList": [], "endId": None})
        await account.orders.place(
            a_request(kind="trailing", price=None, trailing_percent=Decimal("1.5"), side="sell")
        )
        (sent,) = staged.posts
        assert (sent.body["triggerPrice"], sent.body["callbackRatio"]) == ("50001.5", "1.5")


@given(
    price=st.integers(min_value=1, max_value=2_000_000),
    steps=st.integers(min_value=1, max_value=10_000_000),
    is_unified=st.booleans(),
)
def test_whatever_is_on_the_steps_and_large_enough_passes_unchanged(
    price: int, steps: int, *, is_unified: bool
) -> None:
    request = a_request(price=price * PERPETUAL.tick, amount=steps * Decimal("0.0001"))
    is_small = request.price is not None and request.price * request.amount < 5
    assert reason(request, is_unified=is_unified) == ("below_min_cost" if is_small else "")
