"""What a plan is: what it wants, what it has done, and one method that says what to do next.

Belongs here: the words that all kinds share. All state of a plan is in its fields and in the rows of its
children, so that it goes on after a restart where it was; a kind is pure and asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from operator import attrgetter
from typing import Final, Literal

import msgspec

from services.exchange.orders import OrderKind, PositionSide, TimeInForce, Trigger
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import LOST
from services.trading.messages import Side
from services.trading.ports import Holding, Picture

Role = Literal["entry", "slice", "step", "limit", "stop", "target", "exit"]
Wanted = Literal["", "price", "picture"]
NOTHING: Final = Decimal(0)
SOON: Final = timedelta(seconds=2)
MOST_LOST: Final = 4
FINAL: Final = frozenset({"filled", "canceled", "rejected", "abandoned"})
"""Of an intent: nothing more comes of it."""
"""Of an intent: there is no order of it."""
_LONGEST_REST: Final = timedelta(minutes=10)
_LATE: Final = timedelta(hours=1)
"""So long after it was given up an order may turn up at the venue."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind has. Amounts are in base currency, on the step of the market."""

    market: str
    side: Side
    amount: Decimal
    """Of all children that enter together: never more is sent."""
    step: Decimal
    tick: Decimal
    min_amount: Decimal
    min_cost: Decimal = NOTHING
    is_reduce_only: bool = False
    position_side: PositionSide | None = None
    """Of the entering children, in hedge mode."""
    leverage: Decimal | None = None
    trigger_by: Trigger = "mark"
    stop: Decimal | None = None
    target: Decimal | None = None
    is_swap: bool = True
    is_ending: bool = False
    """Whether its owner ends it: nothing more enters, and what has filled stays protected."""
    dropped: tuple[str, ...] = ()
    """The children that the plan itself has canceled; whose others cancel ends its part of the plan."""
    is_told_unprotected: bool = False

    @property
    def opposite(self) -> Side:
        """Return the side that closes what the plan opens."""
        return "sell" if self.side == "buy" else "buy"

    @property
    def way(self) -> PositionSide:
        """Return the side of the position that it opens."""
        return "long" if self.side == "buy" else "short"

    def is_entering(self, step: Step) -> bool:
        """Return whether a child opens what the plan's stop is for."""
        return step.side == self.side and not step.is_reduce_only

    def is_exempt(self, step: Step) -> bool:
        """Return whether a child can only make something smaller; an order on spot cannot say so itself."""
        is_sale_of_bought = not self.is_swap and self.side == "buy" and step.side == "sell"
        return step.is_reduce_only or is_sale_of_bought


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One intent of a plan."""

    role: str
    number: int
    row: IntentRow

    @property
    def is_final(self) -> bool:
        """Return whether nothing more comes of it."""
        return self.row.status in FINAL

    @property
    def is_lost(self) -> bool:
        """Return whether there is no order of it."""
        return self.row.status in LOST

    @property
    def was_never_sent(self) -> bool:
        """Return whether the venue cannot have it."""
        return self.is_lost and self.row.sent_at is None

    @property
    def filled(self) -> Decimal:
        """Return what is known to have filled."""
        if self.row.filled is None:
            return self.row.amount if self.row.status == "filled" else NOTHING
        return self.row.filled

    @property
    def left(self) -> Decimal:
        """Return what may still fill."""
        return NOTHING if self.is_final else self.row.amount - self.filled

    @property
    def committed(self) -> Decimal:
        """Return what has filled or may: an order that may have arrived after all counts in full."""
        if self.row.status == "abandoned" and self.row.sent_at is not None:
            return self.row.amount
        return self.filled + self.left


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a plan is told."""

    children: tuple[Child, ...]
    now: datetime
    began_at: datetime
    price: Decimal | None = None
    """Of now and fresh; None where it was not asked for, or there is none."""
    was_asked: frozenset[Wanted] = frozenset()
    """What was looked up for this."""
    picture: Picture | None = None
    unsent: tuple[Child, ...] = ()
    """The tries of children that were refused because their account had not been compared with the venue."""

    def of(self, *roles: Role) -> tuple[Child, ...]:
        """Return the children of some roles, oldest first."""
        return tuple(child for child in self.children if child.role in roles)

    def open(self, *roles: Role) -> tuple[Child, ...]:
        """Return those of which something may still come."""
        return tuple(child for child in self.of(*roles) if not child.is_final)

    def filled(self, *roles: Role) -> Decimal:
        """Return what they have filled."""
        return added(child.filled for child in self.of(*roles))

    def held(self, market: str, side: PositionSide) -> Holding | None:
        """Return a position of the picture."""
        holdings = () if self.picture is None else self.picture.holdings
        wanted = (market, side)
        return next((one for one in holdings if (one.position.market, one.position.side) == wanted), None)

    def committed(self, *roles: Role) -> Decimal:
        """Return what they have filled or may."""
        return added(child.committed for child in self.of(*roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A child to send. Its number is the next of its role, unless the plan says which."""

    role: Role
    side: Side
    kind: OrderKind
    amount: Decimal
    price: Decimal | None = None
    trigger: Decimal | None = None
    trail: Decimal | None = None
    time_in_force: TimeInForce = "gtc"
    is_reduce_only: bool = False
    position_side: PositionSide | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a plan ended; `words` is an English key of the texts."""

    status: Literal["done", "canceled", "failed"]
    words: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """What is to be done now, in this order: keep the changed plan, send, cancel, tell, wait or end."""

    plan: Plan | None = None
    send: tuple[Step, ...] = ()
    cancel: tuple[Child, ...] = ()
    look: Wanted = ""
    """What must be looked up first; the plan is then asked again, and nothing else of this is done."""
    unprotected: str = ""
    """Why a stop that was wanted does not exist: told at once."""
    wake_at: datetime | None = None
    ended: Ended | None = None

    @property
    def is_busy(self) -> bool:
        """Return whether something is done that may change what comes next."""
        return bool(self.send or self.cancel)


DONE: Final = Ended(status="done", words="All of it is done.")
CANCELED: Final = Ended(status="canceled", words="It was canceled.")
NONE_FILLED: Final = Ended(status="canceled", words="It ended before anything was filled.")
_NOT_SENT: Final = "One of its orders did not reach the venue: {why}"
POSITION_GONE: Final = Ended(status="canceled", words="The position that it was for is closed.")
ORDER_CANCELED: Final = Ended(status="canceled", words="One of its orders was canceled elsewhere.")


def failed(child: Child) -> Ended:
    """Return how a plan ends of which a child was lost."""
    is_refused = child.row.status == "rejected"
    words = "One of its orders was refused: {why}" if is_refused else _NOT_SENT
    return Ended(status="failed", words=words, facts=(("why", child.row.reason),))


def lost_for_good(children: Sequence[Child]) -> Child | None:
    """Return a child whose loss ends what it belongs to.

    One that could not be sent because the venue was away may be sent again as another, a few times: it is
    certain that there is no order of it.
    """
    lost = [child for child in children if child.is_lost]
    grave = next(
        (child for child in lost if child.row.status == "rejected" or not child.was_never_sent), None
    )
    return grave or (lost[-1] if len(lost) >= MOST_LOST else None)


def rests_until(
    children: Sequence[Child], *, is_vain: Callable[[Child], bool] = attrgetter("is_lost")
) -> datetime | None:
    """Return until when nothing is sent in place of the newest: longer, the more in a row were in vain."""
    vain = list(takewhile(is_vain, reversed(children)))
    if not vain:
        return None
    doublings = min(len(vain) - 1, _LONGEST_REST // SOON)
    return vain[0].row.updated_at + min(SOON * (1 << doublings), _LONGEST_REST)


def found_until(children: Iterable[Child]) -> datetime | None:
    """Return until when one of those that were given up after they were sent may turn up at the venue."""
    sent = (child for child in children if child.row.status == "abandoned" and not child.was_never_sent)
    last = max((child.row.updated_at for child in sent), default=None)
    return None if last is None else last + _LATE


def added(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum."""
    return sum(amounts, NOTHING)


def canceled_elsewhere(plan: Plan, children: Sequence[Child]) -> Sequence[Child]:
    """Return the children that were canceled, and not by the plan."""
    return [
        child for child in children if child.row.status == "canceled" and child.row.id not in plan.dropped
    ]
