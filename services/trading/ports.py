"""What the parts of the desk stand on and offer each other. Who fulfils each is put together in `bots.desk`.

A part imports this and no other part, but for the messages of all and the plain types of `intents.intent`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from services.alerts.trading_posts import Event
from services.bus.messages import Key, Latest, Log, M, R, Request, Topic
from services.errors import UnknownMarket
from services.exchange.exchange import Market
from services.exchange.orders import Account, Order, Orders, Position
from services.members.messages import Caller
from services.store.store import Rows
from services.store.trading_rows import AccountRow, IntentRow
from services.trading.intents.intent import Intent, Judged
from services.trading.messages import AccountView, TradingState

CURRENCY: Final = "USDT"
"""Accounts are counted in it."""
VERDICTS: Final = "verdicts"
"""The fact of a line of the journal that holds what each rule of the gate said, as JSON of `Verdict`s."""


class Session(Protocol):
    """One account while it is open: its row, its venue, and the markets there."""

    row: AccountRow
    account: Account
    orders: Orders

    def market(self, name: str) -> Market:
        """Return a market of the venue by its exact name. Raises `UnknownMarket`."""
        ...

    @property
    def nature(self) -> str:
        """Return what its prices are: live, replay or simulated."""
        ...


def tick_of(session: Session, market: str) -> Decimal | None:
    """Return the price step of a market; None for one that is not listed any more."""
    try:
        return session.market(market).tick
    except UnknownMarket:
        return None


class Sessions(Protocol):
    """Every account that the desk has; opened at first use, and opened again after a failure."""

    async def of(self, account_id: str) -> Session:
        """Return the open session of an account.

        Raises:
            UserMistake: there is no such account, or it is unlinked.
            Misconfigured: the venue refuses its key.
            ExchangeUnavailable: the venue does not answer.
        """
        ...

    async def all_active(self) -> Sequence[AccountRow]:
        """Return every active account, open or not."""
        ...


class AccountBook(Protocol):
    """Whose account is whose; every part asks here who may do what with which account."""

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        """Return the account that a caller means: named by id, its start or its name, else the one in use.

        The first time a paper account is made. Raises `UserMistake` where it is not the caller's.
        """
        ...

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        """Return an account as its owner sees it."""
        ...

    def may_send(self, row: AccountRow) -> str:
        """Return why no order of this account is sent, in English, or an empty text."""
        ...


class SecondFactor(Protocol):
    """Codes of members' second factors."""

    async def check(self, user_id: str, code: str) -> None:
        """Let a code pass, once.

        Raises:
            UserMistake: it is another or a used one, there is no second factor, or there were too many tries.
        """
        ...

    async def is_in_force(self, user_id: str) -> bool:
        """Return whether the member has one."""
        ...


class Latch(Protocol):
    """Whether trading goes on. Read from a file and the database; what cannot be read is HALTED."""

    def state(self, row: AccountRow, market: str = "") -> TradingState:
        """Return the strictest state of the farm, the account and the market."""
        ...

    def why(self, row: AccountRow, market: str = "") -> str:
        """Return why it is not ACTIVE, in English; empty where it is."""
        ...

    def held_by(self, row: AccountRow, market: str = "") -> Sequence[str]:
        """Return who put it into that state, of each scope that is in it."""
        ...

    async def set(self, scope: str, state: TradingState, *, why: str, by: str) -> None:
        """Put a scope into a state, on disk first.

        A scope is ``farm``, ``account:<id>`` or ``market:<account>:<market>``; ``risk:account:<id>`` is what
        the risk gate holds of an account by itself, ``killswitch:`` before a scope what the switch does.
        """
        ...


class Gate(Protocol):
    """The risk gate."""

    async def judge(self, intent: Intent, session: Session) -> Judged:
        """Say whether an intent may be sent. An error inside is HALTED, never a pass."""
        ...


class Tenure(Protocol):
    """The turn to trade, which one desk at a time has."""

    def check(self) -> None:
        """Let pass only a desk that has the turn, as far as it knows. Raises `Unavailable`."""
        ...

    async def guard(self, rows: Rows) -> None:
        """Let a transaction go on only where this desk has the turn, which no other takes before it ends.

        Raises:
            Unavailable: another desk trades, and the transaction is to be undone.
        """
        ...


