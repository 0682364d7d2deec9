"""One client's WebSocket: frames in and out, heartbeats, and the order that the protocol asks for."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.discord.gateway import payloads
from sandbox.discord.gateway.handshake import Handshake, MustClose, TryAgainLater
from sandbox.discord.gateway.hub import Hub
from sandbox.discord.gateway.session import Op, Session
from sandbox.discord.rules.limits import GatewaySends
from sandbox.discord.wire import Json, decode, encode

UNKNOWN_ERROR, UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED = 4000, 4001, 4002, 4003
ALREADY_AUTHENTICATED, RATE_LIMITED, INVALID_VERSION = 4005, 4008, 4012

MOST_BYTES_IN = 4096
MOST_QUEUED = 5000
GOODBYE_S = 1.0
"""How long a close may wait behind what is queued; then the connection is cut."""
SILENCE_IN_INTERVALS = 1.5
MEMBERS_REQUEST_EVERY_S = 30.0
_ENDING_CODES = frozenset({WSCloseCode.OK, WSCloseCode.GOING_AWAY})
"""With these a client says that it will not resume."""


class GatewaySocket:
    """Runs the gateway protocol on one WebSocket from HELLO to its end."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        *,
        hub: Hub,
        handshake: Handshake,
        sends: GatewaySends,
        monotonic: Callable[[], float],
        abort: Callable[[], None],
        url: str,
        is_compressed: bool,
    ) -> None:
        self._socket = socket
        self._hub = hub
        self._handshake = handshake
        self._monotonic = monotonic
        self._abort = abort
        self._url = url
        self._queue: asyncio.Queue[bytes | int] = asyncio.Queue()
        self._deflate = zlib.compressobj(1) if is_compressed else None
        self._session: Session | None = None
        self._is_ended = False
        self._is_cut = False
        self._deadline: asyncio.TimerHandle | None = None
        self._sends = sends
        self._members_asked_at: dict[str, float] = {}

    def push(self, frame: bytes) -> None:
        """Queue a frame; a client that reads too slowly is cut off and may resume."""
        if self._is_cut:
            return
        if self._queue.qsize() >= MOST_QUEUED:
            self.drop()  # a close code would wait behind all this
        else:
            self._queue.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close with `code` once what is queued has been sent, or cut a client that does not read it."""
        self._queue.put_nowait(code)
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(GOODBYE_S, self.drop)

    def push_op(self, op: Op, payload: object) -> None:
        """Queue a frame that is no event."""
        frame = encode({"op": op, "d": payload, "s": None, "t": None})
        application_id = self._session.application_id if self._session else None
        self._hub.given.recorder.gateway("out", application_id, op=op, name=None, payload=encode(payload))
        self.push(frame)

    def drop(self) -> None:
        """Cut the connection without a word."""
        self._is_cut = True
        self._abort()

    def invalidate(self, *, is_resumable: bool) -> None:
        """Say that the session is void; one that cannot be resumed is forgotten, and may be opened anew."""
        self.push_op(Op.INVALID_SESSION, is_resumable)
        if self._session is not None and not is_resumable:
            self._hub.let_go(self._session, is_ended=True)
            self._session = None

    async def run(self) -> None:
        """Speak with the client until either side ends it."""
        if not self._hub.given.switch.now.hello_never:
            self.push_op(Op.HELLO, {"heartbeat_interval": self._hub.given.switch.now.heartbeat_interval_ms})
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write())
            try:
                await self._read()
            except MustClose as reason:
                self.close(reason.code)
                await writer
            finally:
                self._leave()
                writer.cancel()
                if self._deadline is not None:
                    self._deadline.cancel()

    async def _write(self) -> None:
        while True:
            item = await self._queue.get()
            if isinstance(item, int):
                await self._socket.close(code=item)
                return
            try:
                await self._send(item)
            except ConnectionError:
                return

    async def _send(self, frame: bytes) -> None:
        if self._deflate is None:
            await self._socket.send_str(frame.decode())
        else:
            packed = self._deflate.compress(frame) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self._socket.send_bytes(packed)

    async def _read(self) -> None:
        patience = self._hub.given.switch.now.heartbeat_interval_ms / 1000 * SILENCE_IN_INTERVALS
        while True:
            try:
                message = await self._socket.receive(timeout=patience)
            except TimeoutError:
                raise MustClose(UNKNOWN_ERROR) from None
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                self._is_ended = message.type is WSMsgType.CLOSE and message.data in _ENDING_CODES
                return
            if not self._sends.take():
                raise MustClose(RATE_LIMITED)
            self._handle(_opened(message.data))

    def _leave(self) -> None:
        session = self._session
        if session is not None and session.socket is self:
            self._hub.let_go(session, is_ended=self._is_ended)

    def _handle(self, said: Json) -> None:
        op, payload = said.get("op"), said.get("d")
        application_id = self._session.application_id if self._session else None
        self._hub.given.recorder.gateway("in", application_id, op=op or 0, name=None, payload=encode(payload))
        match op:
            case Op.HEARTBEAT:
                self._acknowledge()
            case Op.IDENTIFY:
                self._identify(payload)
            case Op.RESUME:
                self._resume(payload)
            case Op.REQUEST_MEMBERS:
                self._send_members(self._identified(), payload)
            case Op.PRESENCE | Op.VOICE_STATE | Op.SOUNDS | Op.CHANNEL_INFO:
                self._identified()
            case _:
                raise MustClose(UNKNOWN_OPCODE)

    def _identified(self) -> Session:
        if self._session is None:
            raise MustClose(NOT_AUTHENTICATED)
        return self._session

    def _acknowledge(self) -> None:
        if not self._hub.given.switch.now.mute_heartbeat_ack:
            self.push_op(Op.HEARTBEAT_ACK, None)

    def _identify(self, said: object) -> None:
        if self._session is not None:
            raise MustClose(ALREADY_AUTHENTICATED)
        try:
            session = self._handshake.identify(_object(said))
        except TryAgainLater:
            self.push_op(Op.INVALID_SESSION, False)
            return
        self._session = session
        session.attach(self)
        self._hub.greet(session, self._url)

    def _resume(self, said: object) -> None:
        if self._session is not None:
            raise MustClose(ALREADY_AUTHENTICATED)
        try:
            session, sequence = self._handshake.resume(_object(said))
        except TryAgainLater:
            self.push_op(Op.INVALID_SESSION, False)
            return
        self._session = session
        session.attach(self)
        session.replay_from(sequence)
        self._hub.tell_presence(session.application_id)

    def _send_members(self, session: Session, said: object) -> None:
        asked = _object(said)
        if not isinstance(asked.get("limit") or 0, int):
            raise MustClose(DECODE_ERROR)
        guild_id = str(asked.get("guild_id"))
        guild = self._hub.given.world.guilds.get(guild_id)
        if guild is None:
            return
        wait = self._members_wait(guild_id) if _asks_for_everyone(asked) else 0.0
        if wait:
            meta = {"guild_id": guild_id, **({"nonce": asked["nonce"]} if asked.get("nonce") else {})}
            self._hub.send(session, "RATE_LIMITED", {"opcode": 8, "retry_after": wait, "meta": meta})
            return
        for part in payloads.chunks(self._hub.given.world, guild, asked):
            self._hub.send(session, "GUILD_MEMBERS_CHUNK", part)

    def _members_wait(self, guild_id: str) -> float:
        now = self._monotonic()
        wait = self._members_asked_at.get(guild_id, -MEMBERS_REQUEST_EVERY_S) + MEMBERS_REQUEST_EVERY_S - now
        if wait > 0:
            return wait
        self._members_asked_at[guild_id] = now
        return 0.0


def _asks_for_everyone(asked: Json) -> bool:
    return asked.get("user_ids") is None and not asked.get("query") and not asked.get("limit")


def _opened(raw: str | bytes) -> Json:
    if len(raw) > MOST_BYTES_IN:
        raise MustClose(DECODE_ERROR)
    try:
        said = decode(raw)
    except ValueError:
        raise MustClose(DECODE_ERROR) from None
    return _object(said)


def _object(said: object) -> Json:
    if not isinstance(said, dict):
        raise MustClose(DECODE_ERROR)
    return said
