"""Desks that die at a named point of an order's life, one after the other, on one database and one account.

``python desk_dying_child.py URL FOLDER POINT:SEED...`` forks a life for each pair; each begins by
putting right what the one before has left, and prints as JSON how that went. The last one lives until it has
done so.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import signal
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog
from desk_intents_stage import BTC, Staged, an_intent, desk_at

from services.clock import SystemClock
from services.errors import OmegaError, OrderNotFound
from services.store.trading_rows import IntentRow
from services.trading.intents.crash_points import CrashPoint, CrashPoints

WITHIN_S = 5.0
A_LIFE = 40
"""Intents that one life would send, if it lasted."""
_CHECKED = 15


class Deadly(CrashPoints):
    """Kills its process at the n-th time that it comes by a point."""

    def __init__(self, point: str, times: int) -> None:
        self.point = point
        self.left = times

    def reach(self, point: CrashPoint) -> None:
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def put_right(desk: Staged) -> dict[str, Any]:
    """Wait until every row is as the venue has it; say how long that took and what is still wrong."""
    clock = SystemClock()
    began = clock.monotonic()
    wrong = ["not looked yet"]
    while wrong and clock.monotonic() - began < 3 * WITHIN_S:
        try:
            wrong = await differences(desk)
        except OmegaError as error:
            wrong = [error.message]
        await asyncio.sleep(0.02)
    return {"seconds": clock.monotonic() - began, "wrong": wrong, "halted": list(desk.others.states)}


async def differences(desk: Staged) -> list[str]:
    """Return what the rows say otherwise than the venue."""
    if not await desk.works.reconciler.ensure("ada"):
        return ["not reconciled"]
    session = await desk.sessions.of("ada")
    async with desk.store.read() as kept:
        rows = await kept.trading.intents.where(by="created_at", newest=True)
    wrong = [f"{row.id} is {row.status}" for row in rows if row.status in {"new", "sending", "unknown"}]
    wrong += [text for row in rows[:_CHECKED] if (text := await difference(desk, row))]
    known = {row.client_id for row in rows}
    listed = await session.orders.open_orders()
    return wrong + [f"{one.client_id} is an orphan" for one in listed if one.client_id not in known]


async def difference(desk: Staged, row: IntentRow) -> str:
    """Return how a row differs from its order, or nothing."""
    session = await desk.sessions.of("ada")
    try:
        order = await session.orders.find(BTC, client_id=row.client_id)
    except OrderNotFound:
        return "" if row.status in {"abandoned", "rejected"} else f"{row.id} is {row.status} and is not there"
    same = (order.status, order.filled or 0) == (row.status, row.filled or 0)
    return (
        "" if same else f"{row.id} is {row.status} {row.filled}, the venue says {order.status} {order.filled}"
    )


async def trade(desk: Staged, life: int, dice: random.Random) -> None:
    """Send intents, and cancel some, until death comes."""
    for number in range(A_LIFE):
        side = dice.choice(["buy", "sell"])
        asked: dict[str, Any] = {"side": side, "amount": Decimal("0.001")}
        if dice.random() < 0.5:
            asked["price"] = Decimal(40_000 if side == "buy" else 60_000)
        if dice.random() < 0.3:
            asked["leverage"] = Decimal(5)
        row = await desk.works.desk.submit(an_intent(f"life-{life}-{number}", **asked))
        if row.status == "open" and dice.random() < 0.7:
            await desk.works.desk.cancel("ada", row.id)
    await asyncio.sleep(30)


async def live(url: str, folder: Path, life: int, point: str, seed: int) -> None:
    """Put right what was left, say so, and go on until death."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    deadly = Deadly("", 0)
    async with desk_at(url, folder, points=deadly) as desk:
        report = await put_right(desk)
        os.write(1, json.dumps({"life": life, "point": point, **report}).encode() + b"\n")
        if not point:
            return
        deadly.point, deadly.left = point, dice.randint(1, 4)
        if point in {"look_done", "reconciled_orders"}:
            deadly.left = 1
        if point == "look_done":
            desk.sessions.loses_order = lambda: True
        await trade(desk, life, dice)
    raise AssertionError("it should have died")


def main(url: str, folder: Path, lives: Sequence[str]) -> None:
    """Let one life follow the other."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for life, pair in enumerate([*lives, ":0"]):
        point, _, seed = pair.partition(":")
        child = os.fork()
        if child == 0:
            asyncio.run(live(url, folder, life, point, int(seed)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert died == bool(point), f"life {life} ({pair}) ended with {status}"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
