"""The risk gate before an account that a test makes up: every port is small and says what it is told."""

# ruff: noqa: ARG002 - the ports name their arguments

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import msgspec
from risk_cases import BTC, MARKET, ROW, HandClock, book, interest, picture, quote, series

from config.farm_file import DeskSection
from services.alerts.trading_posts import DeskTold, Event
from services.bus.messages import Request
from services.errors import ExchangeUnavailable, NotOffered, OmegaError, UserMistake
from services.exchange.exchange import Market
from services.market.messages import (
    CandleSeries,
    GetBook,
    GetCandles,
    GetInterest,
    GetQuote,
)
from services.members.messages import Caller, Right
from services.store.migrate import migrate
from services.store.store import Store, open_store
from services.store.trading_rows import AccountRow, IntentRow, TradingStateRow
from services.trading.intents.intent import Intent, Judged
from services.trading.messages import STATES, AccountView, TradingState
from services.trading.ports import ClosedTrade, EquityPoint, Picture
from services.trading.risk.gate import RiskGate


class StagedLatch:
    """States in memory and in the table, as the real one keeps them."""

    def __init__(self, store: Store | None, clock: HandClock) -> None:
        self._store, self._clock = store, clock
        self.states: dict[str, tuple[TradingState, str, str]] = {}
        self.fails: Exception | None = None

    def state(self, row: AccountRow, market: str = "") -> TradingState:
        if self.fails is not None:
            raise self.fails
        return self._held(row.id)[0]

    def why(self, row: AccountRow, market: str = "") -> str:
        return self._held(row.id)[1]

    def held_by(self, row: AccountRow, market: str = "") -> Sequence[str]:
        state = self._held(row.id)[0]
        return [by for held, _, by in self._of(row.id) if held == state]

    def _of(self, account: str) -> list[tuple[TradingState, str, str]]:
        scopes = (f"risk:account:{account}", f"account:{account}")
        return [self.states.get(scope, ("ACTIVE", "", "")) for scope in scopes]

    def _held(self, account: str) -> tuple[TradingState, str, str]:
        return max(self._of(account), key=lambda one: STATES.index(one[0]))

    async def set(self, scope: str, state: TradingState, *, why: str, by: str) -> None:
        self.states[scope] = (state, why, by)
        if self._store is not None:
            new = TradingStateRow(scope=scope, state=state, why=why, by=by, at=self._clock.now())
            async with self._store.write() as rows:
                await rows.trading.states.put(new)

    @property
    def account(self) -> tuple[TradingState, str]:
        """The state of the account, and who says so."""
        state, _, by = self._held("acc")
        return state, by


@dataclass
class StagedPictures:
    """Pictures that a test sets."""

    clock: HandClock
    now: Picture = field(default_factory=picture)
    later: Picture | None = None
    """What a new one shows."""
    fails: Exception | None = None

    async def of(self, account_id: str, *, max_age: float = 0.0) -> Picture:
        if self.fails is not None:
            raise self.fails
        await asyncio.sleep(0)
        found = self.later if max_age == 0 and self.later is not None else self.now
        return replace(found, at=self.clock.now())


@dataclass
class StagedLedger:
    """Trades and marks that a test sets."""

    closed: list[ClosedTrade] = field(default_factory=list)
    marks: list[EquityPoint] = field(default_factory=list)
    fails: Exception | None = None
    on_read: Callable[[object], None] | None = None
    """Hears since when marks are read."""

    async def trades(self, account_id: str, *, since: datetime | None = None) -> Sequence[ClosedTrade]:
        if self.fails is not None:
            raise self.fails
        return [one for one in self.closed if since is None or one.closed_at >= since]

    async def equity(self, account_id: str, *, since: datetime | None = None) -> Sequence[EquityPoint]:
        if self.on_read is not None:
            self.on_read(since)
        return [one for one in self.marks if since is None or one.at >= since]

    async def record(self, account_id: str) -> int:
        return 0


def lost(at: datetime, net: str = "-1", r: str | None = "-1") -> ClosedTrade:
    return ClosedTrade(
        market=BTC,
        side="long",
        opened_at=at - timedelta(hours=1),
        closed_at=at,
        amount=Decimal(1),
        entry=Decimal(100),
        exit=Decimal(99),
        realised=Decimal(net),
        fees=Decimal(0),
        funding=Decimal(0),
        r=None if r is None else Decimal(r),
    )


class StagedBus:
    """A market process whose answers a test sets; an error is raised instead."""

    def __init__(self) -> None:
        self.asked: list[Request[Any]] = []
        self.heard = asyncio.Event()
        self.answers: dict[type[Request[Any]], Any] = {
            GetQuote: quote(),
            GetBook: book(),
            GetInterest: interest(),
        }
        self.candles: dict[str, CandleSeries] = {BTC: series()}

    async def ask(self, request: Request[Any], *, timeout: float = 2.0) -> Any:  # noqa: ASYNC109 - the bus's own
        self.asked.append(request)
        self.heard.set()
        await asyncio.sleep(0)
        if isinstance(request, GetCandles):
            found: Any = self.candles.get(request.market) or NotOffered.by("sandbox", "candles")
        else:
            found = self.answers[type(request)]
        if isinstance(found, Exception):
            raise found
        if isinstance(request, GetQuote):
            return msgspec.structs.replace(found, market=request.market)
        return found

    async def append(self, log: Any, message: Any) -> str:
        raise NotImplementedError

    async def publish(self, topic: Any, message: Any) -> None:
        raise NotImplementedError

    async def put(self, key: Any, value: Any, *, part: str = "", ttl: float | None = None) -> None:
        raise NotImplementedError

    async def latest(self, key: Any, *, part: str = "") -> Any:
        raise NotImplementedError


