"""No private call leaves for a venue unless the operator, the environment and the owner all want it.

``OMEGA_CHAOS`` scales the 1,000 configurations by chance, which are 100 unless it says otherwise.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.fernet import Fernet
from desk_accounts_stage import (
    KEY,
    LIVE,
    VAULT_KEY,
    a_store,
    paper_keys,
    places_at,
    sessions_at,
    stage_of,
)
from persona_fakes import FakeBus
from pydantic import SecretStr
from risk_cases import BTC, MARKET, NOON, ROW, request
from risk_stage import RiskStage, risk_store
from sandbox_exchange_stage import running_exchange

from config.farm_file import DeskSection
from sandbox.exchange.seats import Key, Right
from services.clock import SystemClock
from services.errors import UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import AccountModes, Order
from services.exchange.paper.exchange import PaperExchange
from services.exchange.venues.addresses import Connection
from services.members.messages import Allowed, GetRight
from services.store.trading_rows import AccountRow
from services.trading.accounts.book import MemberAccounts
from services.trading.accounts.messages import VenueKey
from services.trading.accounts.places import Places, purpose_of
from services.trading.accounts.sessions import OpenSessions
from services.trading.accounts.vault import Vault
from services.trading.intents.intent import Intent, client_id_of
from services.trading.intents.works import Neighbours, build_intents

SHARE = float(os.environ.get("OMEGA_CHAOS", "0.1"))
CONFIGS = round(1_000 * min(1.0, SHARE))
SEED = int(os.environ.get("OMEGA_SOAK_SEED", "20261128"))
VENUES = ("bitget", "binance", "bybit")


@dataclass
class Calls:
    """What left for a venue."""

    opened: list[Connection] = field(default_factory=list)
    reads: int = 0
    writes: list[str] = field(default_factory=list)


class RecordingAccount:
    """An account that counts what is asked of it, and does it."""

    nature = "live"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.orders = self
        self.dead_man = None

    def market(self, name: str) -> Market:
        return replace(MARKET, name=name)

    async def positions(self) -> list[Any]:
        self._calls.reads += 1
        return []

    async def fills(self, market: str, **_: Any) -> list[Any]:
        del market
        self._calls.reads += 1
        return []

    async def open_orders(self, market: str = "") -> list[Any]:
        del market
        self._calls.reads += 1
        return []

    async def modes(self) -> AccountModes:
        self._calls.reads += 1
        return AccountModes(is_hedged=False, is_unified=False)

    async def set_leverage(self, market: str, leverage: Any) -> None:
        self._calls.writes.append(f"leverage {market} {leverage}")

    async def place(self, asked: Any) -> Order:
        self._calls.writes.append(f"place {asked.client_id}")
        return Order(
            id="1",
            client_id=asked.client_id,
            market=asked.market,
            side=asked.side,
            kind=asked.kind,
            status="open",
            amount=asked.amount,
            filled=asked.amount * 0,
            remaining=asked.amount,
            created_at=NOON,
            updated_at=NOON,
        )


class RecordingSessions(OpenSessions):
    """Opens no connection, and notes which it would have opened."""

    calls: Calls

    def _opening(self, connection: Connection) -> AbstractAsyncContextManager[Any]:
        self.calls.opened.append(connection)
        return self._open_recording()

    @asynccontextmanager
    async def _open_recording(self) -> AsyncIterator[RecordingAccount]:
        yield RecordingAccount(self.calls)


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the operator wrote, what the environment has, and what an owner has done."""

    section: DeskSection
    vault: Vault
    row: AccountRow
    has_key: bool

    @property
    def may_open(self) -> bool:
        if self.row.mode == "paper":
            return True
        is_wanted = self.section.mode == "live" and bool(self.section.operator)
        return is_wanted and self.vault.is_operators and self.has_key

    @property
    def may_send(self) -> bool:
        """One that was refused is active again once its venue takes its key."""
        is_listed = not self.section.markets or BTC in self.section.markets
        is_agreed = self.row.mode == "paper" or (self.row.consented_at is not None and is_listed)
        return self.may_open and self.row.status != "unlinked" and is_agreed


