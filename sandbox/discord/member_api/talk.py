"""What a member does to channels: writing, changing, removing, reacting, typing, opening conversations."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.member_api.said import check_said
from sandbox.discord.messages.files import Upload
from sandbox.discord.messages.posting import shown_to
from sandbox.discord.messages.reactions import add_reaction, emoji_key, remove_reaction
from sandbox.discord.realm import Realm
from sandbox.discord.rest.account import direct_channel
from sandbox.discord.rest.messages import announce_typing, draft, page, require_posting, sender_in
from sandbox.discord.rules.messages import check_message, is_empty
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.lookup import find_message, find_user, require, visible_channel
from sandbox.discord.world.model import Channel, Message
from sandbox.discord.world.permissions import ADD_REACTIONS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY
from sandbox.discord.world.shapes import channel_for


def read(realm: Realm, user_id: str, channel_id: str, query: Mapping[str, str]) -> list[Json]:
    """Return messages, newest first, with the user's own ephemeral ones."""
    channel = visible_channel(realm.world, channel_id, user_id)
    require(realm.world, channel, user_id, READ_MESSAGE_HISTORY)
    return [shown_to(message, user_id) for message in page(channel, user_id, query)]


def write(realm: Realm, user_id: str, channel_id: str, body: Json, uploads: tuple[Upload, ...] = ()) -> Json:
    """Post a message: ``content``, ``reply_to``, ``nonce`` and files."""
    check_said(body)
    channel = visible_channel(realm.world, channel_id, user_id)
    said: Json = {key: body[key] for key in ("content", "nonce", "attachments") if body.get(key) is not None}
    if body.get("reply_to"):
        said["message_reference"] = {"message_id": str(body["reply_to"])}
    check_message(said, file_count=len(uploads))
    require_posting(realm, channel, user_id, has_files=bool(uploads))
    message = realm.posting.create(draft(realm, channel, user_id, said, uploads))
    return shown_to(message, user_id)


def change(realm: Realm, user_id: str, place: tuple[str, str], body: Json) -> Json:
    """Change the text of one's own message; `place` is the channel's id and the message's."""
    channel, message = _found(realm, user_id, place)
    check_said(body)
    if message.author_id != user_id:
        raise Mistake(403, "not_yours", "Only its author can change a message.", "Act as its author.")
    said = {"content": body.get("content")}
    check_message(said, file_count=0, is_edit=True)
    if is_empty(said, file_count=len(message.data["attachments"])):
        raise Refused(400, 50006, "Cannot send an empty message")
    realm.posting.edit(message, said, sender=sender_in(realm, channel, user_id))
    return shown_to(message, user_id)


def remove(realm: Realm, user_id: str, place: tuple[str, str]) -> None:
    """Remove a message: one's own, an ephemeral one, or with the right to manage messages."""
    channel, message = _found(realm, user_id, place)
    if user_id not in {message.author_id, message.only_for}:
        require(realm.world, channel, user_id, MANAGE_MESSAGES)
    realm.posting.delete(message)


def react(realm: Realm, user_id: str, place: tuple[str, str], emoji: str, *, is_added: bool) -> None:
    """Add or remove one's reaction."""
    channel, message = _found(realm, user_id, place)
    key = emoji_key(emoji)
    if not is_added:
        remove_reaction(realm, channel, message, user_id, key)
        return
    if key not in message.reactions:
        require(realm.world, channel, user_id, ADD_REACTIONS)
    add_reaction(realm, channel, message, user_id, key)


def type_in(realm: Realm, user_id: str, channel_id: str) -> None:
    """Show that the user is typing."""
    announce_typing(realm, visible_channel(realm.world, channel_id, user_id), user_id)


def open_conversation(realm: Realm, user_id: str, recipient_id: str) -> Json:
    """Return the direct conversation with somebody."""
    recipient = find_user(realm.world, recipient_id)
    return channel_for(realm.world, direct_channel(realm, user_id, recipient["id"]), user_id)


def _found(realm: Realm, user_id: str, place: tuple[str, str]) -> tuple[Channel, Message]:
    channel = visible_channel(realm.world, place[0], user_id)
    return channel, find_message(channel, place[1], user_id)
