"""What a bot has tried and done with deliveries: whether one may be there already without its knowing."""

from __future__ import annotations

from typing import Final, Literal

from services.alerts.posts import Delivery, Receipt
from services.bus.messages import Entry
from services.clock import Clock
from services.memory import Remembered

NONCE_LIFE: Final = 60.0
"""Seconds for which Discord surely knows a nonce; it promises a few minutes."""
SANDBOX_NONCE_LIFE: Final = 2.0
"""The local Discord may be told to forget sooner."""
_REMEMBERED: Final = 24 * 3600.0
_DONE: Final = 4_096

Doubt = Literal["none", "before", "now"]
"""Whether it may be there although no nonce would tell: no; since another life; since a moment ago."""


class Attempts:
    """The memory of one life of a bot."""

    def __init__(self, clock: Clock, *, nonce_life: float) -> None:
        self._clock = clock
        self._nonce_life = nonce_life
        self._begun: Remembered[str, bool] = Remembered(clock)
        self._done: Remembered[str, Receipt] = Remembered(clock, size=_DONE)

    def done(self, delivery: str) -> Receipt | None:
        """Return the receipt of a delivery that was brought; its log may have been lost and filled anew."""
        return self._done.get(delivery)

    def begin(self, entry: Entry[Delivery]) -> Doubt:
        """Note that a delivery is tried, and return whether it may be there already."""
        delivery = entry.message
        is_ours = self._begun.get(delivery.id) is not None
        self._begun.keep(delivery.id, True, seconds=_REMEMBERED)
        age = (self._clock.now() - delivery.created_at).total_seconds()
        if age <= self._nonce_life:
            return "none"
        if is_ours:
            return "now"
        return "before" if entry.deliveries > 1 or delivery.is_again else "none"

    def finish(self, receipt: Receipt) -> Receipt:
        """Note that a delivery was brought, and return its receipt."""
        self._done.keep(receipt.delivery, receipt, seconds=_REMEMBERED)
        return receipt
