"""What the gateway adds to the objects of REST: READY, GUILD_CREATE, chunks, and messages with members."""

from __future__ import annotations

from sandbox.discord.events import Event
from sandbox.discord.gateway import intents
from sandbox.discord.gateway.session import Session
from sandbox.discord.wire import Json
from sandbox.discord.world import shapes
from sandbox.discord.world.model import Guild, Message, World

CHUNK_SIZE = 1000
MOST_BY_QUERY = 100
CARRYING_A_MESSAGE = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})
"""The events whose payload is a whole message."""


def ready(world: World, session: Session, *, gateway_url: str, flags: int) -> Json:
    """Build READY's payload; its guilds follow as GUILD_CREATE."""
    return {
        "v": 10,
        "user": shapes.own_user(world.users[session.application_id]),
        "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds_of(world, session)],
        "session_id": session.id,
        "resume_gateway_url": gateway_url,
        "shard": list(session.shard),
        "application": {"id": session.application_id, "flags": flags, "flags_new": str(flags)},
        "private_channels": [],
    }


def guilds_of(world: World, session: Session) -> list[Guild]:
    """Return the guilds that a session carries."""
    return [
        guild
        for guild in world.guilds.values()
        if session.application_id in guild.members and session.is_in_shard(guild.id)
    ]


def guild_create(world: World, guild: Guild, session: Session) -> Json:
    """Build GUILD_CREATE's payload; without the members intent it lists the bot alone."""
    has_members = bool(session.intents & intents.GUILD_MEMBERS)
    listed = guild.members if has_members else {session.application_id}
    channels = [world.channels[channel_id] for channel_id in guild.channel_ids]
    return {
        **guild.data,
        "joined_at": guild.members[session.application_id]["joined_at"],
        "roles": list(guild.roles.values()),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_of(world, guild, user_id) for user_id in listed],
        "channels": [channel.data for channel in channels if not channel.is_thread],
        "threads": [channel.data for channel in channels if channel.is_thread],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def member_of(world: World, guild: Guild, user_id: str) -> Json:
    """Return a member with its user."""
    return {**guild.members[user_id], "user": world.users[user_id]}


def chunks(world: World, guild: Guild, asked: Json) -> list[Json]:
    """Build the answers to a request for members (op 8)."""
    members, missing = _asked_members(world, guild, asked)
    parts = [members[at : at + CHUNK_SIZE] for at in range(0, len(members), CHUNK_SIZE)] or [[]]
    extra: Json = {key: asked[key] for key in ("nonce",) if asked.get(key) is not None}
    if missing:
        extra["not_found"] = missing
    if asked.get("presences"):
        extra["presences"] = []
    return [
        {"guild_id": guild.id, "members": part, "chunk_index": index, "chunk_count": len(parts), **extra}
        for index, part in enumerate(parts)
    ]


def _asked_members(world: World, guild: Guild, asked: Json) -> tuple[list[Json], list[str]]:
    if asked.get("user_ids") is not None:
        wanted = asked["user_ids"] if isinstance(asked["user_ids"], list) else [asked["user_ids"]]
        ids = [str(one) for one in wanted]
        found = [member_of(world, guild, one) for one in ids if one in guild.members]
        return found, [one for one in ids if one not in guild.members]
    prefix = str(asked.get("query") or "").casefold()
    limit: int = asked.get("limit") or 0
    named = [one for one in guild.members if world.users[one]["username"].casefold().startswith(prefix)]
    named = named[: min(limit, MOST_BY_QUERY)] if limit or prefix else named
    return [member_of(world, guild, one) for one in named], []


def message_payload(world: World, event: Event) -> Json:
    """Return a message as MESSAGE_CREATE and MESSAGE_UPDATE carry it: with the guild and its members."""
    message = event.message
    guild_id = event.channel.guild_id if event.channel else None
    if message is None or guild_id is None or message.only_for is not None:
        return event.payload
    return {**event.payload, **_guild_part(world.guilds[guild_id], message)}


def _guild_part(guild: Guild, message: Message) -> Json:
    added: Json = {"guild_id": guild.id}
    author = guild.members.get(message.author_id)
    if author is not None:
        added["member"] = author
    if message.data["mentions"]:
        added["mentions"] = [
            {**user, "member": guild.members[user["id"]]} if user["id"] in guild.members else user
            for user in message.data["mentions"]
        ]
    return added
