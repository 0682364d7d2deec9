"""Everything that sends and follows orders, put together; the desk runs it and hands out its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.clock import Clock
from services.loops import Loops
from services.store.store import Store
from services.trading.intents.crash_points import CrashPoints
from services.trading.intents.foreign import Alarm
from services.trading.intents.in_flight import InFlight
from services.trading.intents.leverage import Leverages
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.publishing import Publishing
from services.trading.intents.reconciling import Around, Reconciler
from services.trading.intents.register import Register
from services.trading.intents.resolving import Patience, Resolver
from services.trading.intents.roster import Roster
from services.trading.intents.sending import Intents, Way
from services.trading.intents.turns import Turns
from services.trading.intents.watching import Forgetting, Heard, Onlooker, Pauses, Watcher
from services.trading.ports import (
    DeskBus,
    Gate,
    IntentListener,
    Journal,
    Latch,
    Ledger,
    Sessions,
    Teller,
    Tenure,
)
from services.trading.tenure import Undisputed


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """What the sending of orders stands on. `forget` drops the picture of an account that has changed."""

    store: Store
    sessions: Sessions
    gate: Gate
    latch: Latch
    journal: Journal
    ledger: Ledger
    teller: Teller
    bus: DeskBus
    clock: Clock
    forget: Callable[[str], None]
    reconcile: timedelta = timedelta(seconds=30)
    """Between two comparisons of an account with its venue."""
    again: float = 1.0
    """Seconds before a difference is looked at again."""
    patience: Patience = field(default_factory=Patience)
    pauses: Pauses = field(default_factory=Pauses)
    points: CrashPoints = field(default_factory=CrashPoints)
    tenure: Tenure = field(default_factory=Undisputed)
    onlooker: Onlooker | None = None
    """Hears of every change of an account, in place of `forget`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentWorks:
    """The parts at work. `recover` comes before the first intent, then `run` goes on for ever."""

    desk: Intents
    resolver: Resolver
    reconciler: Reconciler
    watcher: Watcher
    register: Register
    roster: Roster
    turns: Turns

    def listen(self, listeners: Sequence[IntentListener]) -> None:
        """Let these hear of every change of an intent."""
        self.register.listeners.extend(listeners)

    async def recover(self) -> None:
        """Settle what an earlier life left behind. Raises `StoreUnavailable`."""
        await self.resolver.recover()

    async def run(self) -> None:
        """Look up, listen and compare, until cancelled."""
        async with Loops(self.turns.run(), self.resolver.run(), self.reconciler.run()):
            await self.watcher.run()


def build_intents(around: Neighbours) -> IntentWorks:
    """Put together what sends and follows orders; nothing is opened or begun yet."""
    bench = _bench(around)
    resolver = Resolver(
        bench.register,
        bench.outcomes,
        around.sessions,
        in_flight=bench.in_flight,
        tenure=around.tenure,
        patience=around.patience,
        points=around.points,
        clock=around.clock,
    )
    reconciler = _reconciler(around, bench)
    way = Way(
        register=bench.register,
        outcomes=bench.outcomes,
        sessions=around.sessions,
        gate=around.gate,
        latch=around.latch,
        readiness=reconciler,
        lookups=resolver,
        tenure=around.tenure,
        leverages=bench.leverages,
        publishing=bench.publishing,
        clock=around.clock,
        points=around.points,
    )
    return IntentWorks(
        desk=Intents(way, bench.in_flight, reconciler),
        resolver=resolver,
        reconciler=reconciler,
        watcher=_watcher(around, bench, reconciler),
        register=bench.register,
        roster=bench.roster,
        turns=bench.turns,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What the parts share."""

    turns: Turns
    register: Register
    outcomes: Outcomes
    roster: Roster
    in_flight: InFlight
    leverages: Leverages
    publishing: Publishing


def _bench(around: Neighbours) -> _Bench:
    turns = Turns()
    register = Register(around.store, turns, around.tenure)
    return _Bench(
        turns=turns,
        register=register,
        outcomes=Outcomes(
            register,
            teller=around.teller,
            journal=around.journal,
            turns=turns,
            clock=around.clock,
            points=around.points,
        ),
        roster=Roster(register, around.sessions),
        in_flight=InFlight(),
        leverages=Leverages(around.clock),
        publishing=Publishing(around.bus, turns, around.clock, around.forget),
    )


def _reconciler(around: Neighbours, bench: _Bench) -> Reconciler:
    return Reconciler(
        Around(
            register=bench.register,
            outcomes=bench.outcomes,
            sessions=around.sessions,
            roster=bench.roster,
            ledger=around.ledger,
            alarm=Alarm(around.latch, around.teller, bench.outcomes, around.clock),
            turns=bench.turns,
            leverages=bench.leverages,
            publishing=bench.publishing,
            clock=around.clock,
            points=around.points,
            every=around.reconcile,
            again=around.again,
        )
    )


def _watcher(around: Neighbours, bench: _Bench, reconciler: Reconciler) -> Watcher:
    return Watcher(
        Heard(
            register=bench.register,
            outcomes=bench.outcomes,
            reconciler=reconciler,
            in_flight=bench.in_flight,
            roster=bench.roster,
            sessions=around.sessions,
            ledger=around.ledger,
            publishing=bench.publishing,
            turns=bench.turns,
            points=around.points,
            onlooker=around.onlooker or Forgetting(around.forget),
            pauses=around.pauses,
        )
    )
