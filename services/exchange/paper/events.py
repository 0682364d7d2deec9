"""What can happen to the paper engine, and what it tells of it. Everything carries its time.

`at` is wall time: of receipt for what the market does, of the request for what an account asks. Market time
is inside what was received.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from services.exchange.exchange import Funding, Market, Update
from services.exchange.orders import Change, MarginMode, OrderRequest, Wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketsListed:
    """The venue says which markets there are; one that it leaves out is closed."""

    at: datetime
    markets: tuple[Market, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A ticker, a trade or a book came in."""

    at: datetime
    update: Update


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingTold:
    """The venue says what is paid at the next boundary.

    `marks` are mark prices at boundaries that passed, `rates` what was paid there, as far as the source has
    them.
    """

    at: datetime
    funding: Funding
    marks: Mapping[datetime, Decimal] = field(default_factory=dict)
    rates: Mapping[datetime, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """Time has passed and nothing else happened."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened:
    """A new account begins with the balances of the settings."""

    at: datetime
    account: str
    is_unified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited:
    """Cash came from outside, or left if below 0."""

    at: datetime
    account: str
    wallet: Wallet
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order was sent."""

    at: datetime
    account: str
    request: OrderRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """An order shall have another price or another whole amount."""

    at: datetime
    account: str
    order_id: str
    price: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceled:
    """An order shall be canceled."""

    at: datetime
    account: str
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledByHand:
    """Somebody who tests fills an order as if the market had."""

    at: datetime
    account: str
    order_id: str
    amount: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageSet:
    """A market shall have another leverage."""

    at: datetime
    account: str
    market: str
    leverage: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginModeSet:
    """A market shall be margined differently."""

    at: datetime
    account: str
    market: str
    mode: MarginMode


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgingSet:
    """The account shall hold one position of a market, or a long and a short one."""

    at: datetime
    account: str
    is_hedged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecesSet:
    """Somebody who tests lets market orders fill in two pieces, or in one again."""

    at: datetime
    is_on: bool


MarketEvent = MarketsListed | Seen | FundingTold
OrderEvent = Placed | Amended | Canceled | FilledByHand
AccountEvent = AccountOpened | Deposited | LeverageSet | MarginModeSet | HedgingSet
Event = MarketEvent | OrderEvent | AccountEvent | PiecesSet | Woken


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something changed in an account."""

    account: str
    change: Change
