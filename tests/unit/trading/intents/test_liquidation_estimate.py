"""The golden figures are the arithmetic of Bitget's help articles 12560603808759 and 12560603841952.

Rates: 0.5 % up to a notional of 100,000, 0.65 % above; a taker fee of 0.06 %.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.exchange.orders import Position
from services.exchange.paper import margin
from services.exchange.paper.margin import Tier
from services.trading.liquidation import Liquidation, estimate

FEE = Decimal("0.0006")
TIERS = (
    Tier(up_to=Decimal(100_000), rate=Decimal("0.005"), max_leverage=Decimal(100)),
    Tier(up_to=Decimal(10_000_000), rate=Decimal("0.0065"), max_leverage=Decimal(50)),
)
CENT = Decimal("0.01")


def a_position(side: str = "long", amount: int = 2, entry: int = 3_200, **more: object) -> Position:
    mark = Decimal(3_100)
    one = Position(
        market="ETH/USDT:USDT",
        side=side,  # type: ignore[arg-type]  # one of both
        amount=Decimal(amount),
        entry=Decimal(entry),
        as_of=datetime(2025, 6, 24, tzinfo=UTC),
        mark=mark,
        margin_mode="isolated",
        margin=Decimal(800),
        maintenance=margin.maintenance(TIERS, amount * mark, FEE),
    )
    return replace(one, **more)  # type: ignore[arg-type]  # fields


@pytest.mark.parametrize(("side", "price"), [("long", "2815.77"), ("short", "3579.95")])
def test_an_isolated_position_is_estimated_as_the_venue_says(side: str, price: str) -> None:
    one = a_position(side)
    found = estimate(one, [one], None).price
    assert found is not None
    assert found.quantize(CENT) == Decimal(price)


@pytest.mark.parametrize(("side", "price"), [("long", "2695.09"), ("short", "3500.40")])
def test_a_cross_position_counts_the_maintenance_of_the_others(side: str, price: str) -> None:
    one = a_position(side, margin_mode="cross", margin=None)
    other = replace(one, market="BTC/USDT:USDT", maintenance=Decimal(60))
    found = estimate(one, [one, other], Decimal(900)).price
    assert found is not None
    assert found.quantize(CENT) == Decimal(price)


def test_the_tiers_of_a_large_position_are_counted_where_they_are_known() -> None:
    found = margin.isolated_liquidation(
        TIERS,
        direction=1,
        amount=Decimal(50),
        entry=Decimal(3_200),
        margin=Decimal(20_000),
        taker_fee=FEE,
    )
    assert found is not None
    assert found.quantize(CENT) == Decimal("2817.00")
    assert margin.maintenance(TIERS, Decimal(160_000), FEE) == Decimal(986)


def test_what_is_not_known_gives_no_estimate() -> None:
    cross = a_position(margin_mode="cross", margin=None)
    assert estimate(a_position(maintenance=None), [], None) == Liquidation()
    assert estimate(a_position(mark=None), [], None) == Liquidation()
    assert estimate(a_position(margin=None), [], None) == Liquidation()
    assert estimate(cross, [cross], None) == Liquidation()
    other = replace(cross, market="BTC/USDT:USDT", maintenance=None)
    assert estimate(cross, [cross, other], Decimal(900)) == Liquidation()


def test_a_long_and_a_short_at_once_have_no_estimate() -> None:
    both = [a_position("long"), a_position("short")]
    assert estimate(both[0], both, None) == Liquidation()


def test_what_is_set_aside_for_an_isolated_position_is_not_behind_a_cross_one() -> None:
    cross = a_position(margin_mode="cross", margin=None)
    apart = a_position(market="BTC/USDT:USDT", margin=Decimal(100), unrealised=Decimal(0))
    with_it = estimate(cross, [cross, apart], Decimal(1_000))
    without = estimate(cross, [cross], Decimal(900))
    assert with_it == without


def test_a_long_that_is_paid_for_in_full_is_liquidated_at_no_price() -> None:
    cross = a_position(margin_mode="cross", margin=None)
    assert estimate(cross, [cross], Decimal(10_000)) == Liquidation(is_never=True)
    short = a_position("short", margin_mode="cross", margin=None)
    assert estimate(short, [short], Decimal(10_000)).price is not None
