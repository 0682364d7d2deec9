"""Writes the world behind: what was touched goes to SQLite in one transaction, by one thread.

A process that is killed loses what it did in the last `EVERY_S` seconds and the time that one write takes,
but for what somebody waited for with `kept`.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from sandbox.discord.messages.files import Cdn
from sandbox.discord.private import private_file
from sandbox.discord.wire import decode, encode
from sandbox.discord.world.model import World
from sandbox.discord.world.records import Record, record_of, restore

log = structlog.get_logger(__name__)

EVERY_S = 0.1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS things (
    kind TEXT NOT NULL, id TEXT NOT NULL, channel_id TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (kind, id, channel_id)
) WITHOUT ROWID
"""
_PUT = "INSERT OR REPLACE INTO things (kind, id, channel_id, body) VALUES (?, ?, ?, ?)"
_DROP = "DELETE FROM things WHERE kind = ? AND id = ? AND channel_id = ?"

_Put = tuple[str, str, str, bytes]
_Key = tuple[str, str, str]


class Store:
    """A world's file. All work on it is done by one thread."""

    def __init__(self, path: Path, world: World, cdn: Cdn) -> None:
        self._path = path
        self._world = world
        self._cdn = cdn
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sandbox-store")
        self._connection: sqlite3.Connection | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._is_waited_for = asyncio.Event()

    async def load(self) -> None:
        """Open the file and fill the world with what it holds."""
        records = await asyncio.get_running_loop().run_in_executor(self._thread, self._open)
        restore(self._world, records)

    async def run(self) -> None:
        """Write for ever; what is left when this is cancelled is for `close` to write."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._is_waited_for.wait()
            self._is_waited_for.clear()
            waiting, self._waiting = self._waiting, []
            try:
                await self.flush()
            finally:
                _release(waiting)

    async def kept(self) -> None:
        """Return once what has been touched by now is written; those who wait together share one write."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._is_waited_for.set()
        await waiting

    async def flush(self) -> None:
        """Write what was touched since the last time; what cannot be written is kept for the next time."""
        files = dict(self._cdn.unwritten)
        if not self._world.touched and not files:
            return
        unwritten, self._world.touched = self._world.touched, {}
        puts, drops = self._taken(unwritten)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._write, puts, drops, files)
            unwritten = {}
        except (sqlite3.Error, OSError) as error:
            log.warning("world_not_written", path=str(self._path), error=str(error))
            return
        finally:  # a cancellation may come before the thread takes the work up
            self._world.touched = {**unwritten, **self._world.touched}
        for path in files:
            self._cdn.unwritten.pop(path, None)

    async def close(self) -> None:
        """Write what is left and close the file."""
        await self.flush()
        _release(self._waiting)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _taken(self, touched: dict[_Key, None]) -> tuple[list[_Put], list[_Key]]:
        puts: list[_Put] = []
        drops: list[_Key] = []
        for kind, key, channel_id in touched:
            body = record_of(self._world, kind, key, channel_id)
            if body is None:
                drops.append((kind, key, channel_id))
            else:
                puts.append((kind, key, channel_id, encode(body)))
        return puts, drops

    def _open(self) -> list[Record]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._cdn.lock()
        private_file(self._path)  # SQLite gives what it makes beside a file the mode of that file
        for beside in self._path.parent.glob(f"{self._path.name}-*"):
            private_file(beside)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(_SCHEMA)
        rows = self._connection.execute("SELECT kind, id, channel_id, body FROM things ORDER BY kind, id")
        return [(kind, key, channel_id, decode(body)) for kind, key, channel_id, body in rows]

    def _write(self, puts: list[_Put], drops: list[_Key], files: dict[str, bytes]) -> None:
        self._cdn.write(files.items())
        if self._connection is None:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            self._connection.executemany(_PUT, puts)
            self._connection.executemany(_DROP, drops)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _release(waiting: list[asyncio.Future[None]]) -> None:
    for one in waiting:
        if not one.done():
            one.set_result(None)
