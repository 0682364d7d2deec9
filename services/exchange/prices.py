"""The crossing between money as Decimal and prices as float64, and the time that goes with it.

A float stands for the multiple of the tick it is nearest to. Nothing else converts one into the other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

import numpy as np

from analytics.candles import Floats

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DECIMALS = 10
_AMOUNT_DECIMALS = 8
FINEST = Decimal(1).scaleb(-_AMOUNT_DECIMALS)
"""The step of a market that tells none."""
_PRECISION = 120
"""Digits, so that no quotient is rounded beyond a wish."""


def to_price(value: float, tick: Decimal | None) -> Decimal:
    """Return the multiple of `tick` nearest to `value`, with its decimals; where none is known, `value`."""
    return to_decimal(value) if tick is None else round(value / float(tick)) * tick


def to_amount(value: float) -> Decimal:
    """Return an amount of base or quote currency, to eight decimals."""
    return Decimal(repr(round(float(value), _AMOUNT_DECIMALS)))


def on_step(amount: Decimal, step: Decimal | None) -> Decimal:
    """Return the largest multiple of `step` that is at most `amount`; without a step, to eight decimals."""
    size = step or FINEST
    with localcontext() as exact:
        exact.prec = _PRECISION
        return amount // size * size


def to_tick(price: Decimal, tick: Decimal) -> Decimal:
    """Return the multiple of `tick` nearest to `price`, with the tick's decimals."""
    return round(price / tick) * tick


def to_decimal(value: float) -> Decimal:
    """Return the shortest decimal that reads as this very float: of what has no tick, as an indicator's."""
    return Decimal(repr(float(value)))


def snap(values: Floats, tick: Decimal) -> Floats:
    """Return the prices rounded to `tick`, and never below one tick. Any shape; order is kept."""
    numerator, denominator = tick.as_integer_ratio()  # whole / 10 is the double that 0.1 * whole may miss
    return np.maximum(np.rint(values * (denominator / numerator)), 1.0) * numerator / denominator


def smallest_step(prices: Floats) -> Decimal:
    """Return the largest step of which all `prices` are multiples: the tick they were traded with.

    Raises:
        ValueError: they have more than ten decimals, so that no step can be told, or there is none.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = prices * 10.0**decimals
        whole = np.rint(scaled)
        if len(prices) and np.all(np.abs(scaled - whole) <= 4 * np.spacing(scaled)):
            return Decimal(int(np.gcd.reduce(whole.astype(np.int64)))).scaleb(-decimals)
    raise ValueError("no common price step")


def to_moment(milliseconds: float) -> datetime:
    """Return milliseconds since 1970 as an aware time in UTC."""
    return _EPOCH + timedelta(milliseconds=float(milliseconds))


def to_milliseconds(moment: datetime) -> int:
    """Return an aware time as milliseconds since 1970, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
