from __future__ import annotations

import json

import pytest
from model_stage import APIS, ASKED, KEY, PRICE, Api, said_by, scripted, words

from sandbox.llm.broken import Huge, SafetyBlocked, Truncated
from sandbox.llm.plain import Parrot, Scripted
from sandbox.llm.steps import Call as Wanted
from sandbox.llm.steps import Say
from services.chat.ports import Call, Prompt, Turn, Used
from services.errors import ModelFailed

pytestmark = pytest.mark.parametrize("api", APIS)
BTC = '{"market": "BTC/USDT"}'
ETH = '{"market": "ETH/USDT"}'


async def test_words_come_one_after_the_other_and_the_last_piece_says_how_it_ended(api: Api) -> None:
    async with scripted(api, Parrot(text="It costs 70 000. Olá, señor 🚀"), key=KEY) as (model, server):
        pieces = await said_by(model)
    assert words(pieces) == "It costs 70 000. Olá, señor 🚀"
    assert len([piece for piece in pieces if piece.text]) == 7
    assert [piece.ending for piece in pieces if piece.ending] == ["stop"]
    assert pieces[-1].used == Used(given=pieces[-1].used.given, written=8) if pieces[-1].used else False
    (asked,) = server.seen
    assert (asked.api, asked.model, asked.system) == (api, "local", ASKED.system)
    assert (asked.question, asked.tools, asked.most_tokens) == ("What does BTC cost?", (), 600)


async def test_a_tool_is_told_with_its_slots_and_its_calls_come_whole_at_the_end(api: Api) -> None:
    script = Scripted([Say("Let me see."), Wanted("price", BTC), Wanted("price", ETH)])
    async with scripted(api, script) as (model, server):
        pieces = await said_by(model, Prompt(system="S", turns=ASKED.turns, tools=(PRICE,)))
    assert words(pieces) == "Let me see."
    assert [(call.name, json.loads(call.arguments)) for call in pieces[-1].calls] == [
        ("price", json.loads(BTC)),
        ("price", json.loads(ETH)),
    ]
    assert pieces[-1].ending == "tools"
    assert len({call.id for call in pieces[-1].calls}) == 2
    ((tool,),) = [asked.tools for asked in server.seen]
    assert (tool.name, tool.description, dict(tool.parameters)) == (
        "price",
        PRICE.description,
        dict(PRICE.slots),
    )
    assert tool.needs == ("market",)


async def test_the_round_after_a_call_tells_the_calls_and_what_they_gave(api: Api) -> None:
    calls = (Call(id="a", name="price", arguments=BTC), Call(id="b", name="price", arguments="{no json"))
    turns = (
        *ASKED.turns,
        Turn(role="persona", text="Let me see.", calls=calls),
        Turn(role="tool", text="70 000 USDT", call_id="a", tool="price"),
        Turn(role="tool", text="no such market", call_id="b", tool="price"),
    )
    async with scripted(api, Parrot(text="70 000.")) as (model, server):
        pieces = await said_by(model, Prompt(system="S", turns=turns, tools=(PRICE,)))
    assert words(pieces) == "70 000."
    (asked,) = server.seen
    assert asked.results == ("70 000 USDT", "no such market")
    assert [json.loads(made.arguments) for made in asked.made] == [json.loads(BTC), {}]
    assert [turn.tool for turn in asked.turns if turn.role == "tool"] == ["price", "price"]


async def test_a_tool_without_slots_can_be_called(api: Api) -> None:
    moon = PRICE.__class__(name="moon", description="The phase of the moon.", slots={})
    async with scripted(api, Scripted([Wanted("moon")])) as (model, _):
        pieces = await said_by(model, Prompt(system="S", turns=ASKED.turns, tools=(moon,)))
    assert [(call.name, call.arguments) for call in pieces[-1].calls] == [("moon", "{}")]


async def test_an_answer_that_ran_out_of_tokens_says_so(api: Api) -> None:
    async with scripted(api, Truncated(text="The next thing to")) as (model, _):
        pieces = await said_by(model)
    assert (words(pieces), pieces[-1].ending) == ("The next thing to", "length")


@pytest.mark.parametrize("said", ["", "Half a "])
async def test_what_a_provider_blocks_ends_as_blocked_before_and_after_words(api: Api, said: str) -> None:
    async with scripted(api, SafetyBlocked(text=said, reason="PROHIBITED_CONTENT")) as (model, _):
        pieces = await said_by(model)
    assert (words(pieces), pieces[-1].ending, pieces[-1].calls) == (said, "blocked", ())


@pytest.mark.parametrize("in_one", [False, True])
async def test_ten_megabytes_are_cut(api: Api, in_one: bool) -> None:  # noqa: FBT001
    async with scripted(api, Huge(in_one=in_one)) as (model, _):
        with pytest.raises(ModelFailed, match="The model first says too much"):
            await said_by(model)


async def test_more_calls_than_anybody_needs_and_arguments_without_end_are_cut(api: Api) -> None:
    for calls in ([Wanted("price", BTC)] * 17, [Wanted("price", json.dumps({"market": "B" * 9_000}))]):
        async with scripted(api, Scripted(calls)) as (model, _):
            with pytest.raises(ModelFailed, match="says too much"):
                await said_by(model)
