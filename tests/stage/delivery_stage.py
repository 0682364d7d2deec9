"""Delivery over a real SQLite, with a Redis of its own or one that notes, and bots that are easily told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from persona_fakes import HandClock
from subscribing_stage import told

from services.alerts.delivery.absence import Absence
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.outbox import DeliveryOutbox
from services.alerts.delivery.places import Bell
from services.alerts.delivery.receipts import Receipts
from services.alerts.delivery.relay import Relay
from services.alerts.delivery.service import DeliveriesService
from services.alerts.delivery.sweep import Sweep
from services.alerts.firing import Firing, Step
from services.alerts.messages import Options
from services.alerts.posts import Delivery, Receipt, State
from services.alerts.subscribing.planning import Planner
from services.bus.messages import DeadLetter, Key, Latest, Log, M, Message
from services.clock import Clock
from services.errors import BusUnavailable
from services.loops import Loops
from services.members.messages import Caller, Right
from services.omega import ServiceConfig
from services.personas.messages import PERSONA_PRESENT, PersonaPresent
from services.store.deliveries import Sought
from services.store.migrate import migrate
from services.store.rows import DeliveryRow
from services.store.store import Store, open_store

PERSONAS = ("waze", "xyko", "biel")
ADMIN = Caller(user_id="1", guild_id="10")
MEMBER = Caller(user_id="7", guild_id="10")


class NotingBus:
    """A Redis in memory: what was appended by log, what is outstanding, and whether it is there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.logs: dict[str, list[Message]] = defaultdict(list)
        self.values: dict[tuple[str, str], Message] = {}
        self.acknowledged: set[str] = set()
        self.letters: list[DeadLetter] = []
        self.replayed: list[str] = []
        self.is_away = False
        self.takes_before_it_fails: int | None = None

    @property
    def shelf(self) -> NotingBus:
        return self

    async def append_all(self, log: Log[M], messages: Sequence[M]) -> list[str]:
        self._answer()
        for message in messages:
            if self.takes_before_it_fails is not None:
                self.takes_before_it_fails -= 1
                if self.takes_before_it_fails < 0:
                    self.takes_before_it_fails = None
                    raise BusUnavailable("The bus does not answer.")
            self.logs[log.name].append(message)
        return []

    async def append(self, log: Log[M], message: M) -> str:
        await self.append_all(log, [message])
        return ""

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        self._answer()
        found = self.values.get((key.name, part))
        now = self._clock.now()
        return None if found is None else Latest(value=found, as_of=now, received_at=now)  # type: ignore[arg-type]

    async def put(self, key: Key[M], value: M, *, part: str = "") -> None:
        self._answer()
        self.values[key.name, part] = value

    async def outstanding(self, log_name: str, *, most: int) -> frozenset[str]:
        self._answer()
        entries = self.logs[log_name][:most]
        return frozenset(one.id for one in entries if isinstance(one, Delivery)) - self.acknowledged

    async def dead_logs(self) -> dict[str, int]:
        self._answer()
        counts: dict[str, int] = defaultdict(int)
        for letter in self.letters:
            counts[letter.log] += 1
        return dict(counts)

    async def dead(self, log_name: str, *, limit: int) -> list[DeadLetter]:
        return [letter for letter in self.letters if letter.log == log_name][:limit]

    async def replay(self, letter: DeadLetter) -> bool:
        if letter not in self.letters:
            return False
        self.letters.remove(letter)
        self.replayed.append(letter.id)
        return True

    def flush(self) -> None:
        """Lose everything, as after FLUSHALL."""
        self.logs.clear()
        self.values.clear()

    def sent_to(self, persona: str) -> list[Delivery]:
        """What is in the logs of a persona, urgent ones first."""
        found = [*self.logs[f"urgent:{persona}"], *self.logs[f"deliveries:{persona}"]]
        return [one for one in found if isinstance(one, Delivery)]

    def _answer(self) -> None:
        if self.is_away:
            raise BusUnavailable("The bus does not answer.")


class NotingCharts:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.there: list[str] = []

    def fired(self, firing: Firing) -> None:
        self.heard.append(f"{firing.told.alert} {firing.told.state}")

    def posted(self, alert_id: str) -> None:
        self.there.append(alert_id)


