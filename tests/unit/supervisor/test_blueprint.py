from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.supervisor.blueprint import Architect
from bots.supervisor.listener import Listener
from config.farm_file import Kind, Mode
from config.settings import read_settings

SERVERS: dict[Kind, str] = {
    "sandbox_discord": "discord",
    "sandbox_exchange": "sandbox_exchange",
    "sandbox_llm": "sandbox_llm",
}
WITH_MODEL = "sandbox_llm: {port: 0}\nbots: {chat: {}, sandbox_llm: {}}\n"

Draw = Callable[..., Architect]


@pytest.fixture
def farm(tmp_path: Path) -> Path:
    return tmp_path / "farm.yaml"


@pytest.fixture
def architect(farm: Path) -> Iterator[Draw]:
    """Return what makes an architect of a mode; all of them share the sockets."""
    listeners = {kind: Listener(section) for kind, section in SERVERS.items()}

    def made(mode: Mode = "full") -> Architect:
        return Architect(
            read_settings=lambda: read_settings({"OMEGA_CONFIG": str(farm)}),
            mode=mode,
            only=frozenset(),
            bus_url=SecretStr("redis://host"),
            sandbox_key=SecretStr("key"),
            listeners=listeners,
            mint=lambda _key, name: name,
            display_name=lambda _settings, persona: persona,
        )

    yield made
    for listener in listeners.values():
        listener.release()


def test_the_farm_holds_the_socket_of_its_local_model_and_tells_chat_its_address(
    farm: Path, architect: Draw
) -> None:
    farm.write_text(WITH_MODEL)
    found = architect().draw().plans
    held = architect().listeners["sandbox_llm"]
    assert found["sandbox_llm"].spec.listen_fd == held.fd is not None
    assert found["chat"].spec.llm_url == held.url is not None
    assert architect().draw().plans == found


def test_a_local_model_that_is_switched_off_or_not_of_the_mode_holds_no_socket(
    farm: Path, architect: Draw
) -> None:
    farm.write_text(WITH_MODEL)
    architect().draw()
    architect("dashboard").draw()
    assert architect().listeners["sandbox_llm"].fd is None
    farm.write_text(WITH_MODEL.replace("sandbox_llm: {}", "sandbox_llm: {enabled: false}"))
    assert architect().draw().plans["chat"].spec.llm_url is None
    assert architect().listeners["sandbox_llm"].fd is None
