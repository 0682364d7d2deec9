"""What the desk consists of, put together: which part fulfils which port of `services.trading.ports`.

Belongs here: constructors and nothing else. What runs, and in which order, stands in `bots.desk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr

from bots.paper_keys import paper_key
from bots.process import Process
from bots.wiring import right_asked, service_config
from config.farm_file import DeskSection, ExchangeSection
from services.bus.bus import Bus
from services.clock import Clock
from services.errors import Misconfigured
from services.sealing import Unsealer
from services.store.store import Store
from services.trading.accounts.book import MemberAccounts
from services.trading.accounts.places import Places
from services.trading.accounts.second_factor import SecondFactors
from services.trading.accounts.sessions import OpenSessions
from services.trading.accounts.vault import open_vault
from services.trading.intents.works import IntentWorks, Neighbours, build_intents
from services.trading.killswitch.dead_man import DeadManSwitches, Switched
from services.trading.killswitch.drill import Drill, DrillAccount
from services.trading.killswitch.flattening import Flattening
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.news import News
from services.trading.killswitch.resuming import Resuming
from services.trading.killswitch.roster import Roster
from services.trading.killswitch.service import ServiceParts
from services.trading.killswitch.switch import KillSwitch, SwitchParts
from services.trading.ledger.journal import KeptJournal
from services.trading.ledger.ledger import KeptLedger
from services.trading.orders.plans.keeping import PlanKeeper
from services.trading.positions.pictures import AccountPictures
from services.trading.risk.gate import RiskGate
from services.trading.risk.halts import Halts
from services.trading.seasons.ground import Ground as SeasonGround
from services.trading.seasons.service import PaperService
from services.trading.strategies.ground import Runs
from services.trading.strategies.profiles import read_profiles
from services.trading.telling import KeptNews
from services.trading.tenure import DeskTenure


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all parts stand on."""

    process: Process
    section: DeskSection
    exchange: ExchangeSection
    sandbox_key: SecretStr
    bus: Bus
    store: Store
    folder: DeskFolder
    tenure: DeskTenure

    @property
    def clock(self) -> Clock:
        """Return the clock of the process."""
        return self.process.clock


