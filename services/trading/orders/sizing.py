"""How much an order comes to: sizes by quantity, by sum and by risk, always rounded down to the step.

Pure and exact: every quotient is taken as a whole number of steps, so that no rounding goes beyond a wish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from services.errors import UserMistake
from services.exchange.exchange import Market
from services.exchange.prices import FINEST, on_step
from services.trading.losses import risk_of_one
from services.trading.orders.messages import SizeBy

_PRECISION: Final = 120
_HUNDRED: Final = Decimal(100)
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """What a size is reckoned with."""

    size: Decimal
    by: SizeBy
    step: Decimal
    stop: Decimal | None = None
    equity: Decimal | None = None
    fee: Decimal | None = None
    """Share of the cost, each way. A size by risk needs it."""


def step_of(market: Market) -> Decimal:
    """Return the smallest step of an amount."""
    return market.step or FINEST


def amount_at(sizing: Sizing, price: Decimal) -> Decimal:
    """Return the amount that the size comes to at one price, in base currency."""
    with localcontext() as exact:
        exact.prec = _PRECISION
        if sizing.by == "quantity":
            return sizing.size // sizing.step * sizing.step
        if sizing.by == "quote":
            return sizing.size // (price * sizing.step) * sizing.step
        if sizing.stop is None or sizing.equity is None or sizing.fee is None:
            raise ValueError("a size by risk needs a stop, an equity and a fee")
        budget, one = sizing.equity * sizing.size, risk_of_one(price, sizing.stop, sizing.fee)
        return budget // (one * _HUNDRED * sizing.step) * sizing.step if one > 0 else _NOTHING


def amount_for(sizing: Sizing, price_of: Callable[[Decimal], Decimal]) -> Decimal:
    """Return the amount, where the price itself gets worse with the amount.

    Args:
        sizing: the size.
        price_of: the expected price of an amount; the more, the worse.
    """
    first = amount_at(sizing, price_of(_NOTHING))
    return min(first, amount_at(sizing, price_of(first)))


def check_least(
    amount: Decimal, price: Decimal, market: Market, *, parts: int = 1, closes_all: bool = False
) -> None:
    """Let an amount pass that the market takes after rounding, each of `parts` too.

    Raises:
        UserMistake: it is too little; the message names the least.
    """
    part = on_step(amount / parts, step_of(market))
    least = max(market.min_amount or step_of(market), step_of(market))
    if part < least and not (closes_all and part > 0):
        raise UserMistake(
            f"The least amount of {market.name} is {least:f} {market.base}; this comes to {part:f}.",
            hint="Ask for more, or for fewer parts.",
        )
    if market.min_cost is not None and part * price < market.min_cost and not closes_all:
        raise UserMistake(
            f"The least cost of {market.name} is {market.min_cost:f} {market.quote};"
            f" this comes to {part * price:.2f}.",
            hint="Ask for more, or for fewer parts.",
        )
