"""Everything that delivery is made of, put together for the process that runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

from config.semantics import GUIDE
from services.alerts.delivery.absence import Absence
from services.alerts.delivery.elsewhere import Elsewhere
from services.alerts.delivery.forgetting import Forgetting
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.notices import DeadNotices
from services.alerts.delivery.outbox import DeliveryOutbox, Plan
from services.alerts.delivery.places import Bell, Charts, DropRule, Ways
from services.alerts.delivery.receipts import Receipts
from services.alerts.delivery.relay import Relay
from services.alerts.delivery.service import DeliveriesService
from services.alerts.delivery.sweep import Sweep
from services.alerts.delivery.trading_news import TradingNews
from services.alerts.posts import RECEIPTS
from services.alerts.trading_posts import EVENTS
from services.bus.bus import Bus
from services.clock import Clock
from services.members.messages import Caller, Right
from services.omega import ServiceConfig

_GROUP: Final = "alerts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What delivery stands on.

    `personas` are all there are; `is_alone` says that the guide's bot posts for all of them. `nonce` is
    unlike that of any other process. `bell` is rung by whoever adds a delivery that waits.
    """

    ledger: Ledger
    bus: Bus
    plan: Plan
    charts: Charts
    ways: Ways
    bell: Bell
    drop_rule: DropRule
    right_of: Callable[[Caller], Awaitable[Right]]
    personas: Collection[str]
    is_alone: bool
    nonce: str
    clock: Clock


class PostOffice:
    """The outbox for the engine, what takes news of trading, the service for the bus, and the loops."""

    def __init__(self, config: ServiceConfig, around: Neighbours) -> None:
        ledger, bus, bell, clock = around.ledger, around.bus, around.bell, around.clock
        self._bus = bus
        self._relay = Relay(bus, is_alone=around.is_alone)
        self._absence = Absence(bus, _absent_at_times(around), clock=clock)
        self._receipts = Receipts(
            ledger,
            relay=self._relay,
            charts=around.charts,
            drop_rule=around.drop_rule,
            bell=bell,
            clock=clock,
        )
        self._sweep = Sweep(
            bus,
            ledger,
            relay=self._relay,
            absence=self._absence,
            bell=bell,
            personas=around.personas,
            nonce=around.nonce,
            clock=clock,
        )
        self._elsewhere = Elsewhere(ledger, ways=around.ways, receipts=self._receipts, clock=clock)
        self._notices = DeadNotices(bus, ledger, clock=clock)
        self._forgetting = Forgetting(ledger, clock=clock)
        self.news = TradingNews(ledger, relay=self._relay, bell=bell, bus=bus, clock=clock)
        self.outbox = DeliveryOutbox(
            ledger, relay=self._relay, plan=around.plan, charts=around.charts, bell=bell, clock=clock
        )
        self.service = DeliveriesService(
            config,
            ledger=ledger,
            shelf=bus.shelf,
            relay=self._relay,
            absence=self._absence,
            bell=bell,
            right_of=around.right_of,
            clock=clock,
        )

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._bus.consume_all(RECEIPTS, _GROUP, self._receipts.take))
            loops.create_task(self._bus.consume_all(EVENTS, _GROUP, self.news.take))
            loops.create_task(self._relay.run())
            loops.create_task(self._absence.run())
            loops.create_task(self._elsewhere.run())
            loops.create_task(self._notices.run())
            loops.create_task(self._forgetting.run())
            loops.create_task(self._sweep.run())


def _absent_at_times(around: Neighbours) -> tuple[str, ...]:
    """Return the personas whose deliveries are given away to the guide when they are absent."""
    return () if around.is_alone else tuple(one for one in around.personas if one != GUIDE)