@dataclass
class StagedBook:
    """Whose accounts they are: one of each caller, by their id."""

    rows: Mapping[str, AccountRow] = field(default_factory=lambda: {"7": ROW})
    why_not: str = ""
    fails: Exception | None = None

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        return self.rows[caller.user_id]

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        return AccountView(id=row.id, name=row.name, venue=row.venue, mode="paper", status=row.status)

    def may_send(self, row: AccountRow) -> str:
        if self.fails is not None:
            raise self.fails
        return self.why_not


class StagedFactor:
    """Lets the code 123456 pass, once a member."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    async def check(self, user_id: str, code: str) -> None:
        if code != "123456" or user_id in self._used:
            raise UserMistake("The code is not right.", hint="Wait for the next.")
        self._used.add(user_id)

    async def is_in_force(self, user_id: str) -> bool:
        return True

    def next_code(self) -> None:
        """Half a minute goes by."""
        self._used.clear()


class StagedTeller:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def tell(self, event: Event) -> None:
        self.events.append(event)

    @property
    def told(self) -> list[tuple[str, str]]:
        """The news and the words of each event, its facts filled in."""
        bodies = [cast("DeskTold", one.body) for one in self.events]
        return [(one.news, one.words.format(**one.facts)) for one in bodies]


class StagedJournal:
    """Remembers what was written."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    async def write(
        self,
        row: AccountRow,
        kind: str,
        words: str,
        *,
        facts: Mapping[str, str] | None = None,
        market: str = "",
        intent: str = "",
        key: str = "",
    ) -> None:
        self.lines.append((kind, words.format(**(facts or {}))))


class StagedSessions:
    """One account, open."""

    def __init__(self, *rows: AccountRow) -> None:
        self._rows = rows

    async def of(self, account_id: str) -> Any:
        return Opened(next(row for row in self._rows if row.id == account_id))

    async def all_active(self) -> Sequence[AccountRow]:
        return self._rows


class Opened:
    """A session of which the gate needs the row and the markets."""

    nature = "simulated"
    account: Any = None
    orders: Any = None

    def __init__(self, row: AccountRow = ROW, market: Market = MARKET) -> None:
        self.row, self._market = row, market

    def market(self, name: str) -> Market:
        return replace(self._market, name=name)


class RiskStage:
    """The gate with all that it stands on."""

    def __init__(self, store: Store, section: DeskSection | None = None) -> None:
        self.clock = HandClock()
        self.store = store
        self.section = section or DeskSection()
        self.latch = StagedLatch(store, self.clock)
        self.pictures = StagedPictures(self.clock)
        self.ledger = StagedLedger()
        self.bus = StagedBus()
        self.book = StagedBook()
        self.journal = StagedJournal()
        self.teller = StagedTeller()
        self.factor = StagedFactor()
        self.rights: dict[str, Right] = {}
        self.gate = self.gate_on(store)

    def gate_on(self, store: Store) -> RiskGate:
        """Return a gate that reads from `store`."""
        return RiskGate(
            store=store,
            book=self.book,
            latch=self.latch,
            pictures=self.pictures,
            ledger=self.ledger,
            bus=self.bus,
            journal=self.journal,
            section=self.section,
            clock=self.clock,
        )

    async def judge(self, wanted: Intent, *, is_kept: bool = True) -> Judged:
        """Have an intent judged as the desk does: it is in the database before."""
        if is_kept:
            await self.keep(wanted)
        return await self.gate.judge(wanted, Opened())

    async def keep(self, wanted: Intent, **told: Any) -> None:
        """Write an intent down."""
        now = self.clock.now()
        fields: dict[str, Any] = {"status": "new", "created_at": now, "updated_at": now}
        row = IntentRow(
            id=wanted.id,
            account_id=wanted.account,
            user_id=wanted.user_id,
            client_id=wanted.request.client_id,
            origin=wanted.origin,
            group_id="",
            market=wanted.request.market,
            side=wanted.request.side,
            kind=wanted.request.kind,
            amount=wanted.request.amount,
            request="{}",
            is_reducing=wanted.is_exempt,
            **{**fields, **told},
        )
        async with self.store.write() as rows:
            await rows.trading.intents.put(row)

    async def right_of(self, caller: Caller) -> Right:
        return self.rights.get(caller.user_id, "trader")


_EMPTY: list[bytes] = []
"""A database without rows, once there was one: making the tables takes longer than a test."""


@asynccontextmanager
async def risk_store(folder: Path) -> AsyncIterator[Store]:
    path = folder / "omega.db"
    if _EMPTY:
        path.write_bytes(_EMPTY[0])
    else:
        await migrate(None, path=path)
        _EMPTY.append(path.read_bytes())
    async with open_store(None, path=path, busy_timeout=timedelta(5), clock=HandClock()) as opened:
        yield opened


def away() -> OmegaError:
    return ExchangeUnavailable("The venue does not answer.", hint="Wait.")
