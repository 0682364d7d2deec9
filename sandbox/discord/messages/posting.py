"""Creating, changing and removing messages, and telling everyone. Who may do it is checked by the callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.discord.events import Event, Events
from sandbox.discord.messages.content import SETTABLE_FLAGS, UNREMARKABLE, Composer, Sender
from sandbox.discord.messages.files import Upload
from sandbox.discord.wire import Json
from sandbox.discord.world.model import EPHEMERAL, LOADING, Channel, Message, World
from sandbox.discord.world.shapes import stamp
from sandbox.discord.world.snowflake import created_at

KEPT_PER_CHANNEL = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to be posted."""

    channel: Channel
    author: Json
    body: Json
    uploads: tuple[Upload, ...] = ()
    type: int = 0
    flags: int = 0
    only_for: str | None = None
    extra: Json = field(default_factory=dict)
    """Keys that the body does not decide: application, interaction, reference."""
    sender: Sender = UNREMARKABLE


class Posting:
    """The one place where messages come to be, change and go."""

    def __init__(
        self,
        world: World,
        events: Events,
        composer: Composer,
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        nonce_life: Callable[[], timedelta],
    ) -> None:
        self._world = world
        self._events = events
        self._composer = composer
        self._new_id = new_id
        self._now = now
        self._nonce_life = nonce_life
        self._nonces: dict[tuple[str, str], Message] = {}
        self._recall_nonces()

    def create(self, draft: Draft) -> Message:
        """Post a message."""
        fields, files = self._composer.compose(draft.channel.id, draft.body, draft.uploads, draft.sender)
        flags = draft.flags | (int(draft.body.get("flags") or 0) & SETTABLE_FLAGS)
        data: Json = {
            "id": self._new_id(),
            "channel_id": draft.channel.id,
            "type": draft.type,
            "author": draft.author,
            **fields,
            "timestamp": stamp(self._now()),
            "edited_timestamp": None,
            "tts": bool(draft.body.get("tts")),
            "pinned": False,
            "flags": flags | (EPHEMERAL if draft.only_for else 0),
            **draft.extra,
        }
        if draft.body.get("nonce") is not None:
            data["nonce"] = draft.body["nonce"]
        message = Message(data=data, only_for=draft.only_for, files=files)
        self._add(draft.channel, message)
        return message

    def again(self, author_id: str, body: Json) -> Message | None:
        """Return the message that an enforced nonce already stands for, if it is recent."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        message = self._nonces.get((author_id, str(body["nonce"])))
        if message is None or self._now() - created_at(message.id) > self._nonce_life():
            return None
        return message

    def edit(
        self,
        message: Message,
        body: Json,
        uploads: tuple[Upload, ...] = (),
        *,
        sender: Sender = UNREMARKABLE,
        is_first_answer: bool = False,
    ) -> None:
        """Change a message; the first answer to a deferred interaction does not count as an edit."""
        fields, message.files = self._composer.recompose(message, body, uploads, sender)
        flags = fields.pop("flags", message.data["flags"])
        message.data = {**message.data, **fields, "flags": flags & ~LOADING}
        if not is_first_answer:
            message.data["edited_timestamp"] = stamp(self._now())
        self.announce("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """Remove a message."""
        self._drop(message)
        payload = {"id": message.id, **_place(self._world.channels[message.channel_id])}
        self._tell("MESSAGE_DELETE", payload, message)

    def delete_many(self, channel: Channel, messages: list[Message], *, by: str) -> None:
        """Remove messages of one channel at the request of `by`, and tell of all of them at once."""
        if not messages:
            return
        for message in messages:
            self._drop(message)
        payload: Json = {"ids": [message.id for message in messages], **_place(channel)}
        self._events.emit(Event(type="MESSAGE_DELETE_BULK", payload=payload, channel=channel, by=by))

    def announce(self, name: str, message: Message) -> None:
        """Tell everyone that a message is new or has changed, and have it written."""
        self._touch(message)
        self._tell(name, message.data, message)

    def _add(self, channel: Channel, message: Message) -> None:
        channel.messages[message.id] = message
        if message.only_for is None:
            channel.data["last_message_id"] = message.id
        if len(channel.messages) > KEPT_PER_CHANNEL:
            oldest = next(iter(channel.messages))
            self._touch(channel.messages.pop(oldest))
        if message.data.get("nonce") is not None:
            self._remember_nonce(message)
        self.announce("MESSAGE_CREATE", message)

    def _remember_nonce(self, message: Message) -> None:
        horizon = self._now() - self._nonce_life()
        while self._nonces:
            key, oldest = next(iter(self._nonces.items()))
            if created_at(oldest.id) > horizon:
                break
            del self._nonces[key]
        self._nonces[message.author_id, str(message.data["nonce"])] = message

    def _recall_nonces(self) -> None:
        """Remember what was posted shortly before a restart."""
        horizon = self._now() - self._nonce_life()
        for channel in self._world.channels.values():
            for message in channel.messages.values():
                if message.data.get("nonce") is not None and created_at(message.id) > horizon:
                    self._remember_nonce(message)

    def _drop(self, message: Message) -> None:
        self._world.channels[message.channel_id].messages.pop(message.id, None)
        self._touch(message)

    def _touch(self, message: Message) -> None:
        self._world.touch("message", message.id, message.channel_id)

    def _tell(self, name: str, payload: Json, message: Message) -> None:
        self._events.emit(
            Event(
                type=name,
                payload=payload,
                channel=self._world.channels[message.channel_id],
                message=message,
                only_for=message.only_for,
                by=message.author_id,
            )
        )


def _place(channel: Channel) -> Json:
    return {"channel_id": channel.id, **({"guild_id": channel.guild_id} if channel.guild_id else {})}


def shown_to(message: Message, viewer: str) -> Json:
    """Return a message as `viewer` reads it over REST: with the reactions, and which of them are theirs."""
    if not message.reactions:
        return message.data
    return {**message.data, "reactions": [_reaction(*item, viewer) for item in message.reactions.items()]}


def emoji_of(key: str) -> Json:
    """Return the emoji that ``name`` or ``name:id`` stands for."""
    name, colon, emoji_id = key.partition(":")
    return {"id": emoji_id if colon else None, "name": name}


def _reaction(key: str, user_ids: list[str], viewer: str) -> Json:
    return {
        "emoji": emoji_of(key),
        "count": len(user_ids),
        "count_details": {"burst": 0, "normal": len(user_ids)},
        "me": viewer in user_ids,
        "me_burst": False,
        "burst_colors": [],
    }
