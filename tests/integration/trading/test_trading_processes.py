"""The desk, the watchdog and the position analyzer as processes, told what the farm tells them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from bus_stage import Server, running
from desk_process_stage import ADA, ROOT, TradingFarm, allow_everything, answer_of, farm_at, until
from pydantic import SecretStr
from sandbox_exchange_stage import Stage, running_exchange

from bots.control import EXIT_ASKED
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.clock import SystemClock
from services.loops import Loops
from services.trading.accounts.messages import GetBalances, ListAccounts
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.messages import GetSwitch
from services.trading.watchdog.heartbeat import read_beat


@dataclass(frozen=True, kw_only=True)
class Around:
    venue: Stage
    farm: TradingFarm
    bus: Bus

    async def switch_state(self) -> str:
        return (await answer_of(self.bus, GetSwitch(caller=ADA, scope="all"))).state


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


@asynccontextmanager
async def trading(server: Server, var: Path) -> AsyncIterator[Around]:
    async with (
        running_exchange() as venue,
        open_bus(server.url, name="asker", clock=SystemClock()) as bus,
        Loops(allow_everything(bus)),
    ):
        yield Around(venue=venue, farm=farm_at(server, var, venue.url), bus=bus)


async def test_the_first_question_opens_a_paper_account_and_a_killed_desk_finds_it_again(
    server: Server, tmp_path: Path
) -> None:
    async with trading(server, tmp_path) as around:
        async with around.farm.running("desk"):
            found = await answer_of(around.bus, ListAccounts(caller=ADA))
            held = await answer_of(around.bus, GetBalances(caller=ADA))
        async with around.farm.running("desk") as again:
            assert (await answer_of(around.bus, ListAccounts(caller=ADA))) == found
            again.terminate()
            assert await again.wait() == EXIT_ASKED
        (account,) = found.accounts
        assert (account.mode, account.venue, account.can_trade) == ("paper", "sandbox", True)
        assert held.equity == 10_000
        assert f"member-{account.id}" in around.venue.paper.names()


@pytest.mark.slow
async def test_the_desk_beats_with_its_accounts_and_obeys_the_file_flat(
    server: Server, tmp_path: Path
) -> None:
    folder = DeskFolder.below(tmp_path)
    async with trading(server, tmp_path) as around, around.farm.running("desk") as desk:
        (account,) = (await answer_of(around.bus, ListAccounts(caller=ADA))).accounts
        await until(lambda: (beat := read_beat(folder.heartbeat)) is not None and beat.accounts)
        beat = read_beat(folder.heartbeat)
        assert beat is not None
        assert (beat.pid, [one.id for one in beat.accounts]) == (desk.pid, [account.id])
        assert await around.switch_state() == "ACTIVE"
        folder.flat.touch()
        await until(lambda: not folder.flat.exists())
        assert await around.switch_state() == "HALTED"


async def test_the_analyzer_and_the_traders_share_a_process(server: Server, tmp_path: Path) -> None:
    async with (
        trading(server, tmp_path) as around,
        around.farm.running("position_analyzer", services=["fibonacci_trader", "ccxt_trader"]) as shared,
    ):
        shared.terminate()
        assert await shared.wait() == EXIT_ASKED


async def test_the_watchdog_is_ready_without_a_bus_and_a_database(tmp_path: Path) -> None:
    farm = TradingFarm(
        var=tmp_path, bus_url=SecretStr("unix:///there/is/no/bus"), exchange_url="http://127.0.0.1:1"
    )
    async with farm.running("watchdog") as watchdog:
        watchdog.terminate()
        assert await watchdog.wait() == EXIT_ASKED
    assert not (tmp_path / "omega.db").exists()


def test_the_watchdog_loads_no_adapter_before_it_must_act() -> None:
    heavy = {"ccxt", "sqlalchemy", "redis", "duckdb", "aiohttp"}
    code = f"import sys, bots.process, bots.watchdog; print({heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
