"""The terms of a played market: its smallest amounts, its fees and its leverage.

Belongs here: what a recording or a price cannot tell. The figures are those that large venues publish for
their most traded markets, rounded; a venue of its own says its own.
"""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from analytics.candles import Floats
from services.exchange.exchange import Market
from services.exchange.prices import smallest_step

_FINEST = Decimal("0.00000001")
"""The step of amounts that have no common one."""
_SWAP_STEP_COST, _SPOT_STEP_COST = 20.0, 2.0
"""What one step may cost at most, in quote currency."""
_MAJOR = frozenset({"BTC", "ETH"})
FUNDING_HOURS = 8


def market_of(name: str, *, tick: Decimal, price: float, volumes: Floats | None = None) -> Market:
    """Return the market `name` with terms that fit a price of about `price`.

    Every one of `volumes` is a multiple of its step.
    """
    is_swap = ":" in name
    step = _step(price, _SWAP_STEP_COST if is_swap else _SPOT_STEP_COST, volumes)
    return Market(
        name=name,
        tick=tick,
        step=step,
        min_amount=step,
        min_cost=Decimal(5) if is_swap else Decimal(1),
        maker_fee=Decimal("0.0002") if is_swap else Decimal("0.001"),
        taker_fee=Decimal("0.0006") if is_swap else Decimal("0.001"),
        max_leverage=_leverage(name) if is_swap else None,
        funding_hours=FUNDING_HOURS if is_swap else None,
    )


def _leverage(name: str) -> Decimal:
    return Decimal(125) if name.partition("/")[0] in _MAJOR else Decimal(50)


def step_costing(most: float, price: float) -> Decimal:
    """Return the largest power of ten, in base currency, that costs `most` at that price."""
    exponent = math.floor(math.log10(most / price))
    return Decimal(10**exponent) if exponent >= 0 else Decimal(1).scaleb(exponent)


def _step(price: float, most: float, volumes: Floats | None) -> Decimal:
    return max(min(step_costing(most, price), _step_of(volumes)), _FINEST)


def _step_of(volumes: Floats | None) -> Decimal:
    """Return the largest power of ten, 1 at most, that all `volumes` are multiples of."""
    traded = np.empty(0) if volumes is None else volumes[volumes > 0]
    if len(traded) == 0:
        return Decimal(1)
    try:
        step = smallest_step(traded)
    except ValueError:
        return _FINEST
    return min(Decimal(1), Decimal(1).scaleb(_exponent(step)))


def _exponent(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
