"""The alerts process: decides alerts, delivers them, and posts by the clock."""

from __future__ import annotations

import secrets
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from bots.database import open_database
from bots.process import Process
from bots.wiring import open_process_bus, right_asked, service_config
from config.farm_file import AlertsSection
from config.semantics import look_round
from services.alerts.charting import Charting
from services.alerts.delivery.expiring import Expiring
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.places import Bell, DropRule
from services.alerts.delivery.post_office import Neighbours, PostOffice
from services.alerts.engine.engine import Engine
from services.alerts.house_rules import HouseRules
from services.alerts.own.service import AlertsService
from services.alerts.schedules.brief import Briefs
from services.alerts.schedules.posting import LEASE, ScheduledPosts
from services.alerts.schedules.service import SchedulesService
from services.alerts.subscribing.planning import Planner
from services.alerts.subscribing.service import SubscriptionsService
from services.alerts.ways.ways import Ways, open_ways, usable
from services.bus.bus import Bus
from services.bus.messages import Gap
from services.farm.messages import FARM_NOTICES
from services.garbage import spare_what_stays
from services.loops import Loops
from services.market.messages import CANDLES, QUOTES, SECONDS, Quote
from services.omega import OmegaService, serve
from services.store.leader import Leader
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
    section = section.model_copy(update={"ways": usable(section.ways, process.secrets.ways)})
    async with open_process_bus(process) as bus, open_database(process) as store, opening as ways:
        if store is None:
            return
        ground = _Ground(
            process=process,
            section=section,
            bus=bus,
            store=store,
            ledger=Ledger(store),
            ways=ways,
            bell=Bell(),
        )
        parts = _put_together(ground)
        await _take_up(parts.engine, store)
        spare_what_stays()
        async with Loops(*_listening(bus, parts.engine), *parts.loops):
            await serve(bus, parts.services, stopping=process.stopping, clock=process.clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What all parts stand on."""

    process: Process
    section: AlertsSection
    bus: Bus
    store: Store
    ledger: Ledger
    ways: Ways
    bell: Bell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    engine: Engine
    services: list[OmegaService]
    loops: list[Coroutine[Any, Any, None]]


def _put_together(on: _Ground) -> _Parts:
    clock, config, bus, store = on.process.clock, service_config(on.process), on.bus, on.store
    charting = Charting(bus.ask, ledger=on.ledger, clock=clock, on_committed=on.bell.ring)

    async def drop_rule(rule: str) -> None:
        await engine.drop(rule)

    office = PostOffice(config, _neighbours(on, charting, drop_rule))
    engine = Engine(outbox=office.outbox, ask=bus.ask, clock=clock, tell=partial(bus.append, FARM_NOTICES))
    house = HouseRules(bus.ask, store=store, engine=engine, count=on.section.feed_markets, clock=clock)
    own = AlertsService(
        config, store=store, engine=engine, outbox=office.outbox, bus=bus, limits=on.section, clock=clock
    )
    return _Parts(
        engine=engine,
        services=[
            own,
            SubscriptionsService(config, store=store, right_of=right_asked(on.bus), clock=clock),
            SchedulesService(config, store=store, right_of=right_asked(on.bus), ask=bus.ask, clock=clock),
            office.service,
        ],
        loops=[
            *(office.run(), charting.run(), engine.tending.run(), house.run()),
            Expiring(on.ledger, bell=on.bell, clock=clock).run(),
            *_posting(on),
        ],
    )


def _neighbours(on: _Ground, charting: Charting, drop_rule: DropRule) -> Neighbours:
    spec = on.process.spec
    return Neighbours(
        ledger=on.ledger,
        bus=on.bus,
        plan=Planner(channel_per_hour=on.section.channel_per_hour),
        charts=charting,
        ways=on.ways,
        bell=on.bell,
        drop_rule=drop_rule,
        right_of=right_asked(on.bus),
        personas=look_round(personas=spec.personas, cogs=spec.root / "cogs").personas,
        is_alone=spec.discord is not None and spec.discord.applications == "one",
        nonce=_nonce(on.process),
        clock=on.process.clock,
    )


def _posting(on: _Ground) -> list[Coroutine[Any, Any, None]]:
    """Return the loops of posts by the clock."""
    clock = on.process.clock
    leader = Leader(on.store, name=LEASE, holder=_nonce(on.process), clock=clock)
    briefs = Briefs(on.bus.ask, clock=clock)
    posts = ScheduledPosts(on.ledger, leader=leader, briefs=briefs, clock=clock, on_posted=on.bell.ring)
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
            elif isinstance(quote, Gap):
                engine.tending.miss(quote.seconds)
