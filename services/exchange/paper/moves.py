"""What the market and the passing of time do to the orders and positions of every account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.exchange.exchange import OrderBook, Ticker, Trade, Update
from services.exchange.paper import delisting, funding, slices
from services.exchange.paper.events import FundingTold, MarketsListed, Seen
from services.exchange.paper.floor import Floor
from services.exchange.paper.holder import Holder
from services.exchange.paper.liquidation import check_margin
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import closable, is_closing
from services.exchange.paper.resting import Resting, meet_print, see_queue
from services.exchange.paper.state import OrderState
from services.exchange.paper.taking import meet_book
from services.exchange.paper.terms import terms_of
from services.exchange.paper.triggers import is_reached, watch_price

_A_MOMENT = timedelta(seconds=1)


def list_markets(floor: Floor, event: MarketsListed) -> None:
    """Learn the terms of every market; those that are not listed any more are closed."""
    listed = {market.name for market in event.markets}
    for pit in floor.pits.values():
        if pit.market not in listed:
            pit.is_open = False
            delisting.drop(floor, pit, event.at)
    for market in event.markets:
        terms = terms_of(market, floor.settings)
        pit = floor.pits.setdefault(market.name, Pit(terms=terms))
        pit.terms, pit.is_open, pit.gone_since = terms, market.is_open, None
        floor.gone.discard(market.name)


def see(floor: Floor, event: Seen) -> None:
    """Let a ticker, a trade or a book do what it does."""
    update, at = event.update, event.at
    pit = floor.pits.get(update.market)
    if pit is None:
        return
    funding.pass_time(_holders(floor), pit, update.as_of, at)
    _hear(floor, pit, update, at)
    _watch_prices(floor, pit, at)
    if not isinstance(update, OrderBook):
        for holder in _holders(floor):
            check_margin(holder, pit, at)
            delisting.note_mark(holder, pit)


def _hear(floor: Floor, pit: Pit, update: Update, at: datetime) -> None:
    match update:
        case Ticker():
            pit.hear_ticker(update, at)
        case Trade():
            if pit.hear_trade(update, at):
                meet_print(list(_resting(floor, pit)), pit, update, at)
        case OrderBook():
            pit.hear_book(update, at)
            for one in _resting(floor, pit):
                see_queue(one, pit)


def hear_funding(floor: Floor, event: FundingTold) -> None:
    """Take a funding rate."""
    pit = floor.pits.get(event.funding.market)
    if pit is not None:
        funding.hear(_holders(floor), pit, event)


def pass_time(floor: Floor, until: datetime) -> None:
    """Let orders arrive and slices be sent that are due by `until`, each at its own time; then settle."""
    while (due := floor.agenda.pop(until)) is not None:
        holder = floor.holders[due.account]
        order = holder.state.orders.get(due.order_id)
        if order is None:
            continue
        pit = floor.pits[order.request.market]
        if not order.has_arrived:
            _arrive(floor, holder, order, pit, due.at)
        elif not pit.has_begun:
            floor.agenda.note(until + _A_MOMENT, due.account, order)
        else:
            slices.send_slice(holder, order, pit, due.at)
    delisting.settle_gone(floor, until)


def meet(floor: Floor, holder: Holder, order: OrderState, pit: Pit, at: datetime) -> None:
    """Let an order that waits for nothing any more meet the book.

    One that was triggered waits for a fresh book, and so does one that a restart overtook on its way.
    """
    why_not = pit.why_shut(at, floor.settings.stale_after)
    if why_not and (order.is_triggered or not pit.has_begun):
        order.is_due = True
        return
    if why_not:
        holder.finish(order, "canceled", why_not, at)
        return
    order.arrival_mid = order.arrival_mid or pit.depth.mid
    meet_book(holder, order, pit, at, in_pieces=floor.is_in_pieces)


def _arrive(floor: Floor, holder: Holder, order: OrderState, pit: Pit, at: datetime) -> None:
    order.has_arrived = True
    if is_closing(order) and not closable(holder.state, order):
        holder.finish(order, "canceled", "there is no position left to reduce", at)
    elif order.is_conditional:
        _begin_to_wait(floor, holder, order, pit, at)
    elif order.request.twap is not None:
        order.status, order.arrival_mid = "open", pit.depth.mid
        holder.tell(order)
        slices.begin(order, order.request.twap, pit, floor.settings.seed)
        note_slices(floor, holder, order)
    else:
        order.status = "open"
        holder.tell(order)
        meet(floor, holder, order, pit, at)


def note_slices(floor: Floor, holder: Holder, order: OrderState) -> None:
    """Put the slices of an order that are left on the agenda."""
    for moment in order.slicing.due if order.slicing is not None else ():
        floor.agenda.note(moment, holder.state.name, order)


def _begin_to_wait(floor: Floor, holder: Holder, order: OrderState, pit: Pit, at: datetime) -> None:
    price = pit.price_by(order.request.trigger_by)
    if price is not None and order.request.kind != "trailing" and is_reached(order.request, price):
        why = f"already_triggered: the price came to {price} before the order did"
        holder.finish(order, "rejected", why, at)
        return
    holder.is_changed = True
    _watch_price(floor, holder, order, pit, at)


def _watch_prices(floor: Floor, pit: Pit, at: datetime) -> None:
    for holder in _holders(floor):
        for order in holder.live_in(pit.market):
            if order.is_live and order.is_conditional:
                _watch_price(floor, holder, order, pit, at)
            elif order.is_live and order.is_due:
                meet(floor, holder, order, pit, at)


def _watch_price(floor: Floor, holder: Holder, order: OrderState, pit: Pit, at: datetime) -> None:
    if watch_price(holder, order, pit, at):
        order.reserve_price = order.limit
        meet(floor, holder, order, pit, at)


def _resting(floor: Floor, pit: Pit) -> Iterator[Resting]:
    for holder in _holders(floor):
        for order in holder.live_in(pit.market):
            if order.is_resting and not order.is_conditional and order.price is not None:
                yield Resting(holder, order, order.price)


def _holders(floor: Floor) -> list[Holder]:
    return list(floor.holders.values())
