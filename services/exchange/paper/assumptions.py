"""What a paper fill rests on, in words: every one is shown with the fill it explains."""

from __future__ import annotations

from datetime import datetime

from services.exchange.paper.pit import Pit
from services.exchange.paper.state import OrderState


def of_taking(order: OrderState, pit: Pit, at: datetime) -> str:
    """Tell of a fill that took from the visible book."""
    return _joined(_latency(order), f"took from the visible book, {_age(pit, at)}", _depth(pit))


def of_queue(order: OrderState, pit: Pit) -> str:
    """Tell of a fill at the order's own price, after what stood before it was traded."""
    return _joined(
        _latency(order),
        "first in the queue: what was shown at its price when it came was traded",
        _depth(pit),
    )


def of_print_through(order: OrderState, pit: Pit) -> str:
    """Tell of a fill at the order's own price, because somebody traded at a worse one."""
    return _joined(_latency(order), "a trade printed through its price", _depth(pit))


def of_takeover(pit: Pit) -> str:
    """Tell of a close that no visible order stands behind."""
    return _joined("liquidation: the venue took it over at the bankruptcy price", _depth(pit))


def of_liquidation(pit: Pit, at: datetime) -> str:
    """Tell of a forced close through the book."""
    return _joined(f"liquidation: took from the visible book, {_age(pit, at)}", _depth(pit))


BY_HAND = "filled by hand, for a test"


def _latency(order: OrderState) -> str:
    passed = (order.arrives_at - order.created_at).total_seconds() * 1000
    return f"met the book {passed:.0f} ms after it was sent"


def _age(pit: Pit, at: datetime) -> str:
    if pit.booked_at is None:
        return "which is not known"
    return f"{max(0.0, (at - pit.booked_at).total_seconds()) * 1000:.0f} ms old"


def _depth(pit: Pit) -> str:
    book = pit.depth.book
    return "simulated depth" if book is not None and book.is_depth_simulated else ""


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
