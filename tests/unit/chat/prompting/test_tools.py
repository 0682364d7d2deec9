from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chat.intents import INTENTS, SLOTS, Intent, Topic, Understood
from services.chat.ports import Call
from services.chat.prompting.tools import asked_of, tool_specs
from services.members.messages import Caller
from services.personas.routing import Question

QUESTION = Question.of("how is it going?")
CALLER = Caller(user_id="42", guild_id="7")
TOPICS: dict[Intent, Topic] = {
    topic.intent: topic
    for topic in (
        Topic(intent="price", description="The last price.", slots=("market", "venue"), needs=("market",)),
        Topic(intent="fib", description="Levels.", slots=("market", "timeframe"), needs=("market",)),
        Topic(intent="compare", description="Several.", slots=("markets", "days"), needs=("markets",)),
        Topic(intent="convert", description="Money.", slots=("amount", "currency", "into")),
        Topic(intent="moon", description="The moon."),
        Topic(intent="positions", description="Positions.", is_private=True),
        Topic(intent="greeting", description="Hello.", is_tool=False),
    )
}


def asked(name: str, arguments: object) -> Understood | str:
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return asked_of(Call(id="1", name=name, arguments=written), TOPICS, QUESTION, "pt-BR", CALLER)


def test_a_model_is_told_of_what_is_neither_private_nor_small_talk() -> None:
    specs = tool_specs(TOPICS)
    assert [spec.name for spec in specs] == ["price", "fib", "compare", "convert", "moon"]
    assert set(specs[1].slots) == {"market", "timeframe"}
    assert specs[1].needs == ("market",)
    assert "4h" in specs[1].slots["timeframe"]


def test_every_slot_is_described() -> None:
    (spec,) = tool_specs({"price": Topic(intent="price", description="All.", slots=SLOTS)})
    assert all(spec.slots[slot] for slot in SLOTS)


def test_a_good_call_is_the_members_own_wish() -> None:
    assert asked("fib", {"market": "BTC/USDT:USDT", "timeframe": "4H"}) == Understood(
        intent="fib", question=QUESTION, locale="pt-BR", caller=CALLER, market="BTC/USDT:USDT", timeframe="4h"
    )


@pytest.mark.parametrize("markets", ["BTC, ETH", ["BTC", "ETH"]])
def test_several_markets_come_as_a_list_or_with_commas(markets: object) -> None:
    found = asked("compare", {"markets": markets, "days": 30})
    assert isinstance(found, Understood)
    assert found.markets == ("BTC", "ETH")
    assert found.more == {"days": "30"}


def test_what_is_empty_was_not_said() -> None:
    found = asked("price", {"market": "BTC", "venue": ""})
    assert isinstance(found, Understood)
    assert found.venue == ""
    assert isinstance(asked("moon", ""), Understood)


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("buy", {}, "There is no such tool. There are: price, fib, compare, convert, moon."),
        ("positions", {}, "There is no such tool."),
        ("greeting", {}, "There is no such tool."),
        ("price", "{market: BTC", "The arguments are not JSON."),
        ("price", "[" * 1_500, "The arguments are not JSON."),
        ("price", "[]", "The arguments must be a JSON object."),
        ("price", " " * 3_000, "The arguments are too long."),
        ("price", {}, "price needs market."),
        ("price", {"market": "BTC", "user_id": "42"}, "price takes market, venue, and nothing else."),
        ("price", {"market": ["BTC"]}, "market must be a text."),
        ("price", {"market": True}, "market must be a text."),
        ("price", {"market": "B" * 90}, "market is too long."),
        ("price", {"market": "BTC; drop"}, "market is not one."),
        ("price", '{"market": ' + "9" * 400 + "}", "market is too long."),
        (
            "fib",
            {"market": "BTC", "timeframe": "2h"},
            "timeframe is not one. One of 1m, 5m, 15m, 1h, 4h, 1d.",
        ),
        ("fib", {"market": "BTC", "timeframe": "1M"}, "timeframe is not one."),
        ("compare", {"markets": ["A", "B", "C", "D", "E", "F", "G"]}, "markets takes at most 6."),
        ("convert", {"amount": "all of it"}, "amount is not one."),
    ],
)
def test_a_wrong_call_is_answered_with_what_is_wrong(name: str, arguments: object, said: str) -> None:
    answer = asked(name, arguments)
    assert isinstance(answer, str)
    assert answer.startswith(said)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(SLOTS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(INTENTS) | st.text(max_size=10),
    arguments=ANYTHING.map(json.dumps)
    | st.text()
    | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")),
)
def test_nothing_that_a_model_writes_raises(name: str, arguments: str) -> None:
    found = asked(name, arguments)
    if isinstance(found, Understood):
        assert TOPICS[found.intent].is_tool
        assert not TOPICS[found.intent].is_private
        assert (found.question, found.caller, found.locale) == (QUESTION, CALLER, "pt-BR")
    else:
        assert 0 < len(found) < 200
