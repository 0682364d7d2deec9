"""What all of trading says on the bus: accounts, positions, orders and verdicts. Money is Decimal.

Each part has its own requests in the `messages` of its package. What is not known is None, never 0.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

import msgspec

from services.bus.messages import Message

AccountMode = Literal["paper", "live"]
Side = Literal["buy", "sell"]
PositionSide = Literal["long", "short"]
TradingState = Literal["ACTIVE", "REDUCING", "HALTED"]
"""REDUCING: only what makes positions smaller. HALTED: nothing but cancels and the kill switch's closes, and
what makes positions smaller where only a limit of the risk gate halts."""
STATES: tuple[TradingState, ...] = get_args(TradingState)
OrderState = Literal[
    "new", "sending", "unknown", "open", "partly", "filled", "canceled", "rejected", "abandoned"
]
"""unknown: sent without an answer, and being looked up. abandoned: it was not sent, or the venue
does not know it; it is not sent again."""
Unit = Literal["price", "money", "amount", "percent", "number", "leverage", "seconds", "text"]


class AccountView(Message, frozen=True, kw_only=True):
    """One account as its owner sees it."""

    id: str
    name: str
    venue: str
    mode: AccountMode
    status: str
    """active, unlinked or refused."""
    is_used: bool = False
    """Whether it is the one that is used where its owner asks from."""
    can_trade: bool = True
    """Whether orders are sent: a live account needs its owner's typed consent and second factor first."""
    reason: str = ""
    currency: str = "USDT"
    created_at: datetime | None = None


class BalanceView(Message, frozen=True, kw_only=True):
    """One currency of one wallet."""

    currency: str
    wallet: str
    total: Decimal
    free: Decimal | None = None
    used: Decimal | None = None


class Balances(Message, frozen=True, kw_only=True):
    """What an account holds.

    `equity` is what its orders are judged by: the wallet behind contracts, in the account's currency; None
    where it cannot be told.
    """

    account: AccountView
    balances: list[BalanceView]
    equity: Decimal | None
    as_of: datetime


class PositionView(Message, frozen=True, kw_only=True):
    """One open position. Shares are fractions: 0.05 is 5 %."""

    account: str
    market: str
    side: PositionSide
    amount: Decimal
    """In base currency."""
    entry: Decimal
    tick: Decimal | None
    """None of a market that is not listed any more."""
    mark: Decimal | None = None
    leverage: Decimal | None = None
    margin_mode: str = ""
    margin: Decimal | None = None
    maintenance: Decimal | None = None
    liquidation: Decimal | None = None
    is_liquidation_estimated: bool = False
    """The venue gives none, and this is our own figure."""
    is_never_liquidated: bool = False
    """No price above 0 liquidates it, as far as we can tell; `liquidation` is None then."""
    unrealised: Decimal | None = None
    share: Decimal | None = None
    """How far the mark is from the entry in the position's favour, of the entry."""
    r: Decimal | None = None
    """The profit so far in units of the first risk; None without a stop."""
    stop: Decimal | None = None
    target: Decimal | None = None
    is_protected_by_venue: bool = False
    """Whether the stop rests at the venue; else the farm watches it, and only while it runs."""
    is_trailing: bool = False
    """Whether a stop follows the price; where it stands nobody knows but the venue."""
    trail: Decimal | None = None
    """How far that one is behind the best price, in percent; None where it was placed elsewhere."""
    is_stop_unknown: bool = False
    """Whether there may be a stop beside `stop` that cannot be read."""
    funding: Decimal | None = None
    """Paid (negative) or received since it was opened."""
    fees: Decimal | None = None
    opened_at: datetime | None = None
    is_foreign: bool = False
    """Whether it was opened elsewhere than here."""
    as_of: datetime

    @property
    def liquidation_distance(self) -> Decimal | None:
        """Return how far the mark is from liquidation, of the mark."""
        if self.liquidation is None or not self.mark:
            return None
        return abs(self.mark - self.liquidation) / self.mark


class Positions(Message, frozen=True, kw_only=True):
    """The open positions of one account."""

    account: AccountView
    positions: list[PositionView]
    equity: Decimal | None = None
    as_of: datetime
    state: TradingState = "ACTIVE"
    why: str = ""


class OrderView(Message, frozen=True, kw_only=True):
    """One order: ours, or one that was placed elsewhere."""

    id: str
    """Of the intent; of an order placed elsewhere the venue's."""
    account: str
    market: str
    side: Side
    kind: str
    state: OrderState
    amount: Decimal
    filled: Decimal | None = None
    price: Decimal | None = None
    trigger: Decimal | None = None
    average: Decimal | None = None
    tick: Decimal | None = None
    is_reducing: bool = False
    is_foreign: bool = False
    plan: str = ""
    """The kind of the plan it belongs to."""
    origin: str = "member"
    order_id: str = ""
    reason: str = ""
    created_at: datetime


class Verdict(Message, frozen=True, kw_only=True):
    """What one rule of the risk gate says. `words` is an English key of the texts."""

    rule: str
    words: str
    is_passed: bool
    value: Decimal | None = None
    limit: Decimal | None = None
    unit: Unit = "number"
    hint: str = ""
    is_hint_quoted: bool = False
    """Whether somebody may have written the hint, so that it is shown in code marks."""


class Judgement(Message, frozen=True, kw_only=True):
    """What the whole gate says of an order."""

    is_passed: bool
    state: TradingState
    verdicts: list[Verdict] = msgspec.field(default_factory=list)
    """Those that failed first."""

    @property
    def refusals(self) -> list[Verdict]:
        """Return the rules that refuse."""
        return [one for one in self.verdicts if not one.is_passed]
