from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_farm import BOTS, FakeFarm, config, fake_farm, figure

BACK_SECONDS = 5.0


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeFarm]:
    folder = tmp_path_factory.mktemp("farm")
    with fake_farm(folder, hang_after=1.5, backoff_max=0.2, breaker_exits=2, breaker_window=20.0) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(farm: FakeFarm) -> None:
    """Begin each test with every bot working, and with no exits counted against xyko."""
    farm.does("xyko", "work")
    farm.write(config({**BOTS, "xyko": {"enabled": False}}))
    farm.until(lambda: farm.state("xyko") == "disabled", "xyko stopped")
    farm.write(config())
    farm.until(lambda: all(farm.state(name) == "ready" for name in BOTS), "every bot ready")


def behave(farm: FakeFarm, what: str) -> None:
    """Make xyko behave from a kill of its process on, and wait for the next process to begin."""
    farm.does("xyko", what)
    starts = len(farm.facts())
    kill(farm, "xyko")
    farm.until(lambda: len(farm.facts()) > starts, "the next process begun")


def kill(farm: FakeFarm, name: str) -> int:
    pid = farm.pids()[name]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def until_back(farm: FakeFarm, name: str, old: int) -> float:
    def is_back() -> bool:
        return farm.pids()[name] not in {old, None} and farm.state(name) == "ready"

    return farm.until(is_back, f"{name} back", BACK_SECONDS)


def test_each_killed_bot_is_back_within_five_seconds_and_no_other_is_touched(farm: FakeFarm) -> None:
    for name in BOTS:
        others = {bot: pid for bot, pid in farm.pids().items() if bot != name}
        old = kill(farm, name)
        took = until_back(farm, name, old)
        figure(f"farm.back_s[{name}]", took)
        assert {bot: pid for bot, pid in farm.pids().items() if bot != name} == others


@pytest.mark.slow
def test_kills_after_ready_never_open_the_breaker(farm: FakeFarm) -> None:
    for _ in range(5):
        old = kill(farm, "market")
        until_back(farm, "market", old)
    assert farm.bot("market").restarts >= 5


def test_a_bot_that_keeps_crashing_is_left_stopped_with_its_reason(farm: FakeFarm) -> None:
    behave(farm, "crash")
    farm.until(lambda: farm.state("xyko") == "broken", "xyko left stopped")
    assert farm.bot("xyko").reason == "it ended 3 times in 20 s; the last time: RuntimeError: it fell over"
    assert farm.bot("xyko").pid is None
    assert "xyko is left stopped" in farm.out.read_text()


def test_crashes_after_ready_open_the_breaker_too(farm: FakeFarm) -> None:
    behave(farm, "crash-later")
    farm.until(lambda: farm.state("xyko") == "broken", "xyko left stopped")
    assert "it fell over later" in farm.bot("xyko").reason


def test_switching_a_broken_bot_off_and_on_gives_it_another_chance(farm: FakeFarm) -> None:
    behave(farm, "crash")
    farm.until(lambda: farm.state("xyko") == "broken", "xyko left stopped")
    farm.does("xyko", "work")
    farm.write(config({**BOTS, "xyko": {"enabled": False}}))
    farm.until(lambda: farm.state("xyko") == "disabled", "xyko off")
    farm.write(config())
    farm.until(lambda: farm.state("xyko") == "ready", "xyko ready")


def test_a_misconfigured_bot_is_left_stopped_at_once(farm: FakeFarm) -> None:
    starts = len(farm.facts())
    behave(farm, "misconfigured")
    farm.until(lambda: farm.state("xyko") == "broken", "xyko left stopped")
    assert farm.bot("xyko").reason == "The token is refused. Make a new one."
    assert [fact["what"] for fact in farm.facts()[starts:]] == ["start"]


def test_a_bot_that_returns_unasked_counts_as_crashed(farm: FakeFarm) -> None:
    behave(farm, "leave")
    farm.until(lambda: farm.state("xyko") == "broken", "xyko left stopped")
    assert "returned before it was asked to stop" in farm.bot("xyko").reason


@pytest.mark.slow
def test_a_hung_bot_is_killed_and_started_again(farm: FakeFarm) -> None:
    behave(farm, "hang")
    hanging = farm.facts()[-1]["pid"]
    farm.until(lambda: farm.pids()["xyko"] == hanging and farm.state("xyko") == "ready", "xyko hanging")
    farm.does("xyko", "work")
    took = farm.until(lambda: farm.pids()["xyko"] not in {hanging, None}, "another process", 6.0)
    figure("farm.hung_s", took)
    farm.until(lambda: farm.state("xyko") == "ready", "xyko ready")
    assert "it hung: no sign of life for 2 s" in (farm.var / "logs" / "farm.log").read_text()


@pytest.mark.slow
def test_a_frozen_bot_is_killed_and_started_again(farm: FakeFarm) -> None:
    frozen = farm.pids()["xyko"]
    assert frozen is not None
    os.kill(frozen, signal.SIGSTOP)
    farm.until(lambda: farm.pids()["xyko"] not in {frozen, None}, "another process", 6.0)
    farm.until(lambda: farm.state("xyko") == "ready", "xyko ready")
    assert not Path(f"/proc/{frozen}").exists()


@pytest.mark.slow
def test_a_farm_that_was_frozen_itself_blames_no_bot(farm: FakeFarm) -> None:
    before = farm.pids()
    os.kill(farm.pid, signal.SIGSTOP)
    time.sleep(3.0)
    os.kill(farm.pid, signal.SIGCONT)
    time.sleep(1.0)
    assert farm.pids() == before
