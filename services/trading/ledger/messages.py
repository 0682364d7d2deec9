"""What the ledger answers: realised profit, the journal, the reasons, and an export."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.bus.messages import Message, Request
from services.members.messages import Caller
from services.trading.messages import AccountView, OrderView, Verdict

LotMethod = Literal["fifo", "lifo", "hifo"]
"""Which lot is sold first: the oldest, the newest, or the dearest."""
Window = Literal["day", "week", "month", "year", "all"]


class MarketPnl(Message, frozen=True, kw_only=True):
    """What one market, or one day or side, brought."""

    name: str
    realised: Decimal
    fees: Decimal
    funding: Decimal
    trades: int
    wins: int


class Estimate(Message, frozen=True, kw_only=True):
    """A figure with the interval in which 95 of 100 resamples of the same trades lie; None with too few."""

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


class Performance(Message, frozen=True, kw_only=True):
    """How closed trades did. Shares are fractions; what too few trades cannot tell is None."""

    trades: int
    roi: Decimal | None = None
    """Net profit of the equity at the start of the window."""
    drawdown: Decimal | None = None
    win_rate: Estimate | None = None
    sharpe: Estimate | None = None
    """Of the daily returns, times the root of 365."""
    sortino: Estimate | None = None
    profit_factor: Estimate | None = None
    expectancy: Estimate | None = None
    """Money a trade."""


class Pnl(Message, frozen=True, kw_only=True):
    """Profit of an account in a window. `net` = realised - fees + funding."""

    account: AccountView
    window: Window
    method: LotMethod
    realised: Decimal
    fees: Decimal
    funding: Decimal
    net: Decimal
    unrealised: Decimal | None
    parts: list[MarketPnl]
    performance: Performance
    since: datetime | None = None
    currency: str = "USDT"
    unvalued: list[str] = msgspec.field(default_factory=list)
    """Fees in other currencies that could not be valued, as ``0.1 BGB``: they are in none of the sums."""
    unknown_fees: int = 0
    """Fills whose fee the venue does not say: the sums count none for them."""
    unknown_profits: int = 0
    """Fills that closed what was opened before the first one that is kept: no sum has a profit of them."""


class JournalLine(Message, frozen=True, kw_only=True):
    """One line of the journal; `words` is an English key of the texts, with places for `facts`."""

    id: str
    at: datetime
    kind: str
    market: str
    words: str
    facts: dict[str, str] = msgspec.field(default_factory=dict)
    intent: str = ""


class JournalPage(Message, frozen=True, kw_only=True):
    """Lines, the newest first."""

    account: AccountView
    lines: list[JournalLine]
    total: int


class Export(Message, frozen=True, kw_only=True):
    """A file of trades, fees and funding."""

    name: str
    csv: bytes
    rows: int
    left_out: int = 0
    """Older rows that found no room in the file."""


class OrderWhy(Message, frozen=True, kw_only=True):
    """Everything about one order, proposal or halt: who wanted it, what each rule said, what became of it."""

    id: str
    order: OrderView | None
    verdicts: list[Verdict]
    lines: list[JournalLine]
    """The oldest first."""


class GetPnl(Request[Pnl], frozen=True, kw_only=True, tag="ledger.get_pnl"):
    """Ask for the profit of an account, by market, day or side."""

    caller: Caller
    account: str = ""
    window: Window = "month"
    by: Literal["market", "day", "side"] = "market"
    method: LotMethod = "fifo"
    market: str = ""
    """Only what this market brought; empty for all."""


class ListJournal(Request[JournalPage], frozen=True, kw_only=True, tag="ledger.list_journal"):
    """Ask for a page of the journal."""

    caller: Caller
    account: str = ""
    market: str = ""
    offset: int = 0
    limit: int = 10


class AddNote(Request[JournalPage], frozen=True, kw_only=True, tag="ledger.add_note"):
    """Write a note into one's journal."""

    id: str
    caller: Caller
    text: str
    about: str = ""
    """The id of an order, or empty."""
    account: str = ""


class ExportJournal(Request[Export], frozen=True, kw_only=True, tag="ledger.export_journal"):
    """Ask for all fills with the profit of each by `method`, as CSV."""

    caller: Caller
    account: str = ""
    method: LotMethod = "fifo"


class WhyOrder(Request[OrderWhy], frozen=True, kw_only=True, tag="ledger.why_order"):
    """Ask about an order by the first characters of its id. Raises `UserMistake` for none of the caller's."""

    caller: Caller
    id: str
