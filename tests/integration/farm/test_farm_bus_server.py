from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fake_farm import FakeFarm, config


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[FakeFarm]:
    farm = FakeFarm(tmp_path, config({"market": {}}), env={"OMEGA_BUS_URL": ""})
    farm.start()
    try:
        farm.until_ready()
        yield farm
    finally:
        farm.stop()


def test_the_farms_own_bus_server_is_started_again_when_it_is_killed(embedded: FakeFarm) -> None:
    record = embedded.var / "bus" / "server.json"
    embedded.until(record.exists, "the server started")
    before = record.read_text()
    pid = yaml.safe_load(before)["server"]
    os.kill(pid, signal.SIGKILL)
    embedded.until(lambda: record.exists() and record.read_text() != before, "another server", 5.0)
    assert embedded.stop() == 0
    assert not record.exists()
