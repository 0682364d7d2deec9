"""Trades out of fills: from flat to flat, with all that they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from analytics.risk import losing_streak
from services.exchange.orders import Fill

Ending = Literal["stop", "target", "left", "liquidated", "over"]
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTrade:
    """One position from its opening to its close. Money in the settlement currency."""

    side: Literal["long", "short"]
    opened_at: datetime
    closed_at: datetime
    amount: Decimal
    entry: Decimal
    exit: Decimal
    realised: Decimal
    fees: Decimal
    funding: Decimal
    risk: Decimal
    """What the first stop would have lost; 0 where there was none."""
    ending: Ending

    @property
    def net(self) -> Decimal:
        """Return what it brought after fees and funding."""
        return self.realised - self.fees + self.funding


@dataclass(slots=True, kw_only=True)
class _Open:
    side: Literal["long", "short"]
    at: datetime
    risk: Decimal
    bought: Decimal = NOTHING
    cost: Decimal = NOTHING
    sold: Decimal = NOTHING
    proceeds: Decimal = NOTHING
    realised: Decimal = NOTHING
    fees: Decimal = NOTHING
    funding: Decimal = NOTHING


@dataclass(slots=True)
class TradeBook:
    """Puts fills and fundings together to trades, in the order in which they happened."""

    trades: list[ReplayTrade] = field(default_factory=list)
    _open: _Open | None = None

    def fill(self, fill: Fill, *, risk: Decimal, ending: Ending) -> None:
        """Take a fill: one that opens carries `risk`, one that closes says by what."""
        side: Literal["long", "short"] = "long" if fill.side == "buy" else "short"
        if self._open is None:
            self._open = _Open(side=side, at=fill.at, risk=risk)
        one = self._open
        one.fees += NOTHING if fill.fee is None else fill.fee.amount
        if side == one.side:
            one.bought, one.cost = one.bought + fill.amount, one.cost + fill.amount * fill.price
            return
        one.sold, one.proceeds = one.sold + fill.amount, one.proceeds + fill.amount * fill.price
        one.realised += fill.realised or NOTHING
        if one.sold >= one.bought:
            self._close(one, fill.at, ending)

    def fund(self, amount: Decimal) -> None:
        """Take what a position has paid (below 0) or received."""
        if self._open is not None:
            self._open.funding += amount

    def losses_in_a_row(self) -> int:
        """Return how many of the newest trades were lost one after the other."""
        return losing_streak([float(one.net) for one in self.trades])

    def _close(self, one: _Open, at: datetime, ending: Ending) -> None:
        self._open = None
        self.trades.append(
            ReplayTrade(
                side=one.side,
                opened_at=one.at,
                closed_at=at,
                amount=one.bought,
                entry=one.cost / one.bought,
                exit=one.proceeds / one.sold,
                realised=one.realised,
                fees=one.fees,
                funding=one.funding,
                risk=one.risk,
                ending=ending,
            )
        )
