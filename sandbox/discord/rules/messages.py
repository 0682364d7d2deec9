"""What a message may be when it is created or edited, in a channel, as a follow-up or in a callback."""

from __future__ import annotations

import unicodedata

from sandbox.discord.rules.embeds import embeds
from sandbox.discord.rules.form import (
    Form,
    Rule,
    anything,
    boolean,
    distinct,
    every,
    integer,
    listing,
    one_of,
    record,
    snowflake,
    text,
)
from sandbox.discord.rules.layout import layout_components, legacy_components, uploads_needed
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json

CONTENT = 2000
FILES = 10
EPHEMERAL = 1 << 6
IS_COMPONENTS_V2 = 1 << 15

_FORWARD = 1
_mentionable = listing(snowflake, 0, 100)


def _parse_or_list(value: object, form: Form) -> None:
    if not isinstance(value, dict) or not isinstance(value.get("parse"), list):
        return
    for kind in ("users", "roles"):
        if kind in value["parse"] and value.get(kind):
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.refuse("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


_mentions = every(
    record(
        optional={
            "parse": every(listing(one_of("users", "roles", "everyone")), distinct),
            "users": every(_mentionable, distinct),
            "roles": every(_mentionable, distinct),
            "replied_user": boolean,
        }
    ),
    _parse_or_list,
)

_reference = record(
    required={"message_id": snowflake},
    optional={
        "type": one_of(0, _FORWARD),
        "channel_id": snowflake,
        "guild_id": snowflake,
        "fail_if_not_exists": boolean,
    },
)

_attachment = record(
    required={"id": snowflake},
    optional={
        "filename": text(1, 1024),
        "description": text(0, 1024),
        "title": text(0, 1024),
        "is_spoiler": boolean,
    },
)

_poll = record(
    required={
        "question": record(required={"text": text(1, 300)}),
        "answers": listing(
            record(required={"poll_media": record(optional={"text": text(1, 55)})}),
            1,
            10,
        ),
    },
    optional={"duration": integer(1, 768), "allow_multiselect": boolean, "layout_type": one_of(1)},
)


def _nonce(value: object, form: Form) -> None:
    rule = text(0, 25) if isinstance(value, str) else integer(-(2**63), 2**63 - 1)
    rule(value, form)


_common: dict[str, Rule] = {
    "content": text(0, CONTENT),
    "embeds": embeds,
    "allowed_mentions": _mentions,
    "flags": integer(),
    "attachments": listing(_attachment, 0, FILES),
    "tts": boolean,
    "poll": _poll,
    "sticker_ids": listing(snowflake, 0, 3),
    "nonce": _nonce,
    "enforce_nonce": boolean,
    "message_reference": _reference,
    "username": text(1, 80),
    "avatar_url": anything,
}
_legacy = record(optional={**_common, "components": legacy_components})
_v2 = record(optional={**_common, "components": layout_components})

_BESIDE_V2 = ("content", "embeds", "poll", "sticker_ids")
_SHOWN = ("embeds", "components", "sticker_ids", "poll")


def message_form(
    body: Json, form: Form, *, file_count: int, is_v2_kept: bool = False, is_edit: bool = False
) -> None:
    """Report to `form` what is wrong with the message `body`; whether it is empty is not looked at.

    Args:
        body: the fields that were sent; on an edit those that change.
        form: where the message stands in the request.
        file_count: files that came with the request.
        is_v2_kept: the message being edited has IS_COMPONENTS_V2, which stays.
        is_edit: an existing message changes, so its attachments may be named too.
    """
    is_v2 = is_v2_kept or _has_v2(body)
    (_v2 if is_v2 else _legacy)(body, form)
    if is_v2:
        _check_v2(body, form)
    if is_v2_kept and isinstance(body.get("flags"), int) and not _has_v2(body):
        message = "The IS_COMPONENTS_V2 flag cannot be removed from a message"
        form.at("flags").refuse("MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", message)
    _check_files(body, form, file_count=file_count, is_edit=is_edit)


def is_empty(body: Json, *, file_count: int) -> bool:
    """Say whether a new message with these fields would show nothing at all."""
    content = body.get("content")
    reference = body.get("message_reference")
    is_forward = isinstance(reference, dict) and reference.get("type") == _FORWARD
    is_said = isinstance(content, str) and any(map(_is_seen, content))
    return not (is_said or is_forward or file_count or any(body.get(key) for key in _SHOWN))


def _is_seen(character: str) -> bool:
    """Spaces, control characters and those that only format, such as a zero-width space, show nothing."""
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf"}


def check_message(body: Json, *, file_count: int, is_v2_kept: bool = False, is_edit: bool = False) -> None:
    """Check the body of a message create or edit; see `message_form` for the arguments.

    Raises:
        Refused: 50035 with every fault, or 50006 when a new message would be empty.
    """
    form = Form()
    message_form(body, form, file_count=file_count, is_v2_kept=is_v2_kept, is_edit=is_edit)
    form.raise_faults()
    if not is_edit and is_empty(body, file_count=file_count):
        raise Refused(400, 50006, "Cannot send an empty message")


def _has_v2(body: Json) -> bool:
    flags = body.get("flags")
    return isinstance(flags, int) and bool(flags & IS_COMPONENTS_V2)


def _check_v2(body: Json, form: Form) -> None:
    for key in _BESIDE_V2:
        if body.get(key):
            form.at(key).refuse(
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _check_files(body: Json, form: Form, *, file_count: int, is_edit: bool) -> None:
    if file_count > FILES:
        form.at("files").refuse("BASE_TYPE_MAX_LENGTH", f"Must be {FILES} or fewer in length.")
    if is_edit:
        return
    if not file_count:
        uploads_needed(body.get("components"), form.at("components"))
    listed = body.get("attachments")
    for index in range(file_count, len(listed) if isinstance(listed, list) else 0):
        message = "No file came with the request for this attachment."
        form.at("attachments", index).refuse("ATTACHMENT_NOT_FOUND", message)
