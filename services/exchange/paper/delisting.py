"""What becomes of orders and positions of a market that the venue has dropped from its list.

A venue closes what is left at the last mark price. So does this, once the market has been missing for a
while; until then the last mark stands in, so that the rest of the account can be valued.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.exchange.paper.assumptions import of_delisting
from services.exchange.paper.floor import Floor
from services.exchange.paper.holder import Execution, Holder
from services.exchange.paper.liquidation import forced, forgive
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import NOTHING


def note_mark(holder: Holder, pit: Pit) -> None:
    """Remember the mark of a market that an account has a position of, for when there is none any more."""
    marks, market = holder.state.marks, pit.market
    if holder.state.position(market) is None:
        if marks.pop(market, None) is not None:
            holder.has_moved = True
    elif pit.mark is not None and marks.get(market) != pit.mark:
        marks[market] = pit.mark
        holder.has_moved = True


def drop(floor: Floor, pit: Pit, at: datetime) -> None:
    """Note that a market is not listed; whatever an account remembers of its mark stands in for it."""
    if pit.gone_since is None:
        pit.gone_since = at
    floor.gone.add(pit.market)
    for holder in floor.holders.values():
        position = holder.state.position(pit.market)
        if position is not None and pit.mark is None:
            pit.stand_in(holder.state.marks.get(pit.market, position.entry))


def settle_gone(floor: Floor, at: datetime) -> None:
    """Close what accounts have of markets that have been missing for long enough."""
    for market in sorted(floor.gone):
        pit = floor.pits[market]
        missing = 0.0 if pit.gone_since is None else (at - pit.gone_since).total_seconds()
        if missing >= floor.settings.delisted_after:
            _settle(floor.holders.values(), pit, at)
            floor.gone.discard(market)


def _settle(holders: Iterable[Holder], pit: Pit, at: datetime) -> None:
    for holder in holders:
        for order in list(holder.live.get(pit.market, {}).values()):
            holder.finish(order, "canceled", f"market_closed: {pit.market} is not listed any more", at)
        for position in [one for one in holder.state.positions if one.market == pit.market]:
            mark = pit.mark or position.entry
            why = f"{pit.market} is not listed any more: settled at its last mark, {mark}"
            wallet = holder.state.wallet_of(pit.market)
            currency = pit.terms.market.settle or ""
            holder.book("settlement", currency, NOTHING, wallet=wallet, at=at, market=pit.market, note=why)
            order = forced(holder, position, at, why)
            holder.take_in(order)
            last = Execution(mark, order.amount, at, is_maker=False, assumption=of_delisting(mark))
            holder.fill(order, last)
        forgive(holder, pit, at)
