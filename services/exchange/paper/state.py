"""What an account is made of, as the engine changes it and as it is kept on disk.

These are the only things here that change in place. Whatever can be told from them and from prices (equity,
margin, liquidation) is not among them.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.exchange.exchange import Market
from services.exchange.orders import (
    Fill,
    MarginMode,
    Order,
    OrderRequest,
    OrderStatus,
    PositionSide,
    Wallet,
)

BookingKind = Literal["deposit", "fill", "fee", "funding", "liquidation", "settlement"]
"""fill: what was bought, sold or realised. liquidation: a debt that the venue took over. settlement: a
position went with its market.
"""

KEPT_ORDERS = 2_000
"""Done orders that are kept with their fills, the newest; those whose protection is still live besides."""
KEPT_FILLS = 5_000
KEPT_BOOKINGS = 10_000
_SLACK = 0.05
"""By this share each may exceed its bound, so that not every change looks through all of them."""
_NUMBERS_AN_ACCOUNT = 10**12


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one currency's cash, and why."""

    id: str
    kind: BookingKind
    wallet: Wallet
    currency: str
    amount: Decimal
    """Above 0 was received, below 0 paid."""
    at: datetime
    market: str | None = None
    note: str = ""
    """Whatever the amount rests on, in words."""


class Slicing(msgspec.Struct, kw_only=True):
    """Where an order that is sent in slices stands."""

    due: list[datetime]
    """When the slices that are left are sent."""
    amount: Decimal
    """Of each slice but the last, which takes what is left."""


class OrderState(msgspec.Struct, kw_only=True):
    """One order and how far it has come. `amount` and `price` are those of `request` until it is amended."""

    id: str
    request: OrderRequest
    amount: Decimal
    price: Decimal | None
    created_at: datetime
    updated_at: datetime
    filled: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    """The sum of price x amount of its fills."""
    fees: Decimal = Decimal(0)
    """What its fills have paid, in the currency they paid it in."""
    status: OrderStatus = "waiting"
    why: str = ""
    arrives_at: datetime
    """When it meets the book."""
    has_arrived: bool = False
    reserve_price: Decimal | None = None
    """What its reserve is reckoned by; None for one that reserves nothing until it is triggered."""
    is_triggered: bool = False
    """Whether it was waiting for a price, and that has come."""
    is_due: bool = False
    """Whether it must take from the book as soon as there is a fresh one."""
    is_following: bool = False
    """Whether a trailing order has been activated."""
    water: Decimal | None = None
    """The best price that a trailing order has seen since."""
    began_below: bool | None = None
    """Whether the first price that a trailing order saw was below its activation price."""
    queue: Decimal | None = None
    """What stands before it at its price; None while that is not visible. A killed process may lose the last
    second of its progress, so that more stands before it than there was.
    """
    rests_since: datetime | None = None
    """The market time when it came to stand in the book: no trade of before reaches it."""
    slice_left: Decimal | None = None
    """Of an iceberg: what it still shows."""
    slicing: Slicing | None = None
    arrival_mid: Decimal | None = None
    parent: str | None = None
    """The order whose fills this one protects."""
    protection: list[str] = msgspec.field(default_factory=list)
    """The orders that protect the fills of this one."""

    @property
    def remaining(self) -> Decimal:
        """Return what has not filled, whether or not it still can."""
        return self.amount - self.filled

    @property
    def is_live(self) -> bool:
        """Return whether it can still fill."""
        return self.status in {"waiting", "open"}

    @property
    def is_conditional(self) -> bool:
        """Return whether it waits for a price."""
        return self.request.kind not in {"market", "limit"} and not self.is_triggered

    @property
    def is_resting(self) -> bool:
        """Return whether it stands in the book."""
        return self.status == "open" and not self.is_due and self.slicing is None

    @property
    def limit(self) -> Decimal | None:
        """Return the worst price it takes, None for any."""
        return self.price if self.request.kind in {"limit", "stop_limit", "take_profit_limit"} else None

    def public(self) -> Order:
        """Return the order as the port shows it."""
        asked = self.request
        return Order(
            id=self.id,
            client_id=asked.client_id or None,
            market=asked.market,
            side=asked.side,
            kind=asked.kind,
            status=self.status,
            amount=self.amount,
            filled=self.filled,
            remaining=self.remaining,
            created_at=self.created_at,
            updated_at=self.updated_at,
            price=self.price,
            average=self.cost / self.filled if self.filled else None,
            trigger_price=asked.trigger_price,
            trigger_by=asked.trigger_by if asked.kind not in {"market", "limit"} else None,
            time_in_force=asked.time_in_force,
            is_reduce_only=asked.is_reduce_only,
            position_side=asked.position_side,
            margin_mode=asked.margin_mode,
            why=self.why,
        )


