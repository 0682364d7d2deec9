"""What tests of the alerts service stand on: a market that tells prices, an engine and outbox that note."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from persona_fakes import FakeBus, HandClock
from sqlalchemy import insert

from config.farm_file import AlertsSection, WaySection
from services.alerts.conditions import Condition
from services.alerts.firing import Step
from services.alerts.messages import (
    NOISY_A_DAY,
    AlertPreview,
    AlertView,
    Asked,
    ChangeAlert,
    Options,
    ResumeAlert,
    SetAlert,
    WouldFire,
)
from services.alerts.own.ports import AlertsBus
from services.alerts.own.service import AlertsService
from services.alerts.posts import Told, Value
from services.analyst.messages import ChartDrawn, DrawChart, Scene
from services.bus.messages import Message, R, Request
from services.errors import UnknownMarket
from services.market.messages import GetQuote, Origin, Quote
from services.members.messages import Allowed, Caller, GetMember, GetRight, MemberSettings
from services.omega import ServiceConfig
from services.store.migrate import migrate
from services.store.rows import AlertRow, DeliveryRow, RuleRow
from services.store.store import Store, open_store
from services.store.tables import DELIVERIES

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
PRICES = {BTC: Decimal(64_000), ETH: Decimal(3_000)}
ANN = Caller(user_id="7", guild_id="10")
BOB = Caller(user_id="8", guild_id="10")
WAY = WaySection(kind="webhook", to="https://example.org/hook", members=("7",))
LIMITS = AlertsSection(per_member=3, per_guild=4, ways={"mine": WAY})


class NotingEngine:
    """Holds the rows it is given. A preview fires `times` times, or raises `trouble`; rules see `seen`."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.rules: dict[str, RuleRow] = {}
        self.dropped: list[str] = []
        self.heard: list[Quote] = []
        self.times = 0
        self.trouble: Exception | None = None
        self.seen: dict[str, list[Value]] = {}
        self.unarmed: set[str] = set()
        self.previewed: list[tuple[Condition, Options, int]] = []

    async def put(self, row: RuleRow) -> None:
        self.rules[row.id] = row

    async def hear(self, quote: Quote) -> None:
        self.heard.append(quote)

    async def drop(self, rule_id: str) -> None:
        self.rules.pop(rule_id, None)
        self.dropped.append(rule_id)

    def armed(self, rule_id: str) -> bool | None:
        return rule_id not in self.unarmed if rule_id in self.rules else None

    def now(self, rule_id: str) -> Sequence[Value]:
        return self.seen.get(rule_id, ())

    async def preview(self, condition: Condition, options: Options, *, days: int) -> AlertPreview:
        self.previewed.append((condition, options, days))
        if self.trouble is not None:
            raise self.trouble
        until = self._clock.now()
        since = until - timedelta(days=days)
        return AlertPreview(
            condition=condition,
            timeframe="1m",
            since=since,
            until=until,
            days=days,
            times=[WouldFire(at=since + timedelta(minutes=n), price=PRICES[BTC]) for n in range(self.times)],
            is_noisy=self.times > NOISY_A_DAY * days,
        )


