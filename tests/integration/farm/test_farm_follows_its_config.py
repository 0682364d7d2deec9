from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fake_farm import BOTS, Config, FakeFarm, config, fake_farm, figure

TOGGLE_SECONDS = 2.0


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeFarm]:
    with fake_farm(tmp_path_factory.mktemp("farm")) as running:
        yield running


@pytest.fixture(autouse=True)
def _whole(farm: FakeFarm) -> None:
    """Begin each test with every bot running."""
    farm.write(config())
    farm.until(lambda: all(farm.state(name) == "ready" for name in BOTS), "every bot ready")


def without(name: str) -> Config:
    return config({**BOTS, name: {"enabled": False}})


def others(farm: FakeFarm, name: str) -> dict[str, int | None]:
    return {bot: pid for bot, pid in farm.pids().items() if bot != name}


def test_a_bot_switched_off_and_on_follows_within_two_seconds_and_no_other_is_touched(farm: FakeFarm) -> None:
    before = others(farm, "xyko")
    farm.write(without("xyko"))
    off = farm.until(lambda: farm.state("xyko") == "disabled", "xyko stopped", TOGGLE_SECONDS)
    farm.write(config())
    on = farm.until(lambda: farm.bot("xyko").pid is not None, "xyko started", TOGGLE_SECONDS)
    figure("farm.toggle_s", max(off, on))
    assert others(farm, "xyko") == before


def test_a_file_written_in_place_is_followed(farm: FakeFarm) -> None:
    farm.file.write_text(yaml.safe_dump(without("market")))
    farm.until(lambda: farm.state("market") == "disabled", "market stopped", TOGGLE_SECONDS)


def test_a_changed_setting_restarts_only_whom_it_concerns(farm: FakeFarm) -> None:
    before = farm.pids()
    farm.write(config(limits={"burst": 7}))
    farm.until(lambda: farm.pids()["xyko"] not in {before["xyko"], None}, "xyko restarted")
    farm.until(lambda: farm.pids()["waze"] not in {before["waze"], None}, "waze restarted")
    stayed = before.keys() - {"xyko", "waze"}
    assert {name: farm.pids()[name] for name in stayed} == {name: before[name] for name in stayed}


def test_a_bot_taken_out_of_the_file_stops_and_leaves_the_status(farm: FakeFarm) -> None:
    pid = farm.pids()["xyko"]
    farm.write(config({name: {} for name in BOTS if name != "xyko"}))
    farm.until(lambda: "xyko" not in farm.pids(), "xyko gone", TOGGLE_SECONDS)
    farm.until(lambda: not Path(f"/proc/{pid}").exists(), "its process ended", TOGGLE_SECONDS)


def test_a_bad_file_changes_nothing_and_says_file_line_and_key(farm: FakeFarm) -> None:
    before = farm.pids()
    farm.file.write_text("bots:\n  market: {}\n  waze: {enabeld: false}\n")

    def error() -> str:
        record = farm.record()
        return record.status.config_error if record else ""

    farm.until(error, "the refusal shown", TOGGLE_SECONDS)
    assert f"{farm.file}:3:bots.waze.enabeld: unknown key; did you mean enabled" in error()
    assert farm.pids() == before
    assert "farm.yaml is refused" in farm.out.read_text()
    farm.write(config())
    farm.until(lambda: not error(), "the refusal taken back", TOGGLE_SECONDS)
    assert farm.pids() == before


def test_a_deleted_file_changes_nothing_until_it_is_back(farm: FakeFarm) -> None:
    before = farm.pids()
    farm.file.unlink()

    def error() -> str:
        record = farm.record()
        return record.status.config_error if record else ""

    farm.until(lambda: "No such file" in error(), "the refusal shown", 3.0)
    assert farm.pids() == before
    farm.write(without("waze"))
    farm.until(lambda: farm.state("waze") == "disabled", "waze stopped", TOGGLE_SECONDS)
    assert error() == ""


def test_a_mounted_config_that_is_swapped_by_symbolic_link_is_followed(tmp_path: Path) -> None:
    two: dict[str, dict[str, object]] = {"market": {}, "xyko": {}}
    mounted = FakeFarm(tmp_path, config(two))
    _mount(mounted, 1, config(two))
    mounted.start()
    try:
        mounted.until_ready()
        _mount(mounted, 2, config({**two, "xyko": {"enabled": False}}))
        mounted.until(lambda: mounted.state("xyko") == "disabled", "xyko stopped", TOGGLE_SECONDS)
        _mount(mounted, 3, config(two))
        mounted.until(lambda: mounted.bot("xyko").pid is not None, "xyko started", TOGGLE_SECONDS)
    finally:
        assert mounted.stop() == 0


@pytest.mark.slow
def test_a_config_folder_that_is_replaced_as_a_whole_is_followed(tmp_path: Path) -> None:
    with fake_farm(tmp_path, config({"market": {}, "members": {}})) as farm:
        farm.file.parent.rename(tmp_path / "old")
        farm.until(lambda: "No such file" in farm.out.read_text(), "the loss told", 3.0)
        farm.file.parent.mkdir()
        farm.write(config({"market": {}, "members": {"enabled": False}}))
        farm.until(lambda: farm.state("members") == "disabled", "members stopped", TOGGLE_SECONDS + 1.0)
        farm.write(config({"market": {}, "members": {}}))
        farm.until(lambda: farm.bot("members").pid is not None, "members started", TOGGLE_SECONDS)


def _mount(farm: FakeFarm, version: int, content: Config) -> None:
    """Write the way a kubelet does: a new folder, and the link ``..data`` renamed over the old one."""
    folder = farm.file.parent
    (folder / f"..{version}").mkdir()
    (folder / f"..{version}" / "farm.yaml").write_text(yaml.safe_dump(content))
    (folder / "..fresh").symlink_to(f"..{version}")
    os.replace(folder / "..fresh", folder / "..data")  # noqa: PTH105 - rename(2) is what is imitated
    if not farm.file.is_symlink():
        farm.file.unlink()
        farm.file.symlink_to(Path("..data") / "farm.yaml")
