"""What has been told of an account: so that nothing is told twice, backwards, or not at all.

Pushes and REST replies tell of the same things in any order. An order goes forward only, a fill is told once,
and a position or a balance where it differs from what was told last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.exchange.orders import Balance, Change, Fill, Order, Position, PositionSide, Wallet

_RANKS = {"waiting": 0, "open": 1, "filled": 2, "canceled": 2, "rejected": 2}
_MOST = 20_000


@dataclass(slots=True)
class Ledger:
    """Of one account; keeps the newest `most` orders and fills, and forgets orders that are done first."""

    most: int = _MOST
    _orders: dict[str, Order] = field(default_factory=dict)
    _fills: dict[str, Fill] = field(default_factory=dict)
    _positions: dict[tuple[str, PositionSide], Position] = field(default_factory=dict)
    _balances: dict[tuple[Wallet, str], Balance] = field(default_factory=dict)

    def order(self, order: Order) -> list[Change]:
        """Return an order that is news, or nothing."""
        known = self._orders.get(order.id)
        if known is not None and (_is_older(order, known) or _essence(order) == _essence(known)):
            return []
        self._orders.pop(order.id, None)
        self._orders[order.id] = order
        while len(self._orders) > self.most:
            del self._orders[self._least_needed()]
        return [order]

    def fill(self, fill: Fill) -> list[Fill]:
        """Return a fill that is news, or nothing."""
        if fill.id in self._fills:
            return []
        self._fills[fill.id] = fill
        while len(self._fills) > self.most:
            del self._fills[next(iter(self._fills))]
        return [fill]

    def has_order(self, order_id: str) -> bool:
        """Return whether an order was told."""
        return order_id in self._orders

    def positions(self, positions: Iterable[Position], at: datetime) -> list[Change]:
        """Return what is news in all open positions; one that is gone comes with amount 0."""
        now = {(one.market, one.side): one for one in positions}
        news: list[Change] = [
            one for key, one in now.items() if _shape(one) != _shape(self._positions.get(key))
        ]
        gone = [one for key, one in self._positions.items() if key not in now]
        news += [replace(one, amount=Decimal(0), as_of=at, liquidation=None, margin=None) for one in gone]
        self._positions = now
        return news

    def balances(self, balances: Iterable[Balance]) -> list[Change]:
        """Return the balances that changed; a currency that is gone comes with 0."""
        now = {(one.wallet, one.currency): one for one in balances}
        zero = Decimal(0)
        news: list[Change] = [one for key, one in now.items() if one != self._balances.get(key)]
        gone = [one for key, one in self._balances.items() if key not in now]
        news += [replace(one, total=zero, free=zero, used=zero) for one in gone]
        self._balances = now
        return news

    def live_orders(self) -> Sequence[Order]:
        """Return the orders that were not done when they were told last."""
        return [order for order in self._orders.values() if not _is_done(order)]

    def _least_needed(self) -> str:
        """Return the order that was done longest ago: the end of one that is not is still to be told."""
        return next(
            (name for name, order in self._orders.items() if _is_done(order)), next(iter(self._orders))
        )

    def markets(self) -> frozenset[str]:
        """Return the markets in which the account has had an order, a fill or a position."""
        held = {market for market, _ in self._positions}
        ordered = {order.market for order in self._orders.values()}
        return frozenset(held | ordered | {fill.market for fill in self._fills.values()})


def _is_done(order: Order) -> bool:
    return _RANKS[order.status] >= _RANKS["filled"]


def _is_older(order: Order, known: Order) -> bool:
    """Tell whether an order stood before where it is known to stand."""
    if _RANKS[order.status] != _RANKS[known.status]:
        return _RANKS[order.status] < _RANKS[known.status]
    if order.filled != known.filled and known.filled is not None:
        return order.filled is None or order.filled < known.filled
    return order.updated_at < known.updated_at


def _essence(order: Order) -> tuple[Any, ...]:
    return order.status, order.filled, order.amount, order.price, order.trigger_price


def _shape(position: Position | None) -> tuple[Any, ...] | None:
    """Return what of a position does not move with the price."""
    if position is None:
        return None
    return position.amount, position.entry, position.leverage, position.margin_mode
