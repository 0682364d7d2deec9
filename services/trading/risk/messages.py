"""What the risk service answers: limits, the state of trading, sizes and blackouts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.bus.messages import Message, Request
from services.members.messages import Caller
from services.trading.messages import AccountView, TradingState, Unit


class LimitView(Message, frozen=True, kw_only=True):
    """One limit: what it is now, where it comes from, what the account stands at."""

    name: str
    words: str
    """An English key of the texts."""
    limit: Decimal | None
    unit: Unit
    scope: str = "farm"
    """farm, guild or account: the strictest holds."""
    value: Decimal | None = None
    """How much of it is used; None where that cannot be told."""
    pending: Decimal | None = None
    effective_at: datetime | None = None
    needs_approval: bool = False


class Risk(Message, frozen=True, kw_only=True):
    """How an account stands against its limits."""

    account: AccountView
    state: TradingState
    why: str = ""
    limits: list[LimitView]
    equity: Decimal | None = None
    day_share: Decimal | None = None
    """Profit since midnight UTC, of the equity then."""
    drawdown_share: Decimal | None = None
    """Below the peak of equity."""
    losing_streak: int | None = None


class Sizing(Message, frozen=True, kw_only=True):
    """How large a position may be. Amounts are on the market's step."""

    market: str
    entry: Decimal
    stop: Decimal
    tick: Decimal
    equity: Decimal
    risk_share: Decimal
    """Of equity: what is truly lost at the stop, with the fees of both ways."""
    risk: Decimal
    amount: Decimal
    cost: Decimal
    leverage_needed: Decimal
    kelly_share: Decimal | None = None
    """A capped fraction of what Kelly's formula gives for the account's own trades; None with too few."""
    trades: int = 0
    """How many closed trades that rests on."""
    targets: list[Decimal] = msgspec.field(default_factory=list)
    """Prices at 1, 2 and 3 times the risk."""
    account: AccountView | None = None
    wanted_share: Decimal | None = None
    """What was asked to be at risk, of equity."""
    cut_by: str = ""
    """The limit that makes it smaller than that; empty where none does."""


class Blackout(Message, frozen=True, kw_only=True):
    """An event around which nothing is opened."""

    id: str
    event: str
    from_at: datetime
    until_at: datetime
    is_farm_wide: bool = False


class Blackouts(Message, frozen=True, kw_only=True):
    """Those that are to come or on now, the next first."""

    blackouts: list[Blackout]


class ShowRisk(Request[Risk], frozen=True, kw_only=True, tag="risk.show_risk"):
    """Ask how an account stands. Raises `ExchangeUnavailable`."""

    caller: Caller
    account: str = ""


class SetLimit(Request[Risk], frozen=True, kw_only=True, tag="risk.set_limit"):
    """Set a limit. Stricter ones of one's own account hold at once.

    A looser one, or one of a guild, needs an admin and a `code`; a looser one another admin's approval and a
    time to cool down, too. What waits for a guild another admin approves by asking for the same; what waits
    for somebody's account by naming that account, too. Raises `NotAllowed`, `UserMistake`.
    """

    id: str
    caller: Caller
    name: str
    value: str
    scope: Literal["account", "guild"] = "account"
    approves: str = ""
    """The id, or its first characters, of another's account whose looser limit waits for approval."""
    code: str = ""
    locale: str = "en"


class SizePosition(Request[Sizing], frozen=True, kw_only=True, tag="risk.size_position"):
    """Ask how large a position may be. Raises `UserMistake`, `UnknownMarket`, `StalePrice`."""

    caller: Caller
    market: str
    entry: str = ""
    """Empty for the price of now."""
    stop: str
    risk: str = ""
    """Percent of equity; empty for the account's own."""
    account: str = ""
    locale: str = "en"


class ListBlackouts(Request[Blackouts], frozen=True, kw_only=True, tag="risk.list_blackouts"):
    """Ask for the blackouts of the caller's guild and of the farm."""

    caller: Caller


class AddBlackout(Request[Blackouts], frozen=True, kw_only=True, tag="risk.add_blackout"):
    """Add one around a moment; needs the right admin. Raises `NotAllowed`, `UserMistake`."""

    id: str
    caller: Caller
    event: str
    at: datetime
    minutes_before: int = 30
    minutes_after: int = 30


class RemoveBlackout(Request[Blackouts], frozen=True, kw_only=True, tag="risk.remove_blackout"):
    """Remove one. Raises as `AddBlackout`."""

    id: str
    caller: Caller
    blackout: str
    """Its id, or the name of its event."""


LIMITS: tuple[str, ...] = (
    "risk_per_trade",
    "position_share",
    "market_share",
    "exposure",
    "correlated",
    "leverage",
    "daily_loss",
    "drawdown",
    "losing_streak",
    "orders_per_minute",
    "spread",
    "volatility",
    "depth_share",
    "min_volume",
    "price_band",
)
"""Names of limits, as `/risk set` takes them."""
