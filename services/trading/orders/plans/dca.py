"""A ladder: limit orders in equal steps between two prices, all in the book at once."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from services.exchange.orders import TimeInForce
from services.exchange.prices import on_step
from services.trading.orders.plans.legs import protect
from services.trading.orders.plans.plan import (
    CANCELED,
    DONE,
    NONE_FILLED,
    Ended,
    Known,
    Plan,
    Step,
    Todo,
    failed,
)


class Dca(Plan, frozen=True, kw_only=True, tag="dca"):
    """`prices` has the price of each step, the nearest first; the last takes what rounding leaves."""

    prices: tuple[Decimal, ...]
    time_in_force: TimeInForce = "gtc"

    def next(self, known: Known) -> Todo:
        """Say what to do next."""
        return protect(self, known, self._entering(known), filled=known.filled("step"))

    def _entering(self, known: Known) -> Todo:
        steps, open_ = known.of("step"), known.open("step")
        lost = next((child for child in steps if child.is_lost), None)
        if lost is not None or self.is_ending:
            why = failed(lost) if lost is not None else CANCELED
            return Todo(cancel=open_) if open_ else Todo(ended=why)
        sent = {child.number for child in steps}
        missing = [number for number in range(1, len(self.prices) + 1) if number not in sent]
        if missing:
            return Todo(send=tuple(self._step(number) for number in missing))
        return Todo() if open_ else Todo(ended=self._ended(known))

    def _ended(self, known: Known) -> Ended:
        return DONE if known.filled("step") else NONE_FILLED

    def _step(self, number: int) -> Step:
        part, count = on_step(self.amount / len(self.prices), self.step), len(self.prices)
        return Step(
            role="step",
            number=number,
            side=self.side,
            kind="limit",
            amount=part if number < count else self.amount - part * (count - 1),
            price=self.prices[number - 1],
            time_in_force=self.time_in_force,
            is_reduce_only=self.is_reduce_only,
            position_side=self.position_side,
        )


def ladder(near: Decimal, far: Decimal, count: int, tick: Decimal, *, has_near: bool) -> tuple[Decimal, ...]:
    """Return the prices of `count` equal steps from `near` to `far`, each on the tick, none beyond its own.

    Args:
        near: where it begins.
        far: where the last step is.
        count: how many steps, at least 2.
        tick: of the market.
        has_near: whether the first step is at `near`; else it is one step on.
    """
    parts = count - 1 if has_near else count
    rounding = ROUND_FLOOR if far < near else ROUND_CEILING
    first = 0 if has_near else 1
    raw = (near + (far - near) * place / parts for place in range(first, first + count))
    return tuple((price / tick).to_integral_value(rounding) * tick for price in raw)
