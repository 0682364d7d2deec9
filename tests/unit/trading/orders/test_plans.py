from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from desk_orders_stage import Stage, a_desk, holding, on, plain, resting

from services.errors import StalePrice
from services.market.messages import GetQuote
from services.trading.intents.intent import RECONCILING
from services.trading.orders.plans.kinds import MOST_TRIES


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_desk(tmp_path) as opened:
        yield opened


def by_role(stage: Stage, plan: str) -> dict[str, str]:
    """What was sent for a plan: kind, amount and price by role and number."""
    return {
        one.id.removeprefix(f"{plan}-"): " ".join(
            part if isinstance(part, str) else plain(part)
            for part in (
                one.request.kind,
                one.request.amount,
                one.request.trigger_price or one.request.price,
            )
        )
        for one in stage.venue.sent
        if one.group == plan
    }


async def test_a_stop_and_a_target_go_with_the_entry_where_the_venue_takes_them(stage: Stage) -> None:
    ticket = await stage.draft(stop="59000", target="62000")
    assert not ticket.preview.is_kept_by_farm
    stage.desk.holdings, stage.desk.orders = (
        [holding(amount="0.01")],
        [resting("v1", "stop", trigger_price=Decimal(59_000))],
    )
    outcome = await stage.confirm(ticket)
    assert [one.state for one in outcome.orders] == ["filled"]
    [entry] = stage.venue.sent
    assert (entry.request.stop_loss, entry.request.take_profit) == (Decimal(59_000), Decimal(62_000))
    await stage.later(ticket.id, 2)
    assert (await stage.plan(ticket.id)).status == "done"
    assert stage.desk.news == []


async def test_a_stop_that_the_venue_did_not_set_is_set_by_the_farm(stage: Stage) -> None:
    plan = await stage.began(stop="59000")
    stage.desk.holdings = [holding(amount="0.01")]
    for _ in range(3):
        await stage.later(plan, 2)
    assert by_role(stage, plan) == {"entry1": "market 0.01 None", "stop1": "stop 0.01 59000"}
    assert (await stage.plan(plan)).status == "active"


async def test_a_bracket_protects_what_has_filled_and_no_more(stage: Stage) -> None:
    ticket = await stage.draft(type="stop", trigger="61000", size="0.01", stop="60000", target="63000")
    assert ticket.preview.is_kept_by_farm
    await stage.confirm(ticket)
    plan = ticket.id
    assert by_role(stage, plan) == {"entry1": "stop 0.01 61000"}
    await stage.venue.fill(f"{plan}-entry1", "0.004")
    await stage.later(plan, 0)
    await stage.venue.fill(f"{plan}-entry1")
    await stage.later(plan, 0)
    assert by_role(stage, plan) == {
        "entry1": "stop 0.01 61000",
        "stop1": "stop 0.004 60000",
        "target1": "take_profit 0.004 63000",
        "stop2": "stop 0.006 60000",
        "target2": "take_profit 0.006 63000",
    }


async def test_the_target_of_a_bracket_takes_the_stop_with_it(stage: Stage) -> None:
    plan = await stage.began(type="stop", trigger="61000", size="0.01", stop="60000", target="63000")
    await stage.venue.fill(f"{plan}-entry1")
    await stage.later(plan, 0)
    await stage.venue.fill(f"{plan}-target1", "0.004")
    await stage.later(plan, 0)
    assert stage.sent()[-1] == ("sell", "stop", "0.006", "60000")
    assert stage.venue.canceled == [f"{plan}-stop1"]
    await stage.venue.fill(f"{plan}-target1")
    await stage.later(plan, 0)
    assert await stage.venue.open() == []
    assert (await stage.plan(plan)).status == "done"
    assert [one.news for one in stage.desk.news] == ["plan_ended"]


async def test_an_entry_that_is_refused_ends_the_plan_and_is_told(stage: Stage) -> None:
    stage.venue.refuses = lambda _: "Daily loss"
    ticket = await stage.draft(type="stop", trigger="61000", stop="60000")
    outcome = await stage.confirm(ticket)
    assert (outcome.state, outcome.reason) == ("refused", "Daily loss")
    row = await stage.plan(ticket.id)
    assert (row.status, row.reason) == ("failed", "One of its orders was refused: Daily loss")
    assert [one.news for one in stage.desk.news] == ["plan_ended"]


