"""Which callback answers which interaction, and what each callback may carry."""

from __future__ import annotations

from sandbox.discord.rules.form import (
    Form,
    Rule,
    every,
    integer,
    listing,
    number,
    one_of,
    record,
    text,
)
from sandbox.discord.rules.messages import EPHEMERAL, is_empty, message_form
from sandbox.discord.rules.modals import check_modal, modal_form
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json

__all__ = ["check_callback", "check_choices", "check_modal"]

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

_VALID: dict[int, tuple[int, ...]] = {
    COMMAND: (MESSAGE, DEFERRED_MESSAGE, MODAL),
    COMPONENT: (MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFERRED_MESSAGE),
}
_OF_A_COMPONENT = (DEFERRED_UPDATE, UPDATE)
_SAFE = 2**53 - 1


def _choice_value(value: object, form: Form) -> None:
    if isinstance(value, str):
        text(0, 100)(value, form)
    elif isinstance(value, float):
        number()(value, form)
    else:
        integer(-_SAFE, _SAFE)(value, form)


_choices: Rule = record(
    optional={"choices": listing(record(required={"name": text(1, 100), "value": _choice_value}), 0, 25)}
)


def _only_ephemeral(value: object, form: Form) -> None:
    if isinstance(value, int) and value & ~EPHEMERAL:
        form.refuse("BASE_TYPE_CHOICES", "Only the EPHEMERAL flag may be set on a deferred message")


_deferred: Rule = record(optional={"flags": every(integer(), _only_ephemeral)})


def valid_types(interaction_type: int, *, is_from_component: bool) -> tuple[int, ...]:
    """Return the callback types that answer an interaction; a modal may come from a component's press."""
    found = _VALID.get(interaction_type, ())
    is_update_too = interaction_type == MODAL_SUBMIT and is_from_component
    return found + _OF_A_COMPONENT if is_update_too else found


def check_callback(
    interaction_type: int,
    body: Json,
    *,
    file_count: int,
    is_from_component: bool = False,
    is_v2_kept: bool = False,
) -> None:
    """Check the body of an interaction callback.

    Args:
        interaction_type: 2 command, 3 component, 4 autocomplete, 5 modal submit.
        body: ``{type, data?}`` as sent.
        file_count: files that came with the request.
        is_from_component: the modal was opened by a component, so that 6 and 7 edit its message.
        is_v2_kept: the message that 7 would edit has IS_COMPONENTS_V2.

    Raises:
        Refused: 50035 with every fault, or 50006 when the message would be empty.
    """
    form = Form()
    allowed = valid_types(interaction_type, is_from_component=is_from_component)
    record(required={"type": one_of(*allowed)})(body, form)
    form.raise_faults()
    data = body.get("data")
    if data is not None and not isinstance(data, dict):
        record()(data, form.at("data"))
    else:
        _check_data(body["type"], data or {}, form.at("data"), file_count, is_v2_kept=is_v2_kept)
    form.raise_faults()
    if body["type"] == MESSAGE and is_empty(data or {}, file_count=file_count):
        raise Refused(400, 50006, "Cannot send an empty message")


def _check_data(kind: int, data: Json, form: Form, file_count: int, *, is_v2_kept: bool) -> None:
    if kind in {MESSAGE, UPDATE}:
        is_edit = kind == UPDATE
        message_form(data, form, file_count=file_count, is_v2_kept=is_v2_kept and is_edit, is_edit=is_edit)
    elif kind == DEFERRED_MESSAGE:
        _deferred(data, form)
    elif kind == CHOICES:
        _choices(data, form)
    elif kind == MODAL:
        modal_form(data, form)


def check_choices(data: Json) -> None:
    """Check the choices of an autocomplete as they stand in ``data`` of a callback.

    Raises:
        Refused: 50035 with every fault.
    """
    form = Form()
    _choices(data, form)
    form.raise_faults()
