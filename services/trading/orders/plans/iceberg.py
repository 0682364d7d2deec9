"""A large limit order of which only a slice is shown: the next one follows when it has filled."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.exchange.orders import TimeInForce
from services.exchange.prices import on_step
from services.trading.orders.plans.legs import protect
from services.trading.orders.plans.plan import (
    CANCELED,
    DONE,
    ORDER_CANCELED,
    Child,
    Ended,
    Known,
    Plan,
    Step,
    Todo,
    canceled_elsewhere,
    failed,
    lost_for_good,
    rests_until,
)


class Iceberg(Plan, frozen=True, kw_only=True, tag="iceberg"):
    """`slices` is how many there are at least: what one leaves unfilled another takes up."""

    price: Decimal
    slices: int
    time_in_force: TimeInForce = "gtc"

    def next(self, known: Known) -> Todo:
        """Say what to do next."""
        entered = self._entering(known.of("slice"), self.amount - known.committed("slice"), known.now)
        return protect(self, known, entered, filled=known.filled("slice"))

    def _entering(self, slices: tuple[Child, ...], left: Decimal, now: datetime) -> Todo:
        open_ = tuple(child for child in slices if not child.is_final)
        if open_:
            return Todo(cancel=open_ if self.is_ending else ())
        ended = self._ended(slices, left)
        if ended is not None:
            return Todo(ended=ended)
        rests = rests_until(slices)
        if rests is not None and now < rests:
            return Todo(wake_at=rests)
        return Todo(send=(self._slice(len(slices), left),))

    def _ended(self, slices: tuple[Child, ...], left: Decimal) -> Ended | None:
        lost = lost_for_good(slices)
        if lost is not None:
            return failed(lost)
        if canceled_elsewhere(self, slices):
            return CANCELED if self.is_ending else ORDER_CANCELED
        if left <= 0 or left < self.min_amount:
            return DONE
        return CANCELED if self.is_ending else None

    def _slice(self, sent: int, left: Decimal) -> Step:
        part = on_step(self.amount / self.slices, self.step)
        is_last = sent + 1 >= self.slices or left - part < self.min_amount
        return Step(
            role="slice",
            side=self.side,
            kind="limit",
            amount=left if is_last else min(part, left),
            price=self.price,
            time_in_force=self.time_in_force,
            is_reduce_only=self.is_reduce_only,
            position_side=self.position_side,
        )
