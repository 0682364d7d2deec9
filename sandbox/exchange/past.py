"""Positions that are closed again, put together from the fills that opened and closed them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.exchange.orders import Fill, PositionSide

_NOTHING = Decimal(0)


@dataclass(slots=True, kw_only=True)
class PastPosition:
    """One position from its first fill to its last; costs are the sums of price x amount."""

    id: str
    market: str
    side: PositionSide
    opened_at: datetime
    closed_at: datetime
    opened: Decimal = _NOTHING
    open_cost: Decimal = _NOTHING
    open_fee: Decimal = _NOTHING
    closed: Decimal = _NOTHING
    close_cost: Decimal = _NOTHING
    close_fee: Decimal = _NOTHING
    realised: Decimal = _NOTHING

    @property
    def held(self) -> Decimal:
        """Return how much is open still."""
        return self.opened - self.closed

    def open(self, fill: Fill, amount: Decimal) -> None:
        """Take in what a fill adds to it."""
        self.opened += amount
        self.open_cost += amount * fill.price
        self.open_fee += _fee(fill, amount)

    def close(self, fill: Fill, amount: Decimal) -> None:
        """Take in what a fill takes from it."""
        self.closed += amount
        self.close_cost += amount * fill.price
        self.close_fee += _fee(fill, amount)
        self.closed_at = fill.at
        self.realised += fill.realised or _NOTHING


def past_positions(fills: Sequence[Fill]) -> Iterator[PastPosition]:
    """Yield what the fills of one market, oldest first, opened and closed again.

    A position whose first fills are not kept any more begins with the first that is.
    """
    held: dict[PositionSide | None, PastPosition] = {}
    for fill in fills:
        left = fill.amount
        position = held.get(fill.position_side)
        if position is not None and not _adds(fill, position):
            part = min(left, position.held)
            position.close(fill, part)
            left -= part
            if not position.held:
                yield held.pop(fill.position_side)
        if left and _may_open(fill):
            held.setdefault(fill.position_side, _begun(fill)).open(fill, left)


def _begun(fill: Fill) -> PastPosition:
    side: PositionSide = fill.position_side or ("long" if fill.side == "buy" else "short")
    return PastPosition(id=fill.id, market=fill.market, side=side, opened_at=fill.at, closed_at=fill.at)


def _adds(fill: Fill, position: PastPosition) -> bool:
    return (fill.side == "buy") == (position.side == "long")


def _may_open(fill: Fill) -> bool:
    return fill.position_side is None or (fill.side == "buy") == (fill.position_side == "long")


def _fee(fill: Fill, amount: Decimal) -> Decimal:
    return _NOTHING if fill.fee is None else fill.fee.amount * amount / fill.amount
