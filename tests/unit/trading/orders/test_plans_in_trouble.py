"""What becomes of a plan whose stop or exit is lost, whose entry turns up late, or whose position is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from desk_orders_stage import SPOT, Stage, a_desk, holding


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_desk(tmp_path) as opened:
        yield opened


async def test_a_stop_that_is_refused_is_told_after_one_retry_and_tried_again_ever_more_rarely(
    stage: Stage,
) -> None:
    stage.venue.refuses = lambda intent: "No." if intent.request.kind == "stop" else ""
    plan = await stage.began(stop="59000")
    stage.desk.holdings = [holding(amount="0.01")]
    for _ in range(30):
        await stage.later(plan, 2)
    assert [one.request.kind for one in stage.venue.sent] == ["market", *["stop"] * 5]
    [unprotected] = stage.desk.news
    assert (unprotected.news, unprotected.facts["why"]) == ("unprotected", "No.")
    assert stage.desk.events[f"{plan}:unprotected"].is_urgent
    stage.venue.refuses = lambda _: ""
    await stage.later(plan, 40)
    assert [(one.kind, one.amount) for one in await stage.venue.open()] == [("stop", Decimal("0.01"))]
    assert (await stage.plan(plan)).status == "active"


async def test_a_plan_whose_stop_is_refused_ends_with_the_truth_once_nobody_wants_it(stage: Stage) -> None:
    stage.venue.refuses = lambda intent: "No." if intent.is_exempt else ""
    plan = await _bare(stage)
    await stage.service.keeper.end(plan)
    row = await stage.plan(plan)
    assert (row.status, row.reason) == ("failed", "Its stop could not be placed: No.")


async def test_a_plan_whose_stop_is_refused_ends_with_its_position(stage: Stage) -> None:
    stage.venue.refuses = lambda intent: "No." if intent.is_exempt else ""
    plan = await _bare(stage)
    stage.desk.holdings = []
    await stage.later(plan, 600)
    row = await stage.plan(plan)
    assert (row.status, row.reason) == ("canceled", "The position that it was for is closed.")


async def _bare(stage: Stage) -> str:
    """Begin a plan that has entered, and whose stop was lost several times."""
    plan = await stage.began(type="stop", trigger="61000", stop="60000")
    stage.desk.holdings = [holding(amount="0.01")]
    await stage.venue.fill(f"{plan}-entry1")
    for _ in range(16):
        await stage.later(plan, 2)
    assert len(stage.venue.sent) == 6
    assert (await stage.plan(plan)).status == "active"
    return plan


async def test_a_stop_that_could_not_be_sent_is_sent_until_it_can(stage: Stage) -> None:
    stage.venue.is_away_for = lambda intent: intent.is_exempt
    plan = await _bare(stage)
    stage.venue.is_away_for = lambda _: False
    await stage.service.keeper.end(plan)
    await stage.later(plan, 32)
    assert [one.kind for one in await stage.venue.open()] == ["stop"]


async def test_a_leg_of_a_pair_that_could_not_be_sent_is_sent_again(stage: Stage) -> None:
    stage.venue.is_away_for = lambda intent: intent.request.kind == "stop"
    plan = await stage.began(side="sell", type="oco", price="62000", trigger="58000", size="0.01")
    await stage.later(plan, 1)
    assert [one.request.kind for one in stage.venue.sent] == ["limit", "stop"]
    stage.venue.is_away_for = lambda _: False
    await stage.later(plan, 2)
    assert [one.kind for one in await stage.venue.open()] == ["limit", "stop"]


async def test_an_entry_that_turns_up_after_it_was_given_up_gets_its_stop(stage: Stage) -> None:
    plan = await _given_up(stage)
    await stage.later(plan, 60)
    stage.venue.loses = lambda _: False
    await stage.venue.fill(f"{plan}-entry1")
    await stage.later(plan, 0)
    assert stage.sent()[-1] == ("sell", "stop", "0.01", "60000")


async def test_a_plan_does_not_wait_for_ever_for_an_entry_that_was_given_up(stage: Stage) -> None:
    plan = await _given_up(stage)
    await stage.later(plan, 3_601)
    row = await stage.plan(plan)
    assert (row.status, row.reason) == ("failed", "One of its orders did not reach the venue: ")


async def _given_up(stage: Stage) -> str:
    """Begin a plan whose entry was sent, and not found at the venue."""
    stage.venue.loses = lambda _: True
    plan = await stage.began(type="stop", trigger="61000", stop="60000")
    await stage.venue.change(f"{plan}-entry1", status="abandoned")
    return plan


async def test_a_stop_on_spot_passes_as_what_only_makes_smaller(stage: Stage) -> None:
    plan = await stage.began(market=SPOT, type="stop", trigger="61000", stop="60000")
    await stage.venue.fill(f"{plan}-entry1")
    await stage.later(plan, 0)
    assert [(one.request.side, one.is_exempt) for one in stage.venue.sent] == [("buy", False), ("sell", True)]


async def _trailing(stage: Stage) -> str:
    """Begin a trailing stop of the farm's for a position."""
    stage.desk.is_unified, stage.desk.holdings = True, [holding()]
    return await stage.began(side="sell", type="trailing", trail="1", size="0.01", is_reduce_only=True)


