"""Refuses what cannot be reckoned with, before anything is: NaN, infinity, and more than there is."""

from __future__ import annotations

import math
from decimal import Decimal

from services.exchange.orders import OrderRequest
from services.exchange.paper.refusals import refusal

_LARGEST = Decimal(10**15)
_MOST_SLICES = 1_000


def check_numbers(venue: str, *numbers: Decimal | None) -> None:
    """Let pass what is unknown or an ordinary number.

    Raises:
        OrderRejected: one is none (precision).
    """
    for number in numbers:
        if number is not None and not (number.is_finite() and abs(number) <= _LARGEST):
            raise refusal(
                venue, "precision", f"{number} is no amount or price.", f"Stay below {_LARGEST:,f}."
            )


def check_request(venue: str, asked: OrderRequest) -> None:
    """Let pass an order all of whose numbers are ordinary.

    Raises:
        OrderRejected: one is not (precision), or it has too many slices (unsupported).
    """
    check_numbers(
        venue,
        asked.amount,
        asked.price,
        asked.trigger_price,
        asked.trailing_percent,
        asked.stop_loss,
        asked.take_profit,
        asked.shown_amount,
    )
    twap = asked.twap
    if twap is not None and (twap.slices > _MOST_SLICES or not math.isfinite(twap.seconds)):
        raise refusal(
            venue,
            "unsupported",
            f"{twap.slices} slices over {twap.seconds} s cannot be sent.",
            f"Ask for {_MOST_SLICES} slices at most, over a number of seconds.",
        )
