"""A desk that trades when it has the turn, and freezes itself on the way of an order.

``python desk_frozen_child.py URL FOLDER NAME LEASE SEED`` lives one life after the other: in each it waits
for its turn, sends intents named after it, stops its process at a point of chance, and, once it goes on,
sends what it still can until it knows that it was overtaken.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import sys
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Final

import structlog
from desk_intents_stage import Staged, an_intent, desk_at

from services.clock import SystemClock
from services.errors import OmegaError
from services.loops import Loops
from services.store.store import open_store
from services.trading.intents.crash_points import CrashPoint, CrashPoints
from services.trading.tenure import DeskTenure, holder_of

POINTS: Final[tuple[CrashPoint, ...]] = (
    "intent_written",
    "intent_judged",
    "leverage_set",
    "before_send",
    "order_placed",
    "before_outcome",
    "after_outcome",
)

PAUSE_S: Final = 0.03
"""Between two intents: SQLite's only lock is then mostly free."""


class Freezing(CrashPoints):
    """Stops its process, once, at the n-th time that it comes by a point after it has sent something."""

    def __init__(self, dice: random.Random) -> None:
        self.has_sent = False
        self._point = dice.choice(POINTS)
        self._left = dice.randint(2, 6)

    def reach(self, point: CrashPoint) -> None:
        if point == self._point and self.has_sent:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGSTOP)


async def live(url: str, folder: Path, name: str, lease: float, dice: random.Random) -> None:
    """Live once, until another has taken over."""
    clock, path = SystemClock(), folder / "omega.db"
    opening = open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock, is_durable=True)
    async with opening as store:
        tenure = DeskTenure(store, holder=holder_of(os.getpid()), clock=clock, seconds=lease)
        async with Loops(tenure.run()):
            await tenure.begun(asyncio.Event())
            points = Freezing(dice)
            async with desk_at(url, folder, points=points, tenure=tenure) as desk:
                await trade(desk, tenure, points, name)


async def trade(desk: Staged, tenure: DeskTenure, points: Freezing, name: str) -> None:
    """Send one intent after the other; what is refused for want of the turn is tried for all that."""
    while not tenure.leader.was_overtaken.is_set():
        intent = an_intent(f"{name}-{os.urandom(6).hex()}", amount=Decimal("0.001"))
        with contextlib.suppress(OmegaError):
            row = await desk.works.desk.submit(intent)
            points.has_sent |= row.sent_at is not None
        await asyncio.sleep(PAUSE_S)


def main(url: str, folder: Path, name: str, lease: float, seed: str) -> None:
    """Let one life follow the other, each a process of its own, as the farm starts a desk again."""
    for number in count():
        life = os.fork()
        if life == 0:
            dice = random.Random(f"{seed}-{name}-{number}")  # noqa: S311 - nothing secret
            asyncio.run(live(url, folder, name, lease, dice))
            os._exit(0)
        os.waitpid(life, 0)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]), sys.argv[5])
