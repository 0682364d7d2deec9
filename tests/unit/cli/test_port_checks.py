from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bots.cli.findings import Finding
from bots.cli.port_checks import farm_finding, port_findings
from config.farm_file import FarmFile
from config.loader import Loaded
from services.farm.messages import FarmStatus


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def loaded(*, port: int, url: str | None = None, bots: tuple[str, ...] = ("sandbox_discord",)) -> Loaded:
    entries: dict[str, dict[str, object]] = {name: {} for name in bots}
    file = FarmFile.model_validate({"discord": {"port": port, "url": url}, "bots": entries})
    return Loaded(file=file, version="new")


def status(*, version: str = "old", error: str = "", **addresses: str) -> FarmStatus:
    return FarmStatus(
        mode="full",
        bots=[],
        config_version=version,
        config_error=error,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        addresses=addresses,
    )


def discord_port(file: Loaded, running: FarmStatus | None, *, is_running: bool = True) -> Finding:
    found, *_ = port_findings(file, running, is_running=is_running)
    return found


def test_a_port_of_another_program_is_not_taken_for_the_running_farm_s(taken: int) -> None:
    found = discord_port(loaded(port=taken), status(discord="http://127.0.0.1:1234"))
    assert found.verdict == "FAIL"
    assert found.detail == (
        f"Port {taken} on 127.0.0.1 is taken by another program (discord.port). "
        "The running farm's local Discord is at http://127.0.0.1:1234."
    )
    assert "set another discord.port" in found.fix


def test_the_port_on_which_the_running_farm_is_belongs_to_it(taken: int) -> None:
    url = f"http://127.0.0.1:{taken}"
    for port in (taken, 0):
        found = discord_port(loaded(port=port), status(discord=url))
        assert (found.verdict, found.detail) == ("ok", f"{url} belongs to the running farm (discord)")


def test_a_port_that_the_running_farm_has_not_moved_to_yet_is_looked_at(taken: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = discord_port(loaded(port=port), status(discord=f"http://127.0.0.1:{taken}"))
    assert (found.verdict, found.detail) == ("ok", f"{port} on 127.0.0.1 is free (discord)")


def test_a_server_that_the_farm_does_not_run_needs_no_port(taken: int) -> None:
    for file in (loaded(port=taken, bots=("market",)), loaded(port=taken, url="http://127.0.0.1:1")):
        found = discord_port(file, None, is_running=False)
        assert (found.verdict, found.detail) == ("ok", "no local Discord is served")
    found = discord_port(loaded(port=taken), status(version="new"))
    assert (found.verdict, found.detail) == ("ok", "the running farm serves no local Discord")


def test_a_port_is_free_or_taken_where_no_farm_runs(taken: int) -> None:
    assert discord_port(loaded(port=taken), None, is_running=False).verdict == "FAIL"
    assert discord_port(loaded(port=0), None, is_running=False).verdict == "ok"


def test_a_farm_that_says_nothing_of_itself_is_no_proof_of_anything(taken: int) -> None:
    found = discord_port(loaded(port=taken), None)
    assert (found.verdict, found.fix) == ("note", "Ask again in a moment.")


def test_a_farm_that_refused_its_file_is_not_in_order() -> None:
    refused = farm_finding("var", status(error="farm.yaml:2:bots: expected keys"), is_running=True)
    assert refused.verdict == "FAIL"
    assert refused.detail.endswith("it refused the newer one: farm.yaml:2:bots: expected keys")
    assert farm_finding("var", status(), is_running=True).verdict == "ok"
    assert farm_finding("var", None, is_running=False).verdict == "note"
