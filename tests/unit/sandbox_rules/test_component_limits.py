from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.discord.rules.messages import check_message

FaultsOf = Callable[[Callable[[], None]], list[str]]
Build = Callable[[int], Any]
V2 = 1 << 15
PICTURE = {"url": "https://example.org/a.png"}


def button(name: str = "b", **parts: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "go", "custom_id": name, **parts}


def row(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


def select(**parts: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}], **parts}


def options(count: int) -> list[dict[str, str]]:
    return [{"label": "o", "value": str(one)} for one in range(count)]


def text(length: int) -> dict[str, Any]:
    return {"type": 10, "content": "x" * length}


def legacy(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"content": "x", "components": list(rows)}


def layout(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"flags": V2, "components": list(parts)}


def buttons(count: int) -> list[dict[str, Any]]:
    return [button(str(one)) for one in range(count)]


LEGACY_LIMITS: list[tuple[str, int, Build, str]] = [
    ("rows", 5, lambda n: legacy(*[row(one) for one in buttons(n)]), "components BASE_TYPE_MAX_LENGTH"),
    (
        "buttons in a row",
        5,
        lambda n: legacy(row(*buttons(n))),
        "components.0.components BASE_TYPE_BAD_LENGTH",
    ),
    (
        "button label",
        80,
        lambda n: legacy(row(button(label="x" * n))),
        "components.0.components.0.label BASE_TYPE_MAX_LENGTH",
    ),
    (
        "button custom_id",
        100,
        lambda n: legacy(row(button("x" * n))),
        "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
    ),
    (
        "link address",
        512,
        lambda n: legacy(
            row({"type": 2, "style": 5, "label": "x", "url": "https://example.org/".ljust(n, "a")})
        ),
        "components.0.components.0.url BASE_TYPE_BAD_LENGTH",
    ),
    (
        "select options",
        25,
        lambda n: legacy(row(select(options=options(n)))),
        "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
    ),
    (
        "select custom_id",
        100,
        lambda n: legacy(row(select(custom_id="x" * n))),
        "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
    ),
    (
        "placeholder",
        150,
        lambda n: legacy(row(select(placeholder="x" * n))),
        "components.0.components.0.placeholder BASE_TYPE_MAX_LENGTH",
    ),
    *(
        (
            f"option {key}",
            100,
            lambda n, key=key: legacy(row(select(options=[{"label": "a", "value": "a", key: "x" * n}]))),
            f"components.0.components.0.options.0.{key} {code}",
        )
        for key, code in (
            ("label", "BASE_TYPE_BAD_LENGTH"),
            ("value", "BASE_TYPE_BAD_LENGTH"),
            ("description", "BASE_TYPE_MAX_LENGTH"),
        )
    ),
    (
        "max_values",
        25,
        lambda n: legacy(row(select(max_values=n))),
        "components.0.components.0.max_values NUMBER_TYPE_MAX",
    ),
]

V2_LIMITS: list[tuple[str, int, Build, str]] = [
    (
        "components, nested ones counted",
        40,
        lambda n: layout({"type": 17, "components": [text(1)] * 20}, *[text(1)] * (n - 21)),
        "components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    (
        "text of all parts together",
        4000,
        lambda n: layout(text(3000), text(n - 3000)),
        "components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    (
        "texts of a section",
        3,
        lambda n: layout({"type": 9, "components": [text(1)] * n, "accessory": button()}),
        "components.0.components BASE_TYPE_BAD_LENGTH",
    ),
    (
        "pictures of a gallery",
        10,
        lambda n: layout({"type": 12, "items": [{"media": PICTURE}] * n}),
        "components.0.items BASE_TYPE_BAD_LENGTH",
    ),
    (
        "description of a picture",
        1024,
        lambda n: layout({"type": 12, "items": [{"media": PICTURE, "description": "x" * n}]}),
        "components.0.items.0.description BASE_TYPE_BAD_LENGTH",
    ),
    (
        "spacing of a separator",
        2,
        lambda n: layout({"type": 14, "spacing": n}),
        "components.0.spacing BASE_TYPE_CHOICES",
    ),
]
ALL = LEGACY_LIMITS + V2_LIMITS


