from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from services.exchange.played.terms import market_of, step_costing

TICK = Decimal("0.1")


@pytest.mark.parametrize(
    ("name", "price", "step"),
    [
        ("BTC/USDT:USDT", 105_000.0, "0.0001"),
        ("ETH/USDT:USDT", 2_400.0, "0.001"),
        ("SOL/USDT:USDT", 143.0, "0.1"),
        ("XRP/USDT:USDT", 2.18, "1"),
        ("DOGE/USDT:USDT", 0.163, "1"),
        ("BTC/USDT", 105_000.0, "0.00001"),
        ("ETH/USDT", 2_400.0, "0.0001"),
    ],
)
def test_a_step_is_so_small_that_the_smallest_order_can_be_sent(name: str, price: float, step: str) -> None:
    market = market_of(name, tick=TICK, price=price)
    assert market.step == market.min_amount == Decimal(step)
    assert market.step is not None
    assert market.min_cost is not None
    assert float(market.step) * price < 5 * float(market.min_cost)


@pytest.mark.parametrize(
    ("volumes", "step"),
    [
        ([1.25, 0.0, 3.005], "0.001"),
        ([12.0, 40.0], "1"),
        ([20.0, 40.0], "1"),
        ([0.05, 0.15], "0.01"),
        ([0.1 + 1e-9, 1 / 3], "0.00000001"),
        ([0.0], "1"),
    ],
)
def test_every_recorded_volume_is_a_multiple_of_the_step(volumes: list[float], step: str) -> None:
    market = market_of("A/USDT:USDT", tick=TICK, price=1.0, volumes=np.array(volumes))
    assert market.step == Decimal(step)


def test_perpetuals_have_leverage_and_funding_and_spot_has_neither() -> None:
    major, minor, spot = [
        market_of(name, tick=TICK, price=100.0) for name in ("BTC/USDT:USDT", "SOL/USDT:USDT", "BTC/USDT")
    ]
    assert (major.max_leverage, minor.max_leverage, spot.max_leverage) == (Decimal(125), Decimal(50), None)
    assert (major.funding_hours, spot.funding_hours) == (8, None)
    assert (major.maker_fee, major.taker_fee, major.min_cost) == (
        Decimal("0.0002"),
        Decimal("0.0006"),
        Decimal(5),
    )
    assert (spot.maker_fee, spot.taker_fee, spot.min_cost) == (Decimal("0.001"), Decimal("0.001"), Decimal(1))


def test_a_step_costs_as_much_as_it_may_and_not_ten_times_less() -> None:
    for price in (0.0001, 0.05, 1.0, 19.9, 20.1, 5_000.0):
        cost = float(step_costing(20.0, price)) * price
        assert cost * 1.0001 > 2.0
        assert cost <= 20.0
