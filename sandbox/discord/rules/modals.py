"""What a modal may be: its title and its parts, and the controls that stand in a label or in an old row."""

from __future__ import annotations

from sandbox.discord.rules.components import (
    ROW,
    TEXT,
    TEXT_INPUT,
    component_id,
    custom_id,
    in_order,
    options_differ,
    select_kinds,
    text_display,
)
from sandbox.discord.rules.form import (
    Form,
    Rule,
    boolean,
    by_type,
    every,
    integer,
    listing,
    objects,
    one_of,
    record,
    text,
)
from sandbox.discord.rules.layout import ids_differ
from sandbox.discord.wire import Json

LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
PARTS = 5

_option = record(
    required={"label": text(1, 100), "value": text(1, 100)},
    optional={"description": text(0, 100), "default": boolean},
)


def _control(required: dict[str, Rule], optional: dict[str, Rule]) -> Rule:
    return record(
        required={"custom_id": custom_id, **required},
        optional={"id": component_id, "required": boolean, **optional},
    )


def _counted(high: int, required: dict[str, Rule] | None = None) -> Rule:
    counts = {"min_values": integer(0, high), "max_values": integer(1, high)}
    return every(_control(required or {}, counts), in_order("min_values", "max_values"))


def _value_fits(value: object, form: Form) -> None:
    if not isinstance(value, dict) or not isinstance(value.get("value"), str) or not value["value"]:
        return
    low, high = value.get("min_length"), value.get("max_length")
    if isinstance(low, int) and isinstance(high, int) and low <= high:
        text(low, high)(value["value"], form.at("value"))


def _chosen_once(value: object, form: Form) -> None:
    chosen = [index for index, option in objects(value, "options") if option.get("default") is True]
    for index in chosen[1:]:
        message = "Only one option may be chosen by default"
        form.at("options", index).refuse("COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def _enabled(value: object, form: Form) -> None:
    if isinstance(value, dict) and value.get("disabled") is True:
        form.at("disabled").refuse("BASE_TYPE_CHOICES", "A component of a modal cannot be disabled")


text_input = every(
    _control(
        {"style": one_of(1, 2)},
        {
            "value": text(0, 4000),
            "placeholder": text(0, 100),
            "min_length": integer(0, 4000),
            "max_length": integer(1, 4000),
        },
    ),
    in_order("min_length", "max_length"),
    _value_fits,
)
_labelled_input = every(text_input, record(required={"label": text(1, 45)}))

_controls: dict[int, Rule] = {
    **{kind: every(rule, _enabled) for kind, rule in select_kinds.items()},
    TEXT_INPUT: text_input,
    FILE_UPLOAD: _counted(10),
    RADIO_GROUP: every(_control({"options": listing(_option, 2, 10)}, {}), options_differ, _chosen_once),
    CHECKBOX_GROUP: every(_counted(10, {"options": listing(_option, 1, 10)}), options_differ),
    CHECKBOX: _control({}, {"default": boolean}),
}

_part = by_type(
    {
        ROW: record(
            required={"components": listing(by_type({TEXT_INPUT: _labelled_input}), 1, 1)},
            optional={"id": component_id},
        ),
        TEXT: text_display,
        LABEL: record(
            required={"label": text(1, 45), "component": by_type(_controls)},
            optional={"id": component_id, "description": text(1, 100)},
        ),
    }
)

_modal = record(
    required={
        "custom_id": text(1, 100),
        "title": text(1, 45),
        "components": every(listing(_part, 1, PARTS), ids_differ),
    }
)


def modal_form(body: Json, form: Form) -> None:
    """Report to `form` what is wrong with the modal `body`."""
    _modal(body, form)


def check_modal(body: Json) -> None:
    """Check a modal as it stands in ``data`` of a callback.

    Raises:
        Refused: 50035 with every fault.
    """
    form = Form()
    modal_form(body, form)
    form.raise_faults()
