"""A storm of Discord over a courier at work, with the bus on a real server, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bus_stage import Server, bus_of
from courier_stage import delivery, footers, posting
from sandbox_discord_stage import Stage, until

from bots.waze.invalid import MOST, SECONDS, SHARED
from services.alerts.feeds import TakenUp, TakeUp
from services.alerts.posts import RECEIPTS, Delivery, Receipt, deliveries
from services.bus.bus import Bus
from services.bus.connection import Timing
from services.bus.messages import Entry, Request
from services.loops import Loops
from services.personas.roster import Roster

STORM = {
    "seed": 7,
    "too_many": 0.3,
    "server_error": 0.1,
    "reset": 0.05,
    "hang": 0.05,
    "route": "/messages",
}
COMMOTIONS: tuple[dict[str, Any], ...] = (
    {"drop_gateway": True},
    {"reconnect": True},
    {"close_code": 4000},
    {"close_code": 1000},
    {"invalid_session": {"resumable": False}},
)
PLACES = ("general", "markets", "alerts", "farm-admin")
URGENT_EVERY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Weathered:
    """What became of deliveries that were made in a storm."""

    unsent: list[str]
    """Receipts without a message."""
    shown: Counter[str]
    """How often each delivery is to be seen."""
    out_of_order: list[list[str]]
    """What stands in places in another order than it was made in, urgent ones left out."""
    late: float
    """Seconds from the end of the storm to the last receipt."""
    invalid: int
    most_in_a_second: int


async def weather_a_storm(
    stage: Stage, roster: Roster, server: Server, *, seconds: float, count: int
) -> Weathered:
    """Make `count` deliveries while requests and connections fail for `seconds`; every tenth is urgent."""
    made = await _deliveries(stage, count)
    receipts: dict[str, Receipt] = {}

    async def note(one: Entry[Receipt]) -> None:
        receipts[one.message.delivery] = one.message

    async with bus_of(server, "alerts") as alerts, bus_of(server, "xyko", timing=Timing()) as bus:
        shared = bus.quota(SHARED, units=MOST, seconds=SECONDS)
        answering = alerts.answer("deliveries", [TakeUp], _nothing_gone)
        async with (
            Loops(answering, alerts.consume(RECEIPTS, "alerts", note)),
            posting(stage, roster, bus, shared=shared, hang=0.5) as xyko,
            Loops(*(xyko.courier.carry(bus, is_urgent=is_urgent) for is_urgent in (True, False))),
        ):
            await stage.client.faults(storm=STORM)
            await _make(stage, alerts, made, seconds)
            await stage.client.faults(storm=None)
            over = time.monotonic()
            await until(lambda: len(receipts) == count, within=90.0)
            late = time.monotonic() - over
    shown = _shown(stage)
    patient = {one.id for one in made if not one.is_urgent}
    in_places = [[name for name in names if name in patient] for names in shown]
    return Weathered(
        unsent=[name for name, receipt in receipts.items() if not receipt.message_id],
        shown=Counter(name for names in shown for name in names),
        out_of_order=[names for names in in_places if names != sorted(names)],
        late=late,
        invalid=stage.running.realm.invalid._window.used,
        most_in_a_second=_most_in_a_second(xyko.sent_at),
    )


async def _deliveries(stage: Stage, count: int) -> list[Delivery]:
    people = [{"user_id": one.user["id"]} for one in stage.people.values()]
    channels = [{"channel_id": stage.ana.channels[name]} for name in PLACES]
    places = [*channels, *people]
    return [
        delivery(f"{number:08}", is_urgent=number % URGENT_EVERY == 0, **places[number % len(places)])
        for number in range(count)
    ]


async def _make(stage: Stage, alerts: Bus, made: list[Delivery], seconds: float) -> None:
    """Make the deliveries evenly over the storm, and let the gateway fail in each of its ways meanwhile."""
    started, pause = time.monotonic(), seconds / len(made)
    fail_at = {(at + 1) * len(made) // (len(COMMOTIONS) + 1): one for at, one in enumerate(COMMOTIONS)}
    for number, one in enumerate(made):
        if number in fail_at:
            await stage.client.faults(**fail_at[number])
        await alerts.append(deliveries("xyko", is_urgent=one.is_urgent), one)
        await asyncio.sleep(max(0.0, started + number * pause - time.monotonic()))


async def _nothing_gone(_request: Request[Any]) -> TakenUp:
    return TakenUp(gone=[])


def _shown(stage: Stage) -> list[list[str]]:
    channels = stage.running.realm.world.channels.values()
    return [footers([message.data for message in channel.messages.values()]) for channel in channels]


def _most_in_a_second(sent_at: list[float]) -> int:
    return max(sum(at <= other < at + 1.0 for other in sent_at) for at in sent_at)
