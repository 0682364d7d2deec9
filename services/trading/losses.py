"""What a position loses at its stop: one meaning of risk for whoever sizes, shows or judges an order.

Belongs here: that one formula. What may be lost is a limit, and stands in `risk`.
"""

from __future__ import annotations

from decimal import Decimal


def risk_of_one(price: Decimal, stop: Decimal, fee: Decimal) -> Decimal:
    """Return what one unit loses from `price` to `stop`, the fees of both in it, in quote currency.

    Source: the percent risk model of V. K. Tharp, *Trade Your Way to Financial Freedom* (1998), with fees.
    """
    return abs(price - stop) + fee * (price + stop)
