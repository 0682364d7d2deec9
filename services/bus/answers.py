"""answer: a service takes the questions put to it, several at once, and acknowledges after it has answered.

The reply and the acknowledgement travel in one parcel. Questions whose asker has stopped waiting are dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from services.bus.asks import Answer, Question, ask_stream, tag_of
from services.bus.codec import decoder, encode
from services.bus.connection import Dial, Wire
from services.bus.groups import Group, Raw
from services.bus.guard import Done, attempt
from services.bus.lane import Lane
from services.bus.messages import Message, Request
from services.bus.reconnecting import use_for_ever
from services.clock import Clock
from services.errors import BusUnavailable, Fault, OmegaError, to_wire

Handle = Callable[[Request[Any]], Awaitable[Message] | AsyncIterator[Message]]

_AT_ONCE = 64
_AGAIN = 0.1

log = structlog.get_logger(__name__)


class Answerer:
    """One `answer`: its requests, its handler, and the questions it is working on."""

    def __init__(
        self,
        service: str,
        requests: Sequence[type[Request[Any]]],
        handle: Handle,
        *,
        consumer: str,
        concurrency: int,
        dial: Dial,
        lane: Lane,
        clock: Clock,
    ) -> None:
        self._service = service
        self._decoders = {tag_of(request): decoder(request) for request in requests}
        self._handle = handle
        self._concurrency = concurrency
        self._dial = dial
        self._lane = lane
        self._clock = clock
        self._group = Group(ask_stream(service), service, consumer)
        self._working: dict[str, asyncio.Task[None]] = {}
        self._has_room = asyncio.Event()

    async def run(self) -> None:
        """Answer until cancelled; then finish what is in work, for a short while."""
        async with asyncio.TaskGroup() as tasks:
            try:
                await use_for_ever(self._dial, lambda wire: self._take(wire, tasks), of=self._service)
            finally:
                if self._working:
                    await asyncio.wait(self._working.values(), timeout=self._dial.timing.drain)

    async def _take(self, wire: Wire, tasks: asyncio.TaskGroup) -> None:
        await self._group.create(wire)
        after = "0"
        while owed := await self._group.read_own(wire, after=after, count=await self._room()):
            after = owed[-1].id
            self._start(owed, tasks)
        while True:
            room = await self._room()
            self._start(await self._group.read_new(wire, count=room, block=self._dial.timing.block), tasks)

    async def _room(self) -> int:
        while len(self._working) >= self._concurrency:
            self._has_room.clear()
            await self._has_room.wait()
        return min(self._concurrency - len(self._working), _AT_ONCE)

    def _start(self, entries: Sequence[Raw], tasks: asyncio.TaskGroup) -> None:
        for entry in entries:
            if entry.id not in self._working:
                self._working[entry.id] = tasks.create_task(self._work(entry))

    async def _work(self, entry: Raw) -> None:
        try:
            await self._settle(entry)
        finally:
            del self._working[entry.id]
            self._has_room.set()

    async def _settle(self, entry: Raw) -> None:
        try:
            question = decoder(Question).decode(entry.fields.get(b"q", b""))
        except msgspec.DecodeError as error:
            log.warning("question_refused", service=self._service, reason=str(error))
            await self._send_while(lambda: False, self._acknowledgement(entry))
            return
        if self._is_expired(question):
            log.debug("question_expired", service=self._service, request=question.tag)
            await self._send_while(lambda: False, self._acknowledgement(entry))
            return
        answer = await self._answer(question)
        reply = ("PUBLISH", question.reply_to, answer)
        await self._send_while(lambda: not self._is_expired(question), (reply, *self._acknowledgement(entry)))

    def _is_expired(self, question: Question) -> bool:
        return self._clock.now() >= question.sent_at + timedelta(milliseconds=question.patience_ms)

    def _acknowledgement(self, entry: Raw) -> tuple[tuple[str, ...], ...]:
        stream = self._group.stream
        return ("XACK", stream, self._group.name, entry.id), ("XDEL", stream, entry.id)

    async def _answer(self, question: Question) -> bytes:
        """Return the last thing to send: the whole answer, the end of its parts, or an error."""
        outcome = await attempt(self._respond(question))
        if isinstance(outcome, Done):
            return outcome.value
        error = outcome.error
        if not isinstance(error, OmegaError):
            log.error("request_failed", service=self._service, request=question.tag, exc_info=error)
            error = Fault(
                f"{self._service} failed on {question.tag}.",
                hint="This is a defect of ours; the service's log has the trace.",
                facts={"service": self._service, "request": question.tag},
            )
        return encode(Answer(id=question.id, kind="error", error=to_wire(error)))

    async def _respond(self, question: Question) -> bytes:
        reading = self._decoders.get(question.tag)
        if reading is None:
            raise Fault(f"{self._service} does not answer {question.tag}.")
        result = self._handle(reading.decode(question.body))
        if not isinstance(result, AsyncIterator):
            return encode(Answer(id=question.id, kind="whole", body=msgspec.Raw(encode(await result))))
        async with AsyncExitStack() as opened:
            if isinstance(result, AsyncGenerator):
                await opened.enter_async_context(aclosing(result))
            async for part in result:
                answer = Answer(id=question.id, kind="part", body=msgspec.Raw(encode(part)))
                await self._lane.do("PUBLISH", question.reply_to, encode(answer))
        return encode(Answer(id=question.id, kind="end"))

    async def _send_while(
        self, is_awaited: Callable[[], bool], commands: Sequence[tuple[str | bytes, ...]]
    ) -> None:
        """Send, and again while somebody waits; what stays unacknowledged is taken up after a reconnect."""
        while True:
            try:
                await self._lane.send(*commands)
            except BusUnavailable as error:
                if not is_awaited():
                    log.info("answer_not_sent", service=self._service, reason=str(error))
                    return
                await asyncio.sleep(_AGAIN)
            else:
                return
