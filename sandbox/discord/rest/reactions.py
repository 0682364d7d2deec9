"""Reactions to messages."""

from __future__ import annotations

from sandbox.discord.messages.reactions import add_reaction, clear_reactions, emoji_key, remove_reaction
from sandbox.discord.realm import Realm
from sandbox.discord.rest.call import NO_CONTENT, Call, Reply, route
from sandbox.discord.world.lookup import find_message, require, visible_channel
from sandbox.discord.world.model import Channel, Message
from sandbox.discord.world.permissions import ADD_REACTIONS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY


def add(realm: Realm, call: Call) -> Reply:
    """Answer ``PUT .../reactions/{emoji}/@me``."""
    key = emoji_key(call.params["emoji"])
    channel, message = _found(realm, call, READ_MESSAGE_HISTORY)
    if key not in message.reactions:
        require(realm.world, channel, call.user_id, ADD_REACTIONS)
    add_reaction(realm, channel, message, call.user_id, key)
    return NO_CONTENT


def remove_own(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE .../reactions/{emoji}/@me``."""
    channel, message = _found(realm, call)
    remove_reaction(realm, channel, message, call.user_id, emoji_key(call.params["emoji"]))
    return NO_CONTENT


def remove_theirs(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE .../reactions/{emoji}/{user}``."""
    channel, message = _found(realm, call, MANAGE_MESSAGES)
    remove_reaction(realm, channel, message, call.params["user"], emoji_key(call.params["emoji"]))
    return NO_CONTENT


def remove_all(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE .../reactions``."""
    channel, message = _found(realm, call, MANAGE_MESSAGES)
    clear_reactions(realm, channel, message)
    return NO_CONTENT


def users(realm: Realm, call: Call) -> Reply:
    """Answer ``GET .../reactions/{emoji}``: who reacted so."""
    _, message = _found(realm, call, READ_MESSAGE_HISTORY)
    ids = message.reactions.get(emoji_key(call.params["emoji"]), [])
    return Reply(200, [realm.world.users[one] for one in ids])


def _found(realm: Realm, call: Call, *bits: int) -> tuple[Channel, Message]:
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    require(realm.world, channel, call.user_id, *bits)
    return channel, find_message(channel, call.params["message"], call.user_id)


_PLACE = "/channels/{channel}/messages/{message}/reactions"

ROUTES = (
    route("PUT", f"{_PLACE}/{{emoji}}/@me", add),
    route("DELETE", f"{_PLACE}/{{emoji}}/@me", remove_own),
    route("DELETE", f"{_PLACE}/{{emoji}}/{{user}}", remove_theirs),
    route("DELETE", _PLACE, remove_all),
    route("GET", f"{_PLACE}/{{emoji}}", users),
)
