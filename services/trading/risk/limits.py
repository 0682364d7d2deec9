"""The limits: what each is called and counts in, and which of the farm's, a guild's and an account's holds.

Shares are of 1: 0.05 is 5 %. Nothing here looks at an order; that is for `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from config.farm_file import RiskSection
from services.store.trading_rows import RiskLimitRow
from services.trading.messages import Unit
from services.trading.risk.messages import LIMITS
from services.trading.scopes import FARM

OPEN_INTEREST_MOST: Final = Decimal(20)
"""Of the volume of a day, in open interests; see the rule `wash_trade` for where it comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How one limit is told. `is_floor`: the value must not be below it, and a greater one is stricter."""

    words: str
    unit: Unit
    hint: str
    is_floor: bool = False


TERMS: Final[Mapping[str, Term]] = {
    "risk_per_trade": Term(
        words="Risk at the stop",
        unit="percent",
        hint="Make the position smaller, or bring the stop nearer.",
    ),
    "position_share": Term(
        words="Size of the position, in equities", unit="number", hint="Make the position smaller."
    ),
    "market_share": Term(
        words="All of one market, in equities",
        unit="number",
        hint="Make the order smaller, or cancel what waits in this market.",
    ),
    "exposure": Term(
        words="All positions together, in equities",
        unit="number",
        hint="Make the order smaller, or close another position first.",
    ),
    "correlated": Term(
        words="Positions that move together, in equities",
        unit="number",
        hint="Make the order smaller, or close a position that moves with it.",
    ),
    "leverage": Term(words="Leverage", unit="leverage", hint="Choose a lower leverage."),
    "daily_loss": Term(
        words="Loss since midnight UTC",
        unit="percent",
        hint="Nothing is opened until the next midnight UTC. Closing goes on.",
    ),
    "drawdown": Term(
        words="Drawdown from the peak",
        unit="percent",
        hint="Only what makes positions smaller is let through until the drawdown is smaller, or "
        "/killswitch resume counts it anew.",
    ),
    "losing_streak": Term(
        words="Losses in a row",
        unit="number",
        hint="Nothing is opened for an hour after the last of them.",
    ),
    "orders_per_minute": Term(
        words="Orders in a minute", unit="number", hint="Wait a minute before the next order."
    ),
    "spread": Term(
        words="Spread between bid and ask",
        unit="percent",
        hint="Wait until bid and ask are nearer, or choose another market.",
    ),
    "volatility": Term(
        words="Average true range of an hour", unit="percent", hint="Wait until the market is calmer."
    ),
    "depth_share": Term(
        words="Part of the visible book",
        unit="percent",
        hint="Make the order smaller, or place a limit order that rests.",
    ),
    "min_volume": Term(
        words="Traded in 24 hours", unit="money", hint="Choose a market that is traded more.", is_floor=True
    ),
    "price_band": Term(
        words="Distance from the last price",
        unit="percent",
        hint="Look at the price again: it is far from where the market is.",
    ),
}
"""By the name of the limit, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit that holds, and whose it is: farm, guild or account."""

    value: Decimal
    scope: str


Limits = Mapping[str, Limit]


def of_farm(section: RiskSection) -> dict[str, Decimal]:
    """Return the farm's own limits."""
    return {name: Decimal(str(getattr(section, name))) for name in LIMITS}


def is_stricter(name: str, one: Decimal, other: Decimal) -> bool:
    """Return whether `one` lets less through than `other`."""
    return one > other if TERMS[name].is_floor else one < other


def value_of(row: RiskLimitRow, at: datetime) -> Decimal | None:
    """Return what a row says at a moment: a pending value holds once it is approved and has cooled down."""
    if row.pending is None or row.effective_at is None or not row.approved_by:
        return row.value
    return row.pending if row.effective_at <= at else row.value


def scope_of(row: RiskLimitRow) -> str:
    """Return whose limit it is, without the id."""
    return row.scope.partition(":")[0]


def strictest(section: RiskSection, rows: Iterable[RiskLimitRow], at: datetime) -> dict[str, Limit]:
    """Return of each limit the strictest there is: a row never loosens what the farm says."""
    found = {name: Limit(value=value, scope=FARM) for name, value in of_farm(section).items()}
    for row in rows:
        value = value_of(row, at)
        if row.name in found and value is not None and is_stricter(row.name, value, found[row.name].value):
            found[row.name] = Limit(value=value, scope=scope_of(row))
    return found
