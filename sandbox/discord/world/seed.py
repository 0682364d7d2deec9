"""The world on its first day: a guild, its channels, roles and three people; and newcomers later on."""

from __future__ import annotations

from datetime import datetime

from sandbox.discord.wire import Json
from sandbox.discord.world import shapes
from sandbox.discord.world.model import Application, Channel, Guild, World
from sandbox.discord.world.permissions import (
    ADMINISTRATOR,
    EVERYBODYS,
    MANAGE_MESSAGES,
    MANAGE_THREADS,
    MENTION_EVERYONE,
    VIEW_CHANNEL,
)
from sandbox.discord.world.snowflake import stable_id

GUILD_NAME = "Omega Trading"
GUILD_ID = stable_id("guild", GUILD_NAME)
BOTS = "Bots"

_ROLES = (
    (BOTS, EVERYBODYS | MENTION_EVERYONE | MANAGE_MESSAGES | MANAGE_THREADS, 0x5865F2),
    ("Member", 0, 0x99AAB5),
    ("Trader", 0, 0x2A86C8),
    ("Admin", ADMINISTRATOR, 0xD55E00),
)
_CHANNELS = (
    ("general", "Talk to the bots: type / or mention one", False),
    ("markets", "Prices and charts", False),
    ("alerts", "What the bots have seen", False),
    ("farm-admin", "How the farm is doing; admins only", True),
)
_PEOPLE = (("ana", "Ana", "Admin"), ("theo", "Theo", "Trader"), ("mia", "Mia", "Member"))


def seed(world: World, now: datetime) -> None:
    """Fill an empty world; what is already there stays as it is."""
    if GUILD_ID in world.guilds:
        return
    owner_id = stable_id("user", _PEOPLE[0][0])
    guild = Guild(data=shapes.guild_facts(GUILD_ID, GUILD_NAME, owner_id))
    guild.data["joined_at"] = shapes.stamp(now)
    world.guilds[GUILD_ID] = guild
    _seed_roles(guild)
    for position, (name, topic, is_private) in enumerate(_CHANNELS):
        _seed_channel(world, guild, name, topic, position=position, is_private=is_private)
    for username, global_name, role_name in _PEOPLE:
        add_person(world, username, [role_name], now, global_name=global_name)
    world.touch("guild", GUILD_ID)


def _seed_roles(guild: Guild) -> None:
    everyone = shapes.role(guild.id, "@everyone", position=0, permissions=EVERYBODYS)
    guild.roles[guild.id] = everyone
    for position, (name, permissions, color) in enumerate(_ROLES, 1):
        made = shapes.role(
            stable_id("role", name), name, position=position, permissions=permissions, color=color
        )
        guild.roles[made["id"]] = made


def _seed_channel(
    world: World, guild: Guild, name: str, topic: str, *, position: int, is_private: bool
) -> None:
    overwrites: list[Json] = []
    if is_private:
        overwrites.append({"id": guild.id, "type": 0, "allow": "0", "deny": str(VIEW_CHANNEL)})
        overwrites.extend(
            {"id": stable_id("role", role), "type": 0, "allow": str(VIEW_CHANNEL), "deny": "0"}
            for role in ("Admin", BOTS)
        )
    channel_id = stable_id("channel", name)
    made = shapes.text_channel(
        channel_id, name, guild.id, position=position, topic=topic, overwrites=overwrites
    )
    world.channels[channel_id] = Channel(data=made)
    guild.channel_ids.append(channel_id)
    world.touch("channel", channel_id)


def add_person(
    world: World, username: str, role_names: list[str], now: datetime, *, global_name: str | None = None
) -> Json:
    """Return the person of that name, who is made and joins the guild if there is nobody of it yet."""
    user_id = stable_id("user", username)
    if user_id not in world.users:
        world.users[user_id] = shapes.user(user_id, username, global_name=global_name)
        world.touch("user", user_id)
    _join(world, user_id, role_names, now)
    return world.users[user_id]


def add_application(world: World, name: str, now: datetime) -> Application:
    """Return the application of that name, which is registered and joins every guild on first sight."""
    application_id = stable_id("application", name)
    known = world.applications.get(application_id)
    if known is not None:
        return known
    world.users[application_id] = shapes.user(application_id, name, is_bot=True)
    made = world.applications[application_id] = Application(id=application_id, name=name)
    world.touch("user", application_id)
    world.touch("application", application_id)
    _join(world, application_id, [BOTS], now)
    return made


def _join(world: World, user_id: str, role_names: list[str], now: datetime) -> None:
    guild = world.guilds[GUILD_ID]
    roles = [role_id for role_id, role in guild.roles.items() if role["name"] in role_names]
    known = guild.members.get(user_id)
    if known is not None and set(known["roles"]) >= set(roles):
        return
    if known is None:
        guild.members[user_id] = shapes.member(roles, shapes.stamp(now))
    else:
        known["roles"] = list(dict.fromkeys([*known["roles"], *roles]))
    world.touch("guild", guild.id)
