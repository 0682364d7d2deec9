from __future__ import annotations

import asyncio

import pytest
from bus_stage import LAST, Note

from services.bus.bus import Bus

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_burst_is_free_and_what_follows_waits_its_turn(one: Bus) -> None:
    quota = one.quota("venue", per_second=10, burst=3)
    waits = [await quota.reserve(1, within=9) for _ in range(6)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert waits[3:] == pytest.approx([0.1, 0.2, 0.3], abs=0.05)


async def test_two_processes_that_name_one_rate_share_it(one: Bus, two: Bus) -> None:
    mine = one.quota("shared", per_second=10, burst=2)
    yours = two.quota("shared", per_second=10, burst=2)
    assert [await mine.reserve(1, within=9), await yours.reserve(1, within=9)] == [0.0, 0.0]
    assert [await mine.reserve(1, within=9), await yours.reserve(1, within=9)] == pytest.approx(
        [0.1, 0.2], abs=0.05
    )


async def test_a_pause_that_the_other_side_asks_for_holds_for_every_process(one: Bus, two: Bus) -> None:
    await one.quota("banned", per_second=10, burst=5).rest(2.0)
    assert await two.quota("banned", per_second=10, burst=5).reserve(1, within=9) == pytest.approx(
        2.1, abs=0.1
    )


async def test_unused_rate_does_not_pile_up_beyond_the_burst(one: Bus) -> None:
    quota = one.quota("idle", per_second=20, burst=2)
    await quota.reserve(1, within=9)
    await asyncio.sleep(0.4)
    waits = [await quota.reserve(1, within=9) for _ in range(4)]
    assert [wait > 0 for wait in waits] == [False, False, True, True]


async def test_a_question_larger_than_the_burst_is_answered_after_the_time_it_costs(one: Bus) -> None:
    quota = one.quota("large", per_second=10, burst=2)
    assert await quota.reserve(5, within=9) == pytest.approx(0.3, abs=0.05)
    assert await quota.reserve(1, within=9) == pytest.approx(0.4, abs=0.05)


async def test_many_values_are_put_at_once_and_each_is_found_again(one: Bus, two: Bus) -> None:
    await one.put_all(LAST, {"a": Note(text="1"), "b": Note(text="2")}, as_of={})
    found = [await two.latest(LAST, part=part) for part in ("a", "b")]
    assert [latest.value.text for latest in found if latest] == ["1", "2"]


async def test_putting_nothing_is_no_command(one: Bus) -> None:
    await one.put_all(LAST, {}, as_of={})


async def test_who_cannot_wait_that_long_takes_no_place_in_the_line(one: Bus) -> None:
    quota = one.quota("impatient", per_second=1, burst=1)
    await quota.reserve(1, within=9)
    refused = [await quota.reserve(1, within=0.5) for _ in range(3)]
    assert refused == pytest.approx([1.0, 1.0, 1.0], abs=0.1)
    assert await quota.reserve(1, within=9) == pytest.approx(1.0, abs=0.1)
