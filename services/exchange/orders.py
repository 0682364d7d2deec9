"""The private half of the port: orders, fills, balances and positions of one account at one venue.

Only the process that holds keys uses it; everybody else has `exchange`. Money is Decimal, times are aware
UTC. What a venue does not say is None with the type's leave, never 0. An adapter never turns one kind of
order into another: what it cannot send as asked it refuses.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, Protocol

from services.exchange.exchange import Side

OrderKind = Literal["market", "limit", "stop", "stop_limit", "take_profit", "take_profit_limit", "trailing"]
"""stop and take_profit become market orders at their trigger, the two with ``_limit`` limit orders."""
STOPS: Final = frozenset({"stop", "stop_limit"})
"""The kinds of stops that stand where they were placed."""
TRAILING: Final = "trailing"
TARGETS: Final = frozenset({"take_profit", "take_profit_limit"})
TimeInForce = Literal["gtc", "ioc", "fok", "post_only"]
OrderStatus = Literal["waiting", "open", "filled", "canceled", "rejected"]
"""waiting: for its trigger, or for the venue's latency. canceled may have filled in part."""
OVER: Final = frozenset({"filled", "canceled", "rejected"})
"""The statuses of an order of which nothing more comes."""
Trigger = Literal["mark", "last", "index"]
PositionSide = Literal["long", "short"]
MarginMode = Literal["cross", "isolated"]
Wallet = Literal["spot", "swap", "unified"]

Refusal = Literal[
    "duplicate_id",
    "position_mode",
    "margin_mode",
    "below_min_amount",
    "below_min_cost",
    "above_max_amount",
    "precision",
    "price_band",
    "no_position",
    "no_funds",
    "leverage",
    "in_use",
    "already_triggered",
    "would_cross",
    "not_found",
    "already_done",
    "market_closed",
    "unsupported",
    "stale_market",
    "other",
]
"""Why an order or a change is refused; the fact ``reason`` of `OrderRejected`.

position_mode: the account is one-way and the order is hedged, or the reverse. in_use: a mode cannot change
while positions or orders exist. unsupported: the venue cannot do exactly this. stale_market: no price that is
fresh enough to match against.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twap:
    """Send the amount in `slices` equal parts over `seconds`."""

    slices: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What is sent to the venue. `client_id` is ours, made and kept before it is sent, used once ever."""

    market: str
    side: Side
    kind: OrderKind
    amount: Decimal
    """In base currency, already on the market's step."""
    client_id: str
    price: Decimal | None = None
    """Of limit, stop_limit and take_profit_limit."""
    trigger_price: Decimal | None = None
    """Of the kinds with a trigger; for trailing where it starts to follow, None for at once."""
    trigger_by: Trigger = "mark"
    trailing_percent: Decimal | None = None
    """How far the price may fall back from its best: 1 is 1 %."""
    time_in_force: TimeInForce = "gtc"
    is_reduce_only: bool = False
    position_side: PositionSide | None = None
    """In hedge mode, which position it opens or, with `is_reduce_only`, closes; None in one-way mode."""
    margin_mode: MarginMode | None = None
    """None takes the account's own."""
    stop_loss: Decimal | None = None
    """Trigger of a protective stop for what fills."""
    take_profit: Decimal | None = None
    shown_amount: Decimal | None = None
    """Of an iceberg: how much of it the book shows at a time."""
    cancels: str | None = None
    """The client id of the other half of an OCO pair: the first that fills cancels its sibling."""
    twap: Twap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the venue has. `filled` + `remaining` = `amount`, unless the venue does not say."""

    id: str
    client_id: str | None
    market: str
    side: Side
    kind: OrderKind
    status: OrderStatus
    amount: Decimal
    filled: Decimal | None
    remaining: Decimal | None
    created_at: datetime
    updated_at: datetime
    price: Decimal | None = None
    average: Decimal | None = None
    """Of its fills; None before the first."""
    trigger_price: Decimal | None = None
    trigger_by: Trigger | None = None
    time_in_force: TimeInForce | None = None
    is_reduce_only: bool = False
    position_side: PositionSide | None = None
    margin_mode: MarginMode | None = None
    why: str = ""
    """Why it was canceled or rejected, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What was paid; negative is a rebate."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One trade of an order. `assumption` says what a paper fill rests on; empty for a real one."""

    id: str
    order_id: str
    market: str
    side: Side
    price: Decimal
    amount: Decimal
    at: datetime
    fee: Fee | None
    is_maker: bool | None
    client_id: str | None = None
    position_side: PositionSide | None = None
    realised: Decimal | None = None
    """Profit that this fill took home, before fees."""
    assumption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingPayment:
    """What a position paid, or got, at one boundary. `id` is the venue's own and never changes."""

    id: str
    market: str
    at: datetime
    """When it was booked."""
    amount: Decimal
    """Negative where it was paid."""
    currency: str
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One currency of one wallet. `total` = `free` + `used`; of a margin wallet it is the equity."""

    currency: str
    wallet: Wallet
    total: Decimal
    free: Decimal | None
    used: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One open position; there is none of amount 0."""

    market: str
    side: PositionSide
    amount: Decimal
    """In base currency, above 0."""
    entry: Decimal
    as_of: datetime
    mark: Decimal | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    margin: Decimal | None = None
    """What is set aside for it, in the settlement currency."""
    maintenance: Decimal | None = None
    """The margin below which it is liquidated."""
    liquidation: Decimal | None = None
    """An estimate; None where the venue does not say or it cannot be told."""
    unrealised: Decimal | None = None
    realised: Decimal | None = None

    @property
    def sign(self) -> int:
        """Return 1 for a long and -1 for a short position."""
        return sign_of(self.side)

    @property
    def opens(self) -> Side:
        """Return the side of the orders that open it."""
        return "buy" if self.side == "long" else "sell"

    @property
    def closes(self) -> Side:
        """Return the side of the orders that close it."""
        return "sell" if self.side == "long" else "buy"


