"""Channels and threads themselves: reading, renaming, archiving, removing, and starting threads."""

from __future__ import annotations

from sandbox.discord.events import Event
from sandbox.discord.realm import Realm
from sandbox.discord.rest.call import NO_CONTENT, Call, Reply, route
from sandbox.discord.rest.forms import check_changed_channel, check_thread
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.lookup import find_message, require, visible_channel
from sandbox.discord.world.model import HAS_THREAD, PRIVATE_THREAD, PUBLIC_THREAD, Channel
from sandbox.discord.world.permissions import (
    CREATE_PRIVATE_THREADS,
    CREATE_PUBLIC_THREADS,
    MANAGE_CHANNELS,
    MANAGE_THREADS,
    SEND_MESSAGES_IN_THREADS,
)
from sandbox.discord.world.shapes import channel_for

_DEFAULT_ARCHIVE_MINUTES = 1440
_OF_CHANNELS = ("name", "topic", "nsfw", "rate_limit_per_user", "position", "parent_id")
_OF_THREADS = ("archived", "locked", "auto_archive_duration", "invitable")


def read(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /channels/{channel}``."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    return Reply(200, channel_for(realm.world, channel, call.user_id))


def change(realm: Realm, call: Call) -> Reply:
    """Answer ``PATCH /channels/{channel}``."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    body = call.fields()
    check_changed_channel(body)
    if not (channel.is_thread and channel.data["owner_id"] == call.user_id):
        require(realm.world, channel, call.user_id, MANAGE_THREADS if channel.is_thread else MANAGE_CHANNELS)
    channel.data = {**channel.data, **{key: body[key] for key in _OF_CHANNELS if key in body}}
    if channel.is_thread:
        changed = {key: body[key] for key in _OF_THREADS if key in body}
        channel.data["thread_metadata"] = {**channel.data["thread_metadata"], **changed}
    realm.world.touch("channel", channel.id)
    _tell(realm, "UPDATE", channel)
    return Reply(200, channel.data)


def remove(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE /channels/{channel}``."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    if channel.guild_id is None:
        return Reply(200, channel_for(realm.world, channel, call.user_id))
    require(realm.world, channel, call.user_id, MANAGE_THREADS if channel.is_thread else MANAGE_CHANNELS)
    _tell(realm, "DELETE", channel)
    realm.world.guilds[channel.guild_id].channel_ids.remove(channel.id)
    del realm.world.channels[channel.id]
    realm.world.touch("channel", channel.id)
    realm.world.touch("guild", channel.guild_id)
    return Reply(200, channel.data)


def start_thread(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /channels/{channel}/threads``."""
    parent = visible_channel(realm.world, call.params["channel"], call.user_id)
    check_thread(call.fields())
    kind: int = call.fields().get("type") or PRIVATE_THREAD
    needed = CREATE_PRIVATE_THREADS if kind == PRIVATE_THREAD else CREATE_PUBLIC_THREADS
    require(realm.world, parent, call.user_id, needed)
    return Reply(201, _started(realm, call, parent, realm.new_id(), kind))


def start_thread_at_message(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /channels/{channel}/messages/{message}/threads``; the thread has the message's id."""
    parent = visible_channel(realm.world, call.params["channel"], call.user_id)
    require(realm.world, parent, call.user_id, CREATE_PUBLIC_THREADS)
    check_thread(call.fields())
    message = find_message(parent, call.params["message"], call.user_id)
    if message.id in realm.world.channels:
        raise Refused(400, 160004, "A thread has already been created for this message")
    thread = _started(realm, call, parent, message.id, PUBLIC_THREAD)
    message.data = {**message.data, "thread": thread, "flags": message.data["flags"] | HAS_THREAD}
    realm.posting.announce("MESSAGE_UPDATE", message)
    return Reply(201, thread)


def join_thread(realm: Realm, call: Call) -> Reply:
    """Answer ``PUT`` and ``DELETE /channels/{channel}/thread-members/@me``."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    if not channel.is_thread:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    require(realm.world, channel, call.user_id, SEND_MESSAGES_IN_THREADS)
    return NO_CONTENT


def _started(realm: Realm, call: Call, parent: Channel, thread_id: str, kind: int) -> Json:
    if parent.guild_id is None or parent.is_thread:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    thread = Channel(data=_thread(realm, call, parent, thread_id, kind))
    realm.world.channels[thread_id] = thread
    realm.world.guilds[parent.guild_id].channel_ids.append(thread_id)
    realm.world.touch("channel", thread_id)
    realm.world.touch("guild", parent.guild_id)
    realm.events.emit(
        Event(type="THREAD_CREATE", payload={**thread.data, "newly_created": True}, channel=thread)
    )
    return thread.data


def _thread(realm: Realm, call: Call, parent: Channel, thread_id: str, kind: int) -> Json:
    said = call.fields()
    now = realm.stamp()
    return {
        "id": thread_id,
        "type": kind,
        "guild_id": parent.guild_id,
        "parent_id": parent.id,
        "owner_id": call.user_id,
        "name": said["name"],
        "last_message_id": None,
        "flags": 0,
        "rate_limit_per_user": said.get("rate_limit_per_user") or 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": now,
            "auto_archive_duration": said.get("auto_archive_duration") or _DEFAULT_ARCHIVE_MINUTES,
            "locked": False,
            "create_timestamp": now,
            **({"invitable": said.get("invitable", True)} if kind == PRIVATE_THREAD else {}),
        },
        "member": {"id": thread_id, "user_id": call.user_id, "join_timestamp": now, "flags": 0},
    }


def _tell(realm: Realm, what: str, channel: Channel) -> None:
    if channel.guild_id is None:
        return
    is_removed_thread = what == "DELETE" and channel.is_thread
    keys = ("id", "guild_id", "parent_id", "type")
    payload = {key: channel.data[key] for key in keys} if is_removed_thread else channel.data
    name = f"{'THREAD' if channel.is_thread else 'CHANNEL'}_{what}"
    realm.events.emit(Event(type=name, payload=payload, channel=channel))


ROUTES = (
    route("GET", "/channels/{channel}", read),
    route("PATCH", "/channels/{channel}", change),
    route("DELETE", "/channels/{channel}", remove),
    route("POST", "/channels/{channel}/threads", start_thread),
    route("POST", "/channels/{channel}/messages/{message}/threads", start_thread_at_message),
    route("PUT", "/channels/{channel}/thread-members/@me", join_thread),
    route("DELETE", "/channels/{channel}/thread-members/@me", join_thread),
)
