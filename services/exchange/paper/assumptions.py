"""What a paper fill rests on, in words: every one is shown with the fill it explains."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.exchange.paper.pit import Pit
from services.exchange.paper.state import OrderState

_BASIS = Decimal(10_000)


def of_taking(order: OrderState, pit: Pit, at: datetime) -> str:
    """Tell of a fill that took from the visible book."""
    return joined(_latency(order), f"took from the visible book, {_age(pit, at)}", _depth(pit))


def of_queue(order: OrderState, pit: Pit) -> str:
    """Tell of a fill at the order's own price, after what stood before it was traded."""
    return joined(
        _latency(order),
        "first in the queue: what was shown at its price when it came was traded",
        _depth(pit),
    )


def of_print_through(order: OrderState, pit: Pit) -> str:
    """Tell of a fill at the order's own price, because somebody traded at a worse one."""
    return joined(_latency(order), "a trade printed through its price", _depth(pit))


def of_takeover(pit: Pit) -> str:
    """Tell of a close that no visible order stands behind."""
    return joined("liquidation: the venue took it over at the bankruptcy price", _depth(pit))


def of_liquidation(pit: Pit, at: datetime) -> str:
    """Tell of a forced close through the book."""
    return joined(f"liquidation: took from the visible book, {_age(pit, at)}", _depth(pit))


def of_delisting(mark: Decimal) -> str:
    """Tell of a close because there is no market any more."""
    return f"settlement: the venue closed it at the last mark it knew, {mark}, when it dropped the market"


def of_slippage(order: OrderState) -> str:
    """Tell what an order has paid so far against the middle of the book it met; nothing if nobody knows."""
    if order.arrival_mid is None or not order.filled:
        return ""
    average = order.cost / order.filled
    sign = 1 if order.request.side == "buy" else -1
    points = sign * (average - order.arrival_mid) / order.arrival_mid * _BASIS
    word = "worse" if points >= 0 else "better"
    return (
        f"average {average:.10g} against a middle of {order.arrival_mid} on arrival,"
        f" {abs(points):.2f} basis points {word}"
    )


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


def joined(*parts: str) -> str:
    """Return what several things come to, those left out that say nothing."""
    return "; ".join(part for part in parts if part)
