from __future__ import annotations

import pytest
from chat_stage import FakeAnswers, understood

from services.chat.intents import INTENTS, Intent
from services.chat.pipeline.deciding import PRIVATE, way_of

TOPICS = FakeAnswers().topics
DEEDS: tuple[Intent, ...] = ("alert", "trade", "cannot")


@pytest.mark.parametrize("intent", sorted(PRIVATE))
def test_what_is_private_is_answered_where_nobody_else_reads_else_behind_a_button(
    intent: Intent,
) -> None:
    ways = [
        way_of(understood(intent), place=place, topics=TOPICS, has_model=True)
        for place in ("dm", "channel", "thread")
    ]
    assert ways == ["private", "aside", "aside"]


@pytest.mark.parametrize("intent", [*DEEDS, "greeting", "thanks", "goodbye", "help", "distress"])
def test_no_model_gets_near_a_deed_or_is_spent_on_a_courtesy(intent: Intent) -> None:
    assert way_of(understood(intent), place="dm", topics=TOPICS, has_model=True) == "templates"


@pytest.mark.parametrize("intent", ["price", "advice", "small_talk", "who", "unknown", "lesson"])
def test_a_model_answers_what_is_no_deed_where_there_is_one(intent: Intent) -> None:
    ways = [
        way_of(understood(intent), place="channel", topics=TOPICS, has_model=has_model)
        for has_model in (True, False)
    ]
    assert ways == ["model", "templates"]


@pytest.mark.parametrize("intent", INTENTS)
def test_without_a_model_none_is_asked(intent: Intent) -> None:
    assert way_of(understood(intent), place="channel", topics=TOPICS, has_model=False) != "model"


@pytest.mark.parametrize("intent", ["remember", "forget"])
def test_memory_is_changed_by_code_alone(intent: Intent) -> None:
    assert way_of(understood(intent), place="dm", topics=TOPICS, has_model=True) == "memory"