def configs() -> Iterator[Config]:
    """Yield configurations by chance; of what live trading needs something lacks in most of them."""
    dice = random.Random(SEED)  # noqa: S311 - nothing secret

    def likely() -> bool:
        return dice.random() < 0.75

    for number in range(CONFIGS):
        section = DeskSection(
            mode="live" if likely() else "paper",
            operator="Omega Traders" if likely() else "",
            venues=VENUES if likely() else (),
            markets=dice.choice([(), (BTC,), ("ETH/USDT:USDT",)]),
        )
        vault = Vault([VAULT_KEY], is_operators=likely())
        id_, mode = f"a{number}", "live" if likely() else "paper"
        sealer = vault if likely() else Vault([Fernet.generate_key().decode()], is_operators=True)
        has_sealed = likely()
        purpose = purpose_of(id_ if likely() else "another")
        row = replace(
            ROW,
            id=id_,
            mode=mode,
            venue="sandbox" if mode == "paper" else dice.choice(VENUES),
            venue_account=f"member-{id_}",
            status="active" if likely() else dice.choice(["refused", "unlinked"]),
            consented_at=NOON if likely() else None,
            sealed=sealer.seal(msgspec.json.encode(KEY).decode(), purpose=purpose) if has_sealed else "",
        )
        is_own = sealer is vault and purpose == purpose_of(id_)
        yield Config(section=section, vault=vault, row=row, has_key=has_sealed and is_own)


async def calls_of(config: Config, stage: RiskStage, folder: Path) -> Calls:
    """Try to trade under a configuration, and return what left."""
    section, row = config.section, config.row
    stage.section = section
    stage.book = MemberAccounts(store=stage.store, desk=section, clock=stage.clock)  # type: ignore[assignment]  # the real one
    async with stage.store.write() as rows:
        await rows.trading.accounts.put(row)
    places = Places(
        vault=config.vault,
        credentials_for=paper_keys,
        sandbox_url="http://127.0.0.1:9",
        is_live=section.is_live,
    )
    calls = RecordingSessions.calls = Calls()
    async with RecordingSessions(
        store=stage.store, places=places, cache=folder, clock=stage.clock
    ) as sessions:
        works = build_intents(
            Neighbours(
                store=stage.store,
                sessions=sessions,
                gate=stage.gate_on(stage.store),
                latch=stage.latch,
                journal=stage.journal,
                ledger=stage.ledger,
                teller=stage.teller,
                bus=stage.bus,
                clock=stage.clock,
                forget=lambda _: None,
            )
        )
        for name, is_exempt in ((f"{row.id}-open", False), (f"{row.id}-reduce", True)):
            asked = replace(request(is_reduce_only=is_exempt), client_id=client_id_of(name))
            intent = Intent(id=name, account=row.id, user_id=row.user_id, request=asked, is_exempt=is_exempt)
            await works.desk.submit(intent)
    stage.latch.states.clear()
    return calls


async def test_of_many_configurations_only_those_that_all_three_agree_on_reach_a_venue(
    tmp_path: Path, record_property: Any
) -> None:
    reached, wrong = 0, []
    async with risk_store(tmp_path) as store:
        stage = RiskStage(store)
        for config in configs():
            calls = await calls_of(config, stage, tmp_path)
            reached += bool(calls.writes)
            leaked = bool(calls.opened) and not config.may_open
            if leaked or bool(calls.writes) != config.may_send:
                wrong.append((config, calls))
    record_property("paper", {"configurations": CONFIGS, "reached": reached, "seed": SEED})
    assert wrong == []
    assert 0 < reached < CONFIGS


RIGHTS: dict[str, tuple[Right, ...]] = {
    "withdraws": ("read", "trade", "withdraw"),
    "transfers": ("read", "trade", "transfer"),
    "moves": ("read", "transfer", "withdraw"),
    "says-nothing": (),
}


def key_of(name: str) -> VenueKey:
    return VenueKey(key=name, secret=f"{name} secret", passphrase=f"{name} phrase")


class KeysOfAllKinds:
    """Makes a key with the rights that its name says."""

    paper: PaperExchange

    def make(self, said: str) -> Key | None:
        return Key(
            key=said,
            secret=SecretStr(f"{said} secret"),
            passphrase=SecretStr(f"{said} phrase"),
            account=self.paper.open("ann"),
            rights=frozenset(RIGHTS[said]),
        )


async def test_a_key_that_moves_money_or_does_not_say_what_it_may_is_refused_before_it_is_used(
    tmp_path: Path,
) -> None:
    clock, keys = SystemClock(), KeysOfAllKinds()
    bus = FakeBus(clock)
    bus.answers[GetRight] = Allowed(right="trader")
    async with (
        running_exchange(on_demand=keys.make) as house,
        a_store(tmp_path, clock) as store,
        sessions_at(house, store, tmp_path, clock) as sessions,
    ):
        keys.paper = house.paper
        desk = stage_of(store, sessions, places_at(house.url), LIVE, clock=clock, bus=bus)
        for name in RIGHTS:
            house.journal.clear()
            with pytest.raises(UserMistake, match=r"must not have|cannot be read"):
                await desk.link(id=name, name=name, venue="sandbox", key=key_of(name))
            asked = [one.path for one in house.journal.entries if one.account is not None]
            assert {path.rpartition("/")[2] for path in asked} <= {"info", "settings"}, asked
        async with store.read() as rows:
            assert await rows.trading.accounts.count(mode="live") == 0