class Office:
    """Delivery in pieces, each taken a step at a time by the test."""

    def __init__(self, store: Store, clock: HandClock, *, is_alone: bool = False, room: int = 2_000) -> None:
        self.store = store
        self.clock = clock
        self.bus = NotingBus(clock)
        self.charts = NotingCharts()
        self.bell = Bell()
        self.dropped_rules: list[str] = []
        self.ledger = Ledger(store)
        self.relay = Relay(self.bus, is_alone=is_alone, room=room)
        others = () if is_alone else PERSONAS[1:]
        self.absence = Absence(self.bus, others, clock=clock)
        how: dict[str, Any] = {"relay": self.relay, "bell": self.bell, "clock": clock}
        swept: dict[str, Any] = {"absence": self.absence, "personas": PERSONAS, "nonce": "n"}
        self.sweep = Sweep(self.bus, self.ledger, **swept, **how)
        planner = Planner(channel_per_hour=60)
        self.outbox = DeliveryOutbox(self.ledger, plan=planner, charts=self.charts, **how)
        self.receipts = Receipts(self.ledger, charts=self.charts, drop_rule=self._drop_rule, **how)
        served: dict[str, Any] = {"ledger": self.ledger, "shelf": self.bus, "absence": self.absence}
        self.service = DeliveriesService(ServiceConfig(), right_of=_right_of, **served, **how)

    async def _drop_rule(self, rule: str) -> None:
        self.dropped_rules.append(rule)

    async def start(self) -> None:
        """Look once, so that the logs are trusted."""
        await self.sweep.look()
        await self.sweep.bring()

    async def step(self, *firings: Firing) -> None:
        """Commit one step, and let what follows from it go out."""
        await self.outbox.commit(Step(firings=firings))
        await self.settle()

    async def settle(self) -> None:
        """Let what was handed over go out."""
        await self.relay.append_handed()

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and sweep once."""
        self.clock.seconds += seconds
        async with Loops(self.relay.run()):
            await self.sweep.look()
            await self.sweep.bring()
            await self.relay.until_idle()

    def present(self, *personas: str) -> None:
        """Let these personas be present, and no other."""
        for persona in PERSONAS:
            self.bus.values.pop((PERSONA_PRESENT.name, persona), None)
        for persona in personas:
            there = PersonaPresent(persona=persona, user_id="99")
            self.bus.values[PERSONA_PRESENT.name, persona] = there

    async def rows(self, **sought: Any) -> list[DeliveryRow]:
        """Return deliveries that are kept, in order."""
        async with self.store.read() as rows:
            return await rows.deliveries.find(Sought(**sought))

    async def receive(self, *receipts: Receipt) -> None:
        """Take receipts, as the log brings them."""
        self.bus.acknowledged.update(receipt.delivery for receipt in receipts)
        await self.receipts.settle(receipts)


async def _right_of(caller: Caller) -> Right:
    return "admin" if caller.user_id == ADMIN.user_id else "member"


@asynccontextmanager
async def open_office(folder: Path, **how: Any) -> AsyncIterator[Office]:
    """Open an office over a new database."""
    path = folder / "omega.db"
    await migrate(None, path=path)
    clock = HandClock()
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock) as store:
        office = Office(store, clock, **how)
        await office.start()
        yield office


def firing(alert: str = "a1", state: State = "fired", **other: Any) -> Firing:
    """Return the alert of the member 7, for their channel unless `place` is said."""
    severity = other.pop("severity", "normal")
    options = Options(place=other.pop("place", "channel:5"), persona=other.pop("persona", "xyko"))
    parts: dict[str, Any] = {"alert": alert, "rule": f"r-{alert}", "state": state, "owner": "7", **other}
    return Firing(told=told(severity, **parts), options=options, user_id="7", market="BTC/USDT:USDT")


def feed_firing(alert: str = "f1", state: State = "fired", **other: Any) -> Firing:
    """Return an alert of the feed of moves."""
    parts = {"alert": alert, "rule": "house", "state": state, "feed": "moves", **other}
    return Firing(told=told(**parts), options=Options(), user_id=None, market="BTC/USDT:USDT")


def posted(row: DeliveryRow, *, message: str = "", persona: str = "") -> Receipt:
    """Return the receipt of a delivery that was posted."""
    return Receipt(
        delivery=row.id,
        persona=persona or row.persona,
        at=datetime(2026, 8, 1, tzinfo=UTC),
        channel_id=row.channel_id or "dm",
        message_id=message or f"m-{row.id}",
    )


def refused(row: DeliveryRow, failure: Any = "refused", *, persona: str = "") -> Receipt:
    """Return the receipt of a delivery that Discord did not take."""
    at = datetime(2026, 8, 1, tzinfo=UTC)
    who = persona or row.persona
    return Receipt(delivery=row.id, persona=who, at=at, failure=failure, reason="Missing Access")


def states(rows: Iterable[DeliveryRow]) -> list[tuple[str, str, str]]:
    """What matters of deliveries: kind, place and status."""
    return [(row.kind, row.place, row.status) for row in rows]


def sent_ids(sent: Iterable[Delivery]) -> list[tuple[str, bool]]:
    """Ids of what was appended, and whether it may have been posted before."""
    return [(one.id, one.is_again) for one in sent]
