from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sandbox.discord.rules.callbacks import check_callback, check_choices

FaultsOf = Callable[[Callable[[], None]], list[str]]
BODIES: dict[int, dict[str, Any]] = {
    4: {"type": 4, "data": {"content": "x"}},
    5: {"type": 5},
    6: {"type": 6},
    7: {"type": 7, "data": {"content": "x"}},
    8: {"type": 8, "data": {"choices": []}},
    9: {
        "type": 9,
        "data": {
            "custom_id": "m",
            "title": "t",
            "components": [{"type": 18, "label": "l", "component": {"type": 23, "custom_id": "c"}}],
        },
    },
    10: {"type": 10},
    12: {"type": 12},
}


@pytest.mark.parametrize(
    ("interaction_type", "answers"),
    [(2, {4, 5, 9}), (3, {4, 5, 6, 7, 9}), (4, {8}), (5, {4, 5})],
    ids=["command", "component", "autocomplete", "modal"],
)
def test_an_interaction_takes_the_callbacks_of_its_type_and_no_other(
    interaction_type: int, answers: set[int], faults_of: FaultsOf
) -> None:
    for kind, body in BODIES.items():
        faults = faults_of(partial(check_callback, interaction_type, body, file_count=0))
        assert faults == ([] if kind in answers else ["type BASE_TYPE_CHOICES"]), kind


def test_a_modal_opened_by_a_component_may_edit_its_message(faults_of: FaultsOf) -> None:
    for kind in (6, 7):
        check = partial(check_callback, 5, BODIES[kind], file_count=0, is_from_component=True)
        assert faults_of(check) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, "type BASE_TYPE_REQUIRED"),
        ({"type": 4, "data": {"content": "x" * 2001}}, "data.content BASE_TYPE_MAX_LENGTH"),
        ({"type": 4, "data": []}, "data MODEL_TYPE_CONVERT"),
        ({"type": 4}, "50006"),
        ({"type": 4, "data": {"tts": False, "content": ""}}, "50006"),
        ({"type": 5, "data": {"flags": 4}}, "data.flags BASE_TYPE_CHOICES"),
        ({"type": 5, "data": {"flags": 64 | 32768}}, "data.flags BASE_TYPE_CHOICES"),
        ({"type": 9}, "data.components BASE_TYPE_REQUIRED"),
        (
            {"type": 9, "data": {"custom_id": "m", "title": "t", "components": []}},
            "data.components BASE_TYPE_BAD_LENGTH",
        ),
    ],
)
def test_a_callback_that_discord_refuses_is_refused_under_data(
    body: dict[str, Any], fault: str, faults_of: FaultsOf
) -> None:
    assert fault in faults_of(lambda: check_callback(2, body, file_count=0))


@pytest.mark.parametrize(
    "body",
    [
        {"type": 5, "data": {"flags": 64}},
        {"type": 5, "data": {"flags": 0}},
        {"type": 5, "data": None},
        {"type": 4, "data": {"tts": False, "content": "x", "flags": 64 | 4 | 4096, "components": []}},
        {"type": 4, "data": {"content": None, "attachments": [{"id": 0, "filename": "a.png"}]}},
    ],
)
def test_a_callback_that_discord_takes_is_taken(body: dict[str, Any], faults_of: FaultsOf) -> None:
    assert faults_of(lambda: check_callback(2, body, file_count=1)) == []


def test_an_update_of_a_components_v2_message_keeps_to_components_v2(faults_of: FaultsOf) -> None:
    def update(data: dict[str, Any]) -> list[str]:
        body = {"type": 7, "data": data}
        return faults_of(lambda: check_callback(3, body, file_count=0, is_v2_kept=True))

    assert update({"components": [{"type": 10, "content": "x"}]}) == []
    assert update({"content": "x"}) == ["data.content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]


def choices(count: int, **parts: Any) -> dict[str, Any]:
    return {"choices": [{"name": "n", "value": "v", **parts}] * count}


@pytest.mark.parametrize(
    ("at_limit", "above", "fault"),
    [
        (choices(25), choices(26), "choices BASE_TYPE_MAX_LENGTH"),
        (choices(1, name="x" * 100), choices(1, name="x" * 101), "choices.0.name BASE_TYPE_BAD_LENGTH"),
        (choices(1, value="x" * 100), choices(1, value="x" * 101), "choices.0.value BASE_TYPE_MAX_LENGTH"),
        (choices(1, value=2**53 - 1), choices(1, value=2**53), "choices.0.value NUMBER_TYPE_MAX"),
        (choices(1, value=0.5), choices(1, value=True), "choices.0.value NUMBER_TYPE_COERCE"),
        (choices(1, name="x"), choices(1, name=""), "choices.0.name BASE_TYPE_BAD_LENGTH"),
    ],
)
def test_choices_are_accepted_at_each_limit_and_refused_one_above(
    at_limit: dict[str, Any], above: dict[str, Any], fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_choices(at_limit)) == []
    assert faults_of(lambda: check_choices(above)) == [fault]
    assert faults_of(lambda: check_callback(4, {"type": 8, "data": above}, file_count=0)) == [f"data.{fault}"]
