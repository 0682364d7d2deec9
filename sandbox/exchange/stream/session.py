"""One client's conversation: logging in, subscribing, pings. What it listens to comes from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from aiohttp import WSMsgType, web

from sandbox.exchange.refusal import ABNORMAL, WORDS, Refused
from sandbox.exchange.seats import Seat, Seats
from sandbox.exchange.stream import topics
from sandbox.exchange.stream.connection import Connection
from sandbox.exchange.stream.feeds import Feeds
from sandbox.exchange.stream.hub import Hub
from sandbox.exchange.stream.topics import Dialect, Topic
from sandbox.exchange.venue import Venue
from sandbox.exchange.wire import Json, decode, encode
from services.errors import ExchangeUnavailable, UserMistake

log = structlog.get_logger(__name__)

LARGEST_FRAME = 64 * 1024
MOST_TOPICS = 10_000
"""That one connection may listen to."""
_LOGIN_CODES = {
    "40005": 30013,
    "40008": 30014,
    "40009": 30015,
    "40012": 30012,
    "40037": 30011,
}
_TOO_MANY = 30007
_NO_SUCH, _BAD_OP, _NEEDS_LOGIN, _LOGIN_FAILED, _BAD_PARAMETER = 30001, 30003, 30004, 30005, 30016


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """What the conversations of one venue share."""

    venue: Venue
    seats: Seats
    hub: Hub
    feeds: Feeds

    def endpoint(
        self, dialect: Dialect, *, is_private: bool
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return what answers a request to open a WebSocket."""

        async def converse(request: web.Request) -> web.StreamResponse:
            socket = web.WebSocketResponse(compress=False, max_msg_size=LARGEST_FRAME)
            await socket.prepare(request)
            connection = Connection(socket, request)
            self.hub.join(connection)
            conversation = Conversation(self, connection, dialect, is_private=is_private)
            try:
                await _hold(socket, connection, conversation)
            finally:
                self.hub.leave(connection)
            return socket

        return converse


async def _hold(socket: web.WebSocketResponse, connection: Connection, conversation: Conversation) -> None:
    try:
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(connection.write())
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await conversation.hear(message.data)
            writing.cancel()
    except* ConnectionError as gone:
        log.debug("socket_gone", why=str(gone.exceptions[0]))


class Conversation:
    """What one client says, and what it is answered at once."""

    def __init__(
        self, streams: Streams, connection: Connection, dialect: Dialect, *, is_private: bool
    ) -> None:
        self._streams = streams
        self._connection = connection
        self._dialect = dialect
        self._is_private = is_private
        self._seat: Seat | None = None

    async def hear(self, said: str) -> None:
        """Take in one text frame."""
        if said == "ping":
            if not self._streams.venue.faults.now.nopong:
                self._connection.push(b"pong")
            return
        try:
            message = decode(said)
        except ValueError:
            message = None
        arguments = message.get("args") if isinstance(message, dict) else None
        if not isinstance(arguments, list) or not all(isinstance(one, dict) for one in arguments):
            self._object(_BAD_PARAMETER, "Param error")
            return
        await self._act(str(message["op"]) if "op" in message else "", arguments)

    async def _act(self, op: str, arguments: list[Json]) -> None:
        if op == "login":
            await self._log_in(arguments[0] if arguments else {})
        elif op == "subscribe":
            for argument in arguments:
                await self._subscribe(argument)
        elif op == "unsubscribe":
            for argument in arguments:
                self._unsubscribe(argument)
        else:
            self._object(_BAD_OP, "Invalid op")

    async def _log_in(self, said: Mapping[str, str]) -> None:
        try:
            seat = await self._streams.seats.log_in(said, self._streams.venue.now_ms())
        except Refused as refused:
            self._object(_LOGIN_CODES.get(refused.code, _LOGIN_FAILED), str(refused))
            return
        if seat.account.is_unified != (self._dialect == "v3") or not self._is_private:
            self._object(_LOGIN_FAILED, "this account cannot log in here")
            return
        self._seat = seat
        self._say({"event": "login", "code": 0, "msg": ""})

    async def _subscribe(self, argument: Json) -> None:
        try:
            topic = await self._topic(argument)
        except Refused as refused:
            code = int(refused.code) if refused.code.startswith("3") else _NO_SUCH
            self._object(code, str(refused), argument)
            return
        except ExchangeUnavailable as error:  # what is listed is not known yet
            log.info("subscriber_refused", asked=topics.named(argument), why=error.message)
            self._object(int(ABNORMAL), WORDS[ABNORMAL], argument)
            return
        if self._streams.hub.count(self._connection) >= MOST_TOPICS:
            self._object(_TOO_MANY, "too many channels on this connection", argument)
            return
        begins = self._streams.feeds.begins_with(topic)
        self._streams.hub.subscribe(self._connection, topic)
        self._say({"event": "subscribe", "arg": argument})
        if not topic.owner and not begins:
            await self._greet(topic)

    def _unsubscribe(self, argument: Json) -> None:
        try:
            topic = self._named(argument)
        except Refused as refused:
            self._object(_NO_SUCH, str(refused), argument)
            return
        self._streams.hub.unsubscribe(self._connection, topic)
        self._say({"event": "unsubscribe", "arg": argument})

    async def _topic(self, argument: Json) -> Topic:
        topic = self._named(argument)
        if not topic.owner:
            catalogue = await self._streams.venue.catalogue()
            if catalogue.find(topic.product, topic.symbol) is None:
                raise Refused("30001", topics.named(argument))
        return topic

    def _named(self, argument: Json) -> Topic:
        if not self._is_private:
            return topics.public(self._dialect, argument)
        if self._seat is None:
            raise Refused(str(_NEEDS_LOGIN), "requires login")
        return topics.private(self._dialect, argument, self._seat.name)

    async def _greet(self, topic: Topic) -> None:
        hub, connection = self._streams.hub, self._connection
        try:
            await self._streams.feeds.greet(topic, lambda rows, ts: hub.tell(connection, topic, rows, ts))
        except (ExchangeUnavailable, UserMistake) as error:
            log.info("subscriber_not_greeted", channel=topic.channel, symbol=topic.symbol, why=error.message)

    def _object(self, code: int, words: str, argument: Json | None = None) -> None:
        about = {} if argument is None else {"arg": argument}
        self._say({"event": "error", **about, "code": code, "msg": words})

    def _say(self, message: Json) -> None:
        self._connection.push(encode(message))
