from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_farm import NO_BUS, FakeFarm, config, fake_farm, figure
from typer.testing import CliRunner

from bots.cli.app import app

ROOT = Path(__file__).resolve().parents[3]
HELP_SECONDS = 0.3
PATIENCE = 10
"""So many times as slow may a machine be that does other things too."""


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeFarm]:
    with fake_farm(
        tmp_path_factory.mktemp("farm"), config({"market": {}, "xyko": {"enabled": False}})
    ) as running:
        yield running


def omega(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process."""
    done = CliRunner().invoke(app, arguments, env={"NO_COLOR": "1", "COLUMNS": "200", **env})
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def as_a_process(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bots", *arguments],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def of(farm: FakeFarm) -> dict[str, str]:
    return {"OMEGA_CONFIG": str(farm.file), "OMEGA_VAR": str(farm.var)}


def test_help_comes_in_under_a_third_of_a_second() -> None:
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        assert as_a_process("--help").returncode == 0
        taken.append(time.perf_counter() - began)
    figure("cli.help_s", min(taken))
    assert min(taken) < HELP_SECONDS * PATIENCE


def test_help_imports_nothing_heavy() -> None:
    code = "import sys\nimport bots.cli.app\nprint(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"pydantic", "yaml", "redis", "discord", "aiohttp"}.isdisjoint(found.stdout.split())


@pytest.mark.parametrize(
    "command", ["run", "status", "doctor", "say", "logs", "migrate", "config check", "config show"]
)
def test_the_help_of_each_command_ends_with_an_example(command: str) -> None:
    assert f"Example: omega {command}" in CliRunner().invoke(app, [*command.split(), "--help"]).stdout


@pytest.mark.parametrize(
    "arguments",
    [["stats"], ["say", "xyko"], ["run", "--mode", "loud"], ["logs", "-n", "-1"], ["status", "--nope"]],
)
def test_wrong_use_is_exit_code_two_and_nothing_on_stdout(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (2, "")


def test_status_without_a_farm_says_how_to_start_one(tmp_path: Path) -> None:
    done = as_a_process("status", OMEGA_VAR=str(tmp_path))
    assert done.returncode == 1
    assert "omega run" in done.stdout
    said = json.loads(as_a_process("status", "--json", OMEGA_VAR=str(tmp_path)).stdout)
    assert said == {"is_running": False, "var": str(tmp_path), "farm": None}


def test_status_shows_every_bot_with_its_state_and_no_colours_in_a_pipe(farm: FakeFarm) -> None:
    done = as_a_process("status", **of(farm))
    assert done.returncode == 0
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line}
    assert rows["market"][1:3] == ["market", "ready"]
    assert rows["xyko"][1:3] == ["persona", "disabled"]
    assert "\x1b" not in done.stdout


def test_status_in_a_pipe_wraps_nothing_and_fails_once_the_config_is_refused(tmp_path: Path) -> None:
    with fake_farm(tmp_path, config({"market": {}})) as farm:
        assert as_a_process("status", **of(farm)).returncode == 0
        farm.file.write_text("bots:\n  market: {enabled: maybe}\n")
        farm.until(lambda: (record := farm.record()) and record.status.config_error, "the refusal")
        done = as_a_process("status", **{**of(farm), "COLUMNS": "40"})
    assert done.returncode == 1
    assert f"{farm.file}:2:bots.market.enabled: expected true or false" in done.stdout


def test_saying_something_to_a_bot_that_cannot_reply_is_refused_at_once(farm: FakeFarm) -> None:
    off = omega("say", "xyko", "hi", **of(farm))
    assert off.returncode == 1
    assert "xyko is switched off in farm.yaml" in off.stderr
    assert "market is no persona bot" in omega("say", "market", "hi", **of(farm)).stderr


def test_a_text_that_is_not_utf_8_is_two_lines(farm: FakeFarm) -> None:
    done = as_a_process("say", "xyko", "\udcff", **of(farm))
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "error: The text is not UTF-8."


def test_status_as_json_is_the_farm_s_own_record(farm: FakeFarm) -> None:
    said = json.loads(omega("status", "--json", **of(farm)).stdout)
    assert said["farm"]["farm"]["pid"] == farm.pid
    assert [bot["state"] for bot in said["farm"]["status"]["bots"]] == ["ready", "disabled"]


def test_watching_the_status_in_a_pipe_goes_on_until_ctrl_c(farm: FakeFarm) -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "bots", "status", "--watch", "--json"],
        cwd=ROOT,
        env={**os.environ, **of(farm)},
        stdout=subprocess.PIPE,
    )
    assert watching.stdout is not None
    lines = [watching.stdout.readline() for _ in range(2)]
    watching.send_signal(signal.SIGINT)
    assert watching.wait(10) == 130
    watching.stdout.close()
    assert all(json.loads(line)["is_running"] for line in lines)


def test_logs_are_for_people_and_as_json_for_programs(farm: FakeFarm) -> None:
    pretty = omega("logs", "market", "-n", "1", **of(farm))
    assert "readiness_changed" in pretty.stdout
    assert "is_ready=True" in pretty.stdout
    raw = omega("logs", "market", "-n", "1", "--json", **of(farm))
    assert json.loads(raw.stdout)["event"] == "readiness_changed"
    assert omega("logs", "--level", "error", **of(farm)).stdout == ""


def test_logs_of_all_come_in_the_order_of_time(farm: FakeFarm) -> None:
    lines = [json.loads(line) for line in omega("logs", "--json", **of(farm)).stdout.splitlines()]
    assert {line["process"] for line in lines} == {"farm", "market"}
    assert lines == sorted(lines, key=lambda line: line["timestamp"])


def test_logs_of_no_bot_name_the_one_that_was_meant(farm: FakeFarm) -> None:
    done = omega("logs", "markt", **of(farm))
    assert done.returncode == 1
    assert "did you mean market" in done.stderr


def test_logs_can_be_followed(farm: FakeFarm) -> None:
    following = subprocess.Popen(
        [sys.executable, "-m", "bots", "logs", "market", "-f", "-n", "1", "--json"],
        cwd=ROOT,
        env={**os.environ, **of(farm)},
        stdout=subprocess.PIPE,
    )
    assert following.stdout is not None
    following.stdout.readline()
    with (farm.var / "logs" / "market.log").open("a") as log:
        log.write('{"timestamp": "2026-01-01T00:00:00Z", "level": "info", "event": "made_up"}\n')
    assert json.loads(following.stdout.readline())["event"] == "made_up"
    following.send_signal(signal.SIGINT)
    assert following.wait(10) == 130
    following.stdout.close()


def test_checking_the_config_prints_every_problem_and_fails(tmp_path: Path) -> None:
    bad = tmp_path / "farm.yaml"
    bad.write_text("bots:\n  market: {enabeld: true}\n  xyko: {enabled: 1}\n")
    done = omega("config", "check", str(bad))
    assert done.returncode == 1
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [
        f"{bad}:2:bots.market.enabeld",
        f"{bad}:3:bots.xyko.enabled",
    ]
    as_json = json.loads(omega("config", "check", "--json", str(bad)).stdout)
    assert [problem["line"] for problem in as_json["problems"]] == [2, 3]


def test_checking_the_config_that_comes_with_the_farm_is_fine() -> None:
    done = omega("config", "check")
    assert done.returncode == 0
    assert "in order" in done.stdout


def test_showing_the_config_masks_every_secret(farm: FakeFarm) -> None:
    secrets = {
        "OMEGA_TOKEN_XYKO": "token-canary",
        "OMEGA_MODEL_BIG": "model-canary",
        "OMEGA_BUS_URL": "redis://user:bus-canary@127.0.0.1:6379/0",
        "OMEGA_DATABASE_URL": "postgresql://user:db-canary@127.0.0.1/omega",
    }
    done = as_a_process("config", "show", "--json", **of(farm), **secrets)
    said = json.loads(done.stdout)
    assert said["environment"]["OMEGA_TOKEN_XYKO"] == "set"
    assert said["environment"]["OMEGA_MODEL_BIG"] == "set"
    assert said["environment"]["OMEGA_BUS_URL"] == "redis://127.0.0.1:6379/0"
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.slow
def test_migrating_brings_the_database_to_a_revision_and_twice_changes_nothing(tmp_path: Path) -> None:
    said = [omega("migrate", OMEGA_VAR=str(tmp_path), OMEGA_DATABASE_URL="") for _ in range(2)]
    assert [done.returncode for done in said] == [0, 0]
    assert said[0].stdout == said[1].stdout
    assert said[0].stdout.startswith(f"{tmp_path}/omega.db: at revision ")


def test_doctor_passes_a_healthy_machine(tmp_path: Path) -> None:
    file = tmp_path / "farm.yaml"
    file.write_text("discord: {port: 0}\nbots: {market: {}}\n")
    done = omega(
        "doctor", "--json", OMEGA_CONFIG=str(file), OMEGA_VAR=str(tmp_path / "var"), OMEGA_BUS_URL=""
    )
    findings = {finding["check"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 0, findings
    assert {
        "python",
        "config",
        "var",
        "disk",
        "recording",
        "port",
        "bus",
        "database",
        "tokens",
    } <= findings.keys()


def test_doctor_says_that_the_folder_of_the_recordings_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "farm.yaml"
    file.write_text("discord: {port: 0}\nbots: {market: {}}\n")
    own = {"OMEGA_CONFIG": str(file), "OMEGA_VAR": str(tmp_path / "var"), "OMEGA_DATA": "/nope"}
    found = {one["check"]: one for one in json.loads(omega("doctor", "--json", **own).stdout)}
    assert "OMEGA_DATA is /nope, and there is no such folder" in found["recording"]["detail"]


def test_doctor_says_which_port_a_running_farm_could_not_have(tmp_path: Path) -> None:
    with fake_farm(tmp_path) as farm, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        farm.write(config(discord={"port": port}))
        farm.until(lambda: (record := farm.record()) and record.status.config_error, "the refusal")
        done = omega("doctor", "--json", **of(farm), OMEGA_BUS_URL="")
    failed = {one["check"]: one for one in json.loads(done.stdout) if one["verdict"] == "FAIL"}
    assert done.returncode == 1
    assert set(failed) == {"port", "farm"}
    assert f"Port {port} on 127.0.0.1 is taken by another program" in failed["port"]["detail"]
    assert f"Port {port} on 127.0.0.1 is taken by another program" in failed["farm"]["detail"]


@pytest.mark.slow
def test_doctor_names_what_fails_and_how_to_put_it_right(tmp_path: Path) -> None:
    file = tmp_path / "farm.yaml"
    file.write_text(
        "discord: {mode: real}\nsandbox_exchange: {source: replay, recording: none}\n"
        "bots: {xyko: {}, waze: {}}\n"
    )
    done = omega(
        "doctor",
        "--json",
        OMEGA_CONFIG=str(file),
        OMEGA_VAR=str(tmp_path / "var"),
        OMEGA_BUS_URL=NO_BUS,
        OMEGA_DATABASE_URL="postgresql://u:db-canary@127.0.0.1:1/none",
        OMEGA_TOKEN_XYKO="token-canary",
    )
    failed = [finding for finding in json.loads(done.stdout) if finding["verdict"] == "FAIL"]
    assert done.returncode == 1
    assert [finding["check"] for finding in failed] == ["recording", "bus", "database", "tokens", "tokens"]
    assert all(finding["fix"] for finding in failed)
    assert "canary" not in done.stdout + done.stderr


def test_saying_something_without_a_farm_says_how_to_start_one(tmp_path: Path) -> None:
    done = as_a_process("say", "xyko", "/price BTC", OMEGA_VAR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "omega run" in done.stderr
