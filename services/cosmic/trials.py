"""Tests of a factor against the days of a market: what is refused, and what comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np

from analytics.candles import Integers
from analytics.cosmic import factors
from analytics.cosmic.evidence import Evidence, can_be_tried, daily_returns, weigh
from analytics.cosmic.factors import FACTORS, labels
from analytics.cosmic.moments import DAY_MS
from services.cosmic.messages import DailyCloses, Factor, Factors, FactorTested
from services.errors import UserMistake
from services.exchange.prices import to_moment

FEWEST_DAYS: Final = 60
_TRY_ANOTHER: Final = "Try another factor, or a market with a longer history."


def known_factors() -> Factors:
    """Return every factor there is."""
    return Factors(factors=[_said(factor) for factor in FACTORS])


def factor_called(text: str) -> factors.Factor:
    """Return the factor of a name or title.

    Raises:
        UserMistake: there is none.
    """
    wanted = text.strip().casefold()
    for factor in FACTORS:
        if wanted in {factor.name, factor.title.casefold()}:
            return factor
    raise UserMistake(f"There is no factor called {text}.", hint="Pick one from the list.")


def tested(factor: factors.Factor, closes: DailyCloses, rng: np.random.Generator) -> FactorTested:
    """Test every factor on the returns of a market's days, and return what came out for one.

    Raises:
        UserMistake: there are too few days, or too few on which the factor was at work, or was not.
    """
    time, returns = daily_returns(
        np.array(closes.time, np.int64), np.array(closes.close, np.float64), step_ms=DAY_MS
    )
    if len(time) < FEWEST_DAYS:
        raise UserMistake(
            f"There are only {len(time)} days of {closes.market}, and a test needs {FEWEST_DAYS}.",
            hint="Try a market with a longer history.",
        )
    every = labels(time)
    label = every[factor.name]
    if not can_be_tried(label):
        raise UserMistake(
            f"{factor.title}: {np.count_nonzero(label)} of {len(time)} days, too few on one side to compare.",
            hint=_TRY_ANOTHER,
        )
    return _outcome(factor, closes, time, weigh(returns, every, factor.name, rng))


def _outcome(factor: factors.Factor, closes: DailyCloses, time: Integers, evidence: Evidence) -> FactorTested:
    return FactorTested(
        factor=_said(factor),
        market=closes.market,
        days=evidence.days,
        labelled=evidence.labelled,
        first_at=_moment(time, 0),
        last_at=_moment(time, -1),
        effect=evidence.effect,
        low=evidence.low,
        high=evidence.high,
        p_alone=evidence.p_alone,
        p=evidence.p,
        tried=evidence.tried,
        rounds=evidence.rounds,
        block=evidence.block,
        is_found=evidence.is_found,
        origin=closes.origin,
    )


def _moment(time: Integers, place: int) -> datetime:
    return to_moment(int(time[place]))


def _said(factor: factors.Factor) -> Factor:
    return Factor(name=factor.name, title=factor.title)
