"""What reaches a log line, and what never does."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from services.logs import configure_logs

ROOT = Path(__file__).resolve().parents[2]
CANARY = 'c4nary"token'


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions)
    yield io.StringIO()
    root.handlers[:], root.level, logging.raiseExceptions = before
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def fail_with(*, hidden: str) -> None:
    raise ConnectionError(f"redis://omega:k6-canary@h refused {CANARY}, {len(hidden)}")


def test_a_line_says_when_how_bad_who_and_what(lines: io.StringIO) -> None:
    configure_logs(process="xyko", stream=lines)
    structlog.get_logger("bots.xyko").info("command_answered", command="price", ms=7)
    (line,) = read(lines)
    assert list(line)[:4] == ["timestamp", "level", "process", "event"]
    assert line["timestamp"].endswith("Z")
    del line["timestamp"]
    assert line == {
        "level": "info",
        "process": "xyko",
        "event": "command_answered",
        "logger": "bots.xyko",
        "command": "price",
        "ms": 7,
    }


def test_loggers_of_libraries_and_warnings_come_out_the_same_way(lines: io.StringIO) -> None:
    configure_logs(process="xyko", stream=lines)
    logging.getLogger("discord.http").warning("slow %s", "bucket", extra={"route": "/x"})
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    first, second = read(lines)
    assert (first["event"], first["logger"], first["route"]) == ("slow bucket", "discord.http", "/x")
    assert "old" in second["event"]


def test_lines_below_the_level_are_not_written(lines: io.StringIO) -> None:
    configure_logs(process="xyko", level="warning", stream=lines)
    structlog.get_logger("a").info("quiet")
    logging.getLogger("b").info("quiet")
    structlog.get_logger("a").error("loud")
    assert [line["event"] for line in read(lines)] == ["loud"]


def test_facts_bound_to_the_context_stand_on_each_line(lines: io.StringIO) -> None:
    configure_logs(process="xyko", stream=lines)
    with structlog.contextvars.bound_contextvars(interaction="42"):
        structlog.get_logger("a").info("one")
        logging.getLogger("b").info("two")
    assert [line["interaction"] for line in read(lines)] == ["42", "42"]


@pytest.mark.parametrize("is_pretty", [False, True])
def test_no_secret_reaches_a_line(lines: io.StringIO, is_pretty: bool) -> None:  # noqa: FBT001 - a parameter
    configure_logs(process="xyko", stream=lines, hide=[SecretStr(CANARY)], is_pretty=is_pretty)
    log = structlog.get_logger("a")
    log.info("named", token="k1-canary", api_key="k2-canary", nested={"password": "k3-canary"})
    log.info("wrapped", value=SecretStr("k4-canary"), values=[SecretStr("k5-canary")])
    log.info("in_a_url", url="redis://omega:k6-canary@localhost:1/0", address="postgresql://a:k7-canary@h/d")
    log.info("told %s", CANARY, also=f"x {CANARY} y")
    logging.getLogger("lib").info("header", extra={"authorization": "k8-canary"})
    try:
        fail_with(hidden=CANARY)
    except ConnectionError:
        log.exception("failed")
    written = lines.getvalue()
    assert "canary" not in written
    assert "c4nary" not in written
    assert "redis://[redacted]@localhost:1/0" in written


def test_a_trace_names_the_lines_and_shows_no_locals(lines: io.StringIO) -> None:
    configure_logs(process="xyko", stream=lines)
    secret_plan = "buy" + " low"
    try:
        fail_with(hidden=secret_plan)
    except ConnectionError:
        structlog.get_logger("a").exception("failed")
    (line,) = read(lines)
    (trace,) = line["exception"]
    assert trace["exc_type"] == "ConnectionError"
    assert [frame["name"] for frame in trace["frames"]][-1] == "fail_with"
    assert "buy low" not in lines.getvalue()


def test_a_line_that_cannot_be_written_costs_nothing_and_says_nothing(
    lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    lines.close()
    configure_logs(process="xyko", stream=lines, is_pretty=False)
    structlog.get_logger("a").info("lost", token="x")
    assert capsys.readouterr().err == ""


def test_the_command_line_still_has_rich_after_the_logs_were_loaded_without_it() -> None:
    script = (
        "import services.logs, sys; before = 'rich' in sys.modules; import rich.table; "
        "print(before, 'rich.table' in sys.modules)"
    )
    output = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert output.stdout.split() == ["False", "True"]
