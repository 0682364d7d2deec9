"""Closed trades: rounds from flat to flat with their funding, and with R where a first stop was set.

Pure. The first stop is the one that was sent with the first order, else the first stop that was sent while
the position was open. What was not taken by the venue, or stood where nothing was lost, is none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from services.store.trading_rows import FundingRow, IntentRow
from services.trading.ledger.lots import Round
from services.trading.ordered import asked_in
from services.trading.ports import ClosedTrade

STOPS: Final = ("stop", "stop_limit")
BEFORE: Final = timedelta(minutes=1)
"""A stop may be sent shortly before the fill that it protects is seen."""
_TAKEN: Final = frozenset({"open", "filled", "canceled"})
"""How an intent stands that the venue took."""
_NOTHING: Final = Decimal(0)


class Fundings:
    """Payments of funding of one currency. Each is given once, so that no sum of trades has it twice."""

    def __init__(self, rows: Iterable[FundingRow], currency: str) -> None:
        self._by_market: dict[str, list[FundingRow]] = defaultdict(list)
        for row in sorted(rows, key=lambda one: (one.at, one.id)):
            if row.currency == currency:
                self._by_market[row.market].append(row)
        self._given: set[str] = set()

    def take(self, market: str, since: datetime, until: datetime) -> Sequence[FundingRow]:
        """Return what was paid from one moment to another, both included, and was not given yet."""
        rows = self._by_market.get(market, [])
        first = bisect_left(rows, since, key=_at)
        found = [one for one in rows[first : bisect_right(rows, until, key=_at)] if one.id not in self._given]
        self._given.update(one.id for one in found)
        return found


class Stops:
    """The first stops of positions, as intents say them."""

    def __init__(self, intents: Iterable[IntentRow]) -> None:
        self._attached: dict[str, Decimal] = {}
        self._separate: dict[tuple[str, str], list[tuple[datetime, Decimal]]] = defaultdict(list)
        for row in sorted(intents, key=lambda one: (one.created_at, one.id)):
            if row.status not in _TAKEN:
                continue
            asked = asked_in(row)
            if asked.stop_loss is not None:
                self._attached[row.client_id] = asked.stop_loss
            if row.kind in STOPS and row.is_reducing and asked.trigger_price is not None:
                self._separate[row.market, row.side].append((row.created_at, asked.trigger_price))

    def of(self, one: Round, until: datetime) -> Decimal | None:
        """Return the first stop of a position that was closed `until` then."""
        attached = self._attached.get(one.first_client_id)
        if attached is not None and _loses(attached, one):
            return attached
        closes = "sell" if one.side == "long" else "buy"
        return next(
            (
                price
                for at, price in self._separate.get((one.market, closes), ())
                if one.opened_at - BEFORE <= at <= until and _loses(price, one)
            ),
            None,
        )


def _loses(stop: Decimal, one: Round) -> bool:
    """Return whether a stop loses something from the entry."""
    entry = one.opened_cost / one.opened
    return stop < entry if one.side == "long" else stop > entry


def trade_of(one: Round, fundings: Fundings, stops: Stops | None = None) -> ClosedTrade:
    """Return a round that is closed as a trade.

    Where a long and a short position of one market were open at once, the one that closed first shows what
    was paid for both: a venue does not say for which.
    """
    if one.closed_at is None:
        raise ValueError(f"the position of {one.market} is open")
    paid = fundings.take(one.market, one.opened_at, one.closed_at)
    trade = ClosedTrade(
        market=one.market,
        side=one.side,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        amount=one.closed,
        entry=one.opened_cost / one.opened,
        exit=one.closed_cost / one.closed if one.closed else _NOTHING,
        realised=one.realised,
        fees=one.fees,
        funding=sum((row.amount for row in paid), _NOTHING),
    )
    return trade if stops is None else _with_r(trade, stops.of(one, one.closed_at))


def _with_r(trade: ClosedTrade, stop: Decimal | None) -> ClosedTrade:
    risk = None if stop is None else abs(trade.entry - stop) * trade.amount
    return replace(trade, r=trade.net / risk) if risk else trade


def _at(row: FundingRow) -> datetime:
    return row.at
