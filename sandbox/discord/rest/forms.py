"""What may be said in the smaller requests: channels, threads, and the ids and numbers of a query."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from sandbox.discord.messages.pictures import image_size
from sandbox.discord.rest.body import MOST_BYTES_A_FILE
from sandbox.discord.rules.form import Form, Rule, boolean, integer, listing, one_of, record, snowflake, text
from sandbox.discord.wire import Json
from sandbox.discord.world.model import PRIVATE_THREAD, PUBLIC_THREAD

_SLOWEST_S = 21_600
_ARCHIVE_MINUTES = (60, 1440, 4320, 10_080)
_PAGE = 100
_PICTURES = frozenset({"data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"})
_DIGITS = 9
"""More of them are no limit that anybody means."""


def _picture(value: object, form: Form) -> None:
    """Accept a picture as Discord takes it: a ``data:`` address with its kind and its bytes in base64."""
    said = value if isinstance(value, str) else ""
    kind, _, packed = said.partition(";base64,")
    try:
        content = base64.b64decode(packed, validate=True)
    except binascii.Error:
        content = b""
    if kind not in _PICTURES or not image_size(content):
        form.refuse("IMAGE_INVALID", "Invalid image data")
    elif len(content) > MOST_BYTES_A_FILE:
        form.refuse("BINARY_TYPE_MAX_SIZE", f"File cannot be larger than {MOST_BYTES_A_FILE / 1024} kb.")


def _bits(value: object, form: Form) -> None:
    """Accept permission bits, as a decimal string or as the number that some clients send."""
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return
    integer(0)(value, form)


_overwrite = record(
    required={"id": snowflake, "type": one_of(0, 1)}, optional={"allow": _bits, "deny": _bits}
)
_channel: dict[str, Rule] = {
    "name": text(1, 100),
    "type": integer(),
    "topic": text(0, 1024),
    "nsfw": boolean,
    "position": integer(0),
    "parent_id": snowflake,
    "rate_limit_per_user": integer(0, _SLOWEST_S),
    "permission_overwrites": listing(_overwrite, 0, 100),
    "archived": boolean,
    "locked": boolean,
    "invitable": boolean,
    "auto_archive_duration": one_of(*_ARCHIVE_MINUTES),
}
_new_channel = record(required={"name": _channel["name"]}, optional=_channel)
_changed_channel = record(optional=_channel)
_thread = record(
    required={"name": _channel["name"]},
    optional={**_channel, "type": one_of(PUBLIC_THREAD, PRIVATE_THREAD)},
)


def check_new_channel(body: Json) -> None:
    """Refuse what cannot be made into a channel."""
    _check(_new_channel, body)


def check_changed_channel(body: Json) -> None:
    """Refuse what a channel or thread cannot become."""
    _check(_changed_channel, body)


def check_thread(body: Json) -> None:
    """Refuse what cannot be made into a thread."""
    _check(_thread, body)


def check_profile(body: Json) -> None:
    """Refuse a name or a picture that no user can have."""
    _check(record(optional={"username": text(2, 32), "avatar": _picture}), body)


def picture_in(said: str) -> bytes:
    """Return the picture of a ``data:`` address that was checked."""
    return base64.b64decode(said.partition(",")[2])


def query_id(query: Mapping[str, str], name: str) -> int | None:
    """Return an id of a query as a number, None where there is none, or refuse what is no id."""
    said = query.get(name)
    if not said:
        return None
    form = Form()
    snowflake(said, form.at(name))
    form.raise_faults()
    return int(said)


def query_limit(query: Mapping[str, str], *, default: int, most: int = _PAGE) -> int:
    """Return how many things a query asks for, or refuse less than one and more than `most`."""
    said = query.get("limit")
    if not said:
        return default
    form = Form()
    number = int(said) if said.isdecimal() and said.isascii() and len(said) <= _DIGITS else said
    integer(1, most)(number, form.at("limit"))
    form.raise_faults()
    return int(number)


def _check(rule: Rule, body: Json) -> None:
    form = Form()
    rule(body, form)
    form.raise_faults()
