"""Orders that take from the visible book, level by level, and never from what it does not show."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.exchange.exchange import Level
from services.exchange.paper.affording import affordable, on_trial
from services.exchange.paper.aftermath import after_fill
from services.exchange.paper.assumptions import of_taking
from services.exchange.paper.holder import Execution, Holder, floor
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import closable, is_closing
from services.exchange.paper.state import OrderState


def meet_book(holder: Holder, order: OrderState, pit: Pit, at: datetime, *, in_pieces: bool = False) -> None:
    """Let an order take what it may, and rest, wait or end with the remainder.

    Args:
        holder: whose order it is.
        order: one that has arrived and waits for no price.
        pit: the market of the order.
        at: now.
        in_pieces: take a market order in two halves.
    """
    order.is_due = False
    best = next(iter(_within(order, pit)), None)
    if best is not None and order.request.time_in_force == "post_only":
        why = f"would_cross: it may only make, and would have taken at {best.price}"
        holder.finish(order, "canceled", why, at)
        return
    if order.request.time_in_force == "fok":
        lack = _why_not_whole(holder, order, pit, at)
        if lack:
            holder.finish(order, "canceled", lack, at)
            return
    if in_pieces and order.limit is None:
        take(holder, order, pit, at, most=floor(order.remaining / 2, pit.terms.step))
    why_no_more = take(holder, order, pit, at, most=order.remaining)
    if order.is_live:
        _settle(holder, order, pit, at, why_no_more)


def take(holder: Holder, order: OrderState, pit: Pit, at: datetime, *, most: Decimal) -> str:
    """Take up to `most` at the prices of the book; return in words why not all of it."""
    left = most
    for level in _within(order, pit):
        if not left or not order.is_live:
            break
        wanted = min(left, level.amount)
        if is_closing(order):
            wanted = min(wanted, closable(holder.state, order))
        amount = affordable(holder, order, level.price, wanted)
        if amount > 0:
            _fill(holder, order, pit, Level(level.price, amount), at)
            left -= amount
        if amount < wanted:
            return "no_funds: there is no money for the rest"
    return "" if not left else _why_no_more(order, pit)


def rest(order: OrderState, pit: Pit, at: datetime) -> None:
    """Put the remainder into the book, behind what stands there."""
    price = order.price
    order.status, order.rests_since = "open", pit.market_time(at)
    order.queue = None if price is None else pit.depth.standing(order.request.side, price)
    shown = order.request.shown_amount
    order.slice_left = None if shown is None else min(shown, order.remaining)


def _fill(holder: Holder, order: OrderState, pit: Pit, part: Level, at: datetime) -> None:
    pit.depth.take(order.request.side, part.price, part.amount)
    assumption = of_taking(order, pit, at)
    holder.fill(order, Execution(part.price, part.amount, at, is_maker=False, assumption=assumption))
    after_fill(holder, order, at)


def _within(order: OrderState, pit: Pit) -> list[Level]:
    """Return the levels that an order may take: up to its limit or, without one, within the price band."""
    side, limit = order.request.side, order.limit
    if limit is None:
        limit = _edge_of_band(order, pit)
    levels = pit.depth.facing(side)
    if limit is None:
        return levels
    return [one for one in levels if (one.price <= limit if side == "buy" else one.price >= limit)]


def _edge_of_band(order: OrderState, pit: Pit) -> Decimal | None:
    if pit.last is None:
        return None
    band = pit.terms.price_band if order.request.side == "buy" else -pit.terms.price_band
    return pit.last * (1 + band)


def _why_not_whole(holder: Holder, order: OrderState, pit: Pit, at: datetime) -> str:
    """Return why an order cannot fill at once as a whole: fill a copy of it, and see."""
    account, twin = on_trial(holder, order)
    wanted = min(order.remaining, closable(account.state, twin)) if is_closing(twin) else order.remaining
    left = wanted
    for level in _within(order, pit):
        part = min(left, level.amount)
        if not part:
            break
        if affordable(account, twin, level.price, part) < part:
            return "no_funds: there is no money for the whole of it"
        account.fill(twin, Execution(level.price, part, at, is_maker=False, assumption=""))
        left -= part
    return f"fok: only {wanted - left} of {wanted} stand within its limit" if left else ""


def _why_no_more(order: OrderState, pit: Pit) -> str:
    if order.limit is not None:
        return "ioc: no more stood within its limit"
    if len(_within(order, pit)) < len(pit.depth.facing(order.request.side)):
        return f"price_band: the rest stood more than {pit.terms.price_band:%} from the last price"
    return "ioc: the visible book held no more"


def _settle(holder: Holder, order: OrderState, pit: Pit, at: datetime, why_no_more: str) -> None:
    can_rest = order.limit is not None and order.request.time_in_force in {"gtc", "post_only"}
    if not can_rest or why_no_more.startswith("no_funds"):
        holder.finish(order, "canceled", why_no_more, at)
        return
    rest(order, pit, at)
    order.updated_at, holder.is_changed = at, True
