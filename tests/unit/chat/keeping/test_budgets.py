"""What may be spent is known before an answer begins, also when many begin at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from chat_keeping_stage import LEO, MIA, MIA_ELSEWHERE, MIA_IN_PRIVATE, KeepingStage

from config.farm_file import BudgetSection, ChatSection, ModelSection
from services.chat.keeping.budgets import EXPECTED, Budgets
from services.chat.keeping.holding import Reservation
from services.chat.keeping.leaving import Leaving
from services.chat.keeping.privacy import ChatPrivacy
from services.chat.messages import Spent
from services.chat.ports import Used
from services.members.messages import Caller

FAST = ModelSection(api="openai", model="fast-1", price_in=1.0, price_out=4.0)
LOCAL = ModelSection(api="openai", model="local-1")
NONE = BudgetSection()


def section(**limits: BudgetSection) -> ChatSection:
    every: dict[str, Any] = {"member": NONE, "guild": NONE, "persona": NONE, "farm": NONE, **limits}
    return ChatSection(models={"fast": FAST, "local": LOCAL}, **every)


def budgets(stage: KeepingStage, **limits: BudgetSection) -> Budgets:
    return Budgets(stage.store, section(**limits), Leaving(), clock=stage.clock)


async def begun(
    kept: Budgets, caller: Caller = MIA, persona: str = "biel", model: str = "fast"
) -> Reservation:
    left = await kept.left(caller, persona, [model])
    assert left.reservation is not None
    return left.reservation


async def spend(kept: Budgets, tokens: int, caller: Caller = MIA, model: str = "fast") -> None:
    held = await begun(kept, caller, model=model)
    await kept.spend(held, model, Used(given=tokens, written=0))
    kept.release(held)


async def test_without_limits_an_answer_may_take_what_it_likes(stage: KeepingStage) -> None:
    left = await budgets(stage).left(MIA, "biel", ["fast", "local"])
    assert (left.is_allowed, left.tokens, left.why, left.models) == (True, None, "", ("fast", "local"))


async def test_without_models_there_is_nothing_to_ask_and_nothing_is_spent(stage: KeepingStage) -> None:
    left = await budgets(stage, member=BudgetSection(tokens=10)).left(MIA, "biel", [])
    assert (left.is_allowed, left.why, left.reservation) == (False, "", None)


@pytest.mark.parametrize("scope", ["member", "guild", "persona", "farm"])
async def test_each_budget_stops_whom_it_is_of_and_says_which_it_was(stage: KeepingStage, scope: str) -> None:
    kept = budgets(stage, **{scope: BudgetSection(tokens=1_000)})
    await spend(kept, 400)
    left = await kept.left(MIA, "biel", ["fast"], expected=0)
    assert left.tokens == 600
    await spend(kept, 1_000)
    left = await kept.left(MIA, "biel", ["fast"])
    assert (left.is_allowed, left.tokens, left.why) == (False, 0, scope)
    others = {
        "member": await kept.left(LEO, "biel", ["fast"]),
        "guild": await kept.left(MIA_ELSEWHERE, "biel", ["fast"]),
        "persona": await kept.left(MIA, "xyko", ["fast"]),
        "farm": await kept.left(LEO, "xyko", ["fast"]),
    }
    assert others[scope].is_allowed == (scope != "farm")


async def test_the_budget_of_no_guild_is_touched_in_private(stage: KeepingStage) -> None:
    kept = budgets(stage, guild=BudgetSection(tokens=0))
    assert (await kept.left(MIA, "biel", ["fast"])).why == "guild"
    assert (await kept.left(MIA_IN_PRIVATE, "biel", ["fast"])).is_allowed


async def test_fifty_at_once_do_not_each_find_the_same_budget_left(stage: KeepingStage) -> None:
    kept = budgets(stage, member=BudgetSection(tokens=3 * EXPECTED - 1))

    async def one() -> int:
        left = await kept.left(MIA, "biel", ["fast"])
        if left.reservation is None:
            return 0
        await asyncio.sleep(0)
        await kept.spend(left.reservation, "fast", Used(given=EXPECTED - 500, written=500))
        kept.release(left.reservation)
        return EXPECTED

    assert sum(await asyncio.gather(*(one() for _ in range(50)))) == 3 * EXPECTED
    assert not (await kept.left(MIA, "biel", ["fast"])).is_allowed


async def test_an_answer_that_is_over_or_was_lost_holds_nothing_back(stage: KeepingStage) -> None:
    kept = budgets(stage, member=BudgetSection(tokens=EXPECTED))
    held = await begun(kept)
    assert not (await kept.left(MIA, "biel", ["fast"])).is_allowed
    kept.release(held)
    kept.release(held)
    await begun(kept)
    stage.later(timedelta(minutes=11))
    assert (await kept.left(MIA, "biel", ["fast"])).is_allowed


async def test_money_is_counted_by_price_and_a_model_without_one_is_not_asked(stage: KeepingStage) -> None:
    kept = budgets(stage, member=BudgetSection(cost=0.01))
    left = await kept.left(MIA, "biel", ["local", "fast"])
    assert (left.models, left.tokens) == (("fast",), 2_500)
    assert left.reservation is not None
    await kept.spend(left.reservation, "fast", Used(given=2_000, written=2_000))
    kept.release(left.reservation)
    assert (await kept.left(MIA, "biel", ["fast"])).why == "member"
    (member, *_) = (await kept.usage(MIA, "biel", ["fast"], is_admin=False)).spent
    assert member.cost == pytest.approx(0.01)
    assert (await kept.left(LEO, "biel", ["local"])).why == "price"


async def test_what_has_no_price_costs_an_unknown_amount_and_never_nothing(stage: KeepingStage) -> None:
    await spend(budgets(stage), 100, model="local")
    kept = budgets(stage, member=BudgetSection(cost=1.0))
    (member, *_) = (await kept.usage(MIA, "biel", ["fast"], is_admin=False)).spent
    assert (member.tokens, member.cost) == (100, None)
    assert (await kept.left(MIA, "biel", ["fast"])).why == "price"


async def test_what_was_spent_costs_what_it_cost_then_whatever_the_prices_are_now(
    stage: KeepingStage,
) -> None:
    await spend(budgets(stage), 1_000_000)
    prices = {"price_in": 7.0, "price_out": 7.0}
    dearer = {name: one.model_copy(update=prices) for name, one in section().models.items()}
    later = section().model_copy(update={"models": dearer})
    kept = Budgets(stage.store, later, Leaving(), clock=stage.clock)
    assert [one.cost for one in (await kept.usage(MIA, "biel", [], is_admin=False)).spent] == [1.0] * 3
    await spend(kept, 1_000_000)
    assert [one.cost for one in (await kept.usage(MIA, "biel", [], is_admin=False)).spent] == [8.0] * 3
    await spend(budgets(stage), 1, model="local")
    later_still = Budgets(stage.store, later, Leaving(), clock=stage.clock)
    assert (await later_still.usage(MIA, "biel", [], is_admin=False)).spent[0].cost is None


async def test_an_answer_of_several_requests_counts_once(stage: KeepingStage) -> None:
    kept = budgets(stage)
    held = await begun(kept)
    for _ in range(3):
        await kept.spend(held, "fast", Used(given=10, written=5, is_guessed=True))
    usage = await kept.usage(MIA, "biel", ["fast · well"], is_admin=True)
    assert [(one.scope, one.tokens, one.answers) for one in usage.spent] == [
        ("member", 45, 1),
        ("guild", 45, 1),
        ("persona", 45, 1),
        ("farm", 45, 1),
    ]
    async with stage.store.read() as rows:
        (row,) = await rows.chat.spend.where()
    assert (row.requests, row.answers, row.is_guessed) == (3, 1, True)


async def test_a_member_sees_no_farm_and_in_private_no_guild(stage: KeepingStage) -> None:
    usage = await budgets(stage, member=BudgetSection(tokens=5)).usage(
        MIA_IN_PRIVATE, "biel", [], is_admin=False
    )
    assert (usage.has_models, usage.models) == (False, [])
    assert usage.spent[0] == Spent(
        scope="member", tokens=0, most_tokens=5, cost=0.0, most_cost=None, answers=0
    )
    assert [one.scope for one in usage.spent] == ["member", "persona"]


async def test_a_new_process_knows_what_was_spent_and_a_new_day_begins_with_nothing(
    stage: KeepingStage,
) -> None:
    limits = {"member": BudgetSection(tokens=1_000)}
    await spend(budgets(stage, **limits), 1_000)
    kept = budgets(stage, **limits)
    assert (await kept.left(MIA, "biel", ["fast"])).why == "member"
    renews = (await kept.usage(MIA, "biel", [], is_admin=False)).renews_at
    stage.later(renews - stage.clock.now())
    assert (await kept.left(MIA, "biel", ["fast"])).is_allowed


async def test_being_forgotten_renews_no_budget_and_leaves_no_name(stage: KeepingStage) -> None:
    limits = {"member": BudgetSection(tokens=1_000), "guild": BudgetSection(tokens=2_000)}
    kept = budgets(stage, **limits)
    await spend(kept, 1_500)
    await ChatPrivacy(stage.store, Leaving(), let_go=lambda _: None).delete("7")
    assert (await kept.left(MIA, "biel", ["fast"])).why == "member"
    async with stage.store.read() as rows:
        assert [(row.user_id, row.tokens_given) for row in await rows.chat.spend.where()] == [("", 1_500)]
    later = budgets(stage, **limits)
    assert (await later.left(LEO, "biel", ["fast"])).tokens == 500


async def test_an_answer_under_way_leaves_no_name_once_its_member_was_forgotten(stage: KeepingStage) -> None:
    leaving, limits = Leaving(), section(member=BudgetSection(tokens=1_000))
    kept = Budgets(stage.store, limits, leaving, clock=stage.clock)
    held = (await kept.left(MIA, "biel", ["fast"])).reservation
    assert held is not None
    await ChatPrivacy(stage.store, leaving, let_go=lambda _: None).delete("7")
    await kept.spend(held, "fast", Used(given=1_500, written=0))
    async with stage.store.read() as rows:
        assert [(row.user_id, row.tokens_given) for row in await rows.chat.spend.where()] == [("", 1_500)]
    assert (await kept.left(MIA, "biel", ["fast"])).why == "member"
