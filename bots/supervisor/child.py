"""One child process: started with its two lines on stdin, heard on the control pipe, ended by signals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bots.control import ControlLine, read_line
from bots.supervisor.logfiles import LOG_MODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a child is started. `stdin` is what it is told; `fds` it inherits under the same numbers."""

    modules: tuple[str, ...]
    stdin: bytes
    env: Mapping[str, str]
    cwd: Path
    log: Path
    fds: tuple[int, ...] = ()


class Child:
    """A started process. Its stdin stays open until the farm ends; then it reads the end of it."""

    def __init__(self, process: asyncio.subprocess.Process, lines: asyncio.StreamReader) -> None:
        self._process = process
        self._lines = lines
        self.pid = process.pid

    @classmethod
    async def start(cls, launch: Launch) -> Self:
        """Start a process in a session of its own, so that Ctrl-C reaches the farm alone.

        Raises:
            OSError: there are too many processes or open files, or the log cannot be written.
        """
        reading, writing = os.pipe()
        log = -1
        try:
            log = os.open(launch.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, LOG_MODE)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bots.process", "--control", str(writing), *launch.modules),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(writing, *launch.fds),
                env=launch.env,
                cwd=launch.cwd,
                start_new_session=True,
            )
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
            if log >= 0:
                os.close(log)
        child = cls(process, await _reader(reading))
        child._tell(launch.stdin)
        return child

    def _tell(self, lines: bytes) -> None:
        stdin = self._process.stdin
        if stdin is not None:
            stdin.write(lines)

    async def lines(self) -> AsyncIterator[ControlLine]:
        """Yield what the process says until it has ended."""
        while raw := await self._next():
            line = read_line(raw)
            if line is not None:
                yield line

    async def _next(self) -> bytes:
        try:
            return await self._lines.readline()
        except ValueError:  # a line beyond the reader's limit is none of ours
            return b"\n"

    async def wait(self) -> int:
        """Return the exit code; negative is the number of the signal that killed it."""
        return await self._process.wait()

    def terminate(self) -> None:
        """Ask it to stop."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it now. A frozen process ends too."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)


async def _reader(fd: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    pipe = os.fdopen(fd, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader
