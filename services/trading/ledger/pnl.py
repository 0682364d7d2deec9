"""What an account brought in a window: sums of realised profit, fees and funding, and how its trades did.

Pure. Sums are exact; the figures of performance are estimates in binary fractions, and stand beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Final, Literal

import numpy as np

from analytics import performance
from analytics.candles import Floats
from services.exchange.prices import to_amount
from services.store.trading_rows import FundingRow
from services.trading.ledger.lots import Booked, Round
from services.trading.ledger.messages import Estimate, MarketPnl, Performance, Window
from services.trading.ledger.trades import Fundings, trade_of
from services.trading.ports import ClosedTrade, EquityPoint

By = Literal["market", "day", "side"]
UNKNOWN_SIDE: Final = "unknown"
"""Of funding that was paid while no position of ours is known."""
_NOTHING: Final = Decimal(0)
_SEED: Final = 20_250_101
"""Of the draws behind the intervals: the same trades give the same ones."""


def beginning(window: Window, now: datetime) -> datetime | None:
    """Return when the day, week, month or year of `now` began in UTC; weeks begin on Mondays."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
        case "all":
            return None


@dataclass(slots=True)
class _Part:
    realised: Decimal = _NOTHING
    fees: Decimal = _NOTHING
    funding: Decimal = _NOTHING
    trades: int = 0
    wins: int = 0


