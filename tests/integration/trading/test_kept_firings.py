"""Firings that nobody answered, over a real bus."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from bus_stage import bus_of, eventually, running
from switch_stage import KeyedSessions, account_row, switch_at

from services.clock import SystemClock
from services.loops import Loops
from services.members.messages import Caller
from services.trading.killswitch.kept_firings import KeptFirings
from services.trading.killswitch.messages import FIRINGS, Fire


async def test_what_was_fired_while_no_desk_ran_halts_once_one_runs(tmp_path: Path) -> None:
    ada = account_row("ada")
    async with (
        running("unix") as server,
        bus_of(server, "waze") as waze,
        bus_of(server, "desk") as bus,
        AsyncExitStack() as opened,
    ):
        await waze.append(FIRINGS, Fire(id="f1", caller=Caller(user_id="user-ada"), why="enough"))
        sessions = KeyedSessions("http://127.0.0.1:9", tmp_path, [ada], opened)
        sessions.away.add("ada")
        async with (
            switch_at(tmp_path, sessions) as staged,
            Loops(KeptFirings(bus, staged.service, clock=SystemClock()).run()),
        ):
            await eventually(lambda: staged.latch.state(ada) == "HALTED")
            assert staged.latch.why(ada) == "enough"
