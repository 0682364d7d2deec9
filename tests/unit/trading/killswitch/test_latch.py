"""What is halted stays halted, whatever is broken; what is let go of was written twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sandbox_exchange_stage import until
from switch_stage import account_row, an_order, opened_latch

from services.clock import SystemClock
from services.errors import OmegaError, OrderRejected, StoreUnavailable
from services.loops import Loops
from services.store.store import Store
from services.trading.killswitch.flat_order import FlatOrder, read_order, write_order
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.latch_file import Held, write_latch
from services.trading.watchdog.guarded import OnlyReducing
from services.trading.watchdog.heartbeat import Heartbeat
from services.trading.watchdog.pulse import Pulse

ADA, BOB = account_row("ada"), account_row("bob")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[FileLatch, Store]]:
    async with opened_latch(tmp_path) as both:
        yield both


def lose(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()


def ruin_database(folder: Path) -> None:
    for path in folder.glob("omega.db*"):
        path.write_bytes(b"no database " * 1_000)


async def test_everything_is_halted_until_file_and_database_were_read(
    tmp_path: Path, opened: tuple[FileLatch, Store]
) -> None:
    latch = FileLatch(tmp_path / "desk" / "latch.json", opened[1], clock=SystemClock())
    assert latch.state(ADA) == "HALTED"
    assert "not been read" in latch.why(ADA)
    await latch.open()
    assert latch.state(ADA) == "ACTIVE"
    assert not latch.why(ADA)


async def test_a_scope_holds_what_is_in_it_and_the_strictest_counts(opened: tuple[FileLatch, Store]) -> None:
    latch, _ = opened
    await latch.set("account:ada", "REDUCING", why="a drawdown", by="risk")
    await latch.set("market:ada:X", "HALTED", why="a difference", by="reconciliation")
    assert (latch.state(ADA), latch.state(ADA, "X"), latch.state(BOB, "X")) == (
        "REDUCING",
        "HALTED",
        "ACTIVE",
    )
    assert (latch.why(ADA), latch.why(ADA, "X")) == ("a drawdown", "a difference")
    await latch.set("farm", "HALTED", why="all of it", by="somebody")
    assert latch.state(BOB) == "HALTED"


async def test_a_limit_that_lets_go_does_not_undo_the_kill_switch(opened: tuple[FileLatch, Store]) -> None:
    latch, _ = opened
    await latch.set("killswitch:account:ada", "HALTED", why="fired", by="ada")
    await latch.set("account:ada", "HALTED", why="the daily loss", by="risk")
    await latch.set("account:ada", "ACTIVE", why="midnight", by="risk")
    assert (latch.state(ADA), latch.why(ADA)) == ("HALTED", "fired")


async def test_who_halts_is_told_of_each_scope_that_does(opened: tuple[FileLatch, Store]) -> None:
    latch, _ = opened
    await latch.set("risk:account:ada", "HALTED", why="the daily loss", by="risk:day")
    await latch.set("account:ada", "REDUCING", why="care", by="7")
    assert (latch.state(ADA), latch.held_by(ADA), latch.state(BOB)) == ("HALTED", ("risk:day",), "ACTIVE")
    await latch.set("market:ada:X", "HALTED", why="a difference", by="desk:reconciliation")
    assert set(latch.held_by(ADA, "X")) == {"risk:day", "desk:reconciliation"}
    await latch.set("risk:account:ada", "ACTIVE", why="midnight", by="risk:released")
    assert (latch.state(ADA), latch.held_by(ADA)) == ("REDUCING", ("7",))


@pytest.mark.parametrize("broken", ["{", '{"scopes": {"farm": {"state": "FINE"}}}', ""])
async def test_a_file_that_cannot_be_read_halts_everything_until_the_farm_is_resumed(
    tmp_path: Path, broken: str
) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "latch.json").write_text(broken)
    async with opened_latch(tmp_path) as (latch, _):
        assert latch.state(ADA) == "HALTED"
        assert "cannot be read" in latch.why(ADA)
    async with opened_latch(tmp_path) as (latch, _):
        assert latch.state(ADA) == "HALTED", "a restart alone repairs nothing"
        await latch.set("farm", "ACTIVE", why="", by="an operator")
        assert latch.state(ADA) == "ACTIVE"


@pytest.mark.parametrize("lost", ["file", "database"])
async def test_at_a_start_the_stricter_of_file_and_database_holds(tmp_path: Path, lost: str) -> None:
    async with opened_latch(tmp_path) as (latch, _):
        await latch.set("account:ada", "HALTED", why="fired", by="ada")
    lose(tmp_path, "desk/latch.json" if lost == "file" else "omega.db*")
    async with opened_latch(tmp_path) as (latch, _):
        assert (latch.state(ADA), latch.why(ADA)) == ("HALTED", "fired")


async def test_without_the_database_it_halts_at_once_and_lets_nothing_go(
    tmp_path: Path, opened: tuple[FileLatch, Store]
) -> None:
    latch, store = opened
    async with Loops(latch.run()):
        async with store.write():
            latch.tighten({"farm": Held(state="HALTED", why="fired", by="ada", at=datetime.now(UTC))})
            assert latch.state(BOB) == "HALTED"
            assert "fired" in (tmp_path / "desk" / "latch.json").read_text()
        ruin_database(tmp_path)
        with pytest.raises((StoreUnavailable, OmegaError)):
            await latch.set("farm", "ACTIVE", why="", by="ada")
        assert latch.state(BOB) == "HALTED"


async def test_what_another_writes_into_the_file_is_taken_up_where_it_is_stricter(
    tmp_path: Path, opened: tuple[FileLatch, Store]
) -> None:
    latch, path = opened[0], tmp_path / "desk" / "latch.json"
    held = Held(state="HALTED", why="the watchdog", by="watchdog", at=datetime.now(UTC))
    async with Loops(latch.run()):
        write_latch(path, {"account:ada": held})
        await until(lambda: latch.state(ADA) == "HALTED", within=2)
        write_latch(path, {})
        await until(lambda: "account:ada" in json.loads(path.read_text())["scopes"], within=2)
        assert latch.state(ADA) == "HALTED", "nobody lets go by the file alone"


async def test_an_order_to_flatten_that_cannot_be_read_concerns_everything_and_a_second_widens_the_first(
    tmp_path: Path,
) -> None:
    path = tmp_path / "FLAT"
    assert read_order(path) is None
    for content in ("", "now!", "[]"):
        path.write_text(content)
        order = read_order(path)
        assert order is not None
        assert order.id
        assert order.accounts == []
    path.unlink()
    write_order(path, FlatOrder(id="a", accounts=["ada"]))
    assert write_order(path, FlatOrder(id="b", accounts=["bob"])).accounts == ["ada", "bob"]
    assert write_order(path, FlatOrder(id="c")).accounts == []
    assert write_order(path, FlatOrder(id="d", accounts=["ada"])).accounts == []


async def test_the_watchdogs_hands_refuse_whatever_could_open_something() -> None:
    hands = OnlyReducing(None)  # type: ignore[arg-type]  # nothing must reach it
    for request in (an_order("a"), an_order("b", price=1, is_reduce_only=True)):
        with pytest.raises(OrderRejected):
            await hands.place(request)
    with pytest.raises(OrderRejected):
        await hands.amend("X", "1", price=None, amount=None)


class HandClock(SystemClock):
    """Monotonic time that a test moves."""

    now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


def test_the_desk_is_as_silent_as_its_last_beat_is_old_whatever_the_wall_clock_says(tmp_path: Path) -> None:
    clock, path = HandClock(), tmp_path / "heartbeat.json"
    heart = Heartbeat(path, lambda: [ADA], clock=clock, pid=1)
    pulse = Pulse(path, clock=clock)
    assert not pulse.has_beaten
    heart.beat()
    clock.now_s += 2
    assert pulse.feel() == 2
    assert [one.id for one in pulse.accounts] == ["ada"]
    heart.beat()
    assert pulse.feel() == 0
    clock.now_s += 2
    assert pulse.feel() == 2
    clock.now_s += 600
    assert pulse.feel() == 2, "it stood still itself"


def test_the_watchdog_starts_without_what_talks_to_venues_the_bus_or_the_database() -> None:
    heavy = "{'ccxt', 'redis', 'sqlalchemy', 'discord', 'aiohttp'} & set(sys.modules)"
    code = f"import sys, services.trading.watchdog.watchdog; print(sorted({heavy}))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
