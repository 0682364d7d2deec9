from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from fake_farm import BOTS, FakeFarm, config, fake_farm, figure

STOP_SECONDS = 10.0
ORPHAN_SECONDS = 9.0


def is_there(pid: int | None) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


TWO: dict[str, dict[str, object]] = {"sandbox_discord": {}, "waze": {}}


def test_ctrl_c_takes_all_down_in_order(tmp_path: Path) -> None:
    with fake_farm(tmp_path) as farm:
        pids = farm.pids()
        began = time.monotonic()
        assert farm.stop(signal.SIGINT) == 0
        took = time.monotonic() - began
    stops = [str(fact["bot"]) for fact in farm.facts() if fact["what"] == "stop"]
    figure("farm.stop_s", took)
    assert sorted(stops[:2]) == ["waze", "xyko"]
    assert stops[2:] == ["members", "market", "sandbox_exchange", "sandbox_discord"]
    assert took < STOP_SECONDS
    assert not any(is_there(pid) for pid in pids.values())
    assert not (farm.var / "run" / "farm.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_to_stop_do_so_in_order_too(tmp_path: Path, number: signal.Signals) -> None:
    with fake_farm(tmp_path, config(TWO)) as farm:
        assert farm.stop(number) == 0
    assert [fact["bot"] for fact in farm.facts() if fact["what"] == "stop"] == ["waze", "sandbox_discord"]


@pytest.mark.slow
def test_bots_that_do_not_listen_are_down_within_ten_seconds_all_the_same(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config())
    for name in BOTS:
        farm.does(name, "stubborn")
    farm.start()
    farm.until_ready()
    pids = farm.pids()
    began = time.monotonic()
    assert farm.stop() == 0
    took = time.monotonic() - began
    figure("farm.stop_stubborn_s", took)
    assert took < STOP_SECONDS
    assert not any(is_there(pid) for pid in pids.values())


def test_a_second_ctrl_c_ends_everything_at_once(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config(TWO))
    farm.does("waze", "stubborn")
    farm.start()
    farm.until_ready()
    os.kill(farm.pid, signal.SIGINT)
    farm.until(lambda: "Stopping in order" in farm.out.read_text(), "the stop begun")
    began = time.monotonic()
    assert farm.stop(signal.SIGINT) == 130
    assert time.monotonic() - began < 1.2


@pytest.mark.slow
def test_a_killed_farm_leaves_no_orphan_and_the_next_one_starts(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config(TWO))
    farm.start()
    farm.until_ready()
    pids = farm.pids()
    os.kill(farm.pid, signal.SIGKILL)
    took = farm.until(lambda: not any(map(is_there, pids.values())), "no orphan", ORPHAN_SECONDS)
    figure("farm.orphans_gone_s", took)
    farm.stop()
    farm.start()
    farm.until_ready()
    assert farm.stop() == 0


@pytest.mark.slow
def test_an_orphan_that_hangs_ends_itself_all_the_same(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config({"market": {}}))
    farm.does("market", "hang")
    farm.start()
    farm.until(lambda: farm.state("market") == "ready", "market hanging")
    pid = farm.pids()["market"]
    os.kill(farm.pid, signal.SIGKILL)
    took = farm.until(lambda: not is_there(pid), "no orphan", ORPHAN_SECONDS)
    figure("farm.hung_orphan_gone_s", took)
    farm.stop()


@pytest.mark.slow
def test_the_farm_after_a_killed_one_ends_what_that_left_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    farm = FakeFarm(tmp_path, config(TWO, discord={"port": port}))
    farm.start()
    farm.until_ready()
    pids = farm.pids()
    frozen = pids["sandbox_discord"]
    assert frozen is not None
    os.kill(frozen, signal.SIGSTOP)  # it can neither see the end of its stdin nor let go of the port
    os.kill(farm.pid, signal.SIGKILL)
    farm.stop()
    farm.start()
    farm.until_ready()
    assert not any(is_there(pid) for pid in pids.values())
    assert farm.stop() == 0


def test_a_second_farm_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with fake_farm(tmp_path, config({"market": {}})) as farm:
        second = FakeFarm(tmp_path, config({"market": {}}))
        second.start()
        assert second.process is not None
        assert second.process.wait(10) == 1
        said = farm.out.read_text()
        assert f"Another farm (pid {farm.pid}) already runs on {farm.var}" in said
        assert "OMEGA_VAR" in said
        assert farm.record() is not None


def test_a_taken_port_is_named_with_the_way_to_change_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        farm = FakeFarm(tmp_path, config(discord={"port": port}))
        farm.start()
        assert farm.process is not None
        assert farm.process.wait(10) == 1
    said = farm.out.read_text()
    assert f"Port {port} on 127.0.0.1 is taken" in said
    assert "discord.port" in said


def test_a_file_that_is_bad_at_the_start_starts_nothing(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config({"market": {"enabled": "maybe"}}))
    farm.start()
    assert farm.process is not None
    assert farm.process.wait(10) == 1
    assert f"{farm.file}:7:bots.market.enabled: expected true or false" in farm.out.read_text()
    assert farm.facts() == []


def test_a_bot_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config())
    farm.start("xyk")
    assert farm.process is not None
    assert farm.process.wait(10) == 2
    assert "There is no bot xyk; did you mean xyko" in farm.out.read_text()


def test_a_farm_whose_output_nobody_reads_any_more_runs_on_and_stops_in_order(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config(TWO))
    os.mkfifo(farm.out)
    reading = os.open(farm.out, os.O_RDONLY | os.O_NONBLOCK)
    farm.start()
    os.close(reading)
    try:
        farm.until(lambda: {farm.state("waze"), farm.state("sandbox_discord")} == {"ready"}, "ready", 20.0)
    finally:
        code = farm.stop()
    assert code == 0
    assert [fact["bot"] for fact in farm.facts() if fact["what"] == "stop"] == ["waze", "sandbox_discord"]


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:canary@127.0.0.1/omega"])
def test_a_database_that_cannot_be_ours_starts_nothing(tmp_path: Path, url: str) -> None:
    farm = FakeFarm(tmp_path, config(TWO), env={"OMEGA_DATABASE_URL": url})
    farm.start()
    assert farm.process is not None
    assert farm.process.wait(10) == 1
    said = farm.out.read_text()
    assert said.startswith("error: OMEGA_DATABASE_URL: expected postgresql://")
    assert "canary" not in said
    assert "starting" not in said