class NotingOutbox:
    """Keeps every step it is given."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    async def commit(self, step: Step) -> None:
        self.steps.append(step)


class Alerts:
    """The service with all that it stands on; questions go to it as they come over the bus."""

    def __init__(self, store: Store, limits: AlertsSection, bus: AlertsBus | None = None) -> None:
        self.clock = HandClock()
        self.store = store
        self.prices = dict(PRICES)
        self.engine = NotingEngine(self.clock)
        self.outbox = NotingOutbox()
        self.bus = FakeBus(self.clock)
        self.bus.answers = {
            GetQuote: self._quote,
            GetMember: MemberSettings(user_id="7"),
            GetRight: Allowed(right="member"),
            DrawChart: self._chart,
        }
        self.service = AlertsService(
            ServiceConfig(),
            store=store,
            engine=self.engine,
            outbox=self.outbox,
            bus=bus or self.bus,
            limits=limits,
            clock=self.clock,
        )

    def _origin(self) -> Origin:
        at = self.clock.now() - timedelta(days=400)
        return Origin(venue="sandbox", nature="replay", as_of=at, received_at=self.clock.now())

    def _quote(self, request: Request[Quote]) -> Message:
        assert isinstance(request, GetQuote)
        names = {"btc": BTC, "eth": ETH, BTC.casefold(): BTC, ETH.casefold(): ETH}
        market = names.get(request.market.casefold())
        if market is None:
            raise UnknownMarket.of(request.market, [BTC])
        return Quote(market=market, price=self.prices[market], tick=Decimal("0.1"), origin=self._origin())

    def _chart(self, request: Request[ChartDrawn]) -> Message:
        assert isinstance(request, DrawChart)
        scene = Scene(
            market=request.market,
            timeframe=request.timeframe,
            price=PRICES[BTC],
            tick=Decimal("0.1"),
            count=100,
            closed_at=self.clock.now(),
            origin=self._origin(),
        )
        return ChartDrawn(
            scene=scene, digest="abc", alt="A chart.", shown=100, first_open=PRICES[BTC], indicators=[]
        )


@asynccontextmanager
async def open_alerts(folder: Path, bus: AlertsBus | None = None) -> AsyncIterator[Alerts]:
    """Open the service on a database of its own, with few alerts allowed."""
    path = folder / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=HandClock()) as store:
        yield Alerts(store, LIMITS, bus=bus)


async def ask(alerts: Alerts, request: Request[R]) -> R:
    """Put a question as it comes over the bus, and take the answer as it goes back."""
    kind: Any = type(request)
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(request), type=kind)
    answer: Any = await alerts.service.process(sent)
    back: R = msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=type(answer))
    return back


def price(
    level: str, *, name: str = "100", caller: Caller = ANN, market: str = "BTC", **more: Any
) -> SetAlert:
    given = {"market": market, "way": "above", "level": level}
    return SetAlert(id=name, caller=caller, kind="price", given=given, **more)


async def saved(alerts: Alerts, request: SetAlert | ResumeAlert) -> AlertView:
    outcome = await ask(alerts, request)
    assert outcome.saved is not None
    assert outcome.asked is None
    return outcome.saved


async def asked(alerts: Alerts, request: SetAlert | ResumeAlert) -> Asked:
    outcome = await ask(alerts, request)
    assert outcome.asked is not None
    assert outcome.saved is None
    return outcome.asked


async def rule(alerts: Alerts, name: str) -> RuleRow:
    async with alerts.store.read() as rows:
        found = await rows.alerts.rule(name)
    assert found is not None
    return found


async def fire(alerts: Alerts, view: AlertView, name: str, *, minutes: int = 0, **changed: Any) -> Told:
    """Keep a firing of a rule, as the outbox does."""
    at = alerts.clock.now() - timedelta(days=400) + timedelta(minutes=minutes)
    told = Told(
        alert=name,
        rule=view.id,
        condition=view.condition,
        state="fired",
        at=at,
        seen_at=alerts.clock.now(),
        values=[Value(label="price", value=PRICES[BTC])],
        price=PRICES[BTC],
        tick=Decimal("0.1"),
        owner="7",
    )
    row = AlertRow(
        id=name,
        rule_id=view.id,
        user_id="7",
        feed="",
        market=BTC,
        at=at,
        seen_at=told.seen_at,
        state="fired",
        severity="normal",
        told=msgspec.json.encode(told).decode(),
    )
    async with alerts.store.write() as rows:
        await rows.alerts.put_alerts([replace(row, **changed)])
    return told


async def deliver(alerts: Alerts, alert: str, *, place: str) -> None:
    """Keep that an alert was posted."""
    at = alerts.clock.now()
    row = DeliveryRow(
        id="d1",
        alert_id=alert,
        user_id="7",
        place=place,
        kind="post",
        persona="waze",
        status="sent",
        body="{}",
        is_urgent=False,
        due_at=at,
        created_at=at,
        updated_at=at,
    )
    async with alerts.store.write() as rows:
        await rows.alerts._connection.execute(insert(DELIVERIES).values({**asdict(row), "position": 1}))


async def change(alerts: Alerts, view: AlertView, what: Any, name: str = "", **more: Any) -> AlertView:
    wish = ChangeAlert(id=name or f"change {what}", caller=ANN, alert=view.id, change=what, **more)
    return await ask(alerts, wish)
