"""What the rules of the gate see of one order: everything at once, gathered before any of them is asked.

A case is plain data: the same case is always judged alike. What is not known is None, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from analytics.candles import Candles
from services.exchange.exchange import Market
from services.exchange.orders import OrderRequest
from services.market.messages import Book, Interest, Quote
from services.store.trading_rows import AccountRow, BlackoutRow
from services.trading.intents.intent import Intent
from services.trading.messages import TradingState
from services.trading.ports import Picture
from services.trading.risk.limits import Limits
from services.trading.risk.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """What is known of one market. `missing` says of a fact by its name why it is None."""

    quote: Quote | None = None
    book: Book | None = None
    candles: Candles | None = None
    """Closed ones of an hour."""
    interest: Interest | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    not_offered: frozenset[str] = frozenset()
    """Of those that are missing, what the venue does not have at all."""

    @property
    def price(self) -> Decimal | None:
        """Return the last price."""
        return None if self.quote is None else self.quote.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One order before the gate."""

    intent: Intent
    row: AccountRow
    market: Market
    picture: Picture
    facts: MarketFacts
    limits: Limits
    standing: Standing
    state: TradingState
    why: str
    """Why the state is not ACTIVE."""
    may_not: str
    """Why no order of the account is sent; empty where they are."""
    at: datetime
    is_reducing: bool
    """By the picture, not by the word of the intent alone."""
    correlations: Mapping[str, Decimal | None] = field(default_factory=dict)
    """Of the order's market with each other one that is held; None where it cannot be told."""
    blackouts: tuple[BlackoutRow, ...] = ()
    recent: int = 0
    """Orders of the account that were sent within the last minute and open something."""
    passed: tuple[OrderRequest, ...] = ()
    """Orders that were let through so lately that the picture may not show them."""
    is_own_halt: bool = False
    """Whether nobody but the risk gate's own limits halts it: what makes a position smaller then passes."""
    live_markets: tuple[str, ...] = ()
    """The only ones that are traded live; empty for all."""

    @property
    def request(self) -> OrderRequest:
        """Return the order."""
        return self.intent.request

    @property
    def equity(self) -> Decimal | None:
        """Return the account's equity where it is known and above 0."""
        equity = self.picture.equity
        return equity if equity is not None and equity > 0 else None
