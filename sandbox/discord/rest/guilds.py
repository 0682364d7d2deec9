"""Guilds, their channels, roles and members."""

from __future__ import annotations

from sandbox.discord.events import Event
from sandbox.discord.realm import Realm
from sandbox.discord.rest.call import NO_CONTENT, Call, Reply, route
from sandbox.discord.rest.forms import check_new_channel, query_id, query_limit
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world import shapes
from sandbox.discord.world.lookup import find_guild, find_member
from sandbox.discord.world.model import GUILD_TEXT, Channel, Guild
from sandbox.discord.world.permissions import MANAGE_CHANNELS, MANAGE_ROLES, permissions_in_guild

_MOST_MEMBERS = 1000


def guild(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}``."""
    found = _own(realm, call)
    shown = shapes.guild_over_rest(found)
    if call.says("with_counts"):
        shown["approximate_member_count"] = len(found.members)
        shown["approximate_presence_count"] = len(found.members)
    return Reply(200, shown)


def channels(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}/channels``; threads are not listed."""
    listed = [realm.world.channels[one] for one in _own(realm, call).channel_ids]
    return Reply(200, [channel.data for channel in listed if not channel.is_thread])


def create_channel(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /guilds/{guild}/channels``: text channels."""
    found = _own(realm, call, MANAGE_CHANNELS)
    said = call.fields()
    check_new_channel(said)
    made = shapes.text_channel(
        realm.new_id(),
        said["name"],
        found.id,
        position=len(found.channel_ids),
        topic=said.get("topic"),
        overwrites=[_overwrite(one) for one in said.get("permission_overwrites") or []],
    )
    if (said.get("type") or GUILD_TEXT) != GUILD_TEXT:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    channel = realm.world.channels[made["id"]] = Channel(data=made)
    found.channel_ids.append(channel.id)
    realm.world.touch("channel", channel.id)
    realm.world.touch("guild", found.id)
    realm.events.emit(Event(type="CHANNEL_CREATE", payload=made, channel=channel))
    return Reply(201, made)


def _overwrite(said: Json) -> Json:
    bits = {side: str(said.get(side) or "0") for side in ("allow", "deny")}
    return {"id": str(said["id"]), "type": int(said.get("type") or 0), **bits}


def roles(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}/roles``."""
    return Reply(200, list(_own(realm, call).roles.values()))


def role(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}/roles/{role}``."""
    return Reply(200, _role(_own(realm, call), call.params["role"]))


def members(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}/members``; needs the members intent to be granted."""
    found = _own(realm, call)
    if "members" not in realm.switch.now.privileged_intents:
        raise Refused(403, 50001, "Missing Access")
    limit = query_limit(call.query, default=1, most=_MOST_MEMBERS)
    after = query_id(call.query, "after") or 0
    ids = sorted((one for one in found.members if int(one) > after), key=int)[:limit]
    return Reply(200, [find_member(realm.world, found.id, one) for one in ids])


def search_members(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}/members/search``: whose name begins with the query."""
    found = _own(realm, call)
    prefix = call.query.get("query", "").casefold()
    named = [one for one in found.members if realm.world.users[one]["username"].casefold().startswith(prefix)]
    limit = query_limit(call.query, default=1, most=_MOST_MEMBERS)
    return Reply(200, [find_member(realm.world, found.id, one) for one in named[:limit]])


def member(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}/members/{user}``."""
    found = _own(realm, call)
    return Reply(200, find_member(realm.world, found.id, call.params["user"]))


def add_role(realm: Realm, call: Call) -> Reply:
    """Answer ``PUT /guilds/{guild}/members/{user}/roles/{role}``."""
    found, held, role_id = _assignment(realm, call)
    if role_id not in held["roles"]:
        held["roles"] = [*held["roles"], role_id]
    return _reassigned(realm, found, call.params["user"])


def remove_role(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE /guilds/{guild}/members/{user}/roles/{role}``."""
    found, held, role_id = _assignment(realm, call)
    held["roles"] = [one for one in held["roles"] if one != role_id]
    return _reassigned(realm, found, call.params["user"])


def active_threads(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /guilds/{guild}/threads/active``."""
    listed = [realm.world.channels[one] for one in _own(realm, call).channel_ids]
    threads = [one.data for one in listed if one.is_thread and not one.data["thread_metadata"]["archived"]]
    return Reply(200, {"threads": threads, "members": [], "has_more": False})


def _assignment(realm: Realm, call: Call) -> tuple[Guild, Json, str]:
    found = _own(realm, call, MANAGE_ROLES)
    chosen = _role(found, call.params["role"])
    find_member(realm.world, found.id, call.params["user"])
    return found, found.members[call.params["user"]], chosen["id"]


def _reassigned(realm: Realm, found: Guild, user_id: str) -> Reply:
    realm.world.touch("guild", found.id)
    payload = {**find_member(realm.world, found.id, user_id), "guild_id": found.id}
    realm.events.emit(Event(type="GUILD_MEMBER_UPDATE", payload=payload, guild_id=found.id))
    return NO_CONTENT


def _role(found: Guild, role_id: str) -> Json:
    if role_id not in found.roles:
        raise Refused(404, 10011, "Unknown Role")
    return found.roles[role_id]


def _own(realm: Realm, call: Call, *bits: int) -> Guild:
    found = find_guild(realm.world, call.params["guild"])
    granted = permissions_in_guild(found, call.user_id)
    if not granted:
        raise Refused(403, 50001, "Missing Access")
    if any(not granted & bit for bit in bits):
        raise Refused(403, 50013, "Missing Permissions")
    return found


ROUTES = (
    route("GET", "/guilds/{guild}", guild),
    route("GET", "/guilds/{guild}/channels", channels),
    route("POST", "/guilds/{guild}/channels", create_channel),
    route("GET", "/guilds/{guild}/roles", roles),
    route("GET", "/guilds/{guild}/roles/{role}", role),
    route("GET", "/guilds/{guild}/members", members),
    route("GET", "/guilds/{guild}/members/search", search_members),
    route("GET", "/guilds/{guild}/members/{user}", member),
    route("PUT", "/guilds/{guild}/members/{user}/roles/{role}", add_role),
    route("DELETE", "/guilds/{guild}/members/{user}/roles/{role}", remove_role),
    route("GET", "/guilds/{guild}/threads/active", active_threads),
)
