"""A stop that follows the price, where the venue has none: watched by the farm, and only while it runs.

One that only reduces is of one position: it ends with it, and is not given up before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from services.trading.orders.plans.plan import (
    CANCELED,
    DONE,
    NONE_FILLED,
    POSITION_GONE,
    SOON,
    Child,
    Ended,
    Known,
    Plan,
    Step,
    Todo,
    failed,
    lost_for_good,
    rests_until,
)

_HUNDRED: Final = Decimal(100)
_LOOK_AFTER: Final = timedelta(seconds=10)
"""Between two looks at the position."""
_SKEW: Final = timedelta(seconds=10)
"""So much the venue's clock may be ahead."""
_SLIP: Final = timedelta(minutes=1)
"""A position that comes back after it was not there for longer is another one."""
_TRIES: Final = 2


class Trailing(Plan, frozen=True, kw_only=True, tag="trailing"):
    """`best` is the best price since it follows; None before it has reached its `trigger`."""

    trail: Decimal
    """Percent."""
    trigger: Decimal | None = None
    best: Decimal | None = None
    seen_at: datetime | None = None
    """When its position was there."""
    missed_at: datetime | None = None
    """When its position was not there, since it last was: at the second look it counts as closed."""

    def next(self, known: Known) -> Todo:
        """Say what to do next. Without a fresh price it waits: nobody knows then whether it was reached."""
        exits = known.of("exit")
        if known.open("exit"):
            return Todo()
        why = self._why_over(known)
        if why is not None:
            return Todo(ended=why)
        if exits:
            return self._at_its_position(known, self._warned(exits, self._sent_again(known)))
        if "price" not in known.was_asked:
            return Todo(look="price")
        return self._at_its_position(known, self._followed(known.price, Todo(wake_at=known.now + SOON)))

    def _why_over(self, known: Known) -> Ended | None:
        exits, left = known.of("exit"), self._left(known)
        if exits and (left <= 0 or left < self.min_amount):
            return DONE if known.filled("exit") else failed(exits[-1])
        if self.is_ending:
            return CANCELED
        if not exits or self._is_of_position:
            return None
        lost = lost_for_good(exits)
        if lost is None and exits[-1].is_lost:
            return None
        return failed(lost) if lost is not None else DONE if known.filled("exit") else NONE_FILLED

    @property
    def _is_of_position(self) -> bool:
        return self.is_reduce_only and self.is_swap

    def _left(self, known: Known) -> Decimal:
        """Return what is to go out yet; more than the position has a reducing order cannot take."""
        return self.amount - (known.filled("exit") if self._is_of_position else known.committed("exit"))

    def _sent_again(self, known: Known) -> Todo:
        exits = known.of("exit")
        rests = rests_until(exits, is_vain=_was_in_vain) or exits[-1].row.updated_at + SOON
        if known.now < rests:
            return Todo(wake_at=rests)
        return Todo(send=(self._exit(self._left(known)),))

    def _warned(self, exits: tuple[Child, ...], todo: Todo) -> Todo:
        """Say once that it was reached and the position is still open."""
        vain = [child for child in exits if _was_in_vain(child)]
        is_grave = any(not child.was_never_sent for child in vain) or len(vain) >= _TRIES
        if not (is_grave and self._is_of_position) or self.is_told_unprotected:
            return todo
        told = msgspec.structs.replace(self, is_told_unprotected=True)
        return replace(todo, plan=told, unprotected=vain[-1].row.reason)

    def _at_its_position(self, known: Known, todo: Todo) -> Todo:
        """Look now and then, and before anything is sent, whether its position is still there."""
        due = (self.seen_at or known.began_at) + _LOOK_AFTER
        is_due = bool(todo.send) or self.missed_at is not None or known.now >= due
        if not (self._is_of_position and is_due):
            return todo
        if "picture" not in known.was_asked:
            return Todo(look="picture")
        if known.picture is None:
            return todo
        amount = self._held(known)
        if amount is None:
            return self._missed(known)
        plan = msgspec.structs.replace(todo.plan or self, seen_at=known.now, missed_at=None)
        send = tuple(replace(step, amount=min(step.amount, amount)) for step in todo.send)
        return replace(todo, plan=plan, send=send)

    def _missed(self, known: Known) -> Todo:
        if self.missed_at is not None:
            return Todo(ended=DONE if known.filled("exit") else POSITION_GONE)
        return Todo(plan=msgspec.structs.replace(self, missed_at=known.now), wake_at=known.now + SOON)

    def _held(self, known: Known) -> Decimal | None:
        """Return what its position holds; None where it is gone, or another was opened after it."""
        held = known.held(self.market, "long" if self.side == "sell" else "short")
        if held is None:
            return None
        is_newer = held.opened_at is not None and held.opened_at > known.began_at + _SKEW
        is_back = self.missed_at is not None and known.now > self.missed_at + _SLIP
        return None if is_newer or is_back else held.position.amount

    def _followed(self, price: Decimal | None, waiting: Todo) -> Todo:
        if price is None or (self.best is None and not self._is_armed(price)):
            return waiting
        best = self._better(price)
        if self._is_reached(price, best):
            return Todo(send=(self._exit(self.amount),))
        if best == self.best:
            return waiting
        return Todo(plan=msgspec.structs.replace(self, best=best), wake_at=waiting.wake_at)

    def _is_armed(self, price: Decimal) -> bool:
        if self.trigger is None:
            return True
        return price >= self.trigger if self.side == "sell" else price <= self.trigger

    def _better(self, price: Decimal) -> Decimal:
        if self.best is None:
            return price
        return max(self.best, price) if self.side == "sell" else min(self.best, price)

    def _is_reached(self, price: Decimal, best: Decimal) -> bool:
        back = best * self.trail / _HUNDRED
        return price <= best - back if self.side == "sell" else price >= best + back

    def _exit(self, amount: Decimal) -> Step:
        return Step(
            role="exit",
            side=self.side,
            kind="market",
            amount=amount,
            is_reduce_only=self.is_reduce_only,
            position_side=self.position_side,
        )


def _was_in_vain(child: Child) -> bool:
    return child.is_final and not child.filled
