"""What one account's venue said last, kept up to date by what is heard of the account since.

Belongs here: what is still good, and what has to be read anew. Reading it, and what the desk adds to it, is
for `pictures`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.errors import OmegaError
from services.exchange.orders import OVER, Balance, Change, Order, Position
from services.trading.ports import Picture

NEVER: Final = float("-inf")
LISTED_SECONDS: Final = 30.0
"""So long the list of orders is only patched, though no push may have been lost."""
QUIET_SECONDS: Final = 10.0
"""So old the rest may be where nothing is held whose worth moves."""


@dataclass(slots=True)
class Followed:
    """Of one account. Times are monotonic; each is when a read began, so that nothing later is in it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    balances: dict[tuple[str, str], Balance] = field(default_factory=dict)
    positions: Sequence[Position] = ()
    orders: dict[str, Order] = field(default_factory=dict)
    picture: Picture | None = None
    """Made of these."""
    is_changed: bool = False
    """Whether they have changed since a picture was made of them."""
    listed_at: float = NEVER
    held_at: float = NEVER
    """When balances and positions were read."""
    read_at: datetime | None = None
    """The same by the clock on the wall."""
    is_followed: bool = False
    """Whether a stream tells of every change."""
    is_reading: bool = False
    failed_at: float = NEVER
    """When a read last failed; whoever had asked by then has that answer."""
    failure: OmegaError | None = None
    _listed_before: float = NEVER
    _held_before: float = NEVER
    """What was read until then is not good any more."""

    @property
    def is_idle(self) -> bool:
        """Return whether nobody tells of it or waits for it."""
        return not (self.is_followed or self.turn.locked())

    def drop(self, now: float) -> None:
        """Have everything read anew."""
        self._listed_before = self._held_before = now

    def fail(self, error: OmegaError, now: float) -> None:
        """Keep why nothing could be read, for all who wait."""
        self.failure, self.failed_at = error, now

    def hear(self, change: Change, now: float) -> None:
        """Take in a change, or note what it makes worthless."""
        match change:
            case Order():
                self._order(change, now)
            case Balance() if not self.is_reading:
                self.balances[change.wallet, change.currency] = change
                self._change()
            case Balance():
                pass  # what is being read tells it, or is read again within seconds
            case _:
                self._held_before = now

    def _order(self, order: Order, now: float) -> None:
        known = self.orders.get(order.id)
        if order.filled != (known.filled if known is not None else 0):
            self._held_before = now
        if self.is_reading or not self.is_followed:
            self._listed_before = now
            return
        if order.status in OVER:
            self.orders.pop(order.id, None)
        else:
            self.orders[order.id] = order
        self._change()

    def _change(self) -> None:
        self.picture, self.is_changed = None, True

    def keep(self, picture: Picture) -> None:
        """Keep a picture, unless something was heard while it was made."""
        self.picture = None if self.is_changed else picture

    def is_held_good(self, asked: float, max_age: float) -> bool:
        """Return whether balances and positions are at most `max_age` old, and nothing has changed since."""
        is_quiet = self.is_followed and max_age > 0 and not self.positions
        age = max(max_age, QUIET_SECONDS) if is_quiet else max_age
        return self.held_at >= asked - age and self.held_at > self._held_before

    def is_listed_good(self, asked: float, max_age: float) -> bool:
        """Return the same of orders, which nothing but changes of them moves."""
        age = max(max_age, LISTED_SECONDS) if self.is_followed and max_age > 0 else max_age
        return self.listed_at >= asked - age and self.listed_at > self._listed_before
