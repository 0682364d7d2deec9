"""What one user is shown of the world: people, guilds, channels, applications and the commands at hand."""

from __future__ import annotations

from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.realm import Realm
from sandbox.discord.wire import Json
from sandbox.discord.world.lookup import can_see, rights
from sandbox.discord.world.model import Application, Channel, Guild, World
from sandbox.discord.world.permissions import ADMINISTRATOR, USE_APPLICATION_COMMANDS
from sandbox.discord.world.seed import GUILD_ID
from sandbox.discord.world.shapes import channel_for, own_user

_IN_GUILD, _WITH_BOT = 0, 1


def find_actor(world: World, said: object) -> str:
    """Return the id of the user that a name or an id stands for.

    Raises:
        Mistake: there is no such user, or `said` is no text at all.
    """
    name = said if isinstance(said, str) else ""
    if name in world.users:
        return name
    wanted = name.casefold()
    for user in world.users.values():
        if user["username"].casefold() == wanted and not user["bot"]:
            return str(user["id"])
    people = ", ".join(user["username"] for user in world.users.values() if not user["bot"])
    raise Mistake(404, "unknown_user", f"There is no user called {said!r}.", f"Act as one of: {people}.")


def people(world: World) -> list[Json]:
    """Return everyone whom one may act as."""
    return [person(world, user) for user in world.users.values() if not user["bot"]]


def person(world: World, user: Json) -> Json:
    """Return a user with the names of its roles, as a switch between users shows it."""
    guild = world.guilds[GUILD_ID]
    held = guild.members[user["id"]]["roles"] if user["id"] in guild.members else []
    names = [guild.roles[role_id]["name"] for role_id in held]
    shown = user["global_name"] or user["username"]
    label = f"{shown} ({', '.join(names)})" if names else shown
    keys = ("id", "username", "global_name")
    return {**{key: user[key] for key in keys}, "label": label, "role_names": names}


def ready(realm: Realm, user_id: str) -> Json:
    """Build the first message of a member's socket."""
    world = realm.world
    return {
        "user": own_user(world.users[user_id]),
        "users": people(world),
        "guilds": [
            _guild(realm, guild, user_id) for guild in world.guilds.values() if user_id in guild.members
        ],
        "private_channels": [
            channel_for(world, channel, user_id)
            for channel in world.channels.values()
            if channel.guild_id is None and user_id in channel.recipients
        ],
        "applications": [_application(realm, one) for one in world.applications.values()],
        "faults": realm.switch.to_json(),
        "cdn": realm.addresses.cdn,
    }


def _guild(realm: Realm, guild: Guild, user_id: str) -> Json:
    world = realm.world
    channels = [world.channels[one] for one in guild.channel_ids]
    return {
        "id": guild.id,
        "name": guild.data["name"],
        "roles": list(guild.roles.values()),
        "channels": [channel.data for channel in channels if can_see(world, channel, user_id)],
        "members": [
            {**member, "user": world.users[one], "online": _is_online(realm, one)}
            for one, member in guild.members.items()
        ],
    }


def _is_online(realm: Realm, user_id: str) -> bool:
    """People are always there; a bot is while it is connected."""
    is_bot: bool = realm.world.users[user_id]["bot"]
    return not is_bot or any(session.socket for session in realm.hub.sessions_of(user_id))


def _application(realm: Realm, application: Application) -> Json:
    return {
        "id": application.id,
        "name": application.name,
        "user_id": application.id,
        "online": _is_online(realm, application.id),
    }


def commands(realm: Realm, channel: Channel, user_id: str) -> list[tuple[Application, Json]]:
    """Return the commands that a user is offered in a channel."""
    granted = rights(realm.world, channel, user_id)
    if not granted & USE_APPLICATION_COMMANDS:
        return []
    return [
        (application, command)
        for application in realm.world.applications.values()
        if can_see(realm.world, channel, application.id)
        for command in _standing(application, channel)
        if _is_offered(command, channel, granted)
    ]


def _standing(application: Application, channel: Channel) -> list[Json]:
    local = application.guild_commands.get(channel.guild_id or "", {})
    names = {(command["type"], command["name"]) for command in local.values()}
    everywhere = [
        command
        for command in application.global_commands.values()
        if (command["type"], command["name"]) not in names
    ]
    return [*local.values(), *everywhere]


def _is_offered(command: Json, channel: Channel, granted: int) -> bool:
    needed = command["default_member_permissions"]
    if channel.guild_id is None:
        contexts = command.get("contexts")
        return _WITH_BOT in contexts if contexts is not None else bool(command.get("dm_permission", True))
    if command.get("contexts") is not None and _IN_GUILD not in command["contexts"]:
        return False
    if needed is None:
        return True
    bits = int(needed)
    is_admin = granted & ADMINISTRATOR
    return bool(is_admin or (bits and granted & bits == bits))
