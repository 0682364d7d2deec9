"""The alerts process: decides alerts, delivers them, and posts by the clock."""

from __future__ import annotations

import secrets
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from bots.database import open_database
from bots.process import Process
from bots.wiring import open_process_bus, service_config
from config.farm_file import AlertsSection
from config.semantics import look_round
from services.alerts.charting import Charting
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.places import Bell
from services.alerts.delivery.post_office import Neighbours, PostOffice
from services.alerts.engine.engine import Engine
from services.alerts.house_rules import HouseRules
from services.alerts.own.service import AlertsService
from services.alerts.schedules.brief import Briefs
from services.alerts.schedules.leader import Leader
from services.alerts.schedules.posting import LEASE, ScheduledPosts
from services.alerts.schedules.service import SchedulesService
from services.alerts.subscribing.planning import Planner
from services.alerts.subscribing.service import SubscriptionsService
from services.alerts.ways.ways import Ways, open_ways
from services.bus.bus import Bus
from services.loops import Loops
from services.market.messages import CANDLES, QUOTES, SECONDS, Quote
from services.members.messages import Caller, GetRight, Right
from services.omega import OmegaService, serve
from services.store.rows import RuleRow
from services.store.store import Store

_GROUP: Final = "alerts"
_PAGE: Final = 2_000
"""Rules that are taken up together: all of 100,000 at once would be held twice."""


async def run(process: Process) -> None:
    """Watch, deliver and answer until the process is asked to stop.

    Raises:
        Misconfigured: it was not told how to use the database.
    """
    section = process.spec.alerts or AlertsSection()
    opening = open_ways(section.ways, process.secrets.ways, clock=process.clock)
    async with open_process_bus(process) as bus, open_database(process) as store, opening as ways:
        if store is None:
            return
        parts = _put_together(process, section, _Ground(bus, store, ways))
        await _take_up(parts.engine, store)
        async with Loops(*_listening(bus, parts.engine), *parts.loops):
            await serve(bus, parts.services, stopping=process.stopping, clock=process.clock)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all parts stand on."""

    bus: Bus
    store: Store
    ways: Ways

    async def right_of(self, caller: Caller) -> Right:
        """Ask for the strongest right of a caller."""
        return (await self.bus.ask(GetRight(caller=caller))).right


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    engine: Engine
    services: list[OmegaService]
    loops: list[Coroutine[Any, Any, None]]


def _put_together(process: Process, section: AlertsSection, on: _Ground) -> _Parts:
    clock, config, bus, store = process.clock, service_config(process), on.bus, on.store
    bell, ledger = Bell(), Ledger(store)
    charting = Charting(bus.ask, ledger=ledger, clock=clock, on_committed=bell.ring)

    async def drop_rule(rule: str) -> None:
        await engine.drop(rule)

    office = PostOffice(
        config,
        Neighbours(
            ledger=ledger,
            bus=bus,
            plan=Planner(channel_per_hour=section.channel_per_hour),
            charts=charting,
            ways=on.ways,
            bell=bell,
            drop_rule=drop_rule,
            right_of=on.right_of,
            personas=look_round(personas=process.spec.personas, cogs=process.spec.root / "cogs").personas,
            is_alone=process.spec.discord is not None and process.spec.discord.applications == "one",
            nonce=_nonce(process),
            clock=clock,
        ),
    )
    engine = Engine(outbox=office.outbox, ask=bus.ask, clock=clock)
    house = HouseRules(bus.ask, store=store, engine=engine, count=section.feed_markets, clock=clock)
    own = AlertsService(
        config, store=store, engine=engine, outbox=office.outbox, bus=bus, limits=section, clock=clock
    )
    return _Parts(
        engine=engine,
        services=[
            own,
            SubscriptionsService(config, store=store, right_of=on.right_of, clock=clock),
            SchedulesService(config, store=store, right_of=on.right_of, ask=bus.ask, clock=clock),
            office.service,
        ],
        loops=[
            *(office.run(), charting.run(), engine.tending.run(), house.run()),
            *_posting(process, on, bell),
        ],
    )


def _posting(process: Process, on: _Ground, bell: Bell) -> list[Coroutine[Any, Any, None]]:
    """Return the loops of posts by the clock."""
    clock = process.clock
    leader = Leader(on.store, name=LEASE, holder=_nonce(process), clock=clock)
    briefs = Briefs(on.bus.ask, clock=clock)
    posts = ScheduledPosts(on.store, leader=leader, briefs=briefs, clock=clock, on_posted=bell.ring)
    return [leader.run(), posts.run()]


def _nonce(process: Process) -> str:
    """Return a name unlike that of any other process, past or present."""
    return f"{process.spec.name}-{secrets.token_hex(8)}"


async def _take_up(engine: Engine, store: Store) -> None:
    """Give the engine every active rule, a page at a time."""
    async with store.read() as rows:
        marks = await rows.alerts.marks()
        page: list[RuleRow] = []
        async for row in rows.alerts.active():
            page.append(row)
            if len(page) == _PAGE:
                await engine.load(page, marks)
                page = []
        await engine.load(page, marks)


def _listening(bus: Bus, engine: Engine) -> list[Coroutine[Any, Any, None]]:
    return [
        _hear(bus, engine),
        bus.consume(SECONDS, _GROUP, engine.see),
        bus.consume(CANDLES, _GROUP, engine.see),
    ]


async def _hear(bus: Bus, engine: Engine) -> None:
    """Let the engine hear prices; what was missed, the candles bring."""
    async with bus.subscribe(QUOTES) as heard:
        async for quote in heard:
            if isinstance(quote, Quote):
                await engine.hear(quote)