def ground_of(process: Process, bus: Bus, store: Store, tenure: DeskTenure) -> Ground:
    """Return what the parts stand on.

    Raises:
        Misconfigured: the process was not told how to trade.
    """
    spec, key = process.spec, process.secrets.sandbox_key
    if spec.desk is None or spec.exchange is None or key is None:
        raise Misconfigured("The desk was not told how to trade.", hint="Start it through the farm.")
    return Ground(
        process=process,
        section=spec.desk,
        exchange=spec.exchange,
        sandbox_key=key,
        bus=bus,
        store=store,
        folder=DeskFolder.below(spec.var),
        tenure=tenure,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What there is before any order: accounts, what is known of them, and whether trading goes on."""

    book: MemberAccounts
    factors: SecondFactors
    places: Places
    unsealer: Unsealer
    sessions: OpenSessions
    pictures: AccountPictures
    journal: KeptJournal
    ledger: KeptLedger
    teller: KeptNews
    latch: FileLatch


def base_of(on: Ground) -> Base:
    """Put together what the rest stands on."""
    spec, store, clock = on.process.spec, on.store, on.clock
    vault = open_vault(on.process.secrets.vault_key, own_key=spec.var / "keys" / "vault.key")
    places = Places(
        vault=vault,
        credentials_for=partial(paper_key, sandbox_key=on.sandbox_key),
        sandbox_url=spec.exchange_url,
        testnets=frozenset({on.exchange.id}) if on.exchange.testnet else frozenset(),
        is_live=on.section.is_live,
    )
    sessions = OpenSessions(store=store, places=places, cache=spec.var / "markets", clock=clock)
    pictures = AccountPictures(sessions, store, clock=clock)
    return Base(
        book=MemberAccounts(store=store, desk=on.section, clock=clock),
        factors=SecondFactors(store=store, vault=vault, clock=clock),
        places=places,
        unsealer=Unsealer(),
        sessions=sessions,
        pictures=pictures,
        journal=KeptJournal(store, clock=clock),
        ledger=KeptLedger(store=store, sessions=sessions, pictures=pictures, clock=clock),
        teller=KeptNews(on.bus, on.folder.path / "news.jsonl"),
        latch=FileLatch(on.folder.latch, store, clock=clock),
    )


def gate_of(on: Ground, base: Base) -> RiskGate:
    """Put the risk gate together."""
    return RiskGate(
        store=on.store,
        book=base.book,
        latch=base.latch,
        pictures=base.pictures,
        ledger=base.ledger,
        bus=on.bus,
        journal=base.journal,
        section=on.section,
        clock=on.clock,
    )


def halts_of(on: Ground, base: Base) -> Halts:
    """Put together what halts accounts by their standing."""
    return Halts(
        store=on.store,
        sessions=base.sessions,
        latch=base.latch,
        pictures=base.pictures,
        ledger=base.ledger,
        teller=base.teller,
        section=on.section,
        clock=on.clock,
    )


def works_of(on: Ground, base: Base, gate: RiskGate) -> IntentWorks:
    """Put together what sends and follows orders."""
    return build_intents(
        Neighbours(
            store=on.store,
            sessions=base.sessions,
            gate=gate,
            latch=base.latch,
            journal=base.journal,
            ledger=base.ledger,
            teller=base.teller,
            bus=on.bus,
            clock=on.clock,
            forget=base.pictures.forget,
            onlooker=base.pictures,
            reconcile=on.section.reconcile,
            tenure=on.tenure,
        )
    )


@dataclass(frozen=True, slots=True)
class PlansOfAccounts:
    """Lets the kill switch and a reset end whatever of an account the farm carries out by itself."""

    keeper: PlanKeeper

    async def cancel_all(self, account_id: str, /) -> None:
        """End every plan of an account. Raises as `PlanKeeper.end_all`."""
        await self.keeper.end_all(account_id)


def switch_of(on: Ground, base: Base, works: IntentWorks, keeper: PlanKeeper) -> ServiceParts:
    """Put the kill switch together."""
    clock, latch = on.clock, base.latch
    roster = Roster(base.sessions.all_active)
    news = News(on.bus, base.teller, base.journal)
    switch = KillSwitch(
        SwitchParts(
            folder=on.folder,
            latch=latch,
            roster=roster,
            flattening=Flattening(base.sessions, plans=PlansOfAccounts(keeper)),
            news=news,
            clock=clock,
            openings=base.sessions,
        )
    )
    account = DrillAccount(on.store, has_sandbox=on.process.spec.exchange_url is not None, clock=clock)
    return ServiceParts(
        switch=switch,
        latch=latch,
        roster=roster,
        resuming=Resuming(switch, latch, factors=base.factors, news=news, clock=clock),
        drills=Drill(switch, latch, account=account, sessions=base.sessions, desk=works.desk, clock=clock),
        news=news,
        right_of=right_asked(on.bus),
        clock=clock,
    )


def paper_of(on: Ground, base: Base, works: IntentWorks, keeper: PlanKeeper) -> PaperService:
    """Put the paper service together. Raises `Misconfigured` where the profiles cannot be read."""
    ground = SeasonGround(
        store=on.store,
        book=base.book,
        sessions=base.sessions,
        intents=works.desk,
        plans=PlansOfAccounts(keeper),
        runs=Runs(store=on.store, bus=on.bus, clock=on.clock),
        ledger=base.ledger,
        pictures=base.pictures,
        right_of=right_asked(on.bus),
        clock=on.clock,
        temperaments=tuple(read_profiles()),
    )
    return PaperService(service_config(on.process), ground)


def dead_men_of(on: Ground, base: Base) -> DeadManSwitches:
    """Put together what winds up the venues' own switches."""

    async def reach(account_id: str) -> Switched:
        session = await base.sessions.of(account_id)
        return Switched(dead_man=session.dead_man, open_orders=session.orders.open_orders)

    return DeadManSwitches(reach, on.store)
