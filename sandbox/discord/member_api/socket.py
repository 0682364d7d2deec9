"""A member's WebSocket: what that user sees, as it happens, and the actions that come back over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.discord.events import Event
from sandbox.discord.gateway.payloads import CARRYING_A_MESSAGE, message_payload
from sandbox.discord.member_api import talk, view
from sandbox.discord.member_api.http import do_interaction
from sandbox.discord.member_api.mistakes import Mistake, mistaken
from sandbox.discord.member_api.outbox import READY, REPLY, Outbox
from sandbox.discord.messages.posting import shown_to
from sandbox.discord.realm import Realm
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json, decode, encode
from sandbox.discord.world.lookup import can_see
from sandbox.discord.world.shapes import channel_for

_NAMES = {
    "THREAD_CREATE": "CHANNEL_CREATE",
    "THREAD_UPDATE": "CHANNEL_UPDATE",
    "THREAD_DELETE": "CHANNEL_DELETE",
}
_EVERYONES = frozenset({"PRESENCE", "COMMANDS", "FAULTS"})
_CHANGES_WHAT_IS_SEEN = frozenset({"GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE"})


class MemberSocket:
    """One connected page or driver."""

    def __init__(self, realm: Realm, user_id: str, socket: web.WebSocketResponse) -> None:
        self._realm = realm
        self._user_id = user_id
        self._socket = socket
        self._outbox = Outbox()
        self._sequence = 0

    async def run(self) -> None:
        """Send READY, then events, and do what the member asks until the socket ends."""
        self._outbox.renew()
        stop_listening = self._realm.events.listen(self._on_event)
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write())
                await self._read(tasks.create_task)
                writer.cancel()
        finally:
            stop_listening()

    async def _write(self) -> None:
        while True:
            name, payload = await self._outbox.take()
            if name == READY:
                payload = encode(view.ready(self._realm, self._user_id))
            if name != REPLY:
                self._sequence += 1
                payload = b'{"s":%d,"t":"%b","d":%b}' % (self._sequence, name.encode(), payload)
            try:
                await self._socket.send_str(payload.decode())
            except ConnectionError:
                return

    async def _read(self, start: Callable[[Any], object]) -> None:
        async for message in self._socket:
            if message.type != WSMsgType.TEXT:
                continue
            try:
                asked = decode(message.data)
            except ValueError:
                continue
            if isinstance(asked, dict):
                start(self._do(asked))

    async def _do(self, asked: Json) -> None:
        reply: Json = {"reply": asked.get("id")}
        try:
            reply.update(ok=True, result=await self._done(asked))
        except Refused as refusal:
            reply.update(ok=False, **mistaken(refusal).to_body())
        except Mistake as mistake:
            reply.update(ok=False, **mistake.to_body())
        self._outbox.reply(encode(reply))

    async def _done(self, asked: Json) -> object:
        said = asked.get("as")
        actor = self._user_id if said is None else view.find_actor(self._realm.world, said)
        body = asked.get("body") or {}
        if not isinstance(body, dict):
            raise Mistake(400, "no_body", "The body has to be an object.", "Send {id, do, body: {…}}.")
        match asked.get("do"):
            case "interaction":
                return await do_interaction(self._realm, actor, body)
            case "message":
                return talk.write(self._realm, actor, str(body.get("channel_id")), body)
            case "typing":
                talk.type_in(self._realm, actor, str(body.get("channel_id")))
                return None
            case other:
                raise Mistake(400, "bad_do", f"Cannot do {other!r}.", "Use interaction, message or typing.")

    def _on_event(self, event: Event) -> None:
        if not self._concerns(event):
            return
        if event.type in _CHANGES_WHAT_IS_SEEN:
            self._outbox.renew()
            return
        self._outbox.event(_NAMES.get(event.type, event.type), encode(self._shown(event)))

    def _concerns(self, event: Event) -> bool:
        if event.only_for is not None:
            return event.only_for == self._user_id
        if event.channel is not None:
            return can_see(self._realm.world, event.channel, self._user_id)
        return event.type in _EVERYONES or event.guild_id is not None

    def _shown(self, event: Event) -> Json:
        if event.type in CARRYING_A_MESSAGE and event.message is not None:
            payload = message_payload(self._realm.world, event)
            if event.message.reactions:
                payload = {**payload, "reactions": shown_to(event.message, self._user_id)["reactions"]}
            return payload
        is_channel = event.type.startswith("CHANNEL_") and event.channel is not None
        if is_channel and event.channel is not None:
            return channel_for(self._realm.world, event.channel, self._user_id)
        return event.payload
