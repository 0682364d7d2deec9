from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.discord.rules.modals import check_modal

FaultsOf = Callable[[Callable[[], None]], list[str]]
Build = Callable[[int], dict[str, Any]]


def modal(*parts: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {"custom_id": "m", "title": "t", "components": list(parts) or [old_row()], **top}


def old_row(name: str = "i", **parts: Any) -> dict[str, Any]:
    return {
        "type": 1,
        "components": [{"type": 4, "custom_id": name, "style": 1, "label": "l", **parts}],
    }


def label(component: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"type": 18, "label": "l", "component": {"custom_id": "c", **component}, **parts}


def text_input(**parts: Any) -> dict[str, Any]:
    return label({"type": 4, "style": 1, **parts})


def options(count: int) -> list[dict[str, str]]:
    return [{"label": "o", "value": str(one)} for one in range(count)]


INPUT = "components.0.component"
LIMITS: list[tuple[str, int, Build, str]] = [
    ("title", 45, lambda n: modal(title="x" * n), "title BASE_TYPE_BAD_LENGTH"),
    ("custom_id", 100, lambda n: modal(custom_id="x" * n), "custom_id BASE_TYPE_BAD_LENGTH"),
    (
        "parts",
        5,
        lambda n: modal(*[old_row(str(one)) for one in range(n)]),
        "components BASE_TYPE_BAD_LENGTH",
    ),
    (
        "label",
        45,
        lambda n: modal(label({"type": 4, "style": 1}, label="x" * n)),
        "components.0.label BASE_TYPE_BAD_LENGTH",
    ),
    (
        "label description",
        100,
        lambda n: modal(label({"type": 4, "style": 1}, description="x" * n)),
        "components.0.description BASE_TYPE_BAD_LENGTH",
    ),
    (
        "label of an old row",
        45,
        lambda n: modal(old_row(label="x" * n)),
        "components.0.components.0.label BASE_TYPE_BAD_LENGTH",
    ),
    ("value", 4000, lambda n: modal(text_input(value="x" * n)), f"{INPUT}.value BASE_TYPE_MAX_LENGTH"),
    (
        "placeholder",
        100,
        lambda n: modal(text_input(placeholder="x" * n)),
        f"{INPUT}.placeholder BASE_TYPE_MAX_LENGTH",
    ),
    ("max_length", 4000, lambda n: modal(text_input(max_length=n)), f"{INPUT}.max_length NUMBER_TYPE_MAX"),
    ("min_length", 4000, lambda n: modal(text_input(min_length=n)), f"{INPUT}.min_length NUMBER_TYPE_MAX"),
    (
        "value against max_length",
        3,
        lambda n: modal(text_input(min_length=1, max_length=3, value="x" * n)),
        f"{INPUT}.value BASE_TYPE_BAD_LENGTH",
    ),
    (
        "radio options",
        10,
        lambda n: modal(label({"type": 21, "options": options(n)})),
        f"{INPUT}.options BASE_TYPE_BAD_LENGTH",
    ),
    (
        "checkbox options",
        10,
        lambda n: modal(label({"type": 22, "options": options(n)})),
        f"{INPUT}.options BASE_TYPE_BAD_LENGTH",
    ),
    (
        "uploads",
        10,
        lambda n: modal(label({"type": 19, "max_values": n})),
        f"{INPUT}.max_values NUMBER_TYPE_MAX",
    ),
]


@pytest.mark.parametrize(
    ("limit", "build", "fault"), [one[1:] for one in LIMITS], ids=[one[0] for one in LIMITS]
)
def test_a_modal_is_accepted_at_each_limit_and_refused_one_above(
    limit: int, build: Build, fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_modal(build(limit))) == []
    assert faults_of(lambda: check_modal(build(limit + 1))) == [fault]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (modal(title=""), "title BASE_TYPE_BAD_LENGTH"),
        ({"custom_id": "m", "title": "t"}, "components BASE_TYPE_REQUIRED"),
        (modal(components=[]), "components BASE_TYPE_BAD_LENGTH"),
        (modal(old_row(), old_row()), "components.1.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED"),
        (modal(old_row(label=None)), "components.0.components.0.label BASE_TYPE_REQUIRED"),
        (
            modal({"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "b", "label": "x"}]}),
            "components.0.components.0.type UNION_TYPE_CHOICES",
        ),
        (modal(label({"type": 2, "style": 1})), f"{INPUT}.type UNION_TYPE_CHOICES"),
        (modal(text_input(min_length=5, max_length=4)), f"{INPUT}.min_length NUMBER_TYPE_MAX"),
        (
            modal(text_input(min_length=17, max_length=20, value="short")),
            f"{INPUT}.value BASE_TYPE_BAD_LENGTH",
        ),
        (modal(label({"type": 21, "options": options(1)})), f"{INPUT}.options BASE_TYPE_BAD_LENGTH"),
        (
            modal(label({"type": 21, "options": [{**one, "default": True} for one in options(2)]})),
            f"{INPUT}.options.1 COMPONENT_TOO_MANY_DEFAULT_VALUES",
        ),
        (
            modal(label({"type": 3, "options": options(1), "disabled": True})),
            f"{INPUT}.disabled BASE_TYPE_CHOICES",
        ),
    ],
)
def test_a_modal_that_discord_refuses_is_refused_at_its_place(
    body: dict[str, Any], fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_modal(body)) == [fault]


@pytest.mark.parametrize(
    "control",
    [
        {"type": 3, "options": options(2), "disabled": False, "required": True},
        {"type": 4, "style": 2, "required": False, "value": None, "min_length": 1, "max_length": 10},
        {"type": 5},
        {"type": 6},
        {"type": 7},
        {"type": 8, "channel_types": [0, 5]},
        {"type": 19, "min_values": 0},
        {"type": 21, "options": options(2)},
        {"type": 22, "options": options(1)},
        {"type": 23, "default": True},
    ],
)
def test_every_control_may_stand_in_a_label_beside_a_text(
    control: dict[str, Any], faults_of: FaultsOf
) -> None:
    body = modal(label(control), {"type": 10, "content": "please"})
    assert faults_of(lambda: check_modal(body)) == []