class _Filled(Protocol):
    """A fill, wherever it is kept."""

    @property
    def side(self) -> str: ...

    @property
    def amount(self) -> Decimal: ...


def sign_of(side: PositionSide) -> int:
    """Return 1 for a long and -1 for a short position."""
    return 1 if side == "long" else -1


def signed(fill: _Filled) -> Decimal:
    """Return what a fill adds to a position: below 0 for a sale."""
    return fill.amount if fill.side == "buy" else -fill.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountModes:
    """How the account trades contracts."""

    is_hedged: bool
    """Whether it can hold a long and a short position of one market at once."""
    is_unified: bool
    """Whether spot and contracts share one wallet."""


Change = Order | Fill | Position | Balance
"""What a venue tells about an account by itself. A `Position` of amount 0 has just been closed."""


class Account(Protocol):
    """What one account holds, and how it trades."""

    async def balances(self) -> Sequence[Balance]:
        """Return every currency held, of every wallet. Raises `ExchangeUnavailable`, `Misconfigured`."""
        ...

    async def positions(self) -> Sequence[Position]:
        """Return every open position of every settlement currency; an empty answer means there is none."""
        ...

    async def fills(self, market: str, *, since: datetime | None = None, limit: int = 100) -> Sequence[Fill]:
        """Return the fills of `market`, oldest first."""
        ...

    async def fundings(
        self, market: str, *, since: datetime | None = None, limit: int = 100
    ) -> Sequence[FundingPayment]:
        """Return the newest payments of funding of `market`, oldest first; none for spot.

        Raises:
            NotOffered: the venue does not tell them.
        """
        ...

    async def modes(self) -> AccountModes:
        """Return how the account trades, as the venue said within the last half minute."""
        ...

    async def set_hedged(self, *, is_hedged: bool) -> None:
        """Choose between one-way and hedge mode. Raises `OrderRejected` (in_use)."""
        ...

    async def set_leverage(self, market: str, leverage: Decimal) -> None:
        """Set the leverage of `market`. Raises `OrderRejected` (leverage)."""
        ...

    async def set_margin_mode(self, market: str, mode: MarginMode) -> None:
        """Set how `market` is margined. Raises `OrderRejected` (in_use, unsupported)."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """Yield what happens in the account from now on; read the state first, it is not repeated here.

        Raises:
            ExchangeUnavailable: the stream is gone or silent; read the state anew before the next iteration.
        """
        ...


class Orders(Protocol):
    """The orders of one account."""

    async def place(self, request: OrderRequest) -> Order:
        """Send an order and return what the venue made of it.

        Raises:
            OrderRejected: it does not exist, and why.
            OrderUnknown: it may exist; find it by its `client_id`.
            ExchangeUnavailable: it was certainly not sent.
        """
        ...

    async def amend(
        self, market: str, order_id: str, *, price: Decimal | None = None, amount: Decimal | None = None
    ) -> Order:
        """Change the price or the whole amount of an open order; its client id stays. Raises as `place`."""
        ...

    async def cancel(self, market: str, order_id: str) -> Order:
        """Cancel an order, waiting for a trigger or not, and return its last state.

        Raises:
            OrderRejected: it is already done (already_done).
            OrderNotFound: the venue does not know it.
            OrderUnknown: it may be canceled.
        """
        ...

    async def cancel_all(self, market: str | None = None) -> Sequence[str]:
        """Cancel every order, also those that wait for a trigger; return the ids. Raises `OrderUnknown`."""
        ...

    async def find(self, market: str, *, order_id: str | None = None, client_id: str | None = None) -> Order:
        """Return one order by one of its ids.

        Raises:
            OrderNotFound: the venue does not know it, which is no proof right after a send.
        """
        ...

    async def open_orders(self, market: str | None = None) -> Sequence[Order]:
        """Return every order that is open or waits for its trigger."""
        ...
