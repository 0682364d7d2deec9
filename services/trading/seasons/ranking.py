"""How those of a season are ranked: pure, the same for everybody, and decided by what is kept of accounts.

Nothing here knows who somebody is beyond what breaks a tie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from services.trading.ports import ClosedTrade, EquityPoint

FLOOR: Final = Decimal("0.05")
"""The least drawdown that counts: without it one lucky trade, held to its top, would beat everybody."""
TOO_FEW: Final = "Fewer trades than the season asks for"
UNCAPPED: Final = "The leverage cap of the season was loosened"
_ONE: Final = Decimal(1)
_STEP: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How an account did. Shares are of 1; the drawdown is positive, from the highest equity before it."""

    net_share: Decimal
    drawdown_share: Decimal
    trades: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Somebody who takes part, with the reason for which they cannot be ranked whatever they earn."""

    user_id: str
    name: str
    joined_at: datetime
    figures: Figures
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where somebody stands. `rank` and `score` are None of who is not ranked, for the `reason`."""

    rank: int | None
    user_id: str
    name: str
    figures: Figures
    score: Decimal | None
    reason: str = ""


def figures_of(start: Decimal, marks: Sequence[EquityPoint], trades: Sequence[ClosedTrade]) -> Figures:
    """Return how an account did that began with `start`.

    Equity counts, and with it what is not closed yet. Before the first mark it is what the trades brought.

    Args:
        start: equity at the beginning, above 0.
        marks: of equity since then, oldest first.
        trades: those that closed since then, oldest first.
    """
    curve = [one.equity for one in marks] or _brought(start, trades)
    peak, drawdown = start, Decimal(0)
    for equity in curve:
        peak = max(peak, equity)
        drawdown = max(drawdown, (peak - equity) / peak)
    last = curve[-1] if curve else start
    return Figures(
        net_share=(last / start - _ONE).quantize(_STEP),
        drawdown_share=drawdown.quantize(_STEP),
        trades=len(trades),
    )


def _brought(start: Decimal, trades: Sequence[ClosedTrade]) -> list[Decimal]:
    curve, equity = [], start
    for trade in trades:
        equity += trade.net
        curve.append(equity)
    return curve


def score_of(figures: Figures) -> Decimal:
    """Return the net return over the deepest drawdown, of which at least the floor counts.

    A loss is divided by the floor alone: over the drawdown, losing 50 % at once would be no worse than losing
    5 %.

    Source: the ratio of Terry W. Young, Calmar Ratio: A Smoother Tool (Futures, October 1991); the floor and
    what is done with losses are this project's own.
    """
    net = figures.net_share
    divisor = FLOOR if net < 0 else max(FLOOR, figures.drawdown_share)
    return (net / divisor).quantize(_STEP)


def ranked(contestants: Iterable[Contestant], *, min_trades: int) -> list[Standing]:
    """Return everybody, the best first; those who are not ranked come last.

    Of equal scores the greater net return is first, then who joined earlier, then the lesser id, so that
    there is always one order.
    """
    judged = [(one, one.reason or _why_not(one.figures, min_trades)) for one in contestants]
    judged.sort(key=lambda pair: (bool(pair[1]), *_place(pair[0])))
    return [
        Standing(
            rank=None if reason else number,
            user_id=one.user_id,
            name=one.name,
            figures=one.figures,
            score=None if reason else score_of(one.figures),
            reason=reason,
        )
        for number, (one, reason) in enumerate(judged, start=1)
    ]


def _place(one: Contestant) -> tuple[Decimal, Decimal, datetime, str]:
    return -score_of(one.figures), -one.figures.net_share, one.joined_at, one.user_id


def _why_not(figures: Figures, min_trades: int) -> str:
    return TOO_FEW if figures.trades < min_trades else ""