async def test_a_stop_that_its_owner_cancels_is_not_placed_again(stage: Stage) -> None:
    plan = await stage.began(type="stop", trigger="61000", stop="60000")
    await stage.venue.fill(f"{plan}-entry1")
    await stage.later(plan, 0)
    await stage.venue.cancel("acc", f"{plan}-stop1")
    await stage.later(plan, 0)
    assert len(stage.venue.sent) == 2
    assert (await stage.plan(plan)).status == "canceled"


async def test_the_first_fill_of_a_pair_reduces_and_then_cancels_the_other(stage: Stage) -> None:
    plan = await stage.began(side="sell", type="oco", price="62000", trigger="58000", size="0.01")
    assert by_role(stage, plan) == {"limit1": "limit 0.01 62000", "stop1": "stop 0.01 58000"}
    await stage.venue.fill(f"{plan}-limit1", "0.003")
    await stage.later(plan, 0)
    assert stage.venue.canceled == [f"{plan}-stop1"]
    assert stage.sent()[-1] == ("sell", "stop", "0.007", "58000")
    await stage.venue.fill(f"{plan}-stop2")
    await stage.later(plan, 0)
    assert await stage.venue.open() == []
    assert (await stage.plan(plan)).status == "done"


async def test_an_iceberg_shows_one_slice_at_a_time(stage: Stage) -> None:
    plan = await stage.began(type="iceberg", price="59000", size="0.01", slices=3, is_post_only=True)
    for number in (1, 2, 3):
        assert [one.id for one in await stage.venue.open()] == [f"{plan}-slice{number}"]
        await stage.venue.fill(f"{plan}-slice{number}")
        await stage.later(plan, 0)
    assert [one.request.amount for one in stage.venue.sent] == [
        Decimal("0.003"),
        Decimal("0.003"),
        Decimal("0.004"),
    ]
    assert {one.request.time_in_force for one in stage.venue.sent} == {"post_only"}
    assert (await stage.plan(plan)).status == "done"


async def test_a_twap_sends_its_slices_over_time_and_tells_what_it_paid(stage: Stage) -> None:
    plan = await stage.began(type="twap", size="0.01", slices=4, minutes=4)
    moments = []
    for second in range(300):
        before = len(stage.venue.sent)
        await stage.later(plan, 1)
        moments += [second] * (len(stage.venue.sent) - before)
    assert sum(one.request.amount for one in stage.venue.sent) == Decimal("0.01")
    assert len(moments) == 3
    assert all(abs(at - 60 * (turn + 1)) <= 13 for turn, at in enumerate(moments))
    [ended] = stage.desk.news
    assert ended.facts == {"average": "60000.0", "arrival": "60000"}


async def test_a_twap_goes_on_after_a_restart_and_does_not_make_up_for_the_pause(stage: Stage) -> None:
    plan = await stage.began(type="twap", size="0.04", slices=4, minutes=4)
    stage.clock.seconds += 200
    again = on(stage.store, stage.clock, stage.desk, stage.venue)
    await again.service.keeper.step(plan)
    await again.service.keeper.step(plan)
    assert [one.request.amount for one in stage.venue.sent] == [Decimal("0.01")] * 2


async def test_a_twap_stops_where_there_is_no_fresh_price(stage: Stage) -> None:
    plan = await stage.began(type="twap", size="0.01", slices=4, minutes=4)
    stage.bus.answers[GetQuote] = StalePrice("old")
    await stage.later(plan, 80)
    row = await stage.plan(plan)
    assert (row.status, row.reason) == ("failed", "There was no fresh price when a slice was due.")


