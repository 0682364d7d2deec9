"""Finding things by id, with the 404 or 403 that Discord answers when they are not there to be seen."""

from __future__ import annotations

from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.model import Channel, Guild, Message, World
from sandbox.discord.world.permissions import VIEW_CHANNEL, permissions_in_channel

_NOT_FOUND = 404
_FORBIDDEN = 403


def find_user(world: World, user_id: str) -> Json:
    """Return the user, or refuse with 10013."""
    if user_id not in world.users:
        raise Refused(_NOT_FOUND, 10013, "Unknown User")
    return world.users[user_id]


def find_guild(world: World, guild_id: str) -> Guild:
    """Return the guild, or refuse with 10004."""
    if guild_id not in world.guilds:
        raise Refused(_NOT_FOUND, 10004, "Unknown Guild")
    return world.guilds[guild_id]


def find_member(world: World, guild_id: str, user_id: str) -> Json:
    """Return the member with its user, or refuse with 10007."""
    member = find_guild(world, guild_id).members.get(user_id)
    if member is None:
        raise Refused(_NOT_FOUND, 10007, "Unknown Member")
    return {**member, "user": world.users[user_id]}


def find_channel(world: World, channel_id: str) -> Channel:
    """Return the channel, or refuse with 10003."""
    if channel_id not in world.channels:
        raise Refused(_NOT_FOUND, 10003, "Unknown Channel")
    return world.channels[channel_id]


def find_message(channel: Channel, message_id: str, viewer: str) -> Message:
    """Return a message that `viewer` sees, or refuse with 10008."""
    message = channel.messages.get(message_id)
    if message is None or message.only_for not in {None, viewer}:
        raise Refused(_NOT_FOUND, 10008, "Unknown Message")
    return message


def rights(world: World, channel: Channel, user_id: str) -> int:
    """Return the permission bits of a user in a channel; a thread has those of its parent."""
    key = (user_id, channel.id)
    known = world.sights.get(key)
    if known is None:
        guild = world.guilds.get(channel.guild_id) if channel.guild_id else None
        ruled_by = world.channels.get(channel.data["parent_id"], channel) if channel.is_thread else channel
        known = world.sights[key] = permissions_in_channel(guild, ruled_by, user_id)
    return known


def can_see(world: World, channel: Channel, user_id: str) -> bool:
    """Return whether a user sees a channel."""
    return bool(rights(world, channel, user_id) & VIEW_CHANNEL)


def visible_channel(world: World, channel_id: str, user_id: str) -> Channel:
    """Return the channel, or refuse with 10003 (there is none) or 50001 (not for this user)."""
    channel = find_channel(world, channel_id)
    if not can_see(world, channel, user_id):
        raise Refused(_FORBIDDEN, 50001, "Missing Access")
    return channel


def require(world: World, channel: Channel, user_id: str, *bits: int) -> None:
    """Refuse with 50013 unless the user has every one of `bits` in the channel."""
    granted = rights(world, channel, user_id)
    if any(not granted & bit for bit in bits):
        raise Refused(_FORBIDDEN, 50013, "Missing Permissions")
