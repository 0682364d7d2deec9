"""The desk as its owners meet it: a pressed card becomes an order, a fill becomes a message, a halt holds.

The desk is a process of its own; the local exchange, the market, the alerts and the bot run here.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bus_stage import running
from courier_stage import plain_spoken
from figures import Figure, percentile
from news_to_message import NewsRoom, news_room
from sandbox_discord_stage import open_stage
from whole_desk_stage import Whole, whole_desk

from services.exchange.orders import Fill, Order
from services.loops import Loops
from services.members.messages import Caller
from services.store.rows import MemberRow
from services.trading.intents.intent import client_id_of
from services.trading.killswitch.messages import Fire
from services.trading.orders.messages import Outcome

ORDERS: Final = 40
FILLS: Final = 40
HALTS: Final = 5
_WARM: Final = 3
_PRESS_S: Final = 1.0
"""How long an owner looks at a card."""
_LOOK_S: Final = 0.002
_PATIENCE_S: Final = 10.0


@dataclass(slots=True)
class Witness:
    """When the exchange accepted orders, by client id, and when it filled last."""

    accepted: dict[str, float] = field(default_factory=dict)
    filled: float = 0.0

    async def listen(self, account: Any) -> None:
        """Note what happens in an account, until cancelled."""
        async with aclosing(account.changes()) as changes:
            async for change in changes:
                if isinstance(change, Order) and change.client_id:
                    self.accepted.setdefault(change.client_id, time.perf_counter())
                if isinstance(change, Fill):
                    self.filled = time.perf_counter()


@asynccontextmanager
async def witnessed(whole: Whole) -> AsyncIterator[Witness]:
    """Watch the member's account at the exchange, once a first order has opened it."""
    await whole.account()
    await done(whole)
    witness = Witness()
    async with Loops(witness.listen(whole.kept())):
        yield witness


async def done(whole: Whole) -> Outcome:
    """Draft an order and confirm it; it must be done."""
    outcome = await whole.confirm(await whole.draft())
    assert outcome.state == "done", outcome
    return outcome


async def confirming(whole: Whole) -> list[Figure]:
    """Measure from the press on a card to the order at the exchange, and to the answer."""
    accepted, answered = [], []
    async with witnessed(whole) as witness:
        for _ in range(_WARM + ORDERS):
            ticket = await whole.draft()
            await asyncio.sleep(_PRESS_S)
            began = time.perf_counter()
            outcome = await whole.confirm(ticket)
            answered.append(1000 * (time.perf_counter() - began))
            assert outcome.state == "done", outcome
            order = client_id_of(outcome.orders[0].id)
            accepted.append(1000 * (witness.accepted[order] - began))
    return [
        Figure("desk.confirm_to_accepted_p50_ms", percentile(accepted[_WARM:], 0.5), "ms"),
        Figure("desk.confirm_to_accepted_p90_ms", percentile(accepted[_WARM:], 0.9), "ms"),
        Figure("desk.confirm_to_answer_p50_ms", percentile(answered[_WARM:], 0.5), "ms"),
    ]


async def halting(whole: Whole) -> list[Figure]:
    """Measure from the firing of the kill switch to the first order that it refuses."""
    await whole.account()
    await done(whole)
    ticket = await whole.draft()
    began = time.perf_counter()
    switch = await whole.bus.ask(Fire(id="f", caller=whole.caller, scope="all"), timeout=10)
    outcome = await whole.confirm(ticket)
    took = time.perf_counter() - began
    assert (switch.state, outcome.state) == ("HALTED", "refused"), (switch, outcome)
    return [Figure("desk.halt_s", took, "s")]


def messages_in(room: NewsRoom) -> int:
    """Return how many messages the local Discord has."""
    return sum(len(channel.messages) for channel in room.stage.running.realm.world.channels.values())


async def telling(whole: Whole, room: NewsRoom) -> list[Figure]:
    """Measure from fills at the exchange to their messages in the local Discord."""
    took = []
    async with witnessed(whole) as witness:
        for _ in range(_WARM + FILLS):
            outcome = await done(whole)
            count, order = messages_in(room), outcome.orders[0]
            await whole.venue.stir(
                fillorder={"id": order.order_id, "amount": str(order.amount), "price": "49000"}
            )
            async with asyncio.timeout(_PATIENCE_S):
                while messages_in(room) == count:  # noqa: ASYNC110 - a message sets no event
                    await asyncio.sleep(_LOOK_S)
            took.append(1000 * (time.perf_counter() - witness.filled))
    return [
        Figure("desk.exchange_fill_to_message_p50_ms", percentile(took[_WARM:], 0.5), "ms"),
        Figure("desk.exchange_fill_to_message_p99_ms", percentile(took[_WARM:], 0.99), "ms"),
    ]


async def trading(measure_it: Callable[[Whole], Awaitable[list[Figure]]]) -> list[Figure]:
    """Run a desk for one measurement."""
    with tempfile.TemporaryDirectory() as name:
        async with running("unix") as server, whole_desk(server, Path(name)) as whole:
            return await measure_it(whole)


async def told() -> list[Figure]:
    """Run a desk together with what brings its news."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with running("unix") as server, open_stage(folder) as stage:
            await stage.client.faults(rest_unlimited=True)
            caller = Caller(user_id=stage.mia.user["id"])
            persona = plain_spoken(folder / "personas", "xyko")
            async with (
                news_room(folder, stage, persona, server) as room,
                whole_desk(server, folder / "var", caller=caller) as whole,
            ):
                async with room.store.write() as rows:
                    await rows.members.put(MemberRow(user_id=caller.user_id, persona="xyko", locale="en"))
                return await telling(whole, room)


async def measure() -> list[Figure]:
    """Measure one after the other; of several halts, each of a desk of its own, the slowest counts."""
    found = await trading(confirming)
    halts = [(await trading(halting))[0] for _ in range(HALTS)]
    return [*found, max(halts, key=lambda one: one.value), *await told()]
