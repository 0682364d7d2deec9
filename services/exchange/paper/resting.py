"""Orders that stand in the book, and when a trade that was printed reaches them.

The queue model is the cautious one: what was displayed when the order came stands before it, and only trades
against that side take it away; nobody before it cancels. What one print fills is never more than it printed,
and is shared by all orders here, the best price first, then the first come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.exchange.exchange import Trade
from services.exchange.paper.affording import affordable
from services.exchange.paper.aftermath import after_fill
from services.exchange.paper.assumptions import of_print_through, of_queue
from services.exchange.paper.holder import Execution, Holder
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import NOTHING, closable, is_closing
from services.exchange.paper.state import OrderState


class Resting(NamedTuple):
    """An order that stands in the book, and whose it is."""

    holder: Holder
    order: OrderState
    price: Decimal


def meet_print(resting: Sequence[Resting], pit: Pit, trade: Trade, at: datetime) -> None:
    """Let a trade fill what it reached of the orders of its market."""
    left = trade.amount
    for one in sorted(resting, key=_priority):
        if left <= 0:
            return
        if not one.order.is_live or not one.order.is_resting or _is_of_before(one.order, pit, trade):
            continue
        if _is_through(one, trade):
            left -= _fill_through(one, pit, left, at)
        elif trade.price == one.price and trade.side != one.order.request.side:
            left = _advance(one, pit, left, at)


def see_queue(one: Resting, pit: Pit) -> None:
    """Learn what stands before an order whose price has only now come into view."""
    if one.order.queue is None:
        one.order.queue = pit.depth.standing(one.order.request.side, one.price)
        one.holder.has_moved |= one.order.queue is not None


def _is_of_before(order: OrderState, pit: Pit, trade: Trade) -> bool:
    """Return whether a trade was made before an order stood in the book, or before a restart."""
    return any(one is not None and trade.as_of < one for one in (order.rests_since, pit.began_at))


def _priority(one: Resting) -> tuple[Decimal, datetime, str]:
    # No trade reaches both sides, so bids and asks need no order among each other.
    price = -one.price if one.order.request.side == "buy" else one.price
    return price, one.order.arrives_at, one.order.id


def _is_through(one: Resting, trade: Trade) -> bool:
    return trade.price < one.price if one.order.request.side == "buy" else trade.price > one.price


def _fill_through(one: Resting, pit: Pit, left: Decimal, at: datetime) -> Decimal:
    """Fill an order that a trade went past, hidden part and all, for nobody stands before it any more."""
    order = one.order
    order.queue = NOTHING
    filled = _fill(one, left, at, of_print_through(order, pit))
    if order.slice_left is not None:
        order.slice_left = min(order.request.shown_amount or order.remaining, order.remaining)
    return filled


def _advance(one: Resting, pit: Pit, printed: Decimal, at: datetime) -> Decimal:
    """Take a print off the queue, fill its excess, and return what those behind still see of it."""
    order = one.order
    one.holder.has_moved = True
    seen, filled = printed, NOTHING
    while order.is_live and order.queue is not None and seen > order.queue:
        seen -= order.queue
        order.queue = NOTHING
        part = _fill(one, min(seen, _shown(order)), at, of_queue(order, pit))
        if not part:
            return printed - filled
        seen, filled = seen - part, filled + part
        _shorten_slice(one, pit, part)
    if order.is_live and order.queue is not None:
        order.queue -= seen
    return printed - filled


def _shown(order: OrderState) -> Decimal:
    return order.remaining if order.slice_left is None else order.slice_left


def _shorten_slice(one: Resting, pit: Pit, filled: Decimal) -> None:
    """Take what has filled off the slice that shows; the next one goes behind what stands there."""
    order = one.order
    if order.slice_left is None or not order.is_live:
        return
    order.slice_left -= filled
    if order.slice_left <= 0:
        order.slice_left = min(order.request.shown_amount or order.remaining, order.remaining)
        order.queue = pit.depth.standing(order.request.side, one.price)


def _fill(one: Resting, most: Decimal, at: datetime, assumption: str) -> Decimal:
    holder, order = one.holder, one.order
    wanted = min(most, order.remaining)
    if is_closing(order):
        wanted = min(wanted, closable(holder.state, order))
    amount = affordable(holder, order, one.price, wanted)
    if amount > 0:
        holder.fill(order, Execution(one.price, amount, at, is_maker=True, assumption=assumption))
        after_fill(holder, order, at)
    if amount < wanted:
        holder.finish(order, "canceled", "no_funds: there is no margin left for it", at)
    return amount
