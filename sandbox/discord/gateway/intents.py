"""Which intent an event needs, and what a message looks like to a bot that may not read content."""

from __future__ import annotations

from sandbox.discord.events import Event
from sandbox.discord.wire import Json
from sandbox.discord.world.model import Message

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_MESSAGE_REACTIONS = 1 << 10
GUILD_MESSAGE_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_MESSAGE_REACTIONS = 1 << 13
DIRECT_MESSAGE_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15

DEFINED = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
PRIVILEGED = {"members": GUILD_MEMBERS, "presences": GUILD_PRESENCES, "message_content": MESSAGE_CONTENT}
"""The names by which the privileged intents are switched on for an application."""

_APPLICATION_FLAGS = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}

_IN_GUILD_OR_DIRECT: dict[str, tuple[int, int | None]] = {
    "MESSAGE_CREATE": (GUILD_MESSAGES, DIRECT_MESSAGES),
    "MESSAGE_UPDATE": (GUILD_MESSAGES, DIRECT_MESSAGES),
    "MESSAGE_DELETE": (GUILD_MESSAGES, DIRECT_MESSAGES),
    "MESSAGE_DELETE_BULK": (GUILD_MESSAGES, DIRECT_MESSAGES),
    "MESSAGE_REACTION_ADD": (GUILD_MESSAGE_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    "MESSAGE_REACTION_REMOVE": (GUILD_MESSAGE_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    "MESSAGE_REACTION_REMOVE_ALL": (GUILD_MESSAGE_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    "TYPING_START": (GUILD_MESSAGE_TYPING, DIRECT_MESSAGE_TYPING),
    "CHANNEL_CREATE": (GUILDS, None),
    "CHANNEL_UPDATE": (GUILDS, None),
    "CHANNEL_DELETE": (GUILDS, None),
    "THREAD_CREATE": (GUILDS, None),
    "THREAD_UPDATE": (GUILDS, None),
    "THREAD_DELETE": (GUILDS, None),
    "GUILD_MEMBER_ADD": (GUILD_MEMBERS, GUILD_MEMBERS),
    "GUILD_MEMBER_UPDATE": (GUILD_MEMBERS, GUILD_MEMBERS),
}


def intent_for(event: Event) -> int | None:
    """Return the bit that an event needs, or None where bots never hear of it."""
    pair = _IN_GUILD_OR_DIRECT.get(event.type)
    if pair is None:
        return None
    is_direct = event.only_for is not None or (event.channel is not None and event.channel.guild_id is None)
    return pair[1] if is_direct else pair[0]


def privileged_bits(names: list[str]) -> int:
    """Return the intents of the given names."""
    return sum(PRIVILEGED[name] for name in names)


def application_flags(names: list[str], *, has_commands: bool) -> int:
    """Return an application's flags: its privileged intents and whether it has global commands."""
    bits = sum(_APPLICATION_FLAGS[name] for name in names)
    return bits | (1 << 23) if has_commands else bits


def reads_content(message: Message, user_id: str, *, is_direct: bool) -> bool:
    """Return whether a bot without the message content intent still reads this message."""
    return (
        is_direct
        or message.author_id == user_id
        or any(mention["id"] == user_id for mention in message.data["mentions"])
    )


def without_content(payload: Json) -> Json:
    """Return a message as a bot gets it that may not read it."""
    stripped = {**payload, "content": "", "embeds": [], "attachments": [], "components": []}
    stripped.pop("poll", None)
    return stripped
