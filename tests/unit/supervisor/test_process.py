from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.control import Address, Beat, ControlLine, ControlPipe, Ending, read_line
from bots.process import Process, ReturnedEarly, live, verdict
from config.farm_file import BotEntry, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from services.clock import SystemClock
from services.errors import Misconfigured


def a_process(told: list[ControlLine]) -> Process:
    here = Path("/")
    spec = ProcessSpec(
        name="xyko",
        kind="persona",
        entry=BotEntry(),
        root=here,
        var=here,
        data=here,
        personas=here,
        observe=ObserveSection(),
    )
    secrets = ProcessSecrets(bus_url=SecretStr("redis://127.0.0.1"))
    return Process(spec=spec, secrets=secrets, clock=SystemClock(), tell=told.append)


async def test_a_process_is_ready_when_every_part_that_was_reported_is() -> None:
    told: list[ControlLine] = []
    process = a_process(told)
    process.report("bus", is_ready=False, reason="connecting")
    process.report("discord", is_ready=False, reason="no gateway")
    process.report("bus", is_ready=True)
    process.report("discord", is_ready=True)
    process.report("discord", is_ready=True)
    process.report("bus", is_ready=False)
    assert told == [
        Beat(is_ready=False, reason="bus: connecting"),
        Beat(is_ready=False, reason="bus: connecting; discord: no gateway"),
        Beat(is_ready=False, reason="discord: no gateway"),
        Beat(is_ready=True),
        Beat(is_ready=False, reason="bus: not ready"),
    ]


async def test_a_process_that_reported_nothing_is_not_ready() -> None:
    assert not a_process([]).readiness().is_ready


async def test_it_beats_while_it_lives_and_ends_when_it_is_asked() -> None:
    told: list[ControlLine] = []
    process = a_process(told)

    async def run(process: Process) -> None:
        process.announce("web", "http://127.0.0.1:1")
        await process.stopping.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(live(process, [run, run]))
        await asyncio.sleep(0.05)
        process.stopping.set()
    assert Beat(is_ready=False) in told
    assert told.count(Address("web", "http://127.0.0.1:1")) == 2


async def test_one_that_does_not_return_when_it_is_asked_is_cancelled_after_a_second() -> None:
    process = a_process([])
    cleaned = []

    async def run(_process: Process) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.append(True)

    process.stopping.set()
    began = time.monotonic()
    await live(process, [run])
    assert cleaned
    assert 0.9 < time.monotonic() - began < 1.6


async def test_one_that_returns_unasked_or_raises_ends_all_with_its_reason() -> None:
    async def returns(_process: Process) -> None: ...

    async def waits(process: Process) -> None:
        await process.stopping.wait()

    with pytest.raises(ExceptionGroup) as caught:
        await live(a_process([]), [returns, waits])
    assert caught.group_contains(ReturnedEarly)


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (RuntimeError("it\n  fell over"), 70, "RuntimeError: it fell over"),
        (Misconfigured("No token.", hint="Set it."), 78, "No token. Set it."),
        (
            ExceptionGroup("", [RuntimeError("x"), ExceptionGroup("", [Misconfigured("No token.")])]),
            78,
            "No token.",
        ),
        (RuntimeError("y" * 1000), 70, "RuntimeError: " + "y" * 286),
    ],
)
def test_how_a_process_ends_tells_whether_a_restart_can_help(
    error: Exception, code: int, reason: str
) -> None:
    assert verdict(error) == (code, reason)


def test_what_is_sent_on_the_control_pipe_is_read_back_and_rubbish_is_nothing() -> None:
    reading, writing = os.pipe()
    pipe = ControlPipe(writing)
    sent: list[ControlLine] = [Beat(is_ready=False, reason="é\n"), Address("a", "b"), Ending("why")]
    for line in sent:
        pipe.send(line)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        assert [read_line(line) for line in file] == sent
    for rubbish in (b"", b"{", b"{}\n", b'{"type":"other"}\n', b"\xff\n"):
        assert read_line(rubbish) is None


def test_a_farm_that_does_not_read_and_one_that_is_gone_hold_nobody_up() -> None:
    reading, writing = os.pipe()
    pipe = ControlPipe(writing)
    began = time.monotonic()
    for _ in range(20_000):
        pipe.send(Beat(is_ready=True))
    os.close(reading)
    pipe.send(Beat(is_ready=True))
    os.close(writing)
    assert time.monotonic() - began < 5.0