class IntentDesk(Protocol):
    """Sends intents: at most one order each, written before it is sent."""

    async def submit(self, intent: Intent) -> IntentRow:
        """Write, judge, send, and return how it stands. The same id again sends nothing and returns the row.

        Raises:
            Unavailable: another desk trades, or the database does not answer; nothing was written, and
                nothing sent.
        """
        ...

    async def cancel(self, account_id: str, intent_or_order: str) -> IntentRow | Order:
        """Cancel an open order, ours or one placed elsewhere. Raises `UserMistake`, `ExchangeUnavailable`."""
        ...

    async def row(self, intent_id: str) -> IntentRow | None:
        """Return how an intent stands."""
        ...


class IntentListener(Protocol):
    """Hears of intents, after the change is in the database."""

    async def changed(self, row: IntentRow, before: str) -> None:
        """Hear that an intent, which stood as `before`, stands otherwise now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A position with what the desk knows of it beyond the venue."""

    position: Position
    market: Market | None
    """None of one that is not listed any more."""
    opened_at: datetime | None = None
    first_risk: Decimal | None = None
    """Money that was lost at the first stop."""
    stop: Decimal | None = None
    target: Decimal | None = None
    is_protected_by_venue: bool = False
    is_trailing: bool = False
    """Whether a stop follows the price; where it stands nobody knows but the venue."""
    trail: Decimal | None = None
    """How far that one is behind the best price, in percent."""
    is_stop_unknown: bool = False
    """Whether there may be a stop that cannot be read."""
    funding: Decimal | None = None
    fees: Decimal | None = None
    is_foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All of an account at one moment, as the venue says it, seen twice where it looked empty."""

    row: AccountRow
    equity: Decimal | None
    free: Decimal | None
    currency: str
    holdings: tuple[Holding, ...]
    orders: tuple[Order, ...]
    at: datetime


class Pictures(Protocol):
    """Pictures of accounts."""

    async def of(self, account_id: str, *, max_age: float = 0.0) -> Picture:
        """Return a picture that is at most `max_age` seconds old. Raises as `Sessions.of`."""
        ...


class Journal(Protocol):
    """The journal of every account."""

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
        """Write a line; `words` is an English key of the texts. The same `key` again writes nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTrade:
    """A position from flat to flat, of one account and market. Money in the account's currency."""

    market: str
    side: str
    """long or short."""
    opened_at: datetime
    closed_at: datetime
    amount: Decimal
    entry: Decimal
    exit: Decimal | None
    """None where nothing of it was sold."""
    realised: Decimal
    """Before fees and funding."""
    fees: Decimal
    funding: Decimal
    r: Decimal | None = None

    @property
    def net(self) -> Decimal:
        """Return the profit after fees and funding."""
        return self.realised - self.fees + self.funding


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityPoint:
    """What an account was worth at a moment."""

    at: datetime
    equity: Decimal
    moved: Decimal = Decimal(0)
    """What was paid in since the mark before, negative for out: the change that trading does not explain."""


class Ledger(Protocol):
    """Fills, lots, trades and equity, as kept."""

    async def trades(self, account_id: str, *, since: datetime | None = None) -> Sequence[ClosedTrade]:
        """Return closed trades, oldest first."""
        ...

    async def equity(self, account_id: str, *, since: datetime | None = None) -> Sequence[EquityPoint]:
        """Return marks of equity, oldest first: one every few minutes, and one at midnight UTC."""
        ...

    async def record(self, account_id: str) -> int:
        """Read new fills and fundings of an account from the venue and keep them; return how many are new."""
        ...


class Teller(Protocol):
    """Brings news to members and admins."""

    async def tell(self, event: Event) -> None:
        """Hand an event to the alerts process; kept until the bus takes it."""
        ...


class DeskBus(Protocol):
    """The verbs of the bus that the desk needs."""

    async def ask(self, request: Request[R], *, timeout: float = 2.0) -> R:  # noqa: ASYNC109 - the bus's own
        """Put a question to a service."""
        ...

    async def append(self, log: Log[M], message: M) -> str:
        """Append to a log."""
        ...

    async def publish(self, topic: Topic[M], message: M) -> None:
        """Publish, at most once."""
        ...

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Replace the newest value."""
        ...

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value."""
        ...
