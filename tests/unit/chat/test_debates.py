"""Debates of personas that have models, about facts that were found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from chat_keeping_stage import a_database
from chat_stage import MIA, FakeModels, Said, silent

from config.farm_file import ChatSection
from services.chat.debating.debates import Debates, rests_on
from services.chat.debating.sides import sides_of, split_synthesis
from services.chat.keeping.budgets import Budgets
from services.chat.keeping.leaving import Leaving
from services.chat.messages import Debate, Debated, FactShown
from services.chat.pipeline.spending import Spending
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).resolve().parents[3] / "personas")
FACTS = [
    FactShown(name="Price", value="64,210.5 USDT"),
    FactShown(name="Trend", value="up"),
    FactShown(name="For the bears", value="RSI 14 at 71.20 is overbought"),
]


async def held(
    folder: Path,
    *replies: Sequence[Said],
    personas: Sequence[str] = ("xyko", "f", "gemini"),
    models: FakeModels | None = None,
) -> Debated:
    request = Debate(
        id="p1",
        caller=MIA,
        personas=list(personas),
        facts=FACTS,
        market="BTC/USDT:USDT",
        timeframe="4h",
        locale="en",
    )
    async with a_database(folder) as stage:
        asked = models or FakeModels(replies)
        spending = Spending(asked, Budgets(stage.store, ChatSection(), Leaving(), clock=stage.clock))
        return await Debates(spending, ROSTER, secrets=("sk-canary-17",)).hold(request)


def sides(*names: str) -> list[tuple[str, str]]:
    return [(card.name, side) for card, side in sides_of([ROSTER.cards[name] for name in names])]


def test_bulls_and_bears_are_there_first_and_who_knows_the_sky_speaks_of_it() -> None:
    assert sides("xyko", "f", "biel", "z", "gemini") == [
        ("xyko", "bull"),
        ("f", "bear"),
        ("biel", "risk"),
        ("z", "cosmic"),
        ("gemini", "synthesis"),
    ]
    assert sides("z", "xyko", "gemini") == [("z", "bull"), ("xyko", "bear"), ("gemini", "synthesis")]


async def test_each_side_argues_from_the_facts_and_the_synthesis_names_where_they_disagree(
    tmp_path: Path,
) -> None:
    debate = await held(
        tmp_path,
        ["At 64,210.5 the trend is up.", "stop"],
        ["RSI at 71.20 is stretched.", "stop"],
        ["Both see the same price.\nDisagreement: whether strength is a warning.", "stop"],
    )
    assert [one.side for one in debate.arguments] == ["bull", "bear", "synthesis"]
    assert debate.arguments[0].rests_on == ["Price", "Trend"]
    assert debate.arguments[1].rests_on == ["For the bears"]
    assert debate.arguments[2].text == "Both see the same price."
    assert debate.disagreements == ["whether strength is a warning."]


async def test_a_side_that_has_nothing_but_invented_figures_ends_the_debate(tmp_path: Path) -> None:
    debate = await held(
        tmp_path,
        ["It will reach 99,999 soon.", "stop"],
        ["RSI at 71.20 is stretched.", "stop"],
        ["Both see the same price.", "stop"],
    )
    assert (debate.arguments, debate.disagreements) == ([], [])


async def test_without_a_model_that_answers_there_is_no_debate(tmp_path: Path) -> None:
    debate = await held(tmp_path, [silent()], [silent()], [silent()])
    assert debate.arguments == []


def test_a_synthesis_in_portuguese_names_its_disagreements_too() -> None:
    text = "Os dois veem força.\nDiscordância: o que ela diz.\n- outra linha"
    assert split_synthesis(text, "pt-BR") == ("Os dois veem força. - outra linha", ["o que ela diz."])


def test_a_text_rests_on_the_facts_that_it_names_or_whose_figures_it_tells() -> None:
    assert rests_on("The trend is old, 64,210.5 is not.", FACTS) == ["Price", "Trend"]
    assert rests_on("Nothing of it.", FACTS) == []


async def test_once_a_side_cannot_argue_the_others_do_not_go_on(tmp_path: Path) -> None:
    models = FakeModels([[silent()], ["The trend ", 60.0, "is up.", "stop"]])
    async with asyncio.timeout(5.0):
        assert (await held(tmp_path, models=models)).arguments == []
    assert (len(models.prompts), models.closed) == (2, 2)


async def test_no_side_says_a_secret(tmp_path: Path) -> None:
    debate = await held(
        tmp_path,
        ["The trend is up. The key is sk-canary-17.", "stop"],
        ["RSI at 71.20 is stretched.", "stop"],
        ["Both see the same price.", "stop"],
    )
    assert debate.arguments
    assert not any("canary" in one.text for one in debate.arguments)
