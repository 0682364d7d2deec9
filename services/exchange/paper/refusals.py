"""The one way in which the paper exchange says no to an order or a change."""

from __future__ import annotations

from services.errors import OrderRejected
from services.exchange.orders import Refusal


def refusal(venue: str, reason: Refusal, message: str, hint: str) -> OrderRejected:
    """Build the error for what `venue` refuses, with its reason as a fact."""
    return OrderRejected(message, hint=hint, facts={"venue": venue, "reason": reason})
