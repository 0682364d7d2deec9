from __future__ import annotations

import socket
import subprocess
import sys

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "2001:db8::1"])
def test_a_connection_that_would_leave_the_machine_is_refused(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(RuntimeError, match=r"socket\.connect"):
        outside.connect((address, 80))


def test_a_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(RuntimeError, match=r"discord\.com"):
        socket.getaddrinfo("discord.com", 443)


def test_a_connection_to_loopback_is_allowed() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_the_guard_holds_in_a_child_process_too() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import socket; socket.socket().connect(('192.0.2.1', 80))"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode != 0
    assert "LeftTheMachineError" in child.stderr
