"""The named places of an order's life at which a test lets its process die."""

from __future__ import annotations

from typing import Literal

CrashPoint = Literal[
    "intent_written",
    "intent_judged",
    "leverage_set",
    "before_send",
    "order_placed",
    "before_outcome",
    "after_outcome",
    "look_done",
    "change_heard",
    "reconciled_orders",
]
"""Between two of them something is written, sent or told."""


class CrashPoints:
    """Passed by and nothing happens; a test gives one of its own that kills the process."""

    def reach(self, point: CrashPoint) -> None:
        """Come by a place."""
        del point
