"""Closed trades: rounds from flat to flat with their funding, and with R where a first stop was set.

Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from services.store.trading_rows import FundingRow
from services.trading.ledger.lots import Round
from services.trading.losses import Stops, lost_at
from services.trading.ports import ClosedTrade

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
        exit=one.closed_cost / one.closed if one.closed else None,
        realised=one.realised,
        fees=one.fees,
        funding=sum((row.amount for row in paid), _NOTHING),
    )
    return trade if stops is None else replace(trade, r=_r(trade, one, stops))


def _r(trade: ClosedTrade, one: Round, stops: Stops) -> Decimal | None:
    """Return the profit in units of what was at risk at the first stop."""
    first = stops.first(
        one.market,
        one.side,
        entry=trade.entry,
        opener=one.first_client_id,
        since=one.opened_at,
        until=one.closed_at,
    )
    lost = lost_at(first, entry=trade.entry, side=one.side)
    return trade.net / (lost * trade.amount) if lost and trade.amount else None


def _at(row: FundingRow) -> datetime:
    return row.at
