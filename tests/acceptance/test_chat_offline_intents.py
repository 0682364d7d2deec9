"""Wishes in plain words without a model, on utterances that the code was not tuned on."""

from __future__ import annotations

from held_out import HELD_OUT, TUNED_ON, understood, utterances
from utterance_marks import read_utterances

from services.chat.intents import INTENTS

INTENTS_REACH = 0.95
PLACES_REACH = 0.98


def test_there_are_600_labelled_utterances_half_of_them_portuguese_and_many_held_out() -> None:
    every = [*read_utterances(HELD_OUT), *read_utterances(TUNED_ON)]
    assert len(every) >= 600
    assert len(utterances()) >= 200
    assert sum(one.lang == "pt-BR" for one in every) >= len(every) * 0.45
    assert {one.intent for one in every} <= {*INTENTS}
    assert {one.intent for one in utterances()} == {*INTENTS}


def test_held_out_utterances_are_understood() -> None:
    result = understood()
    print(f"\n{result}")  # noqa: T201 - the confusion table is what it shows
    assert result.intents >= INTENTS_REACH
    assert result.places >= PLACES_REACH
