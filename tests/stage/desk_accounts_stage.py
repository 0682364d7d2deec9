"""What tests of members' accounts stand on: a store, a vault, the accounts service, sessions that note."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyotp
from cryptography.fernet import Fernet
from persona_fakes import FakeBus, HandClock
from sandbox_exchange_stage import SANDBOX_KEY
from sandbox_exchange_stage import Stage as ExchangeStage

from config.farm_file import DeskSection
from sandbox.exchange.keys import credentials
from services.clock import Clock
from services.exchange.orders import Balance
from services.exchange.venues.account import Patience
from services.exchange.venues.addresses import Connection, Credentials
from services.exchange.venues.private_streams import Pace
from services.members.messages import Allowed, Caller, GetRight
from services.omega import ServiceConfig
from services.sealing import Unsealer, seal
from services.store.migrate import migrate
from services.store.store import Store, open_store
from services.store.trading_rows import AccountRow
from services.trading.accounts.book import MemberAccounts
from services.trading.accounts.messages import (
    Accounts,
    BeginEnrolment,
    FinishEnrolment,
    LinkAccount,
    VenueKey,
)
from services.trading.accounts.places import Places
from services.trading.accounts.second_factor import SecondFactors
from services.trading.accounts.service import AccountsService, Forgotten
from services.trading.accounts.sessions import OpenSessions
from services.trading.accounts.vault import Vault

ANN = Caller(user_id="7", guild_id="10")
ANN_IN_PRIVATE = Caller(user_id="7")
ANN_ELSEWHERE = Caller(user_id="7", guild_id="11")
BOB = Caller(user_id="8", guild_id="10")
VAULT_KEY = Fernet.generate_key().decode()
LIVE = DeskSection(mode="live", operator="Omega Traders", venues=("bitget", "sandbox"))
KEY = VenueKey(key="an-api-key", secret="an-api-secret", passphrase="a-passphrase")


def paper_keys(name: str) -> Credentials:
    """Return what opens a paper account of the sandbox on stage."""
    made = credentials(name, SANDBOX_KEY)
    secret, passphrase = made.secret.get_secret_value(), made.passphrase.get_secret_value()
    return Credentials(key=made.key, secret=secret, passphrase=passphrase)


def places_at(url: str | None = None, *, is_operators: bool = True) -> Places:
    """Return the places of a desk beside the sandbox at `url`."""
    vault = Vault([VAULT_KEY], is_operators=is_operators)
    return Places(vault=vault, credentials_for=paper_keys, sandbox_url=url, is_live=True)


@asynccontextmanager
async def a_store(folder: Path, clock: Clock) -> AsyncIterator[Store]:
    """Open a new database: a copy of one that was made for the first test."""
    path, empty = folder / "omega.db", folder.parent / "empty_desk.db"
    if not empty.exists():
        await migrate(None, path=path)
        shutil.copy(path, empty)
    shutil.copy(empty, path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock) as store:
        yield store


@dataclass
class HeldAccount:
    """Holds what a test says."""

    held: list[Balance]

    async def balances(self) -> Sequence[Balance]:
        return self.held


@dataclass
class HeldSession:
    row: AccountRow
    account: Any
    orders: Any = None


@dataclass
class NotingSessions:
    """Opens nothing. A key is refused with `trouble`."""

    store: Store
    held: list[Balance] = field(default_factory=list)
    trouble: Exception | None = None
    tried: list[Connection] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    async def of(self, account_id: str) -> Any:
        async with self.store.read() as rows:
            row = await rows.trading.accounts.get(account_id)
        assert row is not None
        return HeldSession(row, HeldAccount(self.held))

    async def all_active(self) -> Sequence[AccountRow]:
        async with self.store.read() as rows:
            return await rows.trading.accounts.where(status="active")

    async def try_out(self, connection: Connection) -> None:
        self.tried.append(connection)
        if self.trouble is not None:
            raise self.trouble

    async def close(self, account_id: str) -> None:
        self.closed.append(account_id)


@dataclass
class DeskStage:
    """The accounts service with what stands behind it."""

    store: Store
    clock: HandClock
    bus: FakeBus
    book: MemberAccounts
    factors: SecondFactors
    sessions: Any
    unsealer: Unsealer
    service: AccountsService

    async def link(self, caller: Caller = ANN, **changed: Any) -> Accounts:
        """Link an account with `KEY`, or as told."""
        key = msgspec.json.encode(changed.pop("key", KEY))
        given = {"id": "link-1", "venue": "bitget", "name": "main", **changed}
        request = LinkAccount(caller=caller, sealed=seal(self.unsealer.public, key), **given)
        return await self.service.process(request)

    async def enrol(self, caller: Caller = ANN) -> tuple[pyotp.TOTP, list[str]]:
        """Put a second factor in force; return the member's authenticator and the recovery codes."""
        begun = await self.service.process(BeginEnrolment(id=f"b{caller.user_id}", caller=caller))
        authenticator = pyotp.TOTP(begun.secret)
        assert isinstance(authenticator, pyotp.TOTP)
        code = authenticator.at(self.clock.now())
        done = await self.service.process(FinishEnrolment(id=f"f{caller.user_id}", caller=caller, code=code))
        self.clock.seconds += 60
        return authenticator, done.codes

    async def actions(self) -> list[str]:
        """Return what the audit log says was done, oldest first."""
        async with self.store.read() as rows:
            return [row.action for row in await rows.audit.newest(100)][::-1]


@asynccontextmanager
async def a_desk(
    folder: Path,
    *,
    desk: DeskSection = LIVE,
    right: str = "trader",
    is_operators: bool = True,
    forgotten: Sequence[Forgotten] = (),
) -> AsyncIterator[DeskStage]:
    """Build the service over a new database, sessions that open nothing, and members with one right."""
    clock = HandClock()
    bus = FakeBus(clock)
    bus.answers[GetRight] = Allowed(right=right)  # type: ignore[arg-type]  # one of the three
    places = places_at(is_operators=is_operators)
    async with a_store(folder, clock) as store:
        yield stage_of(store, NotingSessions(store), places, desk, clock=clock, bus=bus, forgotten=forgotten)


def stage_of(
    store: Store,
    sessions: Any,
    places: Places,
    desk: DeskSection,
    *,
    clock: Any,
    bus: FakeBus,
    forgotten: Sequence[Forgotten] = (),
) -> DeskStage:
    """Put a service together."""
    book = MemberAccounts(store=store, desk=desk, clock=clock)
    factors = SecondFactors(store=store, vault=places.vault, clock=clock)
    unsealer = Unsealer()
    service = AccountsService(
        ServiceConfig(),
        store=store,
        book=book,
        factors=factors,
        sessions=sessions,
        places=places,
        unsealer=unsealer,
        bus=bus,  # type: ignore[arg-type]  # it has what is asked of it
        desk=desk,
        clock=clock,
        forgotten=forgotten,
    )
    return DeskStage(store, clock, bus, book, factors, sessions, unsealer, service)


def sessions_at(exchange: ExchangeStage, store: Store, folder: Path, clock: Clock) -> OpenSessions:
    """Build sessions that open accounts at a sandbox exchange."""
    return OpenSessions(
        store=store,
        places=places_at(exchange.url),
        cache=folder / "markets",
        clock=clock,
        patience=Patience(pace=Pace(), look_again=(0.05,)),
    )


def held(currency: str, wallet: Any, total: int) -> Balance:
    """Return a balance all of which is free."""
    return Balance(
        currency=currency, wallet=wallet, total=Decimal(total), free=Decimal(total), used=Decimal(0)
    )