async def test_a_ladder_rests_in_equal_steps_between_two_prices(stage: Stage) -> None:
    plan = await stage.began(type="dca", price="57000", size="0.01", slices=3, stop="55000")
    assert by_role(stage, plan) == {
        "step1": "limit 0.003 59000",
        "step2": "limit 0.003 58000",
        "step3": "limit 0.004 57000",
    }
    await stage.venue.fill(f"{plan}-step1")
    await stage.later(plan, 0)
    assert stage.sent()[-1] == ("sell", "stop", "0.003", "55000")


async def test_a_trailing_stop_of_the_farm_follows_the_price_and_never_loosens(stage: Stage) -> None:
    stage.desk.is_unified, stage.desk.holdings = True, [holding()]
    plan = await stage.began(side="sell", type="trailing", trail="1", size="0.01", is_reduce_only=True)
    for price in (60_500, 61_000, 60_600):
        stage.venue.price = Decimal(price)
        await stage.later(plan, 2)
    assert stage.venue.sent == []
    stage.venue.price = Decimal(60_390)
    await stage.later(plan, 2)
    [exit_] = stage.venue.sent
    assert (exit_.request.kind, exit_.is_exempt) == ("market", True)
    assert (await stage.plan(plan)).status == "done"


async def test_a_trailing_order_is_the_venues_own_where_it_has_one(stage: Stage) -> None:
    ticket = await stage.draft(side="sell", type="trailing", trail="1", is_reduce_only=True)
    assert not ticket.preview.is_kept_by_farm
    await stage.confirm(ticket)
    assert stage.venue.sent[0].request.trailing_percent == 1


@pytest.mark.parametrize("step", ["entry1", "stop1", "target1"])
async def test_a_crash_before_a_step_loses_and_doubles_nothing(stage: Stage, step: str) -> None:
    ticket = await stage.draft(type="stop", trigger="61000", size="0.01", stop="60000", target="63000")
    plan = ticket.id
    stage.venue.crash_before = f"{plan}-{step}"
    outcome = await stage.confirm(ticket, "press")
    assert outcome.state == ("unknown" if step == "entry1" else "done")
    again = on(stage.store, stage.clock, stage.desk, stage.venue)
    await again.service.initialize()
    await stage.venue.fill(f"{plan}-entry1")
    for _ in range(2):
        await again.service.keeper._tried(plan)
    assert sorted(by_role(stage, plan)) == ["entry1", "stop1", "target1"]
    assert len({one.request.client_id for one in stage.venue.sent}) == 3


@pytest.mark.parametrize(
    "terms",
    [
        {"stop": "59000"},
        {"type": "twap", "slices": 2, "minutes": 1, "size": "0.02"},
        {"type": "iceberg", "price": "58000", "slices": 2, "size": "0.02"},
        {"type": "dca", "price": "58000", "slices": 2, "size": "0.02"},
    ],
    ids=["bracket", "twap", "iceberg", "dca"],
)
async def test_what_comes_before_its_account_was_compared_is_sent_again_and_fails_no_plan(
    stage: Stage, terms: dict[str, Any]
) -> None:
    stage.venue.refuses = lambda _: RECONCILING
    ticket = await stage.draft(**terms)
    outcome = await stage.confirm(ticket)
    assert (outcome.state, outcome.orders) == ("done", [])
    await stage.later(ticket.id, 0.9)
    early = len(stage.venue.sent)
    stage.venue.refuses = lambda _: ""
    await stage.later(ticket.id, 0.2)
    assert (await stage.plan(ticket.id)).status == "active"
    again = stage.venue.sent[early:]
    assert [one.request.amount for one in again] == [one.request.amount for one in stage.venue.sent[:early]]
    assert {one.id for one in again}.isdisjoint(one.id for one in stage.venue.sent[:early])
    assert stage.desk.news == []


async def test_a_plan_whose_account_is_never_compared_fails_in_the_end(stage: Stage) -> None:
    stage.venue.refuses = lambda _: RECONCILING
    plan = await stage.began(type="iceberg", price="58000", slices=2, size="0.02")
    for _ in range(MOST_TRIES):
        await stage.later(plan, 31)
    assert (await stage.plan(plan)).status == "failed"
    assert len(stage.venue.sent) == MOST_TRIES
