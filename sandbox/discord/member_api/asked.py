"""The shape of what a member sends to start an interaction; what it means stands in `acts`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.wire import Json


class _Option(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: int | None = None
    value: str | int | float | bool | None = None
    focused: bool | None = None
    options: list[_Option] | None = None


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    custom_id: str | None = None
    value: str | int | float | bool | None = None
    values: list[str | int] | None = None
    component: _Part | None = None
    components: list[_Part] | None = None


class _Interaction(msgspec.Struct, frozen=True, kw_only=True):
    type: Literal[2, 3, 4, 5]
    channel_id: str | int | None = None
    application_id: str | None = None
    name: str | None = None
    command_id: str | int | None = None
    options: list[_Option] | None = None
    target_id: str | int | None = None
    message_id: str | int | None = None
    custom_id: str | None = None
    component_type: int | None = None
    values: list[str | int] | None = None
    interaction_id: str | int | None = None
    components: list[_Part] | None = None
    nonce: str | int | None = None
    locale: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}(-[A-Z]{2}|-419)?$")] | None = None
    wait: bool | None = None


def check_asked(body: Json) -> None:
    """Refuse an interaction of the wrong shape.

    Raises:
        Mistake: something in it is missing or of the wrong type; it says where.
    """
    try:
        msgspec.convert(body, _Interaction)
    except msgspec.ValidationError as error:
        fix = "Send {type: 2|3|4|5, channel_id, ...} with Discord's own option and component objects."
        raise Mistake(400, "bad_interaction", str(error), fix) from None
