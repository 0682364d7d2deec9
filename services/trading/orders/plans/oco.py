"""A pair: a limit and a stop for one amount. The first fill, even in part, cancels or reduces the other."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from services.trading.orders.plans.legs import Arranged, arrange
from services.trading.orders.plans.plan import (
    CANCELED,
    DONE,
    ORDER_CANCELED,
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

Leg = Literal["limit", "stop"]


class Oco(Plan, frozen=True, kw_only=True, tag="oco"):
    """`price` is of the limit, `trigger` of the stop."""

    price: Decimal
    trigger: Decimal

    def next(self, known: Known) -> Todo:
        """Say what to do next."""
        left = self.amount - known.filled("limit", "stop")
        why = self._why_over(known, left)
        if why is not None:
            open_ = known.open("limit", "stop")
            return Todo(cancel=open_) if open_ else Todo(ended=why)
        legs = [self._leg(known, "limit", left), self._leg(known, "stop", left)]
        return Todo(
            send=tuple(step for leg in legs for step in leg.send),
            cancel=tuple(child for leg in legs for child in leg.cancel),
            wake_at=min((leg.wake_at for leg in legs if leg.wake_at is not None), default=None),
        )

    def _why_over(self, known: Known, left: Decimal) -> Ended | None:
        if left <= 0 or left < self.min_amount:
            return DONE
        children = known.of("limit", "stop")
        lost = lost_for_good(known.of("stop")) or lost_for_good(known.of("limit"))
        if lost is not None:
            return failed(lost)
        if canceled_elsewhere(self, children):
            return ORDER_CANCELED
        return CANCELED if self.is_ending else None

    def _leg(self, known: Known, role: Leg, left: Decimal) -> Arranged:
        is_limit = role == "limit"
        whole = Step(
            role=role,
            side=self.side,
            kind="limit" if is_limit else "stop",
            amount=left,
            price=self.price if is_limit else None,
            trigger=None if is_limit else self.trigger,
            is_reduce_only=self.is_reduce_only,
            position_side=self.position_side,
        )
        arranged, rests = arrange(self, known.open(role), whole), rests_until(known.of(role))
        is_resting = bool(arranged.send) and rests is not None and known.now < rests
        return Arranged(wake_at=rests) if is_resting else arranged
