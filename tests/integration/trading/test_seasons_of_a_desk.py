"""A season at a desk as it is put together, on accounts of a local exchange."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bus_stage import running
from desk_process_stage import ADA, PATIENCE_S, allow_everything, answer_of, farm_at
from sandbox_exchange_stage import running_exchange

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.clock import SystemClock
from services.loops import Loops
from services.trading.accounts.messages import GetBalances
from services.trading.seasons.messages import (
    GetLeaderboard,
    JoinSeason,
    Leaderboard,
    ResetPaper,
    StartSeason,
)
from services.trading.strategies.profiles import read_profiles


async def board_of(bus: Bus, count: int) -> Leaderboard:
    """Ask until so many take part."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            board = await answer_of(bus, GetLeaderboard(caller=ADA))
            if len(board.places) == count:
                return board
            await asyncio.sleep(0.05)


async def test_a_member_and_the_temperaments_take_part_at_the_exchange_and_a_reset_begins_anew(
    tmp_path: Path,
) -> None:
    async with (
        running("unix") as server,
        running_exchange() as venue,
        open_bus(server.url, name="asker", clock=SystemClock()) as bus,
        Loops(allow_everything(bus)),
        farm_at(server, tmp_path, venue.url).running("desk"),
    ):
        await answer_of(bus, StartSeason(id="s", caller=ADA, name="Spring", days=7))
        joined = await answer_of(bus, JoinSeason(id="j", caller=ADA, name="Ada"))
        held = await answer_of(bus, GetBalances(caller=ADA))
        board = await board_of(bus, 1 + len(read_profiles()))
        begun = await answer_of(bus, ResetPaper(id="r", caller=ADA))
        after = await answer_of(bus, GetLeaderboard(caller=ADA))
    assert (joined.has_joined, joined.account) == (True, held.account.name)
    assert {one.name for one in board.places} == {"Ada", *read_profiles()}
    assert all(one.net_share == one.trades == 0 for one in board.places)
    assert begun.equity > 0
    assert begun.account.id != held.account.id
    assert not after.has_joined
