"""A courier with a real discord.py client in a local Discord, a persona of few words, and its deliveries."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import discord
from persona_fakes import FakeBus
from persona_folders import few_lines
from sandbox_discord_stage import Stage, connected

from bots.waze.attempts import NONCE_LIFE
from bots.waze.courier import Courier, Ways
from bots.waze.host import FarmBus, Role, WazeHost
from bots.waze.invalid import InvalidRequests, Rate
from bots.waze.outbound import Outbound
from bots.waze.pace import Pace
from bots.waze.presence import Presence
from sandbox.discord.wire import Json
from services.alerts.conditions import PriceLevel
from services.alerts.feeds import TakenUp, TakeUp
from services.alerts.posts import Body, Delivery, Told, Value
from services.bus.messages import Entry
from services.clock import Clock, SystemClock
from services.farm.messages import FARM_NOTICES
from services.market.messages import Origin
from services.personas.roster import Roster, read_roster

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
ABOVE = PriceLevel(market=BTC, way="above", level=Decimal(70_000))
LINES = {
    "alert_fired": "{{ what }} at {{ price }}.{% if late %} Late: {{ late }}.{% endif %}"
    "{% if note %} {{ note }}.{% endif %}{% if is_test %} A test.{% endif %} Times: {{ count }}.",
    "alert_developed": "{{ what }}: {{ state }}{% if waits_for %}, waits for {{ waits_for }}{% endif %}.",
    "alert_notice": "{{ about }}: {{ what }}.",
    "alert_digest": "{{ count }} together.",
    "position_told": "{{ news }} {{ market }} {{ share }}.",
    "desk_told": "{{ news }}: {{ market }} {{ what }}.",
    "brief": "{{ kind }}{% if session %} {{ session }}{% endif %}: {{ count }} markets.",
}


def plain_spoken(folder: Path, *names: str) -> Roster:
    """Return the personas of `names`, who tell deliveries in few words."""
    few_lines(folder, *names)
    for voice in folder.glob("*/voice/*"):
        for line, template in LINES.items():
            (voice / f"{line}.j2").write_text(template + "\n", "utf-8")
    return read_roster(folder)


def told(alert: str = "a1b2c3d4e5f6", **other: Any) -> Told:
    """Return an alert of a member that fired at 70,010.5, seen a quarter of a second later."""
    origin = Origin(venue="binance", nature="live", as_of=AT, received_at=AT)
    known: dict[str, Any] = {
        "alert": alert,
        "rule": "0123456789abcdef",
        "condition": ABOVE,
        "state": "fired",
        "at": AT,
        "seen_at": AT + timedelta(seconds=0.25),
        "values": [Value(label="Price", value=Decimal("70010.5"))],
        "origin": origin,
        "price": Decimal("70010.5"),
        "tick": Decimal("0.1"),
        "owner": "7",
    }
    return Told(**{**known, **other})


def delivery(id_: str, body: Body | None = None, **other: Any) -> Delivery:
    """Return a delivery that was made just now; the alert of each is another one."""
    known: dict[str, Any] = {"persona": "xyko", "locale": "en", "created_at": SystemClock().now()}
    return Delivery(id=id_, body=body or told(f"{id_:0>8}-alert"), **{**known, **other})


def entry(one: Delivery, *, deliveries: int = 1) -> Entry[Delivery]:
    return Entry(id="1-0", message=one, deliveries=deliveries, appended_at=one.created_at)


def posting_bus() -> FakeBus:
    """Return a bus on which nothing was given to another persona."""
    bus = FakeBus(SystemClock())
    bus.answers[TakeUp] = TakenUp(gone=[])
    return bus


@dataclass(slots=True)
class Posting:
    """A courier at work."""

    stage: Stage
    courier: Courier
    client: discord.Client
    again: Callable[[], Courier]
    """Makes the courier of the next life."""
    sent_at: list[float]
    """When each request went out, in monotonic seconds."""

    async def shown(self, channel: str, *, limit: int = 1_000) -> list[Json]:
        """Return what stands in a channel, the oldest first, whoever may see it."""
        await asyncio.sleep(0)
        messages = self.stage.running.realm.world.channels[channel].messages
        return [message.data for message in messages.values()][-limit:]


class _Client(discord.Client):
    """A client that only posts."""

    def __init__(self, trace: aiohttp.TraceConfig) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            max_messages=None,
            http_trace=trace,
            max_ratelimit_timeout=30.0,
            guild_ready_timeout=0.2,
        )


@asynccontextmanager
async def posting(
    stage: Stage,
    roster: Roster,
    bus: FarmBus,
    *,
    clock: Clock | None = None,
    shared: Rate | None = None,
    hang: float = 0.2,
    nonce_life: float = NONCE_LIFE,
) -> AsyncIterator[Posting]:
    """Connect a client, and let a courier post through it what a test hands to it."""
    clock = clock or SystemClock()
    tell = functools.partial(bus.append, FARM_NOTICES)
    refusals = InvalidRequests(shared or bus.quota("none", units=1, seconds=1), tell, clock)
    outbound = Outbound(Pace(clock), refusals, hang=hang)
    sent_at: list[float] = []
    client = _Client(_noting(outbound.trace(), sent_at, clock))
    ready = asyncio.Event()

    async def ready_client() -> discord.Client:
        await ready.wait()
        return client

    presence = Presence("xyko", ready_client, bus, clock=clock)
    host = WazeHost(role=Role(persona=roster.card("xyko"), cogs=()), roster=roster, bus=bus, clock=clock)
    ways = Ways(ready_client=ready_client, presence=presence, outbound=outbound, refusals=refusals)
    again = functools.partial(Courier, "xyko", host, ways, nonce_life=nonce_life)
    async with connected(stage, client, "Xyko"), asyncio.TaskGroup() as group:
        ready.set()
        loops = [group.create_task(presence.stay()), group.create_task(refusals.watch())]
        yield Posting(stage, again(), client, again, sent_at)
        for loop in loops:
            loop.cancel()


def _noting(trace: aiohttp.TraceConfig, sent_at: list[float], clock: Clock) -> aiohttp.TraceConfig:
    async def note(_session: object, _context: object, _params: object) -> None:
        sent_at.append(clock.monotonic())

    trace.on_request_start.append(note)
    return trace


def footers(messages: list[Json]) -> list[str]:
    """Return the short id of the alert of each message."""
    texts = [message["embeds"][0]["footer"]["text"] for message in messages if message["embeds"]]
    return [text.split("alert ")[1].split(" ")[0] for text in texts]
