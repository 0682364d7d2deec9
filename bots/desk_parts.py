"""What the desk consists of, put together: which part fulfils which port of `services.trading.ports`.

Belongs here: constructors and nothing else. What runs, and in which order, stands in `bots.desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from bots.process import Process
from config.farm_file import DeskSection, ExchangeSection
from sandbox.exchange.keys import credentials
from services.bus.bus import Bus
from services.clock import Clock
from services.errors import Misconfigured
from services.exchange.venues.addresses import Credentials
from services.members.messages import Caller, GetRight, Right
from services.sealing import Unsealer
from services.store.store import Store
from services.trading.accounts.book import MemberAccounts
from services.trading.accounts.places import Places
from services.trading.accounts.second_factor import SecondFactors
from services.trading.accounts.sessions import OpenSessions
from services.trading.accounts.vault import open_vault
from services.trading.intents.works import IntentWorks, Neighbours, build_intents
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
from services.trading.telling import KeptNews


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

    @property
    def clock(self) -> Clock:
        """Return the clock of the process."""
        return self.process.clock

    async def right_of(self, caller: Caller) -> Right:
        """Ask for the strongest right of a caller."""
        return (await self.bus.ask(GetRight(caller=caller))).right


def ground_of(process: Process, bus: Bus, store: Store) -> Ground:
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
    )


def key_of_paper(sandbox_key: SecretStr) -> Callable[[str], Credentials]:
    """Return what makes the key of a paper account at the local exchange."""

    def made(name: str) -> Credentials:
        own = credentials(name, sandbox_key)
        return Credentials(
            key=own.key,
            secret=own.secret.get_secret_value(),
            passphrase=own.passphrase.get_secret_value(),
        )

    return made


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
        credentials_for=key_of_paper(on.sandbox_key),
        sandbox_url=spec.exchange_url,
        testnets=frozenset({on.exchange.id}) if on.exchange.testnet else frozenset(),
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
            reconcile=on.section.reconcile,
        )
    )


@dataclass(frozen=True, slots=True)
class PlansOfAccounts:
    """Lets the kill switch end whatever of an account the farm carries out by itself."""

    store: Store
    keeper: PlanKeeper

    async def cancel_all(self, account_id: str, /) -> None:
        """End every plan of an account. Raises `StoreUnavailable`."""
        async with self.store.read() as rows:
            active = await rows.trading.plans.where(account_id=account_id, status="active")
        for plan in active:
            await self.keeper.end(plan.id)


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
            flattening=Flattening(base.sessions, plans=PlansOfAccounts(on.store, keeper)),
            news=news,
            clock=clock,
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
        right_of=on.right_of,
        clock=clock,
    )
