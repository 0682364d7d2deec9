"""The bot itself: its user, its application, and where the gateway is."""

from __future__ import annotations

from sandbox.discord.applications import announce_member
from sandbox.discord.events import Event
from sandbox.discord.gateway.intents import application_flags
from sandbox.discord.realm import Realm
from sandbox.discord.rest.call import Call, Reply, route
from sandbox.discord.rest.forms import check_profile, picture_in
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.world import shapes
from sandbox.discord.world.lookup import find_user
from sandbox.discord.world.model import DIRECT_MESSAGE, Channel
from sandbox.discord.world.seed import GUILD_ID


def own_user(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /users/@me``."""
    return Reply(200, shapes.own_user(realm.world.users[call.caller.id]))


def change_own_user(realm: Realm, call: Call) -> Reply:
    """Answer ``PATCH /users/@me``: the username and the avatar, which null takes away."""
    user, said = realm.world.users[call.caller.id], call.fields()
    check_profile(said)
    if said.get("username"):
        user["username"] = said["username"]
    if "avatar" in said:
        picture = said["avatar"]
        user["avatar"] = realm.cdn.keep_avatar(user["id"], picture_in(picture)) if picture else None
        announce_member(realm.world, realm.events, user["id"], is_new=False)
    realm.world.touch("user", user["id"])
    return own_user(realm, call)


def user(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /users/{user}``."""
    return Reply(200, find_user(realm.world, call.params["user"]))


def own_guilds(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /users/@me/guilds``."""
    shown = [
        {
            **{key: guild.data[key] for key in ("id", "name", "icon", "banner", "features")},
            "owner": guild.data["owner_id"] == call.user_id,
            "permissions": "0",
        }
        for guild in realm.world.guilds.values()
        if call.user_id in guild.members
    ]
    return Reply(200, shown)


def application(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /applications/@me``."""
    caller = call.caller
    owner = realm.world.users[realm.world.guilds[GUILD_ID].data["owner_id"]]
    flags = application_flags(
        list(realm.switch.now.privileged_intents), has_commands=bool(caller.global_commands)
    )
    shown = shapes.application(
        realm.world.users[caller.id],
        owner,
        description=caller.description,
        flags=flags,
        guilds=len(realm.world.guilds),
    )
    return Reply(200, shown)


def change_application(realm: Realm, call: Call) -> Reply:
    """Answer ``PATCH /applications/@me``: the description."""
    if "description" in call.fields():
        call.caller.description = str(call.fields()["description"] or "")
        realm.world.touch("application", call.caller.id)
    return application(realm, call)


def gateway(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /gateway``."""
    return Reply(200, {"url": realm.addresses.gateway_from(call.origin)})


def gateway_for_bots(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /gateway/bot``."""
    limit = realm.identifies.session_start_limit(call.caller.id)
    return Reply(
        200, {"url": realm.addresses.gateway_from(call.origin), "shards": 1, "session_start_limit": limit}
    )


def open_direct_channel(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /users/@me/channels``."""
    recipient = find_user(realm.world, str(call.fields().get("recipient_id")))
    channel = direct_channel(realm, call.caller.id, recipient["id"])
    return Reply(200, shapes.channel_for(realm.world, channel, call.caller.id))


def direct_channel(realm: Realm, one: str, other: str) -> Channel:
    """Return the conversation of two users, which begins now if they have none; nobody has one alone."""
    if one == other:
        raise Refused(400, 50033, "Invalid Recipient(s)")
    pair = {one, other}
    for channel in realm.world.channels.values():
        if channel.data["type"] == DIRECT_MESSAGE and set(channel.recipients) == pair:
            return channel
    made = Channel(data=shapes.direct_channel(realm.new_id()), recipients=(one, other))
    realm.world.channels[made.id] = made
    realm.world.touch("channel", made.id)
    realm.events.emit(Event(type="CHANNEL_CREATE", payload=made.data, channel=made))
    return made


ROUTES = (
    route("GET", "/users/@me", own_user),
    route("PATCH", "/users/@me", change_own_user),
    route("GET", "/users/@me/guilds", own_guilds),
    route("POST", "/users/@me/channels", open_direct_channel),
    route("GET", "/users/{user}", user),
    route("GET", "/applications/@me", application),
    route("PATCH", "/applications/@me", change_application),
    route("GET", "/oauth2/applications/@me", application),
    route("GET", "/gateway", gateway, is_open=True),
    route("GET", "/gateway/bot", gateway_for_bots),
)
