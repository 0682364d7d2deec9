"""An amount in equal slices over time, each early or late by chance: nobody sees the next one coming.

What chance decides follows from a seed in the plan, so that a plan that goes on after a restart is the same.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from services.exchange.prices import on_step, to_tick
from services.trading.orders.plans.legs import protect
from services.trading.orders.plans.plan import (
    CANCELED,
    DONE,
    NOTHING,
    Ended,
    Known,
    Plan,
    Step,
    Todo,
    added,
    failed,
    lost_for_good,
)

_SPREAD: Final = 0.4
"""A slice comes early or late by up to half this share of the time between two."""
_STALE: Final = Ended(status="failed", words="There was no fresh price when a slice was due.")
_REPORT: Final = "It filled at {average}; the price was {arrival} when it began."


class Twap(Plan, frozen=True, kw_only=True, tag="twap"):
    """`turn` is how many slices have had their turn; `arrival` the price when it began."""

    slices: int
    seconds: int
    seed: str
    arrival: Decimal
    turn: int = 0

    def next(self, known: Known) -> Todo:
        """Say what to do next."""
        return protect(self, known, self._entering(known), filled=known.filled("slice"))

    def _entering(self, known: Known) -> Todo:
        lost = lost_for_good(known.of("slice"))
        if known.open("slice"):
            return Todo(cancel=known.open("slice") if self.is_ending else ())
        if lost is not None:
            return Todo(ended=failed(lost))
        if self.is_ending:
            return Todo(ended=CANCELED)
        turn = self._turn(known)
        if turn >= self.slices:
            return Todo(ended=self._report(known))
        due = self._due(known, turn)
        return Todo(wake_at=due) if known.now < due else self._slice(known, turn)

    def _turn(self, known: Known) -> int:
        """Return how many slices have had their turn; one that could not be sent yet has it again."""
        turn = max([self.turn, *(child.number for child in known.of("slice"))])
        return turn - 1 if any(child.number == turn for child in known.unsent) else turn

    def _due(self, known: Known, turn: int) -> datetime:
        """Return when a slice is due; after a pause the missed ones are not made up for at once."""
        pause = timedelta(seconds=self.seconds / self.slices)
        planned = known.began_at + pause * (turn + (chance(self.seed, turn) if turn else 0.0))
        last = max((child.row.created_at for child in known.of("slice")), default=None)
        return planned if last is None else max(planned, last + pause / 2)

    def _slice(self, known: Known, turn: int) -> Todo:
        if "price" not in known.was_asked:
            return Todo(look="price")
        if known.price is None:
            return Todo(ended=_STALE)
        is_last = turn + 1 == self.slices
        planned = self.amount if is_last else on_step(self.amount * (turn + 1) / self.slices, self.step)
        amount = planned - known.committed("slice")
        changed = msgspec.structs.replace(self, turn=turn + 1)
        if amount < self.min_amount or amount <= 0 or amount * known.price < self.min_cost:
            return Todo(plan=changed, wake_at=known.now)
        step = Step(
            role="slice",
            number=turn + 1,
            side=self.side,
            kind="market",
            amount=amount,
            is_reduce_only=self.is_reduce_only,
            position_side=self.position_side,
        )
        return Todo(plan=changed, send=(step,))

    def _report(self, known: Known) -> Ended:
        filled = [child for child in known.of("slice") if child.filled and child.row.average is not None]
        amount = added(child.filled for child in filled)
        if not amount:
            return DONE
        cost = added(child.filled * (child.row.average or NOTHING) for child in filled)
        facts = (
            ("average", str(to_tick(cost / amount, self.tick))),
            ("arrival", str(self.arrival)),
        )
        return Ended(status="done", words=_REPORT, facts=facts)


def chance(seed: str, turn: int) -> float:
    """Return how early or late a slice is, in pauses: always the same for the same seed and turn."""
    digest = hashlib.blake2b(f"{seed}:{turn}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) / 2**64 - 0.5) * _SPREAD
