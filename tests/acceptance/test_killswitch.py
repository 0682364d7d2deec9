"""The kill switch when everything else is broken: a frozen desk, no bus, no database, code that raises."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr
from sandbox_exchange_stage import SANDBOX_KEY, Stage, running_exchange, settled, until
from switch_stage import ETH, an_order

from bots.cli.flat import flatten
from config.farm_file import BotEntry, DeskSection, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from services.clock import SystemClock
from services.trading.killswitch.report_file import ReportFile

ROOT = Path(__file__).resolve().parents[2]
CHILD = ROOT / "tests" / "stage" / "switch_child.py"
NAMES = ("ada", "bob")
SILENCE = 1.5
"""Seconds; twenty on a farm."""

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


@asynccontextmanager
async def child(
    *command: str, told: str = "", fd: int | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a process of ours until the block ends, however it is by then."""
    path = os.pathsep.join([str(ROOT), str(CHILD.parent), os.environ["PYTHONPATH"]])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *command),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        pass_fds=() if fd is None else (fd,),
    )
    assert process.stdin is not None
    process.stdin.write(told.encode())
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


@asynccontextmanager
async def desk(var: Path, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    async with child(str(CHILD), str(var), url, *NAMES) as process:
        assert process.stdout is not None
        while await process.stdout.readline() != b"ready\n":
            assert not process.stdout.at_eof()
        yield process


@asynccontextmanager
async def watchdog(var: Path, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real process, told by hand what a farm tells it; its bus leads nowhere, and it has no database."""
    spec = ProcessSpec(
        name="watchdog",
        kind="watchdog",
        entry=BotEntry(),
        root=ROOT,
        var=var,
        data=var,
        personas=ROOT / "personas",
        observe=ObserveSection(log_level="warning"),
        exchange_url=url,
        desk=DeskSection(watchdog_after=timedelta(seconds=SILENCE)),
    )
    secrets = ProcessSecrets(bus_url=SecretStr("redis://127.0.0.1:1/0"), sandbox_key=SANDBOX_KEY)
    told = f"{spec.model_dump_json()}\n{secrets.model_dump_json()}\n"
    reading, writing = os.pipe()
    command = ("-m", "bots.process", "--control", str(writing), "bots.watchdog")
    try:
        async with child(*command, told=told, fd=writing) as process:
            yield process
    finally:
        os.close(writing)
        os.close(reading)


async def fill_accounts(stage: Stage) -> None:
    """Give each account two positions, an order far from the price, and a stop, all of them by hand."""
    for name in NAMES:
        orders = stage.paper.open(name).orders
        await orders.place(an_order(f"{name}-long"))
        await orders.place(an_order(f"{name}-short", "sell", "0.1", market=ETH))
        await orders.place(an_order(f"{name}-waits", price=Decimal(49_000)))
        stop = an_order(
            f"{name}-stop", "sell", kind="stop", trigger_price=Decimal(45_000), is_reduce_only=True
        )
        await orders.place(stop)


async def left(stage: Stage) -> dict[str, tuple[int, list[str]]]:
    """Return for each account the number of positions and the names of open orders, as the venue has them."""
    return {
        name: (
            len(await stage.paper.open(name).positions()),
            sorted(str(one.client_id) for one in await stage.paper.open(name).orders.open_orders()),
        )
        for name in NAMES
    }


async def ordered_flat(var: Path) -> tuple[int, float]:
    """Order it as the command line does; return its exit code and how long it took."""
    began = time.monotonic()
    code = await asyncio.to_thread(flatten, var, (), "an acceptance test", clock=SystemClock())
    return code, time.monotonic() - began


FLAT: dict[str, tuple[int, list[str]]] = dict.fromkeys(NAMES, (0, []))


async def test_a_frozen_desk_loses_its_orders_but_no_stop_and_is_flattened_by_the_watchdog(
    tmp_path: Path,
) -> None:
    async with (
        running_exchange() as stage,
        desk(tmp_path, stage.url) as frozen,
        watchdog(tmp_path, stage.url),
    ):
        await fill_accounts(stage)
        await asyncio.sleep(SILENCE + 0.5)
        untouched = await left(stage)
        assert untouched["ada"] == (2, ["ada-stop", "ada-waits"]), "a desk that lives is left alone"

        frozen.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        kept = {name: (2, [f"{name}-stop"]) for name in NAMES}
        await settled(lambda: is_left(stage, kept), within=60)
        silent = time.monotonic() - began

        code, took = await ordered_flat(tmp_path)
        assert code == 0
        assert took <= 60
        assert await left(stage) == FLAT
        (firing,) = ReportFile(tmp_path / "desk" / "flat-report.json").read()
        assert firing.hand == "watchdog"
        assert scopes_in(tmp_path) == {"killswitch:farm"}

        frozen.send_signal(signal.SIGCONT)
        await until(lambda: is_gone(tmp_path / "desk" / "FLAT"))
        assert await left(stage) == FLAT
    sys.stdout.write(
        f"frozen desk: orders canceled after {silent:.1f} s, flat {took:.1f} s after the order\n"
    )


async def is_left(stage: Stage, wanted: dict[str, tuple[int, list[str]]]) -> bool:
    return await left(stage) == wanted


def scopes_in(var: Path) -> set[str]:
    """Return what the latch holds."""
    return set(json.loads((var / "desk" / "latch.json").read_text())["scopes"])


def ruin_database(var: Path) -> None:
    """Overwrite it while it is in use."""
    for file in var.glob("omega.db*"):
        file.write_bytes(b"this is no database " * 1_000)


def is_gone(path: Path) -> bool:
    return not path.exists()


async def test_a_desk_halts_within_a_second_and_gets_flat_without_bus_or_database_and_with_code_that_raises(
    tmp_path: Path,
) -> None:
    async with running_exchange() as stage, desk(tmp_path, stage.url):
        await fill_accounts(stage)
        ruin_database(tmp_path)
        code, took = await ordered_flat(tmp_path)
        assert code == 0
        assert await left(stage) == FLAT
        (firing,) = ReportFile(tmp_path / "desk" / "flat-report.json").read()
        assert firing.hand == "desk"
        assert firing.halted_after_ms is not None
        assert firing.halted_after_ms <= 1_000
        assert firing.lines[0].orders == 2
    figures = f"halted after {firing.halted_after_ms} ms, flat after {firing.flat_after_ms} ms ({took:.1f} s)"
    sys.stdout.write(f"broken desk: {figures}\n")
