"""What the desk and the position analyzer let the persona bots post: positions, orders, halts, proposals.

They hand `Event`s to the alerts process, which brings each to its place as it brings alerts: once, and in
order. Whoever it concerns alone hears of money; a shared card shows percent only.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.bus.messages import Log, Message
from services.market.messages import Origin

PositionNews = Literal[
    "opened", "changed", "level", "near_stop", "near_liquidation", "closed", "liquidated", "unknown"
]
DeskNews = Literal[
    "filled",
    "partly_filled",
    "canceled",
    "rejected",
    "unknown",
    "found",
    "halted",
    "reducing",
    "warning",
    "resumed",
    "flat",
    "foreign_order",
    "difference",
    "unprotected",
    "plan_ended",
    "proposal",
    "strategy_stopped",
]
"""found: an unknown order was looked up. unprotected: a position has no stop although one was wanted.
warning: a limit of the account comes near, and everything goes on."""


class NearLevel(Message, frozen=True, kw_only=True):
    """A Fibonacci level near a price of the position: which price, the ratio, and the level."""

    what: str
    """entry, stop, target, liquidation or mark."""
    ratio: Decimal
    level: Decimal


class PostMortem(Message, frozen=True, kw_only=True):
    """How a closed position went. Shares are of the entry; money is None on a shared card."""

    exit: Decimal
    share: Decimal
    """By price alone."""
    net_share: Decimal | None = None
    """After fees and funding; None where a fee is not known."""
    amount: Decimal | None = None
    """What was opened, and closed again, in all."""
    net: Decimal | None = None
    """What price brought, less fees and with funding."""
    realised: Decimal | None = None
    """By price alone."""
    fees: Decimal | None = None
    funding: Decimal | None = None
    r: Decimal | None = None
    best_share: Decimal | None = None
    worst_share: Decimal | None = None
    seconds: int = 0
    words: list[str] = msgspec.field(default_factory=list)
    """English keys of the texts: what is to be learnt from it."""


class PositionTold(Message, frozen=True, kw_only=True, tag="position"):
    """A position as its living card tells it now. Shares are fractions."""

    card: str
    """The id of the card; the first eight characters stand in the footer."""
    owner: str
    news: PositionNews
    market: str
    side: Literal["long", "short"]
    mode: Literal["paper", "live"]
    account: str = ""
    """Its id, for the buttons of its owner; empty on a shared card."""
    account_name: str = ""
    """Empty on a shared card."""
    is_shared: bool = False
    entry: Decimal
    tick: Decimal | None
    mark: Decimal | None = None
    amount: Decimal | None = None
    unrealised: Decimal | None = None
    share: Decimal | None = None
    r: Decimal | None = None
    leverage: Decimal | None = None
    liquidation: Decimal | None = None
    liquidation_distance: Decimal | None = None
    is_never_liquidated: bool = False
    """Whether no price above 0 liquidates it."""
    rung: Decimal | None = None
    """The distance of the ladder that was reached: 0.05 is 5 %."""
    stop: Decimal | None = None
    is_trailing: bool = False
    """Whether a stop follows the price; where it stands nobody knows but the venue."""
    trail: Decimal | None = None
    """How far that one is behind the best price, in percent."""
    target: Decimal | None = None
    funding: Decimal | None = None
    near: list[NearLevel] = msgspec.field(default_factory=list)
    golden_score: int | None = None
    health: int | None = None
    after: PostMortem | None = None
    at: datetime
    seen_at: datetime
    origin: Origin | None = None
    digest: str = ""
    """The part of `analyst.CHART`; empty for no chart."""
    alt: str = ""
    is_muted: bool = False
    """Whether levels are not told of it, by its owner's wish."""


class DeskTold(Message, frozen=True, kw_only=True, tag="desk"):
    """Something of the desk that its owner, or an admin, must know."""

    news: DeskNews
    owner: str
    about: str
    """The id of the order, proposal or halt, which `/why` takes."""
    mode: Literal["paper", "live"] = "paper"
    account_name: str = ""
    market: str = ""
    side: str = ""
    kind: str = ""
    tick: Decimal | None = None
    amount: Decimal | None = None
    filled: Decimal | None = None
    price: Decimal | None = None
    realised: Decimal | None = None
    fee: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    words: str = ""
    """An English key of the texts that says why, with places for `facts`."""
    facts: dict[str, str] = msgspec.field(default_factory=dict)
    expires_at: datetime | None = None
    """Of a proposal."""
    at: datetime
    assumption: str = ""
    """What a paper fill rests on."""


class Event(Message, frozen=True, kw_only=True):
    """Something to bring to somebody; the same `id` again changes nothing.

    Events of one `thread` share one message: the first posts it, later ones edit it, unless `is_new`, which
    posts another that later ones edit. `place` is ``channel:<id>`` or, of a direct message, empty.
    """

    id: str
    thread: str
    user_id: str
    guild_id: str = ""
    place: str = ""
    persona: str = ""
    """Empty for the member's choice, else the guide."""
    locale: str = ""
    """Empty for the member's choice."""
    body: PositionTold | DeskTold
    is_new: bool = False
    is_urgent: bool = False
    at: datetime


EVENTS = Log("desk_events", Event)
