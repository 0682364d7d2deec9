"""The components of a message, one by one: buttons, selects, rows, and the layout parts of Components V2.

What the components of one message may be together stands in `layout`; what a modal holds in `modals`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.discord.rules.form import (
    Form,
    Rule,
    anything,
    boolean,
    by_type,
    distinct,
    every,
    integer,
    listing,
    objects,
    one_of,
    record,
    snowflake,
    text,
    url,
)
from sandbox.discord.wire import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LINK, PREMIUM = 5, 6
"""Button styles."""

ROW_WIDTH = 5

component_id = integer(0, 2**31 - 1)
custom_id = text(1, 100)
emoji = record(optional={"id": snowflake, "name": text(0, 64), "animated": boolean})

select_option = record(
    required={"label": text(1, 100), "value": text(1, 100)},
    optional={"description": text(0, 100), "default": boolean, "emoji": emoji},
)


def options_differ(value: object, form: Form) -> None:
    """Refuse options that hold one value twice, at the later one."""
    seen: set[object] = set()
    for index, option in objects(value, "options"):
        if repr(option.get("value")) in seen:
            code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
            form.at("options", index).refuse(code, "The specified option value is already used")
        seen.add(repr(option.get("value")))


def in_order(low: str, high: str, *, unset: int | None = None) -> Rule:
    """Return the rule that `low` is not above `high`, two numbers; an absent one counts as `unset`."""

    def check(value: object, form: Form) -> None:
        if not isinstance(value, dict):
            return
        least, most = (unset if value.get(key) is None else value[key] for key in (low, high))
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            form.at(low).refuse("NUMBER_TYPE_MAX", f"Value should be less than or equal to {high}.")

    return check


def _select(required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> Rule:
    shape = record(
        required={"custom_id": custom_id, **required},
        optional={
            "id": component_id,
            "placeholder": text(0, 150),
            "min_values": integer(0, 25),
            "max_values": integer(1, 25),
            "disabled": boolean,
            "required": boolean,
            **optional,
        },
    )
    return every(shape, in_order("min_values", "max_values", unset=1), options_differ)


def _entity_select(*kinds: str) -> Rule:
    chosen = record(required={"id": snowflake, "type": one_of(*kinds)})
    return _select({}, {"default_values": listing(chosen, 0, 25)})


_channel_types = every(listing(integer(0, 255)), distinct)
select_kinds: dict[int, Rule] = {
    3: _select({"options": listing(select_option, 1, 25)}, {}),
    5: _entity_select("user"),
    6: _entity_select("role"),
    7: _entity_select("user", "role"),
    8: every(_entity_select("channel"), record(optional={"channel_types": _channel_types})),
}

_button_shape = record(
    required={"style": one_of(1, 2, 3, 4, 5, 6)},
    optional={
        "id": component_id,
        "custom_id": custom_id,
        "label": text(0, 80),
        "emoji": emoji,
        "url": url("http", "https", "discord", high=512),
        "sku_id": snowflake,
        "disabled": boolean,
    },
)


def _target(value: object, form: Form) -> None:
    if not isinstance(value, dict):
        return
    if value.get("custom_id") is not None and value.get("url") is not None:
        code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
        form.refuse(code, "A custom id and url cannot both be specified")
    style = value.get("style")
    kinds = {LINK: _link_button, PREMIUM: _premium_button}
    kinds.get(style if isinstance(style, int) else 1, _plain_button)(value, form)


def _plain_button(button: Json, form: Form) -> None:
    if button.get("custom_id") is None:
        form.at("custom_id").refuse("BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    _refuse_each(button, ("sku_id",), form)
    _face(button, form)


def _link_button(button: Json, form: Form) -> None:
    if button.get("url") is None:
        form.at("url").require()
    _refuse_each(button, ("sku_id",), form)
    _face(button, form)


def _premium_button(button: Json, form: Form) -> None:
    if button.get("sku_id") is None:
        form.at("sku_id").require()
    _refuse_each(button, ("custom_id", "url", "label", "emoji"), form)


def _face(button: Json, form: Form) -> None:
    if not button.get("label") and not button.get("emoji"):
        form.at("label").require()


def _refuse_each(button: Json, keys: tuple[str, ...], form: Form) -> None:
    for key in keys:
        if button.get(key):
            message = "This field does not go with the style of the button"
            form.at(key).refuse("BUTTON_COMPONENT_FIELD_INVALID", message)


button = every(_button_shape, _target)


def _fits_in_a_row(value: object, form: Form) -> None:
    children = objects(value, "components")
    if len(children) > 1 and any(child.get("type") in SELECTS for _, child in children):
        for index, _ in children[1:]:
            message = "The specified component exceeds the maximum width"
            form.at("components", index).refuse("COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


row = every(
    record(
        required={"components": listing(by_type({BUTTON: button, **select_kinds}), 1, ROW_WIDTH)},
        optional={"id": component_id},
    ),
    _fits_in_a_row,
)

_media = record(required={"url": url("http", "https", "attachment")})
_upload = record(required={"url": url("attachment")})
text_display = record(required={"content": text(1, 4000)}, optional={"id": component_id})
_thumbnail = record(
    required={"media": _media},
    optional={"id": component_id, "description": text(1, 1024), "spoiler": boolean},
)
_gallery_item = record(
    required={"media": _media}, optional={"description": text(1, 1024), "spoiler": boolean}
)
_section = record(
    required={
        "components": listing(by_type({TEXT: text_display}), 1, 3),
        "accessory": by_type({BUTTON: button, THUMBNAIL: _thumbnail}),
    },
    optional={"id": component_id},
)

_block_kinds: dict[int, Rule] = {
    ROW: row,
    SECTION: _section,
    TEXT: text_display,
    GALLERY: record(required={"items": listing(_gallery_item, 1, 10)}, optional={"id": component_id}),
    FILE: record(required={"file": _upload}, optional={"id": component_id, "spoiler": boolean}),
    SEPARATOR: record(
        optional={"id": component_id, "divider": boolean, "spacing": one_of(1, 2), "type": anything}
    ),
}
_container = record(
    required={"components": listing(by_type(_block_kinds), 1, 40)},
    optional={"id": component_id, "accent_color": integer(0, 0xFFFFFF), "spoiler": boolean},
)

legacy_part = by_type({ROW: row})
layout_part = by_type({**_block_kinds, CONTAINER: _container})
