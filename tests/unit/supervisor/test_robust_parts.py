from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.supervisor.bot import Bot
from bots.supervisor.fleet import Fleet
from bots.supervisor.life import Exit
from bots.supervisor.listener import Listener
from bots.supervisor.logfiles import Follower, rotate
from bots.supervisor.plan import Plan
from config.farm_file import BotEntry, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from services.errors import Misconfigured


def test_a_listener_moves_to_another_host_on_the_same_port() -> None:
    listener = Listener()
    listener.hold("127.0.0.1", 0)
    port = int((listener.url or "").rpartition(":")[2])
    try:
        listener.hold("127.0.0.1", port)
        listener.hold("0.0.0.0", port)  # noqa: S104 - every address of this machine: what the test is about
        listener.hold("127.0.0.1", port)
        assert listener.url == f"http://127.0.0.1:{port}"
    finally:
        listener.release()


def test_a_listener_that_cannot_move_on_its_port_stays_where_it_was() -> None:
    listener = Listener()
    listener.hold("127.0.0.1", 0)
    port = int((listener.url or "").rpartition(":")[2])
    try:
        listener.hold("127.0.0.1", port)
        with socket.create_server(("127.0.0.2", port)), pytest.raises(Misconfigured):
            listener.hold("127.0.0.2", port)
        assert listener.url == f"http://127.0.0.1:{port}"
        assert listener.fd is not None
    finally:
        listener.release()


def test_logs_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gone.log").symlink_to(tmp_path / "nowhere")
    (tmp_path / "large.log").write_text("line\n" * 10)
    assert rotate(tmp_path, limit=5) == [tmp_path / "large.log"]
    follower = Follower(tmp_path)
    (tmp_path / "large.log").write_text("new\n")
    assert follower.fresh() == [("large", "new")]


@pytest.mark.parametrize(
    ("end", "is_counted"),
    [
        (Exit(code=-signal.SIGKILL, was_ready=True, reason=""), False),
        (Exit(code=-signal.SIGTERM, was_ready=True, reason=""), False),
        (Exit(code=-signal.SIGKILL, was_ready=True, reason="", has_hung=True), True),
        (Exit(code=-signal.SIGSEGV, was_ready=True, reason=""), True),
        (Exit(code=70, was_ready=True, reason=""), True),
        (Exit(code=-signal.SIGKILL, was_ready=False, reason=""), True),
    ],
)
def test_what_a_bot_does_to_itself_is_counted_and_what_is_done_to_it_is_not(
    end: Exit,
    is_counted: bool,  # noqa: FBT001 - a parameter of the table above
) -> None:
    assert end.is_counted is is_counted


async def test_a_fleet_that_is_being_stopped_follows_no_new_plan() -> None:
    spec = ProcessSpec(
        name="xyko",
        kind="persona",
        entry=BotEntry(),
        root=Path("/"),
        var=Path("/"),
        data=Path("/"),
        personas=Path("/"),
        observe=ObserveSection(),
    )
    secrets = ProcessSecrets(bus_url=SecretStr("redis://host"))

    def refuse(_: Plan) -> Bot:
        raise AssertionError("a bot was added to a fleet that goes down")

    async with asyncio.TaskGroup() as group:
        fleet = Fleet(group, refuse)
        await fleet.stop()
        assert fleet.apply({"xyko": Plan(kind="persona", spec=spec, secrets=secrets)}) == []
