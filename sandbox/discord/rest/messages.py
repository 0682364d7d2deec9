"""Messages of a channel: reading, posting, changing, removing; typing."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from sandbox.discord.events import Event
from sandbox.discord.messages.content import Sender
from sandbox.discord.messages.files import Upload
from sandbox.discord.messages.posting import Draft, shown_to
from sandbox.discord.realm import Realm
from sandbox.discord.rest.call import NO_CONTENT, Call, Reply, route
from sandbox.discord.rest.forms import query_id, query_limit
from sandbox.discord.rules.messages import check_message
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.lookup import find_message, require, rights, visible_channel
from sandbox.discord.world.model import COMPONENTS_V2, Channel, Message
from sandbox.discord.world.permissions import (
    ATTACH_FILES,
    MANAGE_MESSAGES,
    MENTION_EVERYONE,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
)

DEFAULT_PAGE = 50
MOST_AT_ONCE = 100
REPLY = 19


def history(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /channels/{channel}/messages``, newest first."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    require(realm.world, channel, call.user_id, READ_MESSAGE_HISTORY)
    found = page(channel, call.user_id, call.query)
    return Reply(200, [shown_to(message, call.user_id) for message in found])


def page(channel: Channel, viewer: str, asked: Mapping[str, str]) -> list[Message]:
    """Return the messages that a query asks for and `viewer` sees, newest first."""
    limit = query_limit(asked, default=DEFAULT_PAGE)
    before, after, around = (query_id(asked, name) for name in ("before", "after", "around"))
    seen = (one for one in reversed(channel.messages.values()) if one.only_for in {None, viewer})
    if before is not None:
        seen = (one for one in seen if int(one.id) < before)
    elif after is not None:
        return [one for one in seen if int(one.id) > after][-limit:]
    elif around is not None:
        everyone = list(seen)
        middle = next((at for at, one in enumerate(everyone) if int(one.id) <= around), len(everyone))
        start = max(0, middle - limit // 2)
        return everyone[start : start + limit]
    return list(islice(seen, limit))


def post(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /channels/{channel}/messages``."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    check_message(call.fields(), file_count=len(call.uploads))
    require_posting(realm, channel, call.user_id, has_files=bool(call.uploads))
    message = realm.posting.again(call.user_id, call.fields())
    if message is None:
        message = realm.posting.create(draft(realm, channel, call.user_id, call.fields(), call.uploads))
    elif message.id not in realm.world.channels[message.channel_id].messages:
        raise Refused(404, 10008, "Unknown Message")  # its nonce outlives a deleted message
    return Reply(200, shown_to(message, call.user_id))


def require_posting(realm: Realm, channel: Channel, user_id: str, *, has_files: bool) -> None:
    """Refuse with 50013 unless a user may post in a channel, with files if there are any."""
    post_bit = SEND_MESSAGES_IN_THREADS if channel.is_thread else SEND_MESSAGES
    require(realm.world, channel, user_id, post_bit, *([ATTACH_FILES] if has_files else []))


def draft(realm: Realm, channel: Channel, author_id: str, body: Json, uploads: tuple[Upload, ...]) -> Draft:
    """Build the message that a request asks to post."""
    replied = _replied(realm, channel, author_id, body.get("message_reference"))
    extra: Json = {}
    if replied is not None:
        reference: Json = {"type": 0, "channel_id": channel.id, "message_id": replied.id}
        if channel.guild_id is not None:
            reference["guild_id"] = channel.guild_id
        shown = {key: value for key, value in replied.data.items() if key != "referenced_message"}
        extra = {"message_reference": reference, "referenced_message": shown}
    return Draft(
        channel=channel,
        author=realm.world.users[author_id],
        body=body,
        uploads=uploads,
        type=REPLY if replied else 0,
        extra=extra,
        sender=sender_in(realm, channel, author_id, replied),
    )


def sender_in(realm: Realm, channel: Channel, author_id: str, replied: Message | None = None) -> Sender:
    """Return how an author's text is read in a channel."""
    return Sender(
        may_everyone=bool(rights(realm.world, channel, author_id) & MENTION_EVERYONE),
        replied_to=replied.author_id if replied else None,
    )


