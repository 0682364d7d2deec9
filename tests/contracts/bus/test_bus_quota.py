from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest
from bus_stage import LAST, Note

from bots.wiring import shared_budgets
from services.bus.bus import Bus
from services.clock import SystemClock
from services.exchange.venues.limits import Allowance

pytestmark = pytest.mark.asyncio(loop_scope="module")


def most_in_any(spent: list[tuple[float, float]], seconds: float) -> float:
    """Return the most units that were spent in any `seconds`; `spent` has times and units."""
    return max(sum(units for at, units in spent if start <= at < start + seconds) for start, _ in spent)


async def test_all_units_are_free_at_once_and_what_follows_waits_until_the_window_is_over(one: Bus) -> None:
    quota = one.quota("venue", units=3, seconds=0.5)
    waits = [await quota.reserve(1, within=9) for _ in range(7)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert waits[3:] == pytest.approx([0.5, 0.5, 0.5, 1.0], abs=0.05)


async def test_two_processes_that_name_one_rate_share_it(one: Bus, two: Bus) -> None:
    mine = one.quota("shared", units=2, seconds=0.5)
    yours = two.quota("shared", units=2, seconds=0.5)
    assert [await mine.reserve(1, within=9), await yours.reserve(1, within=9)] == [0.0, 0.0]
    assert [await mine.reserve(1, within=9), await yours.reserve(1, within=9)] == pytest.approx(
        [0.5, 0.5], abs=0.05
    )


async def test_in_no_window_do_two_processes_together_get_more_than_is_allowed(one: Bus, two: Bus) -> None:
    rng = np.random.default_rng(5)
    quotas = [bus.quota("together", units=20, seconds=0.3) for bus in (one, two)]
    spent: list[tuple[float, float, float]] = []
    for number in range(400):
        units = float(rng.choice((0.2, 1, 1, 1, 2, 6.67, 20)))
        before = time.monotonic()
        wait = await quotas[number % 2].reserve(units, within=60)
        spent.append((before + wait, time.monotonic() + wait, units))
        if number % 40 == 0:
            await asyncio.sleep(rng.random() / 5)
    surely_together = (
        sum(units for _, latest, units in spent[first:] if latest < earliest + 0.29)
        for first, (earliest, _, _) in enumerate(spent)
    )
    assert max(surely_together) <= 20 + 1e-6
    assert sum(units for _, _, units in spent) / 20 * 0.3 > 0.5 * (spent[-1][0] - spent[0][0])


async def test_two_processes_that_spend_as_fast_as_they_may_keep_to_what_a_venue_allows(
    one: Bus, two: Bus
) -> None:
    allowance = Allowance(key="bitget", venue="bitget", units=20.0, seconds=1.1)
    budgets = [shared_budgets(bus, SystemClock())(allowance) for bus in (one, two)]
    spent: list[tuple[float, float]] = []
    ends = time.monotonic() + 2.5

    async def spend(number: int) -> None:
        while time.monotonic() < ends:
            await budgets[number % 2].take(1)
            spent.append((time.monotonic(), 1))

    await asyncio.gather(*(spend(number) for number in range(30)))
    assert most_in_any(sorted(spent), 1.0) <= 20
    assert len(spent) >= 40


async def test_a_pause_that_the_other_side_asks_for_holds_for_every_process(one: Bus, two: Bus) -> None:
    await one.quota("banned", units=5, seconds=0.5).rest(2.0)
    quota = two.quota("banned", units=5, seconds=0.5)
    assert await quota.reserve(1, within=9) == pytest.approx(2.0, abs=0.1)
    await one.quota("banned", units=5, seconds=0.5).rest(0.1)
    assert await quota.reserve(1, within=9) == pytest.approx(2.0, abs=0.2)


async def test_what_was_not_used_does_not_pile_up(one: Bus) -> None:
    quota = one.quota("idle", units=2, seconds=0.2)
    await quota.reserve(1, within=9)
    await asyncio.sleep(0.4)
    waits = [await quota.reserve(1, within=9) for _ in range(4)]
    assert [wait > 0 for wait in waits] == [False, False, True, True]


async def test_what_costs_more_than_is_allowed_gets_a_window_of_its_own(one: Bus) -> None:
    quota = one.quota("large", units=2, seconds=0.3)
    assert await quota.reserve(5, within=9) == 0.0
    assert await quota.reserve(1, within=9) == pytest.approx(0.3, abs=0.05)
    assert await quota.reserve(5, within=9) == pytest.approx(0.6, abs=0.05)


async def test_what_costs_all_that_is_allowed_goes_at_once_when_nothing_was_used(one: Bus) -> None:
    assert await one.quota("whole", units=20, seconds=1.1).reserve(20, within=5) == 0.0


async def test_many_values_are_put_at_once_and_each_is_found_again(one: Bus, two: Bus) -> None:
    await one.put_all(LAST, {"a": Note(text="1"), "b": Note(text="2")}, as_of={})
    found = [await two.latest(LAST, part=part) for part in ("a", "b")]
    assert [latest.value.text for latest in found if latest] == ["1", "2"]


async def test_putting_nothing_is_no_command(one: Bus) -> None:
    await one.put_all(LAST, {}, as_of={})


async def test_who_cannot_wait_that_long_takes_no_place_in_the_line(one: Bus) -> None:
    quota = one.quota("impatient", units=1, seconds=1)
    await quota.reserve(1, within=9)
    refused = [await quota.reserve(1, within=0.5) for _ in range(3)]
    assert refused == pytest.approx([1.0, 1.0, 1.0], abs=0.1)
    assert await quota.reserve(1, within=9) == pytest.approx(1.0, abs=0.1)
