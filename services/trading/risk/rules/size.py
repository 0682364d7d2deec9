"""Rules about how large an order makes things: at its stop, in its market, and together with the others.

What is held on spot is no position and no picture shows it: of a spot market, orders alone count.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from analytics.risk import Exposed, correlated_exposure
from services.exchange.prices import to_amount
from services.trading.losses import risk_of_one
from services.trading.messages import Verdict
from services.trading.risk.case import Case
from services.trading.risk.reckoning import (
    entry_of,
    held,
    market_cost,
    position_cost,
    waits_elsewhere,
    way,
    whole_cost,
    worth,
)
from services.trading.risk.rules.declare import held_to, rule

_NO_FEE: Final = "What this market charges is not known, and an unknown risk is not let through."


@rule("risk_per_trade")
def risk_per_trade(case: Case) -> Verdict | None:
    """Hold what the order loses at its stop to a share of equity; an order without a stop says nothing here.

    The fees of the entry and of the stop are lost as well and count, as they do in every size by risk. A stop
    on the wrong side of the entry would be met at once, and its distance counts all the same.
    """
    stop = case.intent.stop if case.request.stop_loss is None else case.request.stop_loss
    entry = entry_of(case.request, case.facts.price)
    if stop is None:
        return None
    if case.market.taker_fee is None:
        return held_to(case, "risk_per_trade", None, why=_NO_FEE)
    if entry is None:
        return held_to(case, "risk_per_trade", None)
    lost = case.request.amount * risk_of_one(entry, stop, case.market.taker_fee)
    return held_to(case, "risk_per_trade", _in_equities(case, lost))


@rule("position_share")
def position_share(case: Case) -> Verdict:
    """Hold the cost of the position that the order makes to a multiple of equity."""
    return held_to(case, "position_share", _in_equities(case, position_cost(case)))


@rule("market_share")
def market_share(case: Case) -> Verdict:
    """Hold the same with all that waits on the order's side of the market."""
    return held_to(case, "market_share", _in_equities(case, market_cost(case)))


@rule("exposure")
def exposure(case: Case) -> Verdict:
    """Hold every position and all that waits to open one, the order included, to a multiple of equity."""
    return held_to(case, "exposure", _in_equities(case, whole_cost(case)))


@rule("correlated")
def correlated(case: Case) -> Verdict:
    """Hold the positions that win and lose together with the new one to a multiple of equity.

    What waits to open one counts as if it had. One whose correlation cannot be told counts in full, as if it
    moved with the new one exactly.
    """
    new, equity, waiting = market_cost(case), case.equity, waits_elsewhere(case)
    if new is None or equity is None or waiting is None:
        return held_to(case, "correlated", None)
    signed = float(new / equity) * way(case.request.side)
    held_elsewhere = [
        (one.position.market, worth(one))
        for one in case.picture.holdings
        if one.position.market != case.market.name
    ]
    others = [
        Exposed(float(cost / equity), _correlation(case, market, cost))
        for market, cost in (*held_elsewhere, *waiting)
    ]
    return held_to(case, "correlated", to_amount(correlated_exposure(signed, others)))


@rule("leverage")
def leverage(case: Case) -> Verdict:
    """Hold the leverage to the limit, and to what the venue allows: what is set, or used where that is more.

    Where the order sets none and the position shows none, what is set at the venue is not known; how much of
    it is used then follows from the sizes alone.
    """
    set_to = [one.position.leverage for one in held(case.picture, case.market.name)]
    wanted = [case.intent.leverage] if case.intent.leverage is not None else set_to
    used = _in_equities(case, whole_cost(case))
    known = [one for one in (used, *wanted) if one is not None]
    verdict = held_to(case, "leverage", max(known) if used is not None else None)
    most = case.market.max_leverage
    if case.intent.leverage is not None and most is not None and case.intent.leverage > most:
        return Verdict(
            rule="leverage",
            words="Leverage that the venue allows",
            is_passed=False,
            value=case.intent.leverage,
            limit=most,
            unit="leverage",
            hint="Choose a lower leverage.",
        )
    return verdict


def _in_equities(case: Case, cost: Decimal | None) -> Decimal | None:
    equity = case.equity
    return None if cost is None or equity is None else abs(cost) / equity


def _correlation(case: Case, market: str, cost: Decimal) -> float:
    known = case.correlations.get(market)
    return way(case.request.side) * (1.0 if cost > 0 else -1.0) if known is None else float(known)