async def _followed(stage: Stage, plan: str, price: int, seconds: float = 2) -> None:
    stage.venue.price = Decimal(price)
    await stage.later(plan, seconds)


async def test_a_trailing_stop_of_the_farm_ends_with_its_position(stage: Stage) -> None:
    plan = await _trailing(stage)
    stage.desk.holdings = []
    await stage.later(plan, 12)
    assert (await stage.plan(plan)).status == "active"
    await stage.later(plan, 2)
    assert (await stage.plan(plan)).reason == "The position that it was for is closed."
    await _followed(stage, plan, 50_000)
    assert stage.venue.sent == []


async def test_a_trailing_stop_of_the_farm_closes_no_position_that_came_after_its_own(stage: Stage) -> None:
    plan = await _trailing(stage)
    reopened = stage.clock.now() + timedelta(minutes=1)
    stage.desk.holdings = [replace(holding(), opened_at=reopened)]
    await _followed(stage, plan, 50_000, 120)
    await _followed(stage, plan, 50_000)
    assert stage.venue.sent == []
    assert (await stage.plan(plan)).status == "canceled"


@pytest.mark.parametrize(("seconds", "sent"), [(2, 1), (86_400, 0)])
async def test_a_position_that_is_not_shown_once_is_still_the_same(
    stage: Stage, seconds: float, sent: int
) -> None:
    plan = await _trailing(stage)
    stage.desk.holdings = []
    await stage.later(plan, 12)
    stage.desk.holdings = [holding()]
    await _followed(stage, plan, 50_000, seconds)
    assert len(stage.venue.sent) == sent


@pytest.mark.parametrize("is_away", [True, False], ids=["away", "refused"])
async def test_an_exit_of_a_trailing_stop_that_fails_is_sent_again_and_told(
    stage: Stage, *, is_away: bool
) -> None:
    plan = await _trailing(stage)
    stage.venue.is_away_for = lambda _: is_away
    stage.venue.refuses = lambda _: "No."
    for _ in range(4):
        await _followed(stage, plan, 50_000)
    assert len(stage.venue.sent) == 3
    [told] = stage.desk.news
    assert told.news == "unprotected"
    assert told.words == "The trailing stop was reached, and its order could not be sent: {why}"
    stage.venue.is_away_for, stage.venue.refuses = (lambda _: False), (lambda _: "")
    stage.desk.holdings = [holding(amount="0.004")]
    await stage.later(plan, 8)
    assert stage.sent()[-1][2] == "0.004"
    stage.desk.holdings = []
    for _ in range(2):
        await stage.later(plan, 2)
    assert (await stage.plan(plan)).status == "done"
