from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from desk_accounts_stage import ANN, LIVE, DeskStage, a_store, places_at, sessions_at, stage_of
from persona_fakes import FakeBus
from sandbox_exchange_stage import CLASSIC, LABEL, MOVER, Stage, running_exchange

from services.clock import SystemClock
from services.errors import (
    BusUnavailable,
    ExchangeUnavailable,
    Misconfigured,
    StoreUnavailable,
    UnknownMarket,
    UserMistake,
)
from services.exchange.orders import OrderRequest
from services.loops import Loops
from services.members.messages import Allowed, Caller, GetRight
from services.sealing import Unsealer
from services.store.store import Store
from services.trading.accounts.keeping import announce
from services.trading.accounts.messages import (
    DESK_KEY,
    DeskKey,
    GetBalances,
    UnlinkAccount,
    VenueKey,
)
from services.trading.accounts.places import purpose_of
from services.trading.accounts.sessions import OpenSessions

BTC = "BTC/USDT:USDT"


@dataclass
class Open:
    """A sandbox exchange, a store, and sessions between them."""

    exchange: Stage
    store: Store
    sessions: OpenSessions
    desk: DeskStage

    async def members(self, count: int) -> list[str]:
        """Give so many members a paper account; return the accounts."""
        callers = [Caller(user_id=f"{number}", guild_id="10") for number in range(count)]
        return [(await self.desk.book.chosen(caller)).id for caller in callers]

    def asked(self, path: str) -> int:
        """Return how often the exchange was asked for a path."""
        return len(self.exchange.journal.of(path))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Open]:
    """Serve an exchange, and open a desk's accounts at it."""
    clock = SystemClock()
    bus = FakeBus(clock)
    bus.answers[GetRight] = Allowed(right="trader")
    async with (
        running_exchange() as exchange,
        a_store(folder, clock) as store,
        sessions_at(exchange, store, folder, clock) as sessions,
    ):
        desk = stage_of(store, sessions, places_at(exchange.url), LIVE, clock=clock, bus=bus)
        yield Open(exchange, store, sessions, desk)


