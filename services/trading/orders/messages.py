"""What the orders service answers: tickets, which are cards that wait for their owner, and open orders.

Numbers come as members write them. A ticket is drafted, then confirmed by its owner: once, and in time.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.bus.messages import Message, Request
from services.market.messages import Origin
from services.members.messages import Caller
from services.trading.messages import AccountView, Judgement, OrderView, PositionSide, Side

OrderType = Literal[
    "market",
    "limit",
    "stop",
    "stop_limit",
    "take_profit",
    "trailing",
    "oco",
    "bracket",
    "iceberg",
    "twap",
    "dca",
]
SizeBy = Literal["quantity", "quote", "risk"]
"""risk: percent of equity that is lost at the stop."""
TicketKind = Literal["order", "close", "cancel", "protect", "reduce"]
TICKET_SECONDS = 60
PRICE_SECONDS = 30
"""After so long a confirmation gets a new price instead of an order."""


class OrderTerms(Message, frozen=True, kw_only=True):
    """What a member asks for; texts as they were written, empty for not said."""

    market: str
    side: Side
    type: OrderType = "market"
    size: str = ""
    size_by: SizeBy = "quantity"
    price: str = ""
    """Of limit kinds; of a dca the lowest (or highest) step."""
    trigger: str = ""
    stop: str = ""
    target: str = ""
    trail: str = ""
    """Percent."""
    leverage: str = ""
    is_reduce_only: bool = False
    is_post_only: bool = False
    time_in_force: Literal["gtc", "ioc", "fok"] = "gtc"
    slices: int = 0
    """Of twap, dca and iceberg."""
    minutes: int = 0
    """Of twap."""


class Preview(Message, frozen=True, kw_only=True):
    """What an order would be, at the price of now."""

    market: str
    side: Side
    type: OrderType
    amount: Decimal
    price: Decimal | None
    """Expected of a market order, else its own."""
    tick: Decimal | None
    cost: Decimal | None
    fee: Decimal | None = None
    slippage: Decimal | None = None
    """Share of the price by which the book would move it; None where the book is not known."""
    risk: Decimal | None = None
    """Money that is lost at the stop, fees included; None without a stop."""
    risk_share: Decimal | None = None
    """The same of equity."""
    reward: Decimal | None = None
    """What is won at the target, in units of the risk."""
    trigger: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    leverage: Decimal | None = None
    liquidation: Decimal | None = None
    """Estimated, of the position that there is then."""
    is_never_liquidated: bool = False
    """No price above 0 liquidates that."""
    slices: int = 0
    seconds: int = 0
    is_reducing: bool = False
    is_post_only: bool = False
    """Whether it is canceled rather than filled at once."""
    is_kept_by_farm: bool = False
    """Whether the farm carries it out step by step, and only while it runs."""
    position: PositionSide | None = None
    share: Decimal | None = None
    """Of a close: the part of the position."""
    orders: int = 0
    """Of a cancel: how many."""
    rounded: list[str] = msgspec.field(default_factory=list)
    """Which prices were moved to the tick, in the direction that the member can accept: price, stop, ..."""
    origin: Origin | None = None


class Ticket(Message, frozen=True, kw_only=True):
    """A card that waits for its owner."""

    id: str
    kind: TicketKind
    account: AccountView
    preview: Preview
    judgement: Judgement
    created_at: datetime
    expires_at: datetime
    needs: Literal["press", "typed"] = "press"
    """typed: of a live account that adds risk, the market is typed and a code given."""
    terms: OrderTerms | None = None
    """For the form that edits it."""


class Outcome(Message, frozen=True, kw_only=True):
    """What came of a confirmation; with ``requoted`` the `ticket` is a new one at a new price."""

    state: Literal["done", "requoted", "refused", "unknown"]
    ticket: Ticket | None = None
    orders: list[OrderView] = msgspec.field(default_factory=list)
    account: AccountView | None = None
    judgement: Judgement | None = None
    reason: str = ""
    hint: str = ""


class Orders(Message, frozen=True, kw_only=True):
    """The open orders of an account, those placed elsewhere too, and the plans that the farm carries out."""

    account: AccountView
    orders: list[OrderView]
    plans: list[PlanView] = msgspec.field(default_factory=list)
    as_of: datetime


class PlanView(Message, frozen=True, kw_only=True):
    """An order of several that the farm carries out."""

    id: str
    kind: str
    market: str
    side: Side
    status: str
    amount: Decimal
    filled: Decimal | None = None
    done: int = 0
    of: int = 0
    next_at: datetime | None = None
    reason: str = ""


class DraftOrder(Request[Ticket], frozen=True, kw_only=True, tag="orders.draft_order"):
    """Ask for a ticket. With `replaces` an edited one takes its place.

    Raises `UserMistake`, `UnknownMarket`, `NotAllowed`, `StalePrice`, `ExchangeUnavailable`.
    """

    id: str
    caller: Caller
    terms: OrderTerms
    account: str = ""
    replaces: str = ""
    locale: str = "en"


class DraftClose(Request[Ticket], frozen=True, kw_only=True, tag="orders.draft_close"):
    """Ask for a ticket that closes a position, or a `percent` of it. Raises as `DraftOrder`."""

    id: str
    caller: Caller
    market: str
    percent: str = "100"
    account: str = ""
    locale: str = "en"


class DraftCancel(Request[Ticket], frozen=True, kw_only=True, tag="orders.draft_cancel"):
    """Ask for a ticket that cancels an `order`, all of a `market`, or with neither all. Raises as above."""

    id: str
    caller: Caller
    order: str = ""
    market: str = ""
    account: str = ""


class DraftProtection(Request[Ticket], frozen=True, kw_only=True, tag="orders.draft_protection"):
    """Ask for a ticket that sets the stop or the target of a position; ``none`` takes it away."""

    id: str
    caller: Caller
    market: str
    stop: str = ""
    target: str = ""
    trail: str = ""
    account: str = ""
    locale: str = "en"


class ConfirmTicket(Request[Outcome], frozen=True, kw_only=True, tag="orders.confirm_ticket"):
    """Confirm a ticket. A repeat of it answers the same and does nothing again.

    Raises `UserMistake` where it is somebody else's, was used, dropped or is too old, and says which.
    """

    id: str
    caller: Caller
    ticket: str
    typed: str = ""
    code: str = ""


class DropTicket(Request[Outcome], frozen=True, kw_only=True, tag="orders.drop_ticket"):
    """Let a ticket go. Raises as `ConfirmTicket`."""

    id: str
    caller: Caller
    ticket: str


class GetTicket(Request[Ticket], frozen=True, kw_only=True, tag="orders.get_ticket"):
    """Ask for an open ticket of the caller's. Raises as `ConfirmTicket`."""

    caller: Caller
    ticket: str


class ListOrders(Request[Orders], frozen=True, kw_only=True, tag="orders.list_orders"):
    """Ask for open orders. Raises `ExchangeUnavailable`."""

    caller: Caller
    account: str = ""
    market: str = ""
