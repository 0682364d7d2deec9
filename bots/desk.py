"""The process of the desk: accounts, orders, risk and the kill switch. It alone holds keys.

One desk trades at a time: another waits for its turn, and one that was overtaken ends, so as to begin anew.
Before the first order is sent, the latch is read, and what an earlier life left behind is settled.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Final

from bots.database import open_database
from bots.desk_parts import (
    Base,
    Ground,
    base_of,
    dead_men_of,
    gate_of,
    ground_of,
    halts_of,
    paper_of,
    switch_of,
    works_of,
)
from bots.process import Process
from bots.wiring import open_process_bus, right_asked, service_config
from services.garbage import spare_what_stays
from services.loops import Loops
from services.omega import OmegaService, serve
from services.trading.accounts.keeping import announce
from services.trading.accounts.service import AccountsService
from services.trading.intents.works import IntentWorks
from services.trading.killswitch.kept_firings import KeptFirings
from services.trading.killswitch.operator import Operator
from services.trading.killswitch.service import KillSwitchService
from services.trading.killswitch.switch import KillSwitch
from services.trading.ledger.service import LedgerService
from services.trading.orders.service import OrdersService
from services.trading.positions.service import PositionsService
from services.trading.pruning import Pruning
from services.trading.risk.gate import RiskGate
from services.trading.risk.service import RiskService
from services.trading.strategies.service import StrategiesService
from services.trading.tenure import DeskTenure, holder_of
from services.trading.watchdog.heartbeat import Heartbeat

Loop = Coroutine[object, object, None]
_TOKEN_BYTES: Final = 12


async def run(process: Process) -> None:
    """Trade until the process is asked to stop.

    Raises:
        Misconfigured: it was not told how to trade, or the keys of the vault cannot be used.
        ExceptionGroup: another desk has taken over.
    """
    process.report("desk", is_ready=False, reason="settling what was left behind")
    async with open_process_bus(process) as bus, open_database(process, is_durable=True) as store:
        if store is None:
            return
        tenure = DeskTenure(store, holder=holder_of(os.getpid()), clock=process.clock)
        on = ground_of(process, bus, store, tenure)
        await tenure.leader.step()
        if tenure.leader.token is None:
            process.report("desk", is_ready=False, reason="another desk trades")
        async with Loops(tenure.run()):
            if await tenure.begun(process.stopping):
                await _trade(on, base_of(on))


async def _trade(on: Ground, base: Base) -> None:
    process = on.process
    process.report("desk", is_ready=False, reason="settling what was left behind")
    async with base.sessions:
        desk = _put_together(on, base)
        await base.latch.open()
        await desk.switch.take_up()
        await desk.works.recover()
        spare_what_stays()
        async with Loops(on.tenure.lost(), *desk.loops):
            process.report("desk", is_ready=True)
            await serve(on.bus, desk.services, stopping=process.stopping, clock=process.clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    works: IntentWorks
    switch: KillSwitch
    services: list[OmegaService]
    loops: list[Loop]


def _put_together(on: Ground, base: Base) -> _Desk:
    gate = gate_of(on, base)
    works = works_of(on, base, gate)
    orders = _orders(on, base, works, gate)
    dead_men = dead_men_of(on, base)
    works.listen([orders.keeper, orders.arrivals, dead_men])
    switch = switch_of(on, base, works, orders.keeper)
    paper = paper_of(on, base, works, orders.keeper)
    answering = KillSwitchService(service_config(on.process), switch)
    operator = Operator(on.folder, switch.switch, switch.resuming, switch.roster, clock=on.clock)
    beats = Heartbeat(on.folder.heartbeat, lambda: switch.roster.read, clock=on.clock, pid=os.getpid())
    return _Desk(
        works=works,
        switch=switch.switch,
        services=[
            *_answering(on, base, works, switch.switch),
            _risk(on, base),
            orders,
            _strategies(on, base, works, gate),
            paper,
            answering,
        ],
        loops=[
            *(base.latch.run(), base.teller.run(), base.ledger.run()),
            *(gate.run(), halts_of(on, base).run(), paper.run()),
            *(works.run(), orders.keeper.run(), switch.switch.run()),
            KeptFirings(on.bus, answering, clock=on.clock).run(),
            *(operator.run(), dead_men.run(), beats.run(), announce(on.bus, base.unsealer)),
            Pruning(on.store, clock=on.clock).run(),
        ],
    )


def _answering(on: Ground, base: Base, works: IntentWorks, switch: KillSwitch) -> list[OmegaService]:
    """Return the services of what there is: accounts, positions and the ledger."""
    config, store, clock = service_config(on.process), on.store, on.clock
    accounts = AccountsService(
        config,
        store=store,
        book=base.book,
        factors=base.factors,
        sessions=base.sessions,
        places=base.places,
        unsealer=base.unsealer,
        bus=on.bus,
        desk=on.section,
        clock=clock,
        forgotten=(base.latch.forget, switch.forget),
    )
    positions = PositionsService(
        config, book=base.book, pictures=base.pictures, latch=base.latch, watched=works.roster
    )
    ledger = LedgerService(
        config, store=store, book=base.book, ledger=base.ledger, pictures=base.pictures, clock=clock
    )
    return [accounts, positions, ledger]


def _orders(on: Ground, base: Base, works: IntentWorks, gate: RiskGate) -> OrdersService:
    return OrdersService(
        service_config(on.process),
        store=on.store,
        book=base.book,
        factor=base.factors,
        gate=gate,
        intents=works.desk,
        pictures=base.pictures,
        sessions=base.sessions,
        bus=on.bus,
        journal=base.journal,
        teller=base.teller,
        clock=on.clock,
        token=lambda: secrets.token_hex(_TOKEN_BYTES),
    )


def _strategies(on: Ground, base: Base, works: IntentWorks, gate: RiskGate) -> StrategiesService:
    return StrategiesService(
        service_config(on.process),
        store=on.store,
        book=base.book,
        factor=base.factors,
        gate=gate,
        intents=works.desk,
        pictures=base.pictures,
        sessions=base.sessions,
        bus=on.bus,
        teller=base.teller,
        clock=on.clock,
        limits=on.section.risk,
    )


def _risk(on: Ground, base: Base) -> RiskService:
    return RiskService(
        service_config(on.process),
        store=on.store,
        book=base.book,
        factor=base.factors,
        latch=base.latch,
        pictures=base.pictures,
        ledger=base.ledger,
        bus=on.bus,
        right_of=right_asked(on.bus),
        section=on.section,
        clock=on.clock,
        sessions=base.sessions,
    )
