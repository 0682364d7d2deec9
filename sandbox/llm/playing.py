"""Plays the steps of a script to a client: as a stream, one write an event, or as one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from sandbox.llm.steps import Block, Call, Cut, End, Fail, Raw, Say, Step, Wait
from sandbox.llm.wire import Dialect, Json, Spoken, encode

_JSON = "application/json"


class Framing(Protocol):
    """How events follow one another in a body."""

    content_type: str

    def event(self, raw: bytes) -> bytes:
        """Return one event as it is written."""
        ...

    def closing(self) -> bytes:
        """Return what follows the last event."""
        ...


@dataclass(slots=True, kw_only=True)
class ServerSentEvents:
    """Lines of ``data:`` with a blank one after each."""

    newline: bytes = b"\n"
    last: bytes = b""
    content_type: str = "text/event-stream"

    def event(self, raw: bytes) -> bytes:
        """Return it with the line that ends it."""
        return b"data: " + raw + self.newline * 2

    def closing(self) -> bytes:
        """Return the event that says that there are no more, where the protocol has one."""
        return self.event(self.last) if self.last else b""


@dataclass(slots=True, kw_only=True)
class JsonArray:
    """One JSON array that grows."""

    content_type: str = _JSON
    _is_begun: bool = False

    def event(self, raw: bytes) -> bytes:
        """Return it with what parts it from the one before."""
        before, self._is_begun = (b"\n,\r\n" if self._is_begun else b"["), True
        return before + raw

    def closing(self) -> bytes:
        """Return the end of the array."""
        return b"]" if self._is_begun else b"[]"


class CutOff(Exception):
    """The script broke off."""


@dataclass(slots=True, kw_only=True)
class Playing:
    """One reply as it is played; `steps` are taken as they come due."""

    steps: Iterator[Step]
    dialect: Dialect
    spoken: Spoken

    async def stream(self, request: web.Request, framing: Framing) -> web.StreamResponse:
        """Send event by event; what fails before the first one is answered with its status.

        Raises:
            CutOff: the script breaks off.
        """
        step = await self._due()
        if isinstance(step, Fail):
            return failed(step, self.dialect)
        if isinstance(step, Cut):
            raise CutOff
        response = await self._begin(request, framing)
        while step is not None:
            for raw in self._events(step):
                await response.write(framing.event(raw))
            if isinstance(step, Cut):
                raise CutOff
            if isinstance(step, Fail | Raw):
                return response
            step = None if isinstance(step, Block | End) else await self._due()
        return await self._finish(response, framing)

    async def _due(self) -> Step | None:
        """Return the next step once it is due; None after the last one."""
        for step in self.steps:
            if not isinstance(step, Wait):
                return step
            await asyncio.sleep(step.seconds)
        return None

    async def _begin(self, request: web.Request, framing: Framing) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": framing.content_type})
        response.headers["Cache-Control"] = "no-cache"
        await response.prepare(request)
        for event in self.dialect.opened(self.spoken):
            await response.write(framing.event(encode(event)))
        return response

    async def _finish(self, response: web.StreamResponse, framing: Framing) -> web.StreamResponse:
        for event in self.dialect.ended(self.spoken):
            await response.write(framing.event(encode(event)))
        if closing := framing.closing():
            await response.write(closing)
        await response.write_eof()
        return response

    def _events(self, step: Step) -> Iterator[bytes]:
        if isinstance(step, Raw):
            yield step.text.encode()
        elif isinstance(step, Fail):
            yield step.body.encode() or encode(self.dialect.error(step.status))
        else:
            yield from map(encode, self._spoken(step))

    def _spoken(self, step: Step) -> Iterator[Json]:
        self._keep(step)
        if isinstance(step, Say):
            yield from self.dialect.said(step.text, self.spoken)
        elif isinstance(step, Call):
            yield from self.dialect.called(step, self.spoken)

    def _keep(self, step: Step) -> None:
        if isinstance(step, Say):
            self.spoken.say(step.text)
        elif isinstance(step, Call):
            self.spoken.call(step)
        elif isinstance(step, Block):
            self.spoken.blocked = step.reason
        elif isinstance(step, End):
            self.spoken.reason = step.reason

    async def whole(self) -> web.Response:
        """Answer in one piece.

        Raises:
            CutOff: the script breaks off.
        """
        while (step := await self._due()) is not None:
            if isinstance(step, Fail):
                return failed(step, self.dialect)
            if isinstance(step, Cut):
                raise CutOff
            if isinstance(step, Raw):
                return web.Response(body=step.text.encode(), content_type=_JSON)
            self._keep(step)
            if isinstance(step, Block | End):
                break
        return answer(self.dialect.whole(self.spoken))


def failed(step: Fail, dialect: Dialect) -> web.Response:
    """Return the answer of a step that fails before anything was said."""
    headers = {} if step.retry_after is None else {"Retry-After": f"{step.retry_after:g}"}
    body = step.body.encode() or encode(dialect.error(step.status))
    return web.Response(status=step.status, body=body, content_type=_JSON, headers=headers)


def answer(body: Json, status: int = 200) -> web.Response:
    """Return an answer of JSON in one piece."""
    return web.Response(status=status, body=encode(body), content_type=_JSON)
