"""The sending half of a desk at a local exchange, with the other parts of the desk as small fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from account_stage import sandbox_account
from pydantic import SecretStr
from sandbox_exchange_stage import SETTINGS, Stage, running_exchange

from sandbox.exchange.seats import Key
from services.alerts.trading_posts import DeskTold, Event
from services.bus.messages import Message, Topic
from services.clock import SystemClock
from services.errors import OrderUnknown, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import Account, Order, OrderRequest, Orders
from services.exchange.paper.exchange import PaperExchange
from services.exchange.venues.account import CcxtAccount
from services.exchange.venues.private_streams import Pace
from services.loops import Loops
from services.store.migrate import migrate
from services.store.store import Store, open_store
from services.store.trading_rows import AccountRow, IntentRow
from services.trading.intents.crash_points import CrashPoints
from services.trading.intents.intent import Intent, Judged, client_id_of
from services.trading.intents.resolving import Patience
from services.trading.intents.watching import Pauses
from services.trading.intents.works import IntentWorks, Neighbours, build_intents
from services.trading.messages import TradingState, Verdict
from services.trading.ports import Session
from services.trading.positions.pictures import AccountPictures

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
BEGAN = datetime(2025, 6, 24, 12, 0, tzinfo=UTC)
SWIFT = Patience(spacing=(0.05, 0.1, 0.2), seconds=0.5, sweep=0.2)
SWIFT_PAUSES = Pauses(look=0.05, again=0.1, settle=0.1)
PATIENCE_S = 20.0


def account_row(name: str = "ada", **changes: Any) -> AccountRow:
    """Return the row of a paper account whose id, owner and name at the exchange are `name`."""
    row = AccountRow(
        id=name,
        user_id=f"user-{name}",
        guild_id="",
        name=name,
        venue="sandbox",
        mode="paper",
        status="active",
        created_at=BEGAN,
        updated_at=BEGAN,
        venue_account=name,
    )
    return replace(row, **changes)


def an_intent(intent_id: str, account: str = "ada", **asked: Any) -> Intent:
    """Return an intent to buy a little at the market, unless told otherwise."""
    whole = {name: asked.pop(name) for name in ("origin", "is_exempt", "leverage") if name in asked}
    order: dict[str, Any] = {"market": BTC, "side": "buy", "kind": "market", "amount": Decimal("0.01")}
    if "price" in asked:
        order["kind"] = "limit"
    request = OrderRequest(**{**order, **asked}, client_id=client_id_of(intent_id))
    return Intent(id=intent_id, account=account, user_id=f"user-{account}", request=request, **whole)


class StagedSession:
    """An open account, with the few markets of the local exchange."""

    def __init__(self, row: AccountRow, account: CcxtAccount, markets: Mapping[str, Market]) -> None:
        self.row = row
        self.account: Account = account
        self.orders: Orders = account.orders
        self._markets = markets

    def market(self, name: str) -> Market:
        return self._markets[name]

    @property
    def nature(self) -> str:
        return "replay"


class ForgetfulOrders:
    """The orders of an account, some of whose answers are lost."""

    def __init__(self, orders: Orders, sessions: StagedSessions) -> None:
        self._orders = orders
        self._sessions = sessions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    async def place(self, request: OrderRequest) -> Order:
        if self._sessions.loses_order():
            raise OrderUnknown("It was lost on its way.")
        order = await self._orders.place(request)
        if self._sessions.loses_answer():
            raise OrderUnknown("The answer was lost.")
        return order


class StagedSessions:
    """Opens each account at its first use."""

    def __init__(self, url: str, folder: Path, rows: Sequence[AccountRow], opened: AsyncExitStack) -> None:
        self.rows = {row.id: row for row in rows}
        self.look_again: Sequence[float] = (0.02, 0.05)
        self.loses_answer: Callable[[], bool] = lambda: False
        """Whether the answer to the next order is lost."""
        self.loses_order: Callable[[], bool] = lambda: False
        """Whether the next order is lost on its way."""
        self._url = url
        self._folder = folder
        self._opened = opened
        self._open: dict[str, StagedSession] = {}
        self._turn = asyncio.Lock()

    def is_open(self, account_id: str) -> bool:
        return account_id in self._open

    async def close(self, account_id: str) -> None:
        raise AssertionError(f"{account_id} stays open")

    async def of(self, account_id: str) -> Session:
        async with self._turn:
            if account_id not in self._open:
                self._open[account_id] = await self._begin(account_id)
            return self._open[account_id]

    async def _begin(self, account_id: str) -> StagedSession:
        row = self.rows.get(account_id)
        if row is None:
            raise UserMistake(f"There is no account {account_id}.")
        opening = sandbox_account(
            self._url,
            row.venue_account,
            self._folder,
            look_again=self.look_again,
            pace=Pace(reconcile=1.0, holdings=0.2, retry=0.1),
        )
        account = await self._opened.enter_async_context(opening)
        markets = {name: account._contracts.market(name) for name in (BTC, ETH)}
        session = StagedSession(row, account, markets)
        session.orders = ForgetfulOrders(account.orders, self)
        return session

    async def all_active(self) -> Sequence[AccountRow]:
        return list(self.rows.values())


@dataclass
class Others:
    """The other parts of the desk: they let everything pass and keep what they were told."""

    refusal: str = ""
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    lines: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Kind, words and intent, by key."""
    events: dict[str, Event] = field(default_factory=dict)
    told_at: dict[str, float] = field(default_factory=dict)
    records: list[str] = field(default_factory=list)
    published: list[Message] = field(default_factory=list)
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    """Intent, and how it stood before and after."""
    judged: list[str] = field(default_factory=list)

    async def judge(self, intent: Intent, session: Session) -> Judged:
        del session
        self.judged.append(intent.id)
        verdict = Verdict(rule="size", words=self.refusal or "Size", is_passed=not self.refusal)
        return Judged(state="ACTIVE", verdicts=(verdict,))

    def state(self, row: AccountRow, market: str = "") -> TradingState:
        found = self.states.get(f"market:{row.id}:{market}")
        return "ACTIVE" if found is None else found[0]  # type: ignore[return-value]  # what was set

    def why(self, row: AccountRow, market: str = "") -> str:
        return self.states.get(f"market:{row.id}:{market}", ("", ""))[1]

    def held_by(self, row: AccountRow, market: str = "") -> Sequence[str]:
        return [by for by in [self.why(row, market)] if by]

    async def set(self, scope: str, state: TradingState, *, why: str, by: str) -> None:
        del by
        self.states[scope] = (state, why)

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
        del row, market
        self.lines.setdefault(key, (kind, words.format(**(facts or {})), intent))

    async def record(self, account_id: str) -> int:
        self.records.append(account_id)
        return 0

    async def tell(self, event: Event) -> None:
        if event.id not in self.events:
            self.told_at[event.id] = SystemClock().monotonic()
        self.events.setdefault(event.id, event)

    async def publish(self, topic: Topic[Any], message: Message) -> None:
        del topic
        self.published.append(message)

    async def changed(self, row: IntentRow, before: str) -> None:
        self.heard.append((row.id, before, row.status))

    def news(self, thread: str = "") -> list[str]:
        """Return what owners were told, of one story or of all, in order."""
        events = [one for one in self.events.values() if thread in {"", one.thread}]
        return [one.body.news for one in events if isinstance(one.body, DeskTold)]


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A desk at work."""

    works: IntentWorks
    others: Others
    sessions: StagedSessions
    store: Store
    pictures: AccountPictures

    async def status(self, intent_id: str) -> str:
        row = await self.works.desk.row(intent_id)
        return "" if row is None else row.status


@asynccontextmanager
async def desk_at(
    url: str,
    folder: Path,
    accounts: Sequence[AccountRow] = (account_row(),),
    *,
    others: Others | None = None,
    points: CrashPoints | None = None,
    patience: Patience = SWIFT,
    is_running: bool = True,
    **more: Any,
) -> AsyncIterator[Staged]:
    """Run a desk's intents on a database in `folder`, from its recovery on."""
    clock, known = SystemClock(), others or Others()
    path = folder / "omega.db"
    await migrate(None, path=path)
    opening = open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock, is_durable=True)
    async with opening as store, AsyncExitStack() as opened:
        sessions = StagedSessions(url, folder / "markets", accounts, opened)
        pictures = AccountPictures(sessions, store, clock=clock)
        given: dict[str, Any] = {
            "store": store, "sessions": sessions, "gate": known, "latch": known, "journal": known,
            "ledger": known, "teller": known, "bus": known, "clock": clock, "forget": pictures.forget,
            "reconcile": timedelta(seconds=2), "again": 0.1, "patience": patience,
            "pauses": SWIFT_PAUSES, "points": points or CrashPoints(),
        }  # fmt: skip
        works = build_intents(Neighbours(**{**given, **more}))
        works.listen([known])
        await works.recover()
        staged = Staged(works=works, others=known, sessions=sessions, store=store, pictures=pictures)
        async with Loops(*([works.run()] if is_running else [])):
            yield staged


class AnyKey:
    """Opens an account at the local exchange for whatever name comes as a key."""

    paper: PaperExchange

    def make(self, said: str) -> Key | None:
        return Key(
            key=said,
            secret=SecretStr(f"{said} secret"),
            passphrase=SecretStr(f"{said} phrase"),
            account=self.paper.open(said),
        )


@asynccontextmanager
async def open_house(**options: Any) -> AsyncIterator[Stage]:
    """Serve a local exchange at which every name has an account."""
    keys = AnyKey()
    settings = replace(SETTINGS, spot_balances={"USDT": Decimal(1_000_000)})
    async with running_exchange(on_demand=keys.make, settings=settings, **options) as stage:
        keys.paper = stage.paper
        yield stage
