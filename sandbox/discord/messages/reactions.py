"""Adding and removing reactions, and telling everyone. Who may is checked by the callers."""

from __future__ import annotations

import re

from sandbox.discord.events import Event
from sandbox.discord.messages.posting import emoji_of
from sandbox.discord.realm import Realm
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.model import Channel, Message

_CUSTOM = re.compile(r"\w{2,32}:\d{15,20}")
_MOST_CHARACTERS = 16
_MOST_KINDS = 20


def emoji_key(said: str) -> str:
    """Return the emoji of a path as it is kept, or refuse with 10014."""
    is_plain = 0 < len(said) <= _MOST_CHARACTERS and not said.isascii()
    if is_plain or _CUSTOM.fullmatch(said):
        return said
    raise Refused(400, 10014, "Unknown Emoji")


def add_reaction(realm: Realm, channel: Channel, message: Message, user_id: str, key: str) -> None:
    """Add a user's reaction; adding it twice changes nothing."""
    if key not in message.reactions and len(message.reactions) >= _MOST_KINDS:
        raise Refused(403, 30010, "Maximum number of reactions reached (20)")
    users = message.reactions.setdefault(key, [])
    if user_id in users:
        return
    users.append(user_id)
    payload = _payload(channel, message, user_id, key)
    payload.update(message_author_id=message.author_id, burst=False, type=0)
    if channel.guild_id is not None:
        member = realm.world.guilds[channel.guild_id].members[user_id]
        payload["member"] = {**member, "user": realm.world.users[user_id]}
    _tell(realm, "MESSAGE_REACTION_ADD", payload, channel, message)


def remove_reaction(realm: Realm, channel: Channel, message: Message, user_id: str, key: str) -> None:
    """Remove a user's reaction, or refuse with 10014 when there is none of that emoji."""
    users = message.reactions.get(key)
    if users is None:
        raise Refused(400, 10014, "Unknown Emoji")
    if user_id not in users:
        return
    users.remove(user_id)
    if not users:
        del message.reactions[key]
    payload = {**_payload(channel, message, user_id, key), "burst": False, "type": 0}
    _tell(realm, "MESSAGE_REACTION_REMOVE", payload, channel, message)


def clear_reactions(realm: Realm, channel: Channel, message: Message) -> None:
    """Remove every reaction."""
    message.reactions.clear()
    payload: Json = {"channel_id": channel.id, "message_id": message.id}
    if channel.guild_id is not None:
        payload["guild_id"] = channel.guild_id
    _tell(realm, "MESSAGE_REACTION_REMOVE_ALL", payload, channel, message)


def _payload(channel: Channel, message: Message, user_id: str, key: str) -> Json:
    payload: Json = {
        "user_id": user_id,
        "channel_id": channel.id,
        "message_id": message.id,
        "emoji": emoji_of(key),
    }
    if channel.guild_id is not None:
        payload["guild_id"] = channel.guild_id
    return payload


def _tell(realm: Realm, name: str, payload: Json, channel: Channel, message: Message) -> None:
    realm.world.touch("message", message.id, channel.id)
    realm.events.emit(
        Event(
            type=name,
            payload=payload,
            channel=channel,
            message=message,
            only_for=message.only_for,
            by=message.author_id,
        )
    )
