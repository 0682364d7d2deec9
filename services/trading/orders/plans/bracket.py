"""An entry with a stop and a target: children that are as large as what has filled.

Where the venue takes stop and target with the entry, the plan only makes sure that the stop is there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import msgspec

from services.exchange.orders import Order, OrderKind, TimeInForce
from services.trading.orders.plans.legs import patient, protect
from services.trading.orders.plans.plan import (
    CANCELED,
    DONE,
    NONE_FILLED,
    NOTHING,
    SOON,
    Child,
    Known,
    Plan,
    Step,
    Todo,
    failed,
)

_LOOK_AFTER: Final = timedelta(seconds=1)
_LOOKS: Final = 2
_STOPPING: Final = ("stop", "stop_limit", "trailing")


class Bracket(Plan, frozen=True, kw_only=True, tag="bracket"):
    """`is_attached`: the venue has stop and target from the entry on, and keeps them itself."""

    entry: OrderKind = "market"
    price: Decimal | None = None
    trigger: Decimal | None = None
    time_in_force: TimeInForce = "gtc"
    is_attached: bool = False
    looks: int = 0
    """How often the stop was looked for and not found, since more has filled."""
    seen: Decimal = NOTHING
    """How much had filled when the stop was found."""

    def next(self, known: Known) -> Todo:
        """Say what to do next."""
        entries = known.of("entry")
        if not entries:
            return Todo(ended=CANCELED) if self.is_ending else Todo(send=(self._entry(),))
        entry, filled = entries[0], known.filled("entry")
        if entry.is_final and not filled:
            return patient(self, known, Todo(ended=failed(entry) if entry.is_lost else NONE_FILLED))
        entered = self._entering(entry)
        if self.is_attached and filled > self.seen:
            return self._verified(known, entered, filled)
        if self.is_attached:
            return entered
        return protect(self, known, entered, filled=filled)

    def _entering(self, entry: Child) -> Todo:
        if entry.is_final:
            return Todo(ended=DONE)
        return Todo(cancel=(entry,)) if self.is_ending else Todo()

    def _entry(self) -> Step:
        return Step(
            role="entry",
            side=self.side,
            kind=self.entry,
            amount=self.amount,
            price=self.price,
            trigger=self.trigger,
            time_in_force=self.time_in_force,
            position_side=self.position_side,
            stop_loss=self.stop if self.is_attached else None,
            take_profit=self.target if self.is_attached else None,
        )

    def _verified(self, known: Known, entered: Todo, filled: Decimal) -> Todo:
        """Look for the stop at the venue; where it is missing, take the protection over."""
        due = known.of("entry")[0].row.updated_at + _LOOK_AFTER * (self.looks + 1)
        if known.now < due:
            return replace(entered, wake_at=due, ended=None)
        if "picture" not in known.was_asked:
            return Todo(look="picture")
        if known.picture is None:
            return replace(entered, wake_at=known.now + SOON, ended=None)
        if self._is_safe(known):
            return replace(entered, plan=msgspec.structs.replace(self, seen=filled, looks=0))
        if self.looks + 1 < _LOOKS:
            return replace(
                entered,
                plan=msgspec.structs.replace(self, looks=self.looks + 1),
                wake_at=known.now + SOON,
                ended=None,
            )
        ours = msgspec.structs.replace(self, is_attached=False)
        return replace(protect(ours, known, replace(entered, plan=ours), filled=filled), ended=None)

    def _is_safe(self, known: Known) -> bool:
        """Return whether the stop rests at the venue, none was wanted, or nothing is open any more."""
        picture = known.picture
        if picture is None or self.stop is None:
            return self.stop is None
        is_open = known.held(self.market, self.way) is not None
        return not is_open or any(self._is_stop(order) for order in picture.orders)

    def _is_stop(self, order: Order) -> bool:
        is_opposed = order.market == self.market and order.side == self.opposite
        return is_opposed and order.kind in _STOPPING and order.trigger_price == self.stop
