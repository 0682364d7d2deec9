"""The connection to SQLite, which is not torn by a cancellation.

A cancelled statement goes on in the driver's thread, and SQLAlchemy closes its connection. SQLite keeps a
closed connection, with the lock that it holds, for as long as a statement of it is not reset; and where the
closing is cancelled as well the driver waits for a thread that has ended. So a statement is always waited
for, reset and rolled back, and then its cancellation is raised.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import aiosqlite
from aiosqlite.core import _STOP_RUNNING_SENTINEL

_CHUNK: Final = 64


class SteadyConnection(aiosqlite.Connection):
    """A connection whose statements end before a cancellation goes on, and that stops once."""

    _ended: asyncio.Future[Any] | None = None
    _is_stopping = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        future = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, partial(fn, *args, **kwargs)))
        if await _is_canceled_meanwhile(future):
            self._let_go(future)
            raise asyncio.CancelledError
        return future.result()

    def _let_go(self, future: asyncio.Future[Any]) -> None:
        """Undo what a cancelled statement began."""
        found = None if future.exception() else future.result()
        if isinstance(found, sqlite3.Cursor):
            self._tx.put_nowait((None, found.close))
        if self._connection is not None:
            self._tx.put_nowait((None, partial(_roll_back, self._connection)))

    def __del__(self) -> None:
        """Close what SQLAlchemy drops unclosed: a connection whose opening was cancelled."""
        if self._connection is not None:
            self.stop()

    def stop(self) -> asyncio.Future[Any] | None:
        """Stop the thread; a second time says when it has ended."""
        if not self._is_stopping:
            self._is_stopping, self._running = True, False
            with contextlib.suppress(RuntimeError):  # no loop runs where a lost connection is cleared away
                self._ended = asyncio.get_running_loop().create_future()
            self._tx.put_nowait((None, partial(self._end, self._ended)))
        return self._ended

    def _end(self, ended: asyncio.Future[Any] | None) -> object:
        """Close in the driver's thread, and tell a loop that may be over."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if ended is None:
            return _STOP_RUNNING_SENTINEL
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            ended.get_loop().call_soon_threadsafe(_settle, ended)
        return _STOP_RUNNING_SENTINEL


def steady(database: str, **options: Any) -> SteadyConnection:
    """Return a connection to `database`, to be awaited."""
    made = SteadyConnection(partial(sqlite3.connect, database, **options), _CHUNK)
    made._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does: a process need not wait for it to end
    return made


async def _is_canceled_meanwhile(future: asyncio.Future[Any]) -> bool:
    """Wait for a statement, whatever happens; say whether whoever waits was cancelled."""
    is_canceled = False
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            is_canceled = True
    return is_canceled


def _settle(ended: asyncio.Future[Any]) -> None:
    if not ended.done():
        ended.set_result(None)


def _roll_back(connection: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed already, which undoes it as well
        connection.rollback()
