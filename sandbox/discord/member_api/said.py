"""The shape of what a member sends to write a message and to make a user; what it means stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.wire import Json

LONGEST_NAME = 32


class _Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    content: str | None = None
    reply_to: str | int | None = None
    nonce: str | int | None = None
    attachments: list[Json] | None = None
    channel_id: str | int | None = None
    """Over a socket, where no path says it."""


class _Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    username: str
    roles: list[str] = []


def check_said(body: Json) -> None:
    """Refuse a message of the wrong shape, or with fields that a member's message does not have.

    Raises:
        Mistake: what is wrong, and where.
    """
    try:
        msgspec.convert(body, _Message)
    except msgspec.ValidationError as error:
        fix = "Send {content, reply_to?, nonce?, attachments?}; embeds, flags and the like are for bots."
        raise Mistake(400, "bad_message", str(error), fix) from None


def person_in(body: Json, role_names: Iterable[str]) -> tuple[str, list[str]]:
    """Return the name and the roles of the user that is to be made; `role_names` are those there are.

    Raises:
        Mistake: it is no name that a user can have, or there is no such role.
    """
    try:
        asked = msgspec.convert(body, _Person)
    except msgspec.ValidationError as error:
        raise Mistake(400, "bad_user", str(error), 'Send {"username": "zoe", "roles": ["Trader"]}.') from None
    name = asked.username.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        message = f"A username has 1 to {LONGEST_NAME} characters that can be printed."
        raise Mistake(400, "bad_username", message, "Choose another username.")
    there_are = sorted(set(role_names))
    unknown = sorted(set(asked.roles) - set(there_are))
    if unknown:
        raise Mistake(
            400, "bad_roles", f"There is no role {unknown[0]!r}.", f"There are: {', '.join(there_are)}."
        )
    return name, asked.roles or ["Member"]
