"""An external server with TLS and a user of its own: a real one behind a TLS front of the test's."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from bus_stage import LAST, SWIFT, Note, TcpServer, running, tell
from pydantic import SecretStr

from services.bus.connect import open_bus
from services.clock import SystemClock
from services.errors import BusUnavailable

RIGHTS = ("on", ">pass/word", "~omega:*", "&omega:*", "+@all", "-@dangerous")


@asynccontextmanager
async def tls_front(authority: trustme.CA, port: int) -> AsyncIterator[int]:
    """Take TLS connections and pass them on to `port` in the clear; yield the port of the front."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            writer.write(chunk)
        writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.TaskGroup() as both:
            both.create_task(pass_on(reader, far_writer))
            both.create_task(pass_on(far_reader, writer))

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def opens(url: str) -> bool:
    async with open_bus(SecretStr(url), name="far", clock=SystemClock(), timing=SWIFT) as bus:
        try:
            await bus.put(LAST, Note(text="over TLS"))
        except BusUnavailable:
            return False
        found = await bus.latest(LAST)
        return found is not None and found.value.text == "over TLS"


async def test_a_server_behind_tls_is_reached_with_the_right_authority_and_user_only(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with running("tcp") as server:
        assert isinstance(server, TcpServer)
        await tell(server.url, ("ACL", "SETUSER", "omega", *RIGHTS), ("ACL", "SETUSER", "default", "off"))
        async with tls_front(authority, server.port) as port:
            trusted = f"localhost:{port}/0?ssl_ca_certs={tmp_path / 'ca.pem'}"
            assert await opens(f"rediss://omega:pass%2Fword@{trusted}")
            wrong_password, nobody = f"rediss://omega:wrong@{trusted}", f"rediss://{trusted}"
            wrong_authority = f"rediss://omega:pass%2Fword@localhost:{port}/0"
            refused = (opens(wrong_password), opens(nobody), opens(wrong_authority))
            assert not any(await asyncio.gather(*refused))


async def test_why_the_bus_is_away_is_told_without_its_password() -> None:
    told: list[tuple[bool, str]] = []

    def on_health(is_well: bool, reason: str) -> None:  # noqa: FBT001 - the shape of on_health
        told.append((is_well, reason))

    url = SecretStr("unix://omega:hunter2@/nowhere/bus.sock")
    async with open_bus(url, name="x", clock=SystemClock(), on_health=on_health, timing=SWIFT) as bus:
        with pytest.raises(BusUnavailable) as raised:
            await bus.latest(LAST)
    assert told[0][0] is False
    assert "hunter2" not in f"{told} {raised.value} {raised.value.facts}"
    assert "/nowhere/bus.sock" in str(raised.value.facts["reason"])
