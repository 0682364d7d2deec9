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
from services.errors import UserMistake


class Stream:
    """Events in order, and replies to what was asked."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self.events: asyncio.Queue[Json] = asyncio.Queue()
        """What the member sees: ``{s, t, d}``, READY first."""

    async def read(self) -> None:
        """Sort what arrives into events and replies, until the socket ends."""
        async for message in self._socket:
            said = decode(message.data)
            if "reply" in said:
                self._settle(said)
            else:
                self.events.put_nowait(said)

    async def ask(self, do: str, body: Json, *, actor: str | None = None) -> Any:
        """Do an action as `actor` (the socket's own user when None) and return its result.

        Raises:
            UserMistake: it was refused.
        """
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        said = {"id": number, "do": do, "body": body, **({"as": actor} if actor else {})}
        await self._socket.send_str(encode(said).decode())
        return await future

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
        future = self._asked.pop(said["reply"], None)
        if future is None or future.done():
            return
        if said["ok"]:
            future.set_result(said.get("result"))
        else:
            error = said["error"]
            future.set_exception(
                UserMistake(error["message"], hint=error["fix"], facts={"code": error["code"]})
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
