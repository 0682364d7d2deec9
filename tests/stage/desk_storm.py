"""Many intents at a venue that loses answers, shows orders late, fills late and loses pushes."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from desk_intents_stage import BTC, Others, Staged, account_row, an_intent, desk_at
from sandbox_exchange_stage import Stage

from services.clock import SystemClock
from services.errors import OrderNotFound
from services.store.trading_rows import IntentRow
from services.trading.intents.resolving import Patience

LOST_ANSWER = {"drop": {"count": 1, "is_after": True, "path": "order/place-"}}
CUT_ANSWER = {"http": {"count": 1, "kind": "truncated", "path": "order/place-"}}
BROKEN = {"http": {"count": 1, "kind": "502", "path": "order/place-"}}
SLOW_ANSWER = {"hang_after": {"count": 1, "seconds": 0.5, "path": "order/place-"}}
LOST_PUSHES = {"drop_push": 3}
WHAT_HAPPENS = [LOST_ANSWER] * 4 + [CUT_ANSWER] * 2 + [BROKEN, SLOW_ANSWER] + [LOST_PUSHES] * 2 + [{}] * 10
"""Of twenty intents."""
HURRIED = Patience(spacing=(0.2, 0.4, 0.8), seconds=2.0, sweep=0.5)
_SETTLED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    intents: int
    accounts: int
    seed: int
    is_hurried: bool = True
    """Whether an order counts as never arrived after two seconds instead of ten."""


@dataclass(slots=True)
class Seen:
    states: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    unknown: int = 0
    longest_unknown: float = 0.0
    seconds: float = 0.0


class Stopwatch(Others):
    """Measures how long intents are unknown."""

    def __init__(self) -> None:
        super().__init__()
        self.since: dict[str, float] = {}
        self.took: dict[str, float] = {}

    async def changed(self, row: IntentRow, before: str) -> None:
        now = SystemClock().monotonic()
        if row.status == "unknown" and before != "unknown":
            self.since[row.id] = now
        elif before == "unknown" and row.status != "unknown":
            self.took[row.id] = now - self.since.pop(row.id, now)


async def weather(house: Stage, folder: Path, storm: Storm) -> Seen:
    """Send all intents of a storm, let it calm down, and compare every one with the venue."""
    clock, watch = SystemClock(), Stopwatch()
    began = clock.monotonic()
    names = [f"member-{number}" for number in range(storm.accounts)]
    rows = [account_row(name) for name in names]
    patience = HURRIED if storm.is_hurried else Patience()
    async with desk_at(house.url, folder, rows, others=watch, patience=patience) as desk:
        await house.stir(late_visible=0.3, partial=True)
        share = storm.intents // storm.accounts
        await asyncio.gather(*(trade(house, desk, name, share, storm.seed) for name in names))
        house.source.print(BTC, "49400", "1000", "sell")
        house.source.print(BTC, "50600", "1000", "buy")
        house.faults.clear()
        await calm(desk)
        seen = Seen(unknown=len(watch.took), longest_unknown=max(watch.took.values(), default=0.0))
        for name in names:
            await compare(house, desk, name, share, seen)
    seen.seconds = clock.monotonic() - began
    return seen


async def trade(house: Stage, desk: Staged, account: str, count: int, seed: int) -> None:
    """Send the intents of one account, with something going wrong at the venue now and then."""
    dice = random.Random(f"{seed}:{account}")  # noqa: S311 - nothing secret
    for number in range(count):
        house.faults.set(dice.choice(WHAT_HAPPENS))
        side = dice.choice(["buy", "sell"])
        asked: dict[str, Any] = {"side": side, "amount": Decimal("0.002")}
        if dice.random() < 0.5:
            asked["price"] = Decimal(49_500 if side == "buy" else 50_500)
        await desk.works.desk.submit(an_intent(f"{account}-{number}", account, **asked))


async def calm(desk: Staged) -> None:
    """Wait until nothing is unknown."""
    async with asyncio.timeout(_SETTLED_WITHIN_S):
        while await desk.works.register.standing("new", "sending", "unknown"):  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(0.05)


async def compare(house: Stage, desk: Staged, account: str, count: int, seen: Seen) -> None:
    """Compare how the intents of an account stand with how its orders do, at the engine itself."""
    await desk.works.reconciler.reconcile(account)
    orders = house.paper.open(account).orders
    for number in range(count):
        row = await desk.works.desk.row(f"{account}-{number}")
        assert row is not None
        seen.states[row.status] += 1
        try:
            order = await orders.find(BTC, client_id=row.client_id)
        except OrderNotFound:
            if row.status not in {"abandoned", "rejected"}:
                seen.wrong.append(f"{row.id} is {row.status} and is not there")
            continue
        if (order.status, order.filled or 0) != (row.status, row.filled or 0):
            seen.wrong.append(f"{row.id} is {row.status} {row.filled}: {order.status} {order.filled}")
