from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.prices import (
    on_step,
    smallest_step,
    snap,
    to_amount,
    to_milliseconds,
    to_moment,
    to_price,
)

TICKS = st.sampled_from([Decimal(t) for t in ("0.1", "0.01", "0.00001", "0.5", "0.25", "1", "0.005", "10")])


@given(tick=TICKS, count=st.integers(1, 10**8))
def test_a_price_survives_the_way_through_a_float(tick: Decimal, count: int) -> None:
    price = count * tick
    assert to_price(float(price), tick) == price


@given(tick=TICKS, count=st.integers(1, 10**8))
def test_a_price_on_its_tick_is_not_moved_by_snapping(tick: Decimal, count: int) -> None:
    price = float(count * tick)
    assert snap(np.array([price]), tick).tolist() == [price]


@given(
    tick=TICKS,
    values=st.lists(st.floats(1e-6, 1e6), min_size=2).map(sorted),
)
def test_snapping_keeps_the_order_of_prices(tick: Decimal, values: list[float]) -> None:
    assert np.all(np.diff(snap(np.array(values), tick)) >= 0)


def test_no_price_snaps_to_nothing() -> None:
    assert snap(np.array([1e-9]), Decimal("0.01")).tolist() == [0.01]


def test_a_price_is_written_with_the_decimals_of_its_tick() -> None:
    assert str(to_price(143.4, Decimal("0.001"))) == "143.400"


def test_an_amount_has_no_more_than_eight_decimals() -> None:
    assert to_amount(0.1 + 0.2) == Decimal("0.3")
    assert to_amount(float(np.float64(12.5))) == Decimal("12.5")


@pytest.mark.parametrize("tick", ["0.1", "0.01", "0.00000001", "0.5", "5", "0.0025"])
def test_the_step_of_prices_is_found(tick: str) -> None:
    prices = [float(count * Decimal(tick)) for count in (40_021, 39_998, 7, 40_000)]
    assert smallest_step(np.array(prices)) == Decimal(tick)


def test_prices_without_a_common_step_have_none() -> None:
    with pytest.raises(ValueError, match="no common price step"):
        smallest_step(np.array([1 / 3, 1 / 7]))
    with pytest.raises(ValueError, match="no common price step"):
        smallest_step(np.empty(0))


@pytest.mark.parametrize(
    ("amount", "step", "on"),
    [("2.5", "1", "2"), ("3", "1", "3"), ("0.9", "1", "0"), ("0.123456789", None, "0.12345678")],
)
def test_an_amount_is_rounded_down_to_the_step(amount: str, step: str | None, on: str) -> None:
    assert on_step(Decimal(amount), None if step is None else Decimal(step)) == Decimal(on)


@given(st.datetimes(datetime(2010, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive limits
def test_a_moment_survives_the_way_through_milliseconds(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC, microsecond=naive.microsecond // 1000 * 1000)
    assert to_moment(to_milliseconds(moment)) == moment
