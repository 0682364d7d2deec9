"""What a replay came to, in figures: with what buying and holding came to, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.candles import Floats
from analytics.performance import Figure, max_drawdown, trading
from services.exchange.prices import to_amount, to_moment
from services.trading.strategies.replay.run import Played

DISCLAIMER: Final = "Simulated. Past results say nothing sure about the future."
_TAKER: Final = 0.0006


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Shares are of the equity at the start: 0.05 is 5 %. Money in the settlement currency."""

    since: datetime
    until: datetime
    decided: int
    trades: int
    net: Decimal
    net_share: float
    drawdown_share: float | None
    hold_share: float
    """The change of the price less the fees of buying and selling once."""
    hold_drawdown_share: float | None
    fees: Decimal
    funding: Decimal
    slippage: Decimal
    win_rate: Figure | None
    profit_factor: Figure | None
    expectancy_r: Figure | None
    """Mean profit of a trade in units of what its first stop would have lost."""
    longest_losing: int
    refused: int
    left: Decimal
    """What the last book could not take of the last position; `net` counts it at the last bid or ask."""
    digest: str


def outcome_of(played: Played) -> Outcome:
    """Return the figures of a replay in which something was decided."""
    trades, closes = played.trades, played.closes
    nets = np.array([float(one.net) for one in trades])
    in_r = np.array([float(one.net / one.risk) for one in trades if one.risk])
    figures, rs = trading(nets, seed=played.plan.seed), trading(in_r, seed=played.plan.seed)
    net = sum((one.net for one in trades), Decimal(0))
    if played.left:
        net = to_amount(played.curve[-1]) - played.plan.equity
    return Outcome(
        since=to_moment(int(played.curve_time[0])),
        until=to_moment(played.plan.until_ms),
        decided=played.decided,
        trades=len(trades),
        net=net,
        net_share=float(net / played.plan.equity),
        drawdown_share=max_drawdown(np.concatenate([[float(played.plan.equity)], played.curve])),
        hold_share=float(closes[-1] / closes[0]) * (1 - _TAKER) / (1 + _TAKER) - 1,
        hold_drawdown_share=max_drawdown(closes),
        fees=sum((one.fees for one in trades), Decimal(0)),
        funding=sum((one.funding for one in trades), Decimal(0)),
        slippage=played.slippage,
        win_rate=figures.win_rate,
        profit_factor=figures.profit_factor,
        expectancy_r=rs.expectancy,
        longest_losing=_longest_losing(nets),
        refused=len(played.refused),
        left=played.left,
        digest=played.digest,
    )


def _longest_losing(nets: Floats) -> int:
    longest = run = 0
    for net in nets.tolist():
        run = run + 1 if net < 0 else 0
        longest = max(longest, run)
    return longest
