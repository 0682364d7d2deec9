"""The world's objects as they are stored, and back. The storing itself stands in `store`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.discord.wire import Json
from sandbox.discord.world.model import Application, Channel, Guild, Message, World

Record = tuple[str, str, str, Json]
"""Kind, id, channel (of a message; else empty), and the object."""


def record_of(world: World, kind: str, key: str, channel_id: str) -> Json | None:
    """Return what is stored of an object, or None when it is no more."""
    return _TO[kind](world, key, channel_id)


def restore(world: World, records: list[Record]) -> None:
    """Fill an empty world with what was stored; messages come after their channels."""
    for kind, key, channel_id, body in sorted(records, key=lambda record: record[0] == "message"):
        _FROM[kind](world, key, channel_id, body)
    for channel in world.channels.values():
        channel.messages = dict(sorted(channel.messages.items(), key=lambda item: int(item[0])))
        public = [one.id for one in channel.messages.values() if one.only_for is None]
        channel.data["last_message_id"] = public[-1] if public else None


def _user(world: World, key: str, _channel_id: str) -> Json | None:
    return world.users.get(key)


def _guild(world: World, key: str, _channel_id: str) -> Json | None:
    guild = world.guilds.get(key)
    if guild is None:
        return None
    return {
        "data": guild.data,
        "roles": guild.roles,
        "members": guild.members,
        "channel_ids": guild.channel_ids,
    }


def _channel(world: World, key: str, _channel_id: str) -> Json | None:
    channel = world.channels.get(key)
    return {"data": channel.data, "recipients": channel.recipients} if channel else None


def _message(world: World, key: str, channel_id: str) -> Json | None:
    channel = world.channels.get(channel_id)
    message = channel.messages.get(key) if channel else None
    if message is None:
        return None
    return {
        "data": message.data,
        "only_for": message.only_for,
        "files": message.files,
        "reactions": message.reactions,
    }


def _application(world: World, key: str, _channel_id: str) -> Json | None:
    application = world.applications.get(key)
    if application is None:
        return None
    return {
        "name": application.name,
        "description": application.description,
        "global_commands": application.global_commands,
        "guild_commands": application.guild_commands,
    }


def _note(world: World, key: str, _channel_id: str) -> Json | None:
    return world.notes.get(key)


def _restore_user(world: World, key: str, _channel_id: str, body: Json) -> None:
    world.users[key] = body


def _restore_guild(world: World, key: str, _channel_id: str, body: Json) -> None:
    world.guilds[key] = Guild(**body)


def _restore_channel(world: World, key: str, _channel_id: str, body: Json) -> None:
    world.channels[key] = Channel(data=body["data"], recipients=tuple(body["recipients"]))


def _restore_message(world: World, key: str, channel_id: str, body: Json) -> None:
    if channel_id in world.channels:
        world.channels[channel_id].messages[key] = Message(**body)


def _restore_application(world: World, key: str, _channel_id: str, body: Json) -> None:
    world.applications[key] = Application(id=key, **body)


def _restore_note(world: World, key: str, _channel_id: str, body: Json) -> None:
    world.notes[key] = body


_TO: dict[str, Callable[[World, str, str], Json | None]] = {
    "user": _user,
    "guild": _guild,
    "channel": _channel,
    "message": _message,
    "application": _application,
    "note": _note,
}
_FROM: dict[str, Callable[[World, str, str, Any], None]] = {
    "user": _restore_user,
    "guild": _restore_guild,
    "channel": _restore_channel,
    "message": _restore_message,
    "application": _restore_application,
    "note": _restore_note,
}
