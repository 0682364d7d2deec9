"""Application commands: global and of one guild, singly and in bulk."""

from __future__ import annotations

from collections import Counter

from sandbox.discord.events import Event
from sandbox.discord.realm import Realm
from sandbox.discord.rest.call import NO_CONTENT, Call, Reply, route
from sandbox.discord.rules.commands import check_command, check_commands, check_count
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.lookup import find_guild

SLASH = 1
_STATED = (
    *("name", "name_localizations", "description", "description_localizations", "options"),
    *("default_member_permissions", "nsfw", "dm_permission", "contexts", "integration_types"),
)
Commands = dict[str, Json]


def list_commands(realm: Realm, call: Call) -> Reply:
    """Answer ``GET .../commands``."""
    return Reply(200, list(_stored(realm, call).values()))


def overwrite(realm: Realm, call: Call) -> Reply:
    """Answer ``PUT .../commands``; a command that stays keeps its id."""
    stored = _stored(realm, call)
    if not isinstance(call.body, list):
        raise Refused(400, 50109, "The request body contains invalid JSON.")
    check_commands(call.body)
    made = [_made(realm, call, body, _named(stored, body)) for body in call.body]
    stored.clear()
    stored.update({command["id"]: command for command in made})
    _announce(realm, call)
    return Reply(200, made)


def create(realm: Realm, call: Call) -> Reply:
    """Answer ``POST .../commands``; one of that name is replaced."""
    stored = _stored(realm, call)
    check_command(call.fields())
    known = _named(stored, call.fields())
    if known is None:
        counts = Counter(command["type"] for command in stored.values())
        counts[_kind(call.fields())] += 1
        check_count(counts)
    made = _made(realm, call, call.fields(), known)
    stored[made["id"]] = made
    _announce(realm, call)
    return Reply(200 if known else 201, made)


def read(realm: Realm, call: Call) -> Reply:
    """Answer ``GET .../commands/{command}``."""
    return Reply(200, _one(realm, call))


def change(realm: Realm, call: Call) -> Reply:
    """Answer ``PATCH .../commands/{command}``."""
    known = _one(realm, call)
    check_command({**call.fields(), "type": known["type"]}, is_edit=True)
    made = _made(realm, call, {**known, **call.fields(), "type": known["type"]}, known)
    _stored(realm, call)[known["id"]] = made
    _announce(realm, call)
    return Reply(200, made)


def remove(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE .../commands/{command}``."""
    known = _one(realm, call)
    del _stored(realm, call)[known["id"]]
    _announce(realm, call)
    return NO_CONTENT


def no_permissions(_realm: Realm, _call: Call) -> Reply:
    """Answer the permissions of commands: none has any of its own."""
    raise Refused(404, 10066, "Unknown application command permissions")


def _stored(realm: Realm, call: Call) -> Commands:
    if call.params["application"] != call.caller.id:
        raise Refused(403, 20012, "You are not authorized to perform this action on this application")
    guild_id = call.params.get("guild")
    if guild_id is None:
        return call.caller.global_commands
    if call.caller.id not in find_guild(realm.world, guild_id).members:
        raise Refused(403, 50001, "Missing Access")
    return call.caller.guild_commands.setdefault(guild_id, {})


def _one(realm: Realm, call: Call) -> Json:
    known = _stored(realm, call).get(call.params["command"])
    if known is None:
        raise Refused(404, 10063, "Unknown application command")
    return known


def _named(stored: Commands, body: Json) -> Json | None:
    wanted = (_kind(body), body["name"])
    return next((one for one in stored.values() if (one["type"], one["name"]) == wanted), None)


def _kind(body: Json) -> int:
    return int(body.get("type") or SLASH)


def _made(realm: Realm, call: Call, body: Json, known: Json | None) -> Json:
    said = {key: _without_nulls(body[key]) for key in _STATED if body.get(key) is not None}
    made: Json = {
        "id": known["id"] if known else realm.new_id(),
        "application_id": call.caller.id,
        "version": realm.new_id(),
        "type": _kind(body),
        "default_member_permissions": None,
        "description": "",
        "name_localizations": None,
        "description_localizations": None,
        "nsfw": False,
        "integration_types": [0],
        **said,
    }
    if "guild" in call.params:
        made["guild_id"] = call.params["guild"]
    else:
        made["contexts"] = body.get("contexts")
        made.setdefault("dm_permission", True)
    if made["default_member_permissions"] is not None:
        made["default_member_permissions"] = str(made["default_member_permissions"])
    return made


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value


def _announce(realm: Realm, call: Call) -> None:
    realm.world.touch("application", call.caller.id)
    realm.events.emit(Event(type="COMMANDS", payload={"application_id": call.caller.id}))


_GLOBAL = "/applications/{application}/commands"
_IN_GUILD = "/applications/{application}/guilds/{guild}/commands"

ROUTES = (
    route("GET", f"{_IN_GUILD}/permissions", no_permissions),
    route("GET", f"{_IN_GUILD}/{{command}}/permissions", no_permissions),
    *(
        one
        for place in (_GLOBAL, _IN_GUILD)
        for one in (
            route("GET", place, list_commands),
            route("PUT", place, overwrite),
            route("POST", place, create),
            route("GET", f"{place}/{{command}}", read),
            route("PATCH", f"{place}/{{command}}", change),
            route("DELETE", f"{place}/{{command}}", remove),
        )
    ),
)
