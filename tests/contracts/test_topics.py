"""What can be asked in plain words: it is enough to add a cog that answers; these tests say what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from persona_stage import ROOT, roster_of
from topic_stage import answering_on, sources_on, understood, whole_bus

from bots.chat_answers import cog_modules
from cogs._host import Answering
from cogs._ui.embed import to_buttons, to_embed
from services.chat.intents import SLOTS, Intent, Topic
from services.clock import SystemClock
from services.locales import LOCALES, Locale

LONGEST = 160
"""Characters of a description; a model is given all of them with every question."""
ROSTER = roster_of(ROOT / "personas")
ANSWERING: Mapping[str, Answering] = {
    module.__name__.rpartition(".")[2]: module.answers(sources_on(None, SystemClock()))
    for module in cog_modules(ROSTER)
    if hasattr(module, "answers")
}
TOPICS: Mapping[Intent, Topic] = {topic.intent: topic for one in ANSWERING.values() for topic in one.topics}
BTC: Mapping[str, Any] = {"market": "BTC"}
SAID: Mapping[Intent, Mapping[str, Any]] = {
    "convert": {"amount": "0.5", "currency": "btc", "into": "usdt"},
    "definition": {"term": "leverage"},
    "lesson": {"term": "fees"},
    "cosmic_test": {"factor": "full moon", **BTC},
    "calendar": {"days": "7"},
    "alert": {"text": "alert me when BTC is above 70000", **BTC},
}
"""What is said of those wishes for which the market BTC is not enough, or is of no use."""


@pytest.mark.parametrize("cog", ANSWERING)
def test_a_cog_that_answers_offers_topics(cog: str) -> None:
    assert ANSWERING[cog].topics


def test_each_wish_is_the_topic_of_one_cog_alone() -> None:
    counted = Counter(topic.intent for one in ANSWERING.values() for topic in one.topics)
    assert [intent for intent, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("intent", TOPICS)
def test_what_a_topic_needs_is_among_what_may_be_said_of_it(intent: Intent) -> None:
    topic = TOPICS[intent]
    assert set(topic.needs) <= set(topic.slots) <= set(SLOTS)


@pytest.mark.parametrize("intent", TOPICS)
def test_a_topic_is_described_in_one_short_sentence(intent: Intent) -> None:
    description = TOPICS[intent].description
    assert len(description) <= LONGEST
    assert description.endswith(".")
    assert ". " not in description


def test_what_is_private_is_no_tool_of_a_model() -> None:
    private = {intent for intent, topic in TOPICS.items() if topic.is_private}
    assert private == {"positions", "balance", "orders", "pnl", "alerts", "memory"}
    assert [intent for intent in private if TOPICS[intent].is_tool] == []


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_topic_is_answered_with_a_card_that_discord_takes(tmp_path: Path, locale: Locale) -> None:
    voice = ROSTER.voice("xyko", locale)
    async with whole_bus(tmp_path) as bus:
        for one in answering_on(sources_on(bus, bus.clock)):
            for topic in one.topics:
                asked = understood(topic.intent, locale=locale, **SAID.get(topic.intent, BTC))
                card = await one.answer(asked, voice, key="1")
                assert card is not None, topic.intent
                assert to_embed(card).description, topic.intent
                to_buttons(card)
                pressed = {action.press.partition("|")[0] for action in card.actions}
                assert pressed <= {*ANSWERING, "chat"}, (
                    "any bot shows it, and takes the buttons of these alone"
                )
