"""The figures are worked by hand from Bitget's help articles 12560603841952 and 12560603808759."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from paper_stage import TIERS

from services.exchange.paper import margin
from services.exchange.paper.settings import USUAL_TIERS

FEE = Decimal("0.0006")
CENT = Decimal("0.01")


def isolated(direction: int, amount: int, backing: int) -> Decimal:
    price = margin.isolated_liquidation(
        TIERS,
        direction=direction,
        amount=Decimal(amount),
        entry=Decimal(3200),
        margin=Decimal(backing),
        taker_fee=FEE,
    )
    assert price is not None
    return price


@pytest.mark.parametrize(
    ("direction", "amount", "backing", "price", "needed"),
    [
        (1, 2, 800, "2815.77", "31.54"),
        (-1, 2, 800, "3579.95", "40.10"),
        (1, 50, 20_000, "2817.00", "850.04"),
    ],
    ids=["long", "short", "long in the second tier"],
)
def test_an_isolated_position_is_liquidated_where_its_equity_is_its_maintenance_margin(
    direction: int, amount: int, backing: int, price: str, needed: str
) -> None:
    found = isolated(direction, amount, backing)
    assert found.quantize(CENT) == Decimal(price)
    left = backing + direction * amount * (found - 3200)
    assert left.quantize(CENT) == Decimal(needed)
    assert margin.maintenance(TIERS, amount * found, FEE).quantize(CENT) == Decimal(needed)


@pytest.mark.parametrize(
    ("direction", "price", "needed"),
    [(1, "2695.09", "90.19"), (-1, "3500.40", "99.20")],
    ids=["long", "short"],
)
def test_a_cross_position_is_liquidated_where_the_equity_is_all_maintenance_margin(
    direction: int, price: str, needed: str
) -> None:
    found = margin.cross_liquidation(
        TIERS,
        direction=direction,
        amount=Decimal(2),
        mark=Decimal(3100),
        equity=Decimal(900),
        others=Decimal(60),
        taker_fee=FEE,
    )
    assert found is not None
    assert found.quantize(CENT) == Decimal(price)
    assert (900 + direction * 2 * (found - 3100)).quantize(CENT) == Decimal(needed)
    assert (margin.maintenance(TIERS, 2 * found, FEE) + 60).quantize(CENT) == Decimal(needed)


def test_maintenance_margin_takes_the_rate_of_each_tier_for_its_slice() -> None:
    assert margin.maintenance(TIERS, Decimal(160_000), FEE) == 986


def test_leaving_out_the_other_positions_would_overstate_the_distance() -> None:
    # One unit long at 100 with equity 5 and a rate of 0.004, while another position needs 4.
    tiers = (margin.Tier(up_to=Decimal(10**9), rate=Decimal("0.004"), max_leverage=Decimal(100)),)
    prices = [
        margin.cross_liquidation(
            tiers,
            direction=1,
            amount=Decimal(1),
            mark=Decimal(100),
            equity=Decimal(5),
            others=Decimal(others),
            taker_fee=Decimal(0),
        )
        for others in (4, 0)
    ]
    assert [one.quantize(CENT) for one in prices if one is not None] == [Decimal("99.40"), Decimal("95.38")]


def test_a_position_that_no_price_can_ruin_has_no_liquidation_price() -> None:
    assert isolated_or_none(direction=1, backing=7_000) is None
    assert isolated_or_none(direction=-1, backing=7_000) is not None


def isolated_or_none(*, direction: int, backing: int) -> Decimal | None:
    return margin.isolated_liquidation(
        TIERS,
        direction=direction,
        amount=Decimal(2),
        entry=Decimal(3200),
        margin=Decimal(backing),
        taker_fee=FEE,
    )


amounts = st.decimals("0.001", "3000", places=3)
entries = st.decimals("1", "90000", places=1)
leverages = st.integers(1, 50)
directions = st.sampled_from([1, -1])
tiers = st.sampled_from([TIERS, USUAL_TIERS])


@given(tiers, directions, amounts, entries, leverages)
def test_at_the_liquidation_price_isolated_equity_equals_maintenance_margin(
    of: tuple[margin.Tier, ...], direction: int, amount: Decimal, entry: Decimal, leverage: int
) -> None:
    backing = amount * entry / leverage
    price = margin.isolated_liquidation(
        of, direction=direction, amount=amount, entry=entry, margin=backing, taker_fee=FEE
    )
    if price is None:
        assert direction == 1
        assert leverage == 1
        return
    equity = backing + direction * amount * (price - entry)
    assert abs(equity - margin.maintenance(of, amount * price, FEE)) < Decimal("1e-12")


@given(
    tiers, directions, amounts, entries, st.decimals("0.1", "3", places=2), st.decimals("0", "0.05", places=3)
)
def test_at_the_liquidation_price_cross_equity_equals_all_maintenance_margin(  # noqa: PLR0917 - drawn
    of: tuple[margin.Tier, ...],
    direction: int,
    amount: Decimal,
    mark: Decimal,
    share: Decimal,
    other: Decimal,
) -> None:
    notional = amount * mark
    equity, others = notional * share, notional * other
    assume(equity > others + margin.maintenance(of, notional, FEE))
    price = margin.cross_liquidation(
        of, direction=direction, amount=amount, mark=mark, equity=equity, others=others, taker_fee=FEE
    )
    if price is None:
        assert direction == 1
        return
    assert direction * (price - mark) < 0
    there = equity + direction * amount * (price - mark)
    assert abs(there - others - margin.maintenance(of, amount * price, FEE)) < Decimal("1e-12")


@given(directions, amounts, entries, leverages)
def test_at_the_bankruptcy_price_closing_leaves_nothing_and_owes_nothing(
    direction: int, amount: Decimal, entry: Decimal, leverage: int
) -> None:
    backing = amount * entry / leverage
    price = margin.bankruptcy(direction=direction, amount=amount, entry=entry, margin=backing, taker_fee=FEE)
    assume(price is not None)
    assert price is not None
    left = backing + direction * amount * (price - entry) - amount * price * FEE
    assert abs(left) < Decimal("1e-12")
