"""How the paper exchange says no: to an order or a change, and to a figure that is not known."""

from __future__ import annotations

from services.errors import ExchangeUnavailable, OrderRejected
from services.exchange.orders import Refusal, Wallet


def refusal(venue: str, reason: Refusal, message: str, hint: str) -> OrderRejected:
    """Build the error for what `venue` refuses, with its reason as a fact."""
    return OrderRejected(message, hint=hint, facts={"venue": venue, "reason": reason})


def unvalued(venue: str, wallet: Wallet, currency: str) -> ExchangeUnavailable:
    """Build the error for a wallet with a position whose market has no price yet."""
    return ExchangeUnavailable(
        f"What the {wallet} wallet is worth in {currency} is not known yet.",
        hint="Try again when prices have come in.",
        facts={"venue": venue},
    )
