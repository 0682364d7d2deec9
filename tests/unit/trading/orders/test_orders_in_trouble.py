"""What one order, plan or account cannot do keeps nothing else from being done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from desk_orders_stage import ANN, BTC, Stage, a_desk, holding, resting
from desk_orders_venue import SILENT

from services.clock import SystemClock
from services.errors import ExchangeUnavailable
from services.loops import Loops
from services.store.trading_rows import IntentRow
from services.trading.orders.messages import DraftCancel, DraftProtection, ListOrders
from services.trading.orders.plans.keeping import PlanKeeper
from services.trading.orders.plans.kinds import read_plan


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_desk(tmp_path) as opened:
        yield opened


async def _slices(stage: Stage, count: int) -> list[str]:
    return [await stage.began(type="twap", size="0.1", slices=4, minutes=60) for _ in range(count)]


async def test_every_plan_is_marked_and_ended_although_none_answers(stage: Stage) -> None:
    begun = [await stage.began(type="iceberg", price="58000", slices=4, size="0.04") for _ in range(2)]
    asked: list[str] = []

    def is_silent_about(intent: str) -> bool:
        asked.append(intent)
        return True

    stage.venue.is_silent_about = is_silent_about
    with pytest.raises(ExchangeUnavailable):
        await stage.service.keeper.end_all("acc")
    assert sorted({one.rpartition("-")[0] for one in asked}) == sorted(begun)
    assert all([read_plan(await stage.plan(plan_id)).is_ending for plan_id in begun])


async def test_a_plan_that_is_marked_while_it_is_asked_sends_nothing_more(stage: Stage) -> None:
    [plan] = await _slices(stage, 1)
    before, shelf = len(stage.venue.sent), stage.service.keeper._shelf
    kept = await shelf.active(plan)
    assert kept is not None
    await shelf.mark_all("acc", stage.clock.now())
    stage.clock.seconds += 1_000
    assert await stage.service.keeper._round(kept)
    await shelf.keep(plan, kept.plan, stage.clock.now())
    await stage.later(plan, 0)
    assert len(stage.venue.sent) == before
    assert (await stage.plan(plan)).status == "canceled"


async def test_a_plan_that_cannot_be_ended_keeps_no_order_open(stage: Stage) -> None:
    plan = await stage.began(type="iceberg", price="58000", slices=4, size="0.04")
    resting_ = await stage.began(type="limit", price="59000")
    ticket = await stage.service.process(DraftCancel(id="all", caller=ANN))
    stage.venue.is_silent_about = lambda intent: intent.startswith(plan)
    outcome = await stage.confirm(ticket)
    assert (outcome.state, outcome.reason) == ("unknown", SILENT)
    assert f"{resting_}-1" in stage.venue.canceled


async def test_what_cancels_is_never_refused_because_nothing_may_be_sent(tmp_path: Path) -> None:
    guard = resting("o1", "stop", trigger_price=Decimal(59_000))
    async with a_desk(tmp_path, orders=[guard], holdings=[holding()]) as stage:
        set_ = DraftProtection(id="c", caller=ANN, market=BTC, stop="58500")
        ticket = await stage.service.process(set_)
        stage.desk.why_not = "This farm trades on paper only."
        away = DraftProtection(id="a", caller=ANN, market=BTC, stop="none")
        for asked in (DraftCancel(id="b", caller=ANN, order="o1"), away):
            outcome = await stage.confirm(await stage.service.process(asked))
            assert outcome.reason != stage.desk.why_not
        outcome = await stage.confirm(ticket)
        assert (outcome.state, outcome.reason) == ("refused", stage.desk.why_not)


@pytest.mark.parametrize("is_away", [True, False], ids=["away", "refused"])
async def test_an_order_that_was_not_sent_is_never_called_unknown(stage: Stage, *, is_away: bool) -> None:
    ticket = await stage.draft()
    stage.venue.is_away_for, stage.venue.refuses = (lambda _: is_away), (lambda _: "reconciling")
    stage.desk.is_out_of_reach = True
    outcome = await stage.confirm(ticket)
    assert (outcome.state, outcome.judgement) == ("refused", None)


async def test_the_steps_of_a_plan_that_hangs_do_not_pile_up() -> None:
    async def due(now: object = None) -> Sequence[str]:
        del now
        return ["one"]

    async def active(plan_id: str) -> None:
        del plan_id
        await asyncio.Event().wait()

    parts: Any = dict.fromkeys(("intents", "looking", "pictures", "journal", "teller"))
    shelf: Any = SimpleNamespace(due=due, active=active)
    keeper = PlanKeeper(shelf=shelf, clock=SystemClock(), **parts)
    before, row = len(asyncio.all_tasks()), cast("IntentRow", SimpleNamespace(group_id="one"))
    async with Loops(keeper.run()):
        for _ in range(50):
            await keeper.changed(row, "")
            await asyncio.sleep(0.001)
        tasks = len(asyncio.all_tasks())
    assert tasks <= before + 2


async def test_what_goes_in_two_markets_is_not_added_up_as_one(tmp_path: Path) -> None:
    one = replace(resting("o1", "limit", amount="1"), price=Decimal(60_000))
    two = replace(
        one, id="o2", market="BTC/USDT", amount=Decimal(10), remaining=Decimal(10), price=Decimal(3)
    )
    async with a_desk(tmp_path, orders=[one, two]) as stage:
        shown = (await stage.service.process(DraftCancel(id="a", caller=ANN))).preview
        assert (shown.market, shown.amount, shown.cost) == ("", Decimal(0), Decimal(60_030))
        listed = await stage.service.process(ListOrders(caller=ANN))
        assert listed.as_of == stage.clock.now()