@pytest.mark.parametrize(("limit", "build", "fault"), [one[1:] for one in ALL], ids=[one[0] for one in ALL])
def test_components_are_accepted_at_each_limit_and_refused_one_above(
    limit: int, build: Build, fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_message(build(limit), file_count=0)) == []
    assert faults_of(lambda: check_message(build(limit + 1), file_count=0)) == [fault]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (legacy(row()), "components.0.components BASE_TYPE_BAD_LENGTH"),
        (legacy(button()), "components.0.type UNION_TYPE_CHOICES"),
        (legacy(row(text(1))), "components.0.components.0.type UNION_TYPE_CHOICES"),
        (legacy(text(1)), "components.0.type UNION_TYPE_CHOICES"),
        (legacy(row(button(), select())), "components.0.components.1 COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        (
            legacy(row(button()), row(button())),
            "components.1.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (legacy(row(button(style=7))), "components.0.components.0.style BASE_TYPE_CHOICES"),
        (
            legacy(row({"type": 2, "style": 1, "label": "x"})),
            "components.0.components.0.custom_id BUTTON_COMPONENT_CUSTOM_ID_REQUIRED",
        ),
        (
            legacy(row({"type": 2, "style": 1, "custom_id": "x"})),
            "components.0.components.0.label BASE_TYPE_REQUIRED",
        ),
        (
            legacy(row(button(style=5, url="https://example.org"))),
            "components.0.components.0 BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        ),
        (
            legacy(row({"type": 2, "style": 5, "label": "x"})),
            "components.0.components.0.url BASE_TYPE_REQUIRED",
        ),
        (
            legacy(row(select(options=[{"label": "a", "value": "v"}, {"label": "b", "value": "v"}]))),
            "components.0.components.0.options.1 SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (
            legacy(row(select(min_values=3, max_values=2))),
            "components.0.components.0.min_values NUMBER_TYPE_MAX",
        ),
        (layout({"type": 9, "components": [text(1)]}), "components.0.accessory BASE_TYPE_REQUIRED"),
        (layout({"type": 17, "components": [layout()]}), "components.0.components.0.type BASE_TYPE_REQUIRED"),
        (
            layout({"type": 17, "components": [{"type": 17, "components": [text(1)]}]}),
            "components.0.components.0.type UNION_TYPE_CHOICES",
        ),
        (
            layout({"type": 13, "file": {"url": "https://example.org/a"}}),
            "components.0.file.url URL_TYPE_INVALID_SCHEME",
        ),
        (
            layout({"type": 13, "file": {"url": "attachment://a.csv"}}),
            "components.0.file UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        (layout({**text(1), "id": 4}, {**text(1), "id": 4}), "components.1.id COMPONENT_ID_DUPLICATED"),
        (
            {**layout(text(1)), "content": "x"},
            "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (
            {**layout(text(1)), "embeds": [{"title": "t"}]},
            "embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
    ],
)
def test_components_that_discord_refuses_are_refused_at_their_place(
    body: dict[str, Any], fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_message(body, file_count=0)) == [fault]


@pytest.mark.parametrize(
    "body",
    [
        legacy(row({"type": 2, "style": 5, "label": "x", "url": "https://example.org"})),
        legacy(row({"type": 2, "style": 1, "custom_id": "x", "emoji": {"id": None, "name": "x"}})),
        legacy(row(button()), row(select(min_values=0, max_values=1, required=True, disabled=False))),
        legacy(row({"type": 8, "custom_id": "c", "channel_types": [0], "default_values": []})),
        layout(
            {
                "type": 17,
                "accent_color": 1,
                "components": [
                    text(5),
                    row(button("1")),
                    {"type": 14, "divider": True, "spacing": 1},
                    {"type": 9, "components": [text(1)], "accessory": {"type": 11, "media": PICTURE}},
                    {"type": 12, "items": [{"media": PICTURE, "spoiler": False, "description": None}]},
                ],
            },
            row(button("2")),
        ),
        {**layout(text(1)), "content": None, "embeds": []},
        layout({**text(1), "id": 0}, {**text(1), "id": 0}),
    ],
)
def test_components_that_discord_takes_are_taken(body: dict[str, Any], faults_of: FaultsOf) -> None:
    assert faults_of(lambda: check_message(body, file_count=0)) == []


def test_a_file_component_needs_a_file(faults_of: FaultsOf) -> None:
    body = layout({"type": 13, "file": {"url": "attachment://a.csv"}})
    assert faults_of(lambda: check_message(body, file_count=1)) == []


def test_components_v2_cannot_be_taken_off_a_message(faults_of: FaultsOf) -> None:
    def edit(body: dict[str, Any]) -> list[str]:
        return faults_of(lambda: check_message(body, file_count=0, is_v2_kept=True, is_edit=True))

    assert edit({"flags": 0}) == ["flags MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG"]
    assert edit({"content": "x"}) == ["content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]
    assert edit({"flags": V2, "components": [text(1)]}) == []
    assert edit({"components": [text(1)]}) == []