@dataclass(slots=True)
class Sums:
    """The sums of a window, in one currency, and what is in none of them."""

    parts: list[MarketPnl]
    trades: list[ClosedTrade]
    unvalued: list[str] = field(default_factory=list)
    unknown_fees: int = 0
    """Fills whose fee the venue does not say."""
    unknown_profits: int = 0
    """Fills that closed something whose cost is not known."""

    def total(self, of: Callable[[MarketPnl], Decimal]) -> Decimal:
        """Return a sum over all parts."""
        return sum((of(one) for one in self.parts), _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookings:
    """All that was booked in an account."""

    booked: Sequence[Booked]
    rounds: Sequence[Round]
    fundings: Sequence[FundingRow]
    open_rounds: Sequence[Round] = ()

    def only(self, market: str) -> Bookings:
        """Return what was booked in one market."""
        return Bookings(
            booked=[one for one in self.booked if one.fill.market == market],
            rounds=[one for one in self.rounds if one.market == market],
            fundings=[one for one in self.fundings if one.market == market],
            open_rounds=[one for one in self.open_rounds if one.market == market],
        )


def sums_of(all_of_it: Bookings, *, since: datetime | None, by: By, currency: str) -> Sums:
    """Sum up what was booked since then, by market, by day in UTC, or by side of the position."""
    parts: defaultdict[str, _Part] = defaultdict(_Part)
    foreign: defaultdict[str, Decimal] = defaultdict(Decimal)
    booked = [one for one in all_of_it.booked if since is None or one.fill.at >= since]
    for one in booked:
        _add(parts[_name(by, one.fill.market, one.fill.at, one.side)], one, currency, foreign)
    sides = _Sides((*all_of_it.rounds, *all_of_it.open_rounds))
    for paid in all_of_it.fundings:
        if since is not None and paid.at < since:
            continue
        if paid.currency != currency:
            foreign[paid.currency] += paid.amount
            continue
        side = sides.at(paid.market, paid.at) if by == "side" else ""
        parts[_name(by, paid.market, paid.at, side)].funding += paid.amount
    trades = _trades(all_of_it, since, currency)
    for trade in trades:
        part = parts[_name(by, trade.market, trade.closed_at, trade.side)]
        part.trades += 1
        part.wins += trade.net > 0
    return Sums(
        parts=[_shown(name, part) for name, part in sorted(parts.items())],
        trades=trades,
        unvalued=[f"{amount.normalize():f} {name}" for name, amount in sorted(foreign.items()) if amount],
        unknown_fees=len({one.fill.id for one in booked if one.is_fee_unknown}),
        unknown_profits=len({one.fill.id for one in booked if one.is_profit_unknown}),
    )


def alone(trades: Sequence[ClosedTrade], marks: Sequence[EquityPoint]) -> list[EquityPoint]:
    """Return what equity would have been at each mark had these trades been all there was."""
    if not marks:
        return []
    closed, start = sorted(trades, key=lambda one: one.closed_at), marks[0].equity
    points, gained, taken = [], _NOTHING, 0
    for mark in marks:
        while taken < len(closed) and closed[taken].closed_at <= mark.at:
            gained += closed[taken].net
            taken += 1
        points.append(EquityPoint(at=mark.at, equity=start + gained))
    return points


def performance_of(trades: Sequence[ClosedTrade], marks: Sequence[EquityPoint]) -> Performance:
    """Return how trades did, and the equity in the same window; `marks` oldest first."""
    net = _array(one.net for one in trades)
    equity = _array(one.equity for one in marks)
    told = performance.trading(net, seed=_SEED)
    daily = performance.returning(_daily(marks), seed=_SEED)
    drawdowns = (performance.max_drawdown(_array(one)) for one in (_untouched(marks), _closed(trades, marks)))
    return Performance(
        trades=len(trades),
        roi=_share(performance.roi(float(net.sum()), float(equity[0])) if len(equity) else None),
        drawdown=_share(max((one for one in drawdowns if one is not None), default=None)),
        win_rate=_estimate(told.win_rate),
        expectancy=_estimate(told.expectancy),
        profit_factor=_estimate(told.profit_factor),
        sharpe=_estimate(daily.sharpe),
        sortino=_estimate(daily.sortino),
    )


def _add(part: _Part, one: Booked, currency: str, foreign: defaultdict[str, Decimal]) -> None:
    for amount, name in one.unvalued:
        foreign[name] += amount
    if one.currency == currency:
        part.realised += one.realised
        part.fees += one.fee
    else:
        foreign[one.currency] += one.realised - one.fee


def _name(by: By, market: str, at: datetime, side: str) -> str:
    match by:
        case "market":
            return market
        case "day":
            return at.date().isoformat()
        case "side":
            return side


def _trades(all_of_it: Bookings, since: datetime | None, currency: str) -> list[ClosedTrade]:
    fundings = Fundings(all_of_it.fundings, currency)
    found = [trade_of(one, fundings) for one in all_of_it.rounds if one.currency == currency]
    return [one for one in found if since is None or one.closed_at >= since]


class _Sides:
    """On which side an account was, by market and time."""

    def __init__(self, rounds: Iterable[Round]) -> None:
        self._rounds: defaultdict[str, list[Round]] = defaultdict(list)
        for one in rounds:
            self._rounds[one.market].append(one)

    def at(self, market: str, moment: datetime) -> str:
        found = (
            one.side
            for one in self._rounds.get(market, ())
            if one.opened_at <= moment and (one.closed_at is None or moment <= one.closed_at)
        )
        return next(found, UNKNOWN_SIDE)


def _shown(name: str, part: _Part) -> MarketPnl:
    return MarketPnl(
        name=name,
        realised=part.realised,
        fees=part.fees,
        funding=part.funding,
        trades=part.trades,
        wins=part.wins,
    )


def _daily(marks: Sequence[EquityPoint]) -> Floats:
    """Return the returns of whole days: between the first marks of two days of which one follows the other.

    A day that was not marked has none, and no two are taken for one; the day that runs has not ended.
    Nor has a day on which money was moved.
    """
    firsts: dict[date, Decimal] = {}
    moved: set[date] = set()
    for one in marks:
        day = one.at.date()
        if one.moved:
            moved.add(day if day in firsts else day - timedelta(days=1))
        firsts.setdefault(day, one.equity)
    whole = ((day, equity) for day, equity in firsts.items() if day not in moved)
    pairs = ((equity, firsts.get(day + timedelta(days=1))) for day, equity in whole)
    found = [performance.returns(_array(pair)) for pair in pairs if pair[1] is not None]  # type: ignore[arg-type]  # both are
    return np.concatenate(found) if found else np.empty(0)


def _untouched(marks: Sequence[EquityPoint]) -> list[Decimal]:
    """Return what one unit of money became that stayed in the account, as far as there was something.

    Source: the time-weighted return, CFA Institute, Global Investment Performance Standards, 2020, section 2.
    """
    if not any(one.moved for one in marks[1:]):
        return [one.equity for one in marks]
    units = [Decimal(1)]
    for before, after in pairwise(marks):
        if before.equity <= 0:
            break
        units.append(units[-1] * (after.equity - after.moved) / before.equity)
    return units if len(units) > 1 else []


def _closed(trades: Sequence[ClosedTrade], marks: Sequence[EquityPoint]) -> list[Decimal]:
    """Return equity as each closed trade left it, since marks may lie too far apart to show a loss.

    Empty where money was moved: what was in the account at each trade is not known then.
    """
    if not marks or any(one.moved for one in marks[1:]):
        return []
    nets = (one.net for one in sorted(trades, key=lambda one: one.closed_at))
    return list(accumulate(nets, initial=marks[0].equity))


def _array(values: Iterable[Decimal]) -> Floats:
    return np.array([float(value) for value in values], dtype=np.float64)


def _share(value: float | None) -> Decimal | None:
    return None if value is None else to_amount(value)


def _estimate(figure: performance.Figure | None) -> Estimate | None:
    if figure is None:
        return None
    return Estimate(value=to_amount(figure.value), low=_share(figure.low), high=_share(figure.high))
