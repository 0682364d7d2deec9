"""How much a strategy's entry opens: what its stop may lose, within what leverage allows."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from analytics.risk import fixed_fractional
from config.farm_file import RiskSection
from services.exchange.exchange import Market
from services.exchange.prices import on_step, to_amount
from services.trading.losses import known_fee, risk_of_one

_KEPT_FREE: Final = 0.95
"""Of what leverage allows, so that fees and slippage find room."""


def within_limits(share: float, leverage: float, limits: RiskSection) -> tuple[float, float]:
    """Return the share at risk and the equities that a position may cost, cut to the farm's limits.

    A temperament may want more; its order is then smaller, and not refused.
    """
    most = limits.risk_per_trade * _KEPT_FREE
    return min(share, most), min(leverage, limits.position_share, limits.leverage)


def amount_for(
    market: Market, *, equity: float, share: float, price: float, stop: float | None, leverage: float
) -> Decimal:
    """Return how much is opened, in base currency, down to the market's step; 0 for less than a step.

    Args:
        market: whose step it is.
        equity: of the account, in the currency that the market is settled in.
        share: of the equity that the stop may lose: 0.01 is 1 %. Without a stop leverage alone bounds it.
        price: where it is entered.
        stop: where it ends.
        leverage: how many equities it may cost.
    """
    most = max(0.0, equity) * leverage * _KEPT_FREE / price
    wanted = most
    if stop is not None and stop != price:
        wanted = fixed_fractional(equity=equity, share=share, entry=price, stop=stop)
    return on_step(to_amount(min(wanted, most)), market.step)


def within_risk(
    amount: Decimal,
    market: Market,
    *,
    equity: Decimal,
    price: Decimal,
    stop: Decimal | None,
    limits: RiskSection,
) -> Decimal:
    """Return an amount, cut so that the farm's limit holds what the stop loses and the fees of both ways.

    Raises:
        UserMistake: the fee of the market is not known.
    """
    if stop is None:
        return amount
    budget = equity * to_amount(limits.risk_per_trade * _KEPT_FREE)
    most = budget / risk_of_one(price, stop, known_fee(market))
    return on_step(min(amount, max(most, Decimal(0))), market.step)