class AwayStore:
    """A database that goes away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_away = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        if self.is_away:
            raise StoreUnavailable("The database is away.")
        async with self._store.read() as rows:
            yield rows


class DeafBus:
    """Loses the first thing that it is told."""

    def __init__(self) -> None:
        self.is_deaf = True
        self.told: list[object] = []

    async def put(self, key: object, value: object, *, part: str = "", ttl: float | None = None) -> None:
        assert (key, part, ttl) == (DESK_KEY, "", 180.0)
        if self.is_deaf:
            self.is_deaf = False
            raise BusUnavailable("The bus is away.")
        self.told.append(value)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Open]:
    async with opened(tmp_path) as stage:
        yield stage


async def test_twenty_members_trade_each_on_their_own_paper_account(stage: Open) -> None:
    accounts = await stage.members(20)
    sessions = await asyncio.gather(*(stage.sessions.of(account) for account in accounts))
    buyer, other = sessions[0], sessions[1]
    order = OrderRequest(market=BTC, side="buy", kind="market", amount=Decimal("0.01"), client_id="a1")
    await buyer.orders.place(order)
    assert [one.market for one in await buyer.account.positions()] == [BTC]
    assert await other.account.positions() == []
    assert len(await stage.sessions.all_active()) == 20


async def test_many_who_ask_for_an_account_at_once_open_it_once(stage: Open) -> None:
    (account,) = await stage.members(1)
    sessions = await asyncio.gather(*(stage.sessions.of(account) for _ in range(10)))
    assert len({id(session) for session in sessions}) == 1
    assert stage.asked("/spot/account/info") == 1


async def test_the_markets_of_a_venue_are_loaded_once_for_all_its_accounts(stage: Open) -> None:
    accounts = await stage.members(8)
    await stage.sessions.of(accounts[0])
    asked = stage.asked("/mix/market/contracts")
    sessions = await asyncio.gather(*(stage.sessions.of(account) for account in accounts))
    assert stage.asked("/mix/market/contracts") == asked > 0
    assert len({id(session.market(BTC)) for session in sessions}) == 1
    with pytest.raises(UnknownMarket):
        sessions[0].market("NONE/USDT:USDT")


async def test_one_who_stops_waiting_does_not_stop_the_others(stage: Open) -> None:
    (account,) = await stage.members(1)
    hasty = asyncio.ensure_future(stage.sessions.of(account))
    patient = asyncio.ensure_future(stage.sessions.of(account))
    await asyncio.sleep(0.01)
    hasty.cancel()
    assert (await patient).row.id == account


async def test_an_account_that_could_not_be_opened_is_opened_the_next_time(stage: Open) -> None:
    (account,) = await stage.members(1)
    stage.exchange.faults.set({"http": {"kind": "500", "count": 99}})
    with pytest.raises(ExchangeUnavailable):
        await stage.sessions.of(account)
    stage.exchange.faults.set({"http": None})
    assert (await stage.sessions.of(account)).nature == LABEL.nature_before


async def test_an_account_that_is_unlinked_is_closed_and_opened_no_more(stage: Open) -> None:
    row = await stage.desk.book.chosen(ANN)
    await stage.sessions.of(row.id)
    await stage.desk.service.process(UnlinkAccount(id="1", caller=ANN, account=row.id))
    assert stage.sessions._keepers == {}
    with pytest.raises(UserMistake):
        await stage.sessions.of(row.id)


async def test_an_account_that_begins_anew_elsewhere_is_opened_there(stage: Open) -> None:
    (account,) = await stage.members(1)
    first = await stage.sessions.of(account)
    async with stage.store.write() as rows:
        await rows.trading.accounts.change(account, venue_account="member-anew")
    second = await stage.sessions.of(account)
    assert first is not second
    assert (
        "member-anew" in stage.exchange.paper.accounts if hasattr(stage.exchange.paper, "accounts") else True
    )


async def test_a_session_knows_the_newest_row_of_its_account(stage: Open) -> None:
    (account,) = await stage.members(1)
    session = await stage.sessions.of(account)
    async with stage.store.write() as rows:
        await rows.trading.accounts.change(account, consented_at=datetime(2026, 8, 1, tzinfo=UTC))
    assert await stage.sessions.of(account) is session
    assert session.row.consented_at is not None


async def test_balances_come_from_the_venue(stage: Open) -> None:
    told = await stage.desk.service.process(GetBalances(caller=ANN))
    assert told.equity == Decimal(10_000)


def key_of(name: str) -> VenueKey:
    return VenueKey(key=name, secret=f"{name} secret", passphrase=f"{name} phrase")


async def test_a_key_is_tested_before_it_is_kept_and_then_trades_once_its_owner_consents(
    stage: Open,
) -> None:
    with pytest.raises(UserMistake, match="wwow"):
        await stage.desk.link(venue="sandbox", key=key_of(MOVER))
    with pytest.raises(UserMistake):
        await stage.desk.link(venue="sandbox", key=VenueKey(key=CLASSIC, secret="wrong", passphrase="wrong"))
    listed = await stage.desk.link(venue="sandbox", key=key_of(CLASSIC))
    account = listed.accounts[1].id
    session = await stage.sessions.of(account)
    assert stage.desk.book.may_send(session.row) != ""


async def test_a_key_that_the_venue_refuses_later_stands_refused_until_it_is_taken_again(
    stage: Open,
) -> None:
    account = (await stage.desk.link(venue="sandbox", key=key_of(CLASSIC))).accounts[1].id
    async with stage.store.read() as rows:
        good = await rows.trading.accounts.get(account)
    assert good is not None
    wrong = msgspec.json.encode(VenueKey(key=CLASSIC, secret="wrong", passphrase="wrong")).decode()
    bad = replace(good, sealed=stage.sessions._places.vault.seal(wrong, purpose=purpose_of(account)))
    async with stage.store.write() as rows:
        await rows.trading.accounts.put(bad)
    with pytest.raises(Misconfigured):
        await stage.sessions.of(account)
    assert [row.mode for row in await stage.sessions.all_active()] == ["paper"]
    async with stage.store.write() as rows:
        refused = await rows.trading.accounts.get(account)
        assert refused is not None
        assert (refused.status, refused.reason != "") == ("refused", True)
        await rows.trading.accounts.put(replace(refused, sealed=good.sealed))
    await stage.sessions.of(account)
    assert len(await stage.sessions.all_active()) == 2


async def test_an_open_account_stays_in_reach_while_the_database_is_away(stage: Open, tmp_path: Path) -> None:
    (account,) = await stage.members(1)
    store = AwayStore(stage.store)
    opening = sessions_at(stage.exchange, store, tmp_path, SystemClock())  # type: ignore[arg-type]  # only reads
    async with opening as sessions:
        session = await sessions.of(account)
        known = await sessions.all_active()
        store.is_away = True
        assert await sessions.of(account) is session
        assert await sessions.all_active() == known


async def test_the_key_of_the_desk_is_told_again_when_it_was_lost() -> None:
    bus, unsealer, told = DeafBus(), Unsealer(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == 60.0
        if len(bus.told) == 2:
            told.set()
            await asyncio.Event().wait()

    async with Loops(announce(bus, unsealer, sleep=sleep)):  # type: ignore[arg-type]  # it only puts
        async with asyncio.timeout(5):
            await told.wait()
    assert bus.told == [DeskKey(public=unsealer.public)] * 2
