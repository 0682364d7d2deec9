"""The server that a farm starts for itself: private, durable, and gone when its farm is gone."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from bus_stage import eventually, kill, tell
from redis.exceptions import NoPermissionError, RedisError

from services.bus import tether
from services.bus.connection import Timing, dial
from services.bus.embedded import EmbeddedServer
from services.errors import Misconfigured

ROOT = Path(__file__).resolve().parents[3]
FARM = """
import asyncio, sys
from pathlib import Path
from services.bus.embedded import EmbeddedServer

async def farm() -> None:
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(farm())
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="omega-emb-"))
    yield made / "bus"
    shutil.rmtree(made)


async def a_farm(folder: Path) -> tuple[asyncio.subprocess.Process, int]:
    """Start another farm over `folder`; return it and the process id of its server."""
    farm = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FARM, str(folder)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert farm.stdout is not None
    while not (line := await farm.stdout.readline()).strip().isdigit():
        assert line, "the farm ended"
    return farm, int(line)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def everything_in(place: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (place, *place.rglob("*")) if path.is_file())


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def leave(folder: Path, record: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "server.json").write_bytes(record)


def lead_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "missing" / path.name)


async def test_entries_address_and_password_outlive_a_kill_of_the_server(folder: Path) -> None:
    server = EmbeddedServer(folder)
    await server.start()
    url = server.url
    await tell(url, ("XADD", "omega:log:x", "*", "n", "1"))
    await kill(server)
    assert server.pid is None
    await server.start()
    assert server.url == url
    assert await tell(url, ("XLEN", "omega:log:x")) == [1]
    await server.stop()


async def test_a_stop_in_order_ends_with_status_zero_and_leaves_no_socket(folder: Path) -> None:
    server = EmbeddedServer(folder)
    await server.start()
    await server.stop()
    assert await server.wait() == 0
    assert not (folder / "bus.sock").exists()
    await server.stop()


async def test_only_the_farms_own_user_comes_in_and_only_to_our_keys(folder: Path) -> None:
    server = EmbeddedServer(folder)
    await server.start()
    replies = await tell(
        server.url,
        *(
            ("SET", "other:key", "x"),
            ("FLUSHALL",),
            ("CONFIG", "GET", "*"),
            ("KEYS", "*"),
            ("PUBLISH", "x", "y"),
        ),
    )
    assert all(isinstance(reply, NoPermissionError) for reply in replies)
    stranger = type(server.url)(f"unix://omega:wrong@{folder}/bus.sock")
    with pytest.raises(RedisError, match="invalid username-password"):
        async with dial(stranger, name="stranger", timing=Timing()).open():
            pass
    await server.stop()


async def test_the_password_stands_in_no_file_and_in_no_command_line(folder: Path) -> None:
    server = EmbeddedServer(folder)
    await server.start()
    password = server.url.get_secret_value().split(":")[2].partition("@")[0]
    assert len(password) >= 24
    assert password.encode() not in everything_in(folder)
    assert password.encode() not in everything_in(Path(f"/proc/{server.pid}/cmdline"))
    assert password not in repr(server.url)
    assert (mode_of(folder), mode_of(folder / "users.acl")) == (0o700, 0o600)
    await server.stop()


async def test_a_long_path_moves_the_socket_to_a_private_folder(folder: Path) -> None:
    server = EmbeddedServer(folder / ("x" * 60) / ("y" * 60))
    await server.start()
    assert await tell(server.url, ("PING",)) == [b"PONG"]
    path = Path("/" + server.url.get_secret_value().split("@/")[1])
    assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.is_relative_to(folder)
    await server.stop()
    path.parent.rmdir()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
async def test_the_server_dies_with_a_killed_farm_and_the_next_farm_starts(folder: Path) -> None:
    farm, pid = await a_farm(folder)
    assert is_alive(pid)
    farm.send_signal(signal.SIGKILL)
    await farm.wait()
    await eventually(lambda: not is_alive(pid), within=2)
    server = EmbeddedServer(folder)
    await server.start()
    await server.stop()


async def test_a_living_farm_keeps_its_folder(folder: Path) -> None:
    farm, pid = await a_farm(folder)
    with pytest.raises(Misconfigured, match=f"process {farm.pid}"):
        await EmbeddedServer(folder).start()
    assert is_alive(pid)
    farm.kill()
    await farm.wait()


async def test_a_server_left_over_from_an_earlier_farm_is_stopped_before_a_new_one_starts(
    folder: Path,
) -> None:
    old = EmbeddedServer(folder)
    await old.start()
    leave(folder, msgspec.json.encode({"server": old.pid, "farm": 1}))
    new = EmbeddedServer(folder)
    await new.start()
    assert await old.wait() == 0
    assert await tell(new.url, ("PING",)) == [b"PONG"]
    await new.stop()


@pytest.mark.parametrize("record", [b"", b"not json", b'{"server": 1}'])
async def test_a_broken_record_is_passed_over(folder: Path, record: bytes) -> None:
    leave(folder, record)
    server = EmbeddedServer(folder)
    await server.start()
    await server.stop()


async def test_a_process_that_is_no_server_of_ours_is_left_alone(folder: Path) -> None:
    bystander = await asyncio.create_subprocess_exec("sleep", "60")
    leave(folder, msgspec.json.encode({"server": bystander.pid, "farm": 1}))
    server = EmbeddedServer(folder)
    await server.start()
    assert bystander.returncode is None
    assert is_alive(bystander.pid)
    await server.stop()
    bystander.kill()
    await bystander.wait()


async def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    (folder / "entries" / "appendonlydir").mkdir(parents=True)
    manifest = folder / "entries" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.write_text("file nonsense seq 1 type z\n")
    server = EmbeddedServer(folder)
    with pytest.raises(Misconfigured, match="does not start") as raised:
        await server.start()
    assert raised.value.facts["reason"]
    assert str(folder / "server.log") in raised.value.hint
    assert server.pid is None


async def test_a_folder_that_cannot_be_made_is_said_and_not_raised_bare(folder: Path) -> None:
    leave(folder, b"")
    with pytest.raises(Misconfigured, match="cannot be started in") as raised:
        await EmbeddedServer(folder / "server.json" / "bus").start()
    assert "OMEGA_BUS_URL" in raised.value.hint
    assert isinstance(raised.value.__cause__, OSError)


async def test_a_server_whose_record_cannot_be_written_is_stopped_again(folder: Path) -> None:
    leave(folder, b"")
    await asyncio.to_thread(lead_nowhere, folder / "server.json")
    server = EmbeddedServer(folder)
    with pytest.raises(Misconfigured, match="cannot be started"):
        await server.start()
    assert server._process is not None
    assert server.pid is None


async def test_a_tether_whose_parent_has_gone_starts_nothing() -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, tether.__file__, str(os.getpid() + 1), "/bin/sleep", "60"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await program.communicate()
    assert program.returncode == 1
    assert b"parent has gone" in error
