"""A network between processes and their bus that a test can take away: a proxy that swallows or refuses."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

_CHUNK = 65_536


class BusProxy:
    """Passes bytes on to a server on loopback.

    While it swallows, connections are taken and nothing comes through, either way, nor is any of them closed:
    so a network looks whose packets are dropped. Afterwards all of these break, since bytes of them are gone.
    """

    def __init__(self, port: int) -> None:
        """`port` is the server's."""
        self._upstream = port
        self._server: asyncio.Server | None = None
        self._port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._passes = asyncio.Event()
        self._passes.set()

    @property
    def url(self) -> SecretStr:
        """Return the address for whoever is to reach the server through it."""
        return SecretStr(f"redis://127.0.0.1:{self._port}/0")

    async def start(self) -> None:
        """Take connections, again on the same port as before."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Break what is open, and refuse what comes."""
        assert self._server is not None
        self._server.close()
        self._break()

    @asynccontextmanager
    async def swallowing(self) -> AsyncIterator[None]:
        """Let nothing through inside the ``async with``."""
        self._passes.clear()
        try:
            yield
        finally:
            self._break()
            self._passes.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._passes.wait()
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
            self._open.add(server_writer)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass(reader, server_writer))
                ways.create_task(self._pass(server_reader, writer))
            self._open.discard(server_writer)
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Pass on what comes, until one side is gone; then the other goes, too."""
        with contextlib.suppress(OSError):
            while some := await source.read(_CHUNK):
                if self._passes.is_set():
                    target.write(some)
                    await target.drain()
        target.transport.abort()

    def _break(self) -> None:
        for writer in self._open:
            writer.transport.abort()


@asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[BusProxy]:
    """Stand between processes and the server on `port`."""
    proxy = BusProxy(port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
