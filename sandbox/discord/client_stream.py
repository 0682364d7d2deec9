"""A member's WebSocket from Python: the events it sees, and actions for many users over one socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import aiohttp

from sandbox.discord.client import Http, unreachable
from sandbox.discord.wire import Json, decode, encode
from services.errors import NoAnswer, UserMistake

PATIENCE_S = 30.0
"""An interaction that is waited for takes half of it at most."""


class Stream:
    """Events in order, and replies to what was asked."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._is_over = False
        self.events: asyncio.Queue[Json] = asyncio.Queue()
        """What the member sees: ``{s, t, d}``, READY first."""

    async def read(self) -> None:
        """Sort what arrives into events and replies, until the socket ends; then nothing is answered."""
        try:
            async for message in self._socket:
                said = decode(message.data)
                if "reply" in said:
                    self._settle(said)
                else:
                    self.events.put_nowait(said)
        finally:
            self._is_over = True
            for future in self._asked.values():
                if not future.done():
                    future.set_exception(_no_answer())

    async def ask(self, do: str, body: Json, *, actor: str | None = None, within: float = PATIENCE_S) -> Any:
        """Do an action as `actor` (the socket's own user when None) and return its result.

        Raises:
            UserMistake: it was refused.
            NoAnswer: nothing came back within so many seconds, or the socket has ended.
        """
        if self._is_over:
            raise _no_answer()
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        said = {"id": number, "do": do, "body": body, **({"as": actor} if actor else {})}
        try:
            async with asyncio.timeout(within):
                await self._socket.send_str(encode(said).decode())
                return await future
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            raise _no_answer() from error
        finally:
            self._asked.pop(number, None)

    async def next(self, kind: str, *, within: float = 5.0) -> Json:
        """Return the payload of the next event of a type, dropping others.

        Raises:
            TimeoutError: there was none in so many seconds.
        """
        async with asyncio.timeout(within):
            while True:
                event = await self.events.get()
                if event["t"] == kind:
                    return dict(event["d"])

    def _settle(self, said: Json) -> None:
        future = self._asked.get(said["reply"])
        if future is None or future.done():
            return
        if said["ok"]:
            future.set_result(said.get("result"))
        else:
            error = said["error"]
            future.set_exception(
                UserMistake(error["message"], hint=error["fix"], facts={"code": error["code"]})
            )


def _no_answer() -> NoAnswer:
    return NoAnswer(
        "The local Discord did not answer on its socket.", hint="Open the socket anew and ask again."
    )


@asynccontextmanager
async def open_stream(http: Http, user: str) -> AsyncIterator[Stream]:
    """Open the socket of a user, by name or id."""
    url = f"{http.base_url}/sandbox/api/socket"
    try:
        socket = await http.session.ws_connect(url, params={"as": user}, max_msg_size=0)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise unreachable(http.base_url) from error
    async with socket, asyncio.TaskGroup() as tasks:
        stream = Stream(socket)
        reader = tasks.create_task(stream.read())
        yield stream
        reader.cancel()
