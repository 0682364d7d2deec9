from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import psutil
import pytest
from chart_stage import chart, usual_chart
from market_stage import wandering_minutes

from services.charts.digest import digest_of
from services.charts.pool import Charts, Kept, Seat, open_charts
from services.charts.render import draw
from services.charts.spec import ChartSpec
from services.errors import Unavailable

ROOT = Path(__file__).parents[3]
GRACE_S = 10.0
PARENT = """
import asyncio
from services.charts.pool import Seat

async def main():
    seat = Seat()
    await seat.warm()
    print(seat.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


class Artist:
    """Draws nothing, and counts; waits for `may_draw`."""

    def __init__(self) -> None:
        self.drawn = 0
        self.may_draw = asyncio.Event()
        self.may_draw.set()

    async def draw(self, spec: ChartSpec) -> bytes:
        await self.may_draw.wait()
        self.drawn += 1
        return spec.market.encode()


class Deadly:
    """What ends the process that receives it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


@pytest.fixture
async def seat() -> AsyncIterator[Seat]:
    found = Seat()
    yield found
    await found.close()


def pid_of(seat: Seat) -> int:
    assert seat.pid is not None
    return seat.pid


def workers() -> list[int]:
    """The drawing processes of this one, and not those that multiprocessing keeps for itself."""
    return [child.pid for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def is_gone_soon(pid: int) -> bool:
    limit = time.monotonic() + GRACE_S
    while time.monotonic() < limit:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


async def test_a_worker_draws_what_is_drawn_here_and_is_gone_with_its_block() -> None:
    spec = usual_chart()
    async with open_charts() as charts:
        found = await charts.draw(spec)
        pids = workers()
    assert found.png == draw(spec)
    assert found.digest == digest_of(spec)
    assert len(pids) == 1
    assert is_gone_soon(pids[0])


async def test_a_worker_that_is_killed_in_the_middle_of_a_chart_is_replaced_and_the_chart_drawn(
    seat: Seat,
) -> None:
    await seat.warm()
    first = pid_of(seat)
    os.kill(first, signal.SIGSTOP)
    drawing = asyncio.ensure_future(seat.draw(chart()))
    await asyncio.sleep(0.05)
    os.kill(first, signal.SIGKILL)
    assert await drawing == draw(chart())
    assert pid_of(seat) != first


async def test_a_chart_that_kills_its_worker_is_given_up_after_two_and_the_next_one_drawn(seat: Seat) -> None:
    with pytest.raises(Unavailable, match="could not be drawn"):
        await seat.draw(cast("ChartSpec", Deadly()))
    assert await seat.draw(chart()) == draw(chart())


async def test_a_worker_that_hangs_is_ended_at_its_deadline() -> None:
    seat = Seat(deadline_s=0.2)
    try:
        await seat.warm()
        pid = pid_of(seat)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(Unavailable):
            await seat.draw(chart())
        assert is_gone_soon(pid)
    finally:
        await seat.close()


async def test_one_who_is_cancelled_leaves_no_worker_behind() -> None:
    pids: list[int] = []
    has_drawn = asyncio.Event()

    async def draw_for_ever() -> None:
        async with open_charts() as charts:
            pids.extend(workers())
            for count in range(1, 10_000):
                await charts.draw(chart(wandering_minutes(count)))
                has_drawn.set()

    task = asyncio.ensure_future(draw_for_ever())
    await has_drawn.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(pids) == 1
    assert is_gone_soon(pids[0])


def test_a_worker_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        worker = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    assert is_gone_soon(worker)


async def test_the_same_chart_asked_for_twice_at_once_is_drawn_once_and_then_kept() -> None:
    artist = Artist()
    charts = Charts([artist], Kept(1000))
    artist.may_draw.clear()
    asked = [asyncio.ensure_future(charts.draw(chart())) for _ in range(3)]
    await asyncio.sleep(0)
    artist.may_draw.set()
    answers = await asyncio.gather(*asked)
    assert len({answer.digest for answer in answers}) == 1
    assert (await charts.draw(chart())).png == answers[0].png
    assert artist.drawn == 1


async def test_one_who_stops_waiting_does_not_take_the_chart_from_the_others() -> None:
    artist = Artist()
    charts = Charts([artist], Kept(1000))
    artist.may_draw.clear()
    impatient, patient = (asyncio.ensure_future(charts.draw(chart())) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    artist.may_draw.set()
    assert (await patient).png == b"BTC/USDT:USDT"
    assert impatient.cancelled()


def test_kept_pictures_stay_within_their_bytes_and_the_longest_unused_goes_first() -> None:
    kept = Kept(10)
    kept.put("a", b"1234")
    kept.put("b", b"1234")
    assert kept.get("a") == b"1234"
    kept.put("c", b"1234")
    assert [kept.get(digest) for digest in "abc"] == [b"1234", None, b"1234"]
    kept.put("d", b"more than there is room for")
    assert kept.size == 0
    assert kept.get("d") is None
