"""Permission bits and the algorithm that computes them: roles, then overwrites, owner and admin above."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.discord.wire import Json
from sandbox.discord.world.model import Channel, Guild

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
ADD_REACTIONS = 1 << 6
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
CHANGE_NICKNAME = 1 << 26
MANAGE_ROLES = 1 << 28
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38

EVERY_PERMISSION = (1 << 53) - 1
EVERYBODYS = (
    ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | CHANGE_NICKNAME
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS
)
IN_DIRECT_MESSAGES = EVERYBODYS | MENTION_EVERYONE

_ROLE_OVERWRITE = 0
_MEMBER_OVERWRITE = 1


def permissions_in_guild(guild: Guild, user_id: str) -> int:
    """Return what a member may do before any channel's overwrites; 0 for somebody who is not a member.

    Source: Discord's developer documentation, topics/permissions.
    """
    member = guild.members.get(user_id)
    if member is None:
        return 0
    if guild.data["owner_id"] == user_id:
        return EVERY_PERMISSION
    bits = int(guild.roles[guild.id]["permissions"])
    for role_id in member["roles"]:
        bits |= int(guild.roles[role_id]["permissions"])
    return EVERY_PERMISSION if bits & ADMINISTRATOR else bits


def permissions_in_channel(guild: Guild | None, channel: Channel, user_id: str) -> int:
    """Return what a user may do in a channel; a thread is given its parent's overwrites by the caller.

    Source: Discord's developer documentation, topics/permissions.
    """
    if guild is None:
        return IN_DIRECT_MESSAGES if user_id in channel.recipients else 0
    bits = permissions_in_guild(guild, user_id)
    if bits == EVERY_PERMISSION or not bits:
        return bits
    overwrites: list[Json] = channel.data.get("permission_overwrites") or []
    if overwrites:
        bits = _overwritten(bits, overwrites, guild, user_id)
    return bits if bits & VIEW_CHANNEL else 0


def _overwritten(bits: int, overwrites: list[Json], guild: Guild, user_id: str) -> int:
    roles = guild.members[user_id]["roles"]
    of_role = {o["id"]: o for o in overwrites if int(o["type"]) == _ROLE_OVERWRITE}
    own = [o for o in overwrites if int(o["type"]) == _MEMBER_OVERWRITE and o["id"] == user_id]
    bits = _apply(bits, [of_role[guild.id]] if guild.id in of_role else [])
    bits = _apply(bits, [of_role[role_id] for role_id in roles if role_id in of_role])
    return _apply(bits, own)


def _apply(bits: int, overwrites: Iterable[Json]) -> int:
    denied = allowed = 0
    for overwrite in overwrites:
        denied |= int(overwrite["deny"])
        allowed |= int(overwrite["allow"])
    return (bits & ~denied) | allowed
