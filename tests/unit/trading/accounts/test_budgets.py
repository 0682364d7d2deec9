"""How much each account may ask, and what waits for what."""

from __future__ import annotations

import asyncio

import pytest
from market_stage import SleeperClock

from services.exchange.venues.limits import RESOURCE, Allowance, Budget
from services.trading.accounts.budgets import Budgets

POSITIONS, PLACE, TICKER = "v2/mix/position/all-position", "v2/mix/order/place-order", "v2/mix/market/ticker"


def allowance(venue: str) -> Allowance:
    return Allowance(key=venue, venue=venue, units=20.0, seconds=1.1)


async def is_free(budget: Budget, resource: str, units: float = 2.0) -> bool:
    """Return whether a resource can be asked for at once."""
    RESOURCE.set(resource)
    try:
        async with asyncio.timeout(0.02):
            await budget.take(units)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("venue", ["sandbox", "bitget"])
async def test_what_was_read_keeps_no_order_waiting(venue: str) -> None:
    budget = Budgets(SleeperClock()).of(venue)(allowance(venue))
    assert [await is_free(budget, POSITIONS, 4.0) for _ in range(4)] == [True, True, True, False]
    assert await is_free(budget, PLACE)


async def test_what_nobody_signs_for_is_counted_for_all_accounts_together() -> None:
    budgets = Budgets(SleeperClock())
    one, other = (budgets.of("bitget")(allowance("bitget")) for _ in range(2))
    assert await is_free(one, TICKER, 12.0)
    assert not await is_free(other, TICKER, 12.0)
    assert await is_free(other, POSITIONS, 12.0)


@pytest.mark.parametrize(("venue", "is_counted_together"), [("binanceusdm", True), ("okx", False)])
async def test_other_venues_count_an_address_or_an_account(venue: str, is_counted_together: bool) -> None:  # noqa: FBT001 - a case
    budgets = Budgets(SleeperClock())
    one, other = (budgets.of(venue)(allowance(venue)) for _ in range(2))
    assert await is_free(one, POSITIONS, 12.0)
    assert not await is_free(one, PLACE)
    assert await is_free(other, POSITIONS) is not is_counted_together


async def test_a_resource_that_the_local_exchange_refuses_leaves_the_others_alone() -> None:
    budget = Budgets(SleeperClock()).of("sandbox")(allowance("sandbox"))
    assert await is_free(budget, POSITIONS)
    assert await is_free(budget, PLACE)
    RESOURCE.set(POSITIONS)
    await budget.rest(1.0)
    assert not await is_free(budget, POSITIONS)
    assert await is_free(budget, PLACE)
