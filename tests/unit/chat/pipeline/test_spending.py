from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from chat_keeping_stage import KeepingStage, a_database
from chat_stage import MIA, FakeModels, Said, silent

from config.farm_file import BudgetSection, ChatSection, ModelSection
from services.chat.keeping.budgets import Budgets
from services.chat.keeping.leaving import Leaving
from services.chat.messages import Usage
from services.chat.pipeline.spending import FEWEST, Spending
from services.chat.ports import Call, Prompt, ToolSpec, Turn
from services.chat.tokens import tokens_of
from services.errors import ModelFailed

PROMPT = Prompt(system="s" * 400, turns=(Turn(role="member", text="price of BTC"),))


def purse_of(stage: KeepingStage, *replies: Sequence[Said], tokens: int = 1_000) -> tuple[Spending, Budgets]:
    section = ChatSection(member=BudgetSection(tokens=tokens))
    budgets = Budgets(stage.store, section, Leaving(), clock=stage.clock)
    return Spending(FakeModels(replies), budgets), budgets


async def spent(budgets: Budgets) -> Usage:
    return await budgets.usage(MIA, "xyko", ["fast"], is_admin=False)


async def test_what_a_model_took_is_counted_as_it_told(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        spending, budgets = purse_of(stage, ["Hello ", "there.", "stop"])
        said = [one.piece.text async for one in spending.stream(MIA, "xyko", PROMPT)]
        assert said == ["Hello ", "there.", ""]
        member = (await spent(budgets)).spent[0]
        assert (member.tokens, member.answers) == (120, 1)


async def test_an_answer_that_is_left_or_breaks_off_is_counted_by_guess(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        spending, budgets = purse_of(stage, ["Hello there ", 60.0], ["Hello there ", silent()])
        async with aclosing(spending.stream(MIA, "xyko", PROMPT)) as pieces:
            assert (await anext(pieces)).piece.text == "Hello there "
        assert (await spent(budgets)).spent[0].tokens == 106
        with pytest.raises(ModelFailed):
            assert [one async for one in spending.stream(MIA, "xyko", PROMPT)] == []
        assert (await spent(budgets)).spent[0].tokens == 212


async def test_a_model_that_was_not_reached_costs_nothing(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        spending, budgets = purse_of(stage, [silent()])
        with pytest.raises(ModelFailed):
            assert [one async for one in spending.stream(MIA, "xyko", PROMPT)] == []
        assert (await spent(budgets)).spent[0].tokens == 0


async def test_a_model_that_was_given_up_is_counted_by_what_it_was_told(tmp_path: Path) -> None:
    late = ModelFailed("The model fast did not answer in time.", facts={"model": "fast", "why": "silent"})
    async with a_database(tmp_path) as stage:
        spending, budgets = purse_of(stage, [late])
        with pytest.raises(ModelFailed):
            assert [one async for one in spending.stream(MIA, "xyko", PROMPT)] == []
        member = (await spent(budgets)).spent[0]
        assert (member.tokens, member.is_guessed) == (103, True)


async def test_where_a_budget_is_spent_no_model_is_asked(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        spending, _ = purse_of(stage, ["Hello.", "stop"], tokens=100)
        assert [one async for one in spending.stream(MIA, "xyko", replace(PROMPT, system=""))]
        async with spending.purse(MIA, "xyko") as purse:
            assert (purse.left.is_allowed, purse.left.why) == (False, "member")
            with pytest.raises(ModelFailed, match="No language model may be asked"):
                assert [one async for one in purse.stream(PROMPT)] == []


async def test_nothing_is_asked_or_counted_where_a_prompt_and_a_short_answer_are_more_than_is_left(
    tmp_path: Path,
) -> None:
    needed = tokens_of(PROMPT) + FEWEST
    async with a_database(tmp_path) as stage:
        for tokens, is_asked in ((needed - 1, False), (needed, True)):
            spending, budgets = purse_of(stage, ["Hello.", "stop"], tokens=tokens)
            async with spending.purse(MIA, "xyko") as purse:
                assert purse.affords(PROMPT) == is_asked
                if not is_asked:
                    with pytest.raises(ModelFailed, match="No language model may be asked"):
                        assert [one async for one in purse.stream(PROMPT)] == []
                else:
                    assert [one async for one in purse.stream(PROMPT)]
                    assert not purse.affords(PROMPT)
            assert (await spent(budgets)).spent[0].answers == int(is_asked)


def test_what_calls_and_tools_are_is_part_of_a_prompt() -> None:
    call = Call(id="c", name="price", arguments='{"market": "BTC"}')
    tool = ToolSpec(name="price", description="d" * 100, slots={"market": "m" * 100})
    whole = replace(PROMPT, turns=(Turn(role="persona", text="", calls=(call,)),), tools=(tool,))
    assert tokens_of(whole) == -(-(400 + 5 + 17 + 5 + 100 + 6 + 100) // 4)


async def test_where_money_is_limited_only_models_with_a_price_are_asked(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        priced = ModelSection(api="openai", model="m", price_in=1.0, price_out=1.0)
        section = ChatSection(
            models={"fast": priced, "free": ModelSection(api="openai", model="m")},
            member=BudgetSection(cost=1.0),
        )
        models = FakeModels([["Hello.", "stop"]], names=("free", "fast"))
        spending = Spending(models, Budgets(stage.store, section, Leaving(), clock=stage.clock))
        assert [one async for one in spending.stream(MIA, "xyko", PROMPT)]
        assert models.among == ("fast",)