class PositionState(msgspec.Struct, kw_only=True):
    """One open position. `cost` is what its amount was opened for; the entry price is their ratio."""

    market: str
    side: PositionSide
    amount: Decimal
    cost: Decimal
    margin_mode: MarginMode
    updated_at: datetime
    funded_until: datetime
    """Market time up to which funding is booked."""
    margin: Decimal = Decimal(0)
    """What is set aside for an isolated one."""
    realised: Decimal = Decimal(0)

    @property
    def direction(self) -> int:
        """Return +1 for a long, -1 for a short position."""
        return 1 if self.side == "long" else -1

    @property
    def entry(self) -> Decimal:
        """Return the average price it was opened at."""
        return self.cost / self.amount

    def unrealised(self, mark: Decimal) -> Decimal:
        """Return what closing it at `mark` would realise, before fees."""
        return self.direction * (self.amount * mark - self.cost)


class AccountState(msgspec.Struct, kw_only=True):
    """Everything about one account. `number` tells it from the others in the ids of its orders."""

    name: str
    number: int
    is_unified: bool
    is_hedged: bool = False
    numbered: int = 0
    """How many orders, fills and bookings have got a number."""
    cash: dict[Wallet, dict[str, Decimal]] = msgspec.field(default_factory=dict)
    positions: list[PositionState] = msgspec.field(default_factory=list)
    orders: dict[str, OrderState] = msgspec.field(default_factory=dict)
    """Those that are live, by id, in the order they came."""
    closed: dict[str, OrderState] = msgspec.field(default_factory=dict)
    """Those done last, by id, the newest last."""
    fills: list[Fill] = msgspec.field(default_factory=list)
    """Of every order that is kept all of them, oldest first."""
    bookings: list[Booking] = msgspec.field(default_factory=list)
    used_ids: dict[str, str] = msgspec.field(default_factory=dict)
    """Every client id there ever was, and the id of its order."""
    markets: dict[str, Market] = msgspec.field(default_factory=dict)
    """Those it ever traded, as they were then; they may be gone when the account is opened again."""
    leverages: dict[str, Decimal] = msgspec.field(default_factory=dict)
    margin_modes: dict[str, MarginMode] = msgspec.field(default_factory=dict)
    funded: dict[str, datetime] = msgspec.field(default_factory=dict)
    """By market, the last boundary that is settled, whether or not there was anything to pay."""
    marks: dict[str, Decimal] = msgspec.field(default_factory=dict)
    """By market with a position, its last mark price: what it is settled at when the market is gone."""
    forgot_until: datetime | None = None
    """The time of the newest fill that is not kept any more; None while all are."""

    def next_id(self) -> str:
        """Return an id that no order, fill or booking of any account has had."""
        self.numbered += 1
        return str(self.number * _NUMBERS_AN_ACCOUNT + self.numbered)

    def wallet_of(self, market: str) -> Wallet:
        """Return the wallet that pays for orders of `market`."""
        if self.is_unified:
            return "unified"
        return "swap" if ":" in market else "spot"

    def cash_of(self, wallet: Wallet, currency: str) -> Decimal:
        """Return the cash in `currency`, what is set aside or reserved included."""
        return self.cash.get(wallet, {}).get(currency, Decimal(0))

    def position(self, market: str, side: PositionSide | None = None) -> PositionState | None:
        """Return the position of `market`, in hedge mode that of one side."""
        return next(
            (one for one in self.positions if one.market == market and side in {None, one.side}), None
        )

    def leverage_of(self, market: str, usual: Decimal) -> Decimal:
        """Return the leverage that was set for `market`, or `usual`."""
        return self.leverages.get(market, usual)

    def margin_mode_of(self, market: str) -> MarginMode:
        """Return how `market` is margined; cross where it was never set."""
        return self.margin_modes.get(market, "cross")

    def order(self, order_id: str) -> OrderState | None:
        """Return an order, live or recently done."""
        return self.orders.get(order_id) or self.closed.get(order_id)

    def forget_the_oldest(
        self, *, orders: int = KEPT_ORDERS, fills: int = KEPT_FILLS, bookings: int = KEPT_BOOKINGS
    ) -> None:
        """Keep no more of the past than that: of an order all of its fills, or nothing."""
        if _is_above(len(self.bookings), bookings):
            del self.bookings[:-bookings]
        if _is_above(len(self.closed), orders) or _is_above(len(self.fills), fills):
            self._forget(self._forgettable(len(self.closed) - orders, len(self.fills) - fills))

    def _forgettable(self, orders_over: int, fills_over: int) -> set[str]:
        """Return the oldest done orders, as many as are too many, but none that live ones depend on."""
        needed = {one.parent for one in self.orders.values()}
        fills = Counter(one.order_id for one in self.fills)
        found: set[str] = set()
        for order_id in self.closed:
            if orders_over <= 0 and fills_over <= 0:
                break
            if order_id not in needed:
                found.add(order_id)
                orders_over, fills_over = orders_over - 1, fills_over - fills[order_id]
        return found

    def _forget(self, order_ids: set[str]) -> None:
        gone = [one.at for one in self.fills if one.order_id in order_ids]
        if gone:
            self.forgot_until = max(gone) if self.forgot_until is None else max(self.forgot_until, *gone)
        self.fills = [one for one in self.fills if one.order_id not in order_ids]
        for order_id in order_ids:
            del self.closed[order_id]


def _is_above(count: int, bound: int) -> bool:
    return count > bound * (1 + _SLACK)
