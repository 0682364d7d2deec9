"""A stop that follows the price, where the venue has none: watched by the farm, and only while it runs."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.trading.orders.plans.plan import (
    CANCELED,
    DONE,
    NONE_FILLED,
    SOON,
    Known,
    Plan,
    Step,
    Todo,
    failed,
)

_HUNDRED = Decimal(100)


class Trailing(Plan, frozen=True, kw_only=True, tag="trailing"):
    """`best` is the best price since it follows; None before it has reached its `trigger`."""

    trail: Decimal
    """Percent."""
    trigger: Decimal | None = None
    best: Decimal | None = None

    def next(self, known: Known) -> Todo:
        """Say what to do next. Without a fresh price it waits: nobody knows then whether it was reached."""
        exits = known.of("exit")
        if exits:
            child = exits[-1]
            if not child.is_final:
                return Todo()
            return Todo(ended=failed(child) if child.is_lost else DONE if child.filled else NONE_FILLED)
        if self.is_ending:
            return Todo(ended=CANCELED)
        if "price" not in known.was_asked:
            return Todo(look="price")
        return self._followed(known.price, Todo(wake_at=known.now + SOON))

    def _followed(self, price: Decimal | None, waiting: Todo) -> Todo:
        if price is None or (self.best is None and not self._is_armed(price)):
            return waiting
        best = self._better(price)
        if self._is_reached(price, best):
            return Todo(send=(self._exit(),))
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

    def _exit(self) -> Step:
        return Step(
            role="exit",
            side=self.side,
            kind="market",
            amount=self.amount,
            is_reduce_only=self.is_reduce_only,
            position_side=self.position_side,
        )