def _replied(realm: Realm, channel: Channel, author_id: str, reference: Json | None) -> Message | None:
    if not reference or reference.get("message_id") is None:
        return None
    require(realm.world, channel, author_id, READ_MESSAGE_HISTORY)
    found = channel.messages.get(str(reference["message_id"]))
    if found is not None and found.only_for is None:
        return found
    if reference.get("fail_if_not_exists", True):
        leaf = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
        raise Refused(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [leaf]}})
    return None


def read(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /channels/{channel}/messages/{message}``."""
    _, message = _found(realm, call, READ_MESSAGE_HISTORY)
    return Reply(200, shown_to(message, call.user_id))


def change(realm: Realm, call: Call) -> Reply:
    """Answer ``PATCH /channels/{channel}/messages/{message}``."""
    channel, message = _found(realm, call)
    body = call.fields()
    if message.author_id != call.user_id and set(body) - {"flags"}:
        raise Refused(403, 50005, "Cannot edit a message authored by another user")
    if message.author_id != call.user_id:
        require(realm.world, channel, call.user_id, MANAGE_MESSAGES)
    is_v2 = bool(message.data["flags"] & COMPONENTS_V2)
    check_message(body, file_count=len(call.uploads), is_v2_kept=is_v2, is_edit=True)
    realm.posting.edit(message, body, call.uploads, sender=sender_in(realm, channel, call.user_id))
    return Reply(200, shown_to(message, call.user_id))


def remove(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE /channels/{channel}/messages/{message}``."""
    channel, message = _found(realm, call)
    if message.author_id != call.user_id:
        require(realm.world, channel, call.user_id, MANAGE_MESSAGES)
    realm.posting.delete(message)
    return NO_CONTENT


def remove_many(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /channels/{channel}/messages/bulk-delete``."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    require(realm.world, channel, call.user_id, MANAGE_MESSAGES)
    ids = call.fields().get("messages")
    if not isinstance(ids, list) or not 1 < len(ids) <= MOST_AT_ONCE:
        leaf = {"code": "BASE_TYPE_BAD_LENGTH", "message": "Must be between 2 and 100 in length."}
        raise Refused(400, 50035, "Invalid Form Body", {"messages": {"_errors": [leaf]}})
    found = (channel.messages.get(one) for one in dict.fromkeys(map(str, ids)))
    public = [message for message in found if message is not None and message.only_for is None]
    realm.posting.delete_many(channel, public, by=call.user_id)
    return NO_CONTENT


def _found(realm: Realm, call: Call, *bits: int) -> tuple[Channel, Message]:
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    require(realm.world, channel, call.user_id, *bits)
    return channel, find_message(channel, call.params["message"], call.user_id)


def typing(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /channels/{channel}/typing``."""
    channel = visible_channel(realm.world, call.params["channel"], call.user_id)
    require_posting(realm, channel, call.user_id, has_files=False)
    announce_typing(realm, channel, call.user_id)
    return NO_CONTENT


def announce_typing(realm: Realm, channel: Channel, user_id: str) -> None:
    """Tell everyone who sees the channel that somebody is typing there."""
    payload: Json = {
        "channel_id": channel.id,
        "user_id": user_id,
        "timestamp": int(realm.clock.now().timestamp()),
    }
    if channel.guild_id is not None:
        member = realm.world.guilds[channel.guild_id].members[user_id]
        payload["guild_id"] = channel.guild_id
        payload["member"] = {**member, "user": realm.world.users[user_id]}
    realm.events.emit(Event(type="TYPING_START", payload=payload, channel=channel, by=user_id))


ROUTES = (
    route("GET", "/channels/{channel}/messages", history),
    route("POST", "/channels/{channel}/messages", post),
    route("POST", "/channels/{channel}/messages/bulk-delete", remove_many),
    route("GET", "/channels/{channel}/messages/{message}", read),
    route("PATCH", "/channels/{channel}/messages/{message}", change),
    route("DELETE", "/channels/{channel}/messages/{message}", remove),
    route("POST", "/channels/{channel}/typing", typing),
)
