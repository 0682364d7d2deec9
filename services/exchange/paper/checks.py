"""What an order must fulfil to be accepted. Each check raises `OrderRejected` with its reason, or passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import NoReturn

from services.exchange.orders import OrderRequest, Refusal
from services.exchange.paper import margin
from services.exchange.paper.holder import Holder, floor
from services.exchange.paper.pit import Pit
from services.exchange.paper.refusals import refusal
from services.exchange.paper.reserves import closable, is_closing, need, opening, opposed
from services.exchange.paper.state import OrderState
from services.exchange.paper.triggers import is_reached

_LIMITED = frozenset({"limit", "stop_limit", "take_profit_limit"})
_STOPS = frozenset({"stop", "stop_limit", "take_profit", "take_profit_limit"})
_MOST_CALLBACK = Decimal(10)
_FEWEST_SLICES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An order that asks to be accepted, and what it is judged by."""

    holder: Holder
    order: OrderState
    pit: Pit
    venue: str
    at: datetime

    @property
    def asked(self) -> OrderRequest:
        """Return what was asked for."""
        return self.order.request

    def refuse(self, reason: Refusal, message: str, hint: str) -> NoReturn:
        """Raise the refusal."""
        raise refusal(self.venue, reason, message, hint)


def check_new(case: Case) -> None:
    """Judge a new order.

    Raises:
        OrderRejected: it is not accepted; its facts say why.
    """
    for check in _NEW:
        check(case)


def check_changed(case: Case) -> None:
    """Judge an order whose price or amount was changed. Raises as `check_new`."""
    for check in _CHANGED:
        check(case)


def _client_id(case: Case) -> None:
    known = case.holder.state.used_ids.get(case.asked.client_id)
    if case.asked.client_id and known is not None:
        case.refuse(
            "duplicate_id",
            f"The client id {case.asked.client_id} belongs to order {known} already.",
            "Look that order up; a new one needs a new client id.",
        )


def _sibling(case: Case) -> None:
    if _names_what_is_done(case) or _is_named_by_what_filled(case):
        case.refuse("already_done", "The other half of the pair has filled.", "Place no pair.")


def _names_what_is_done(case: Case) -> bool:
    order_id = case.holder.state.used_ids.get(case.asked.cancels or "")
    if order_id is None:
        return False
    other = case.holder.state.order(order_id)
    return other is None or (not other.is_live and other.filled > 0)


def _is_named_by_what_filled(case: Case) -> bool:
    """Return whether the half that was sent first, and named this one before it was there, has filled."""
    ours, state = case.asked.client_id, case.holder.state
    orders = chain(state.orders.values(), state.closed.values())
    return bool(ours) and any(one.request.cancels == ours and one.filled for one in orders)


def _position_mode(case: Case) -> None:
    wants_hedge = case.asked.position_side is not None
    is_hedged = case.holder.state.is_hedged and case.pit.terms.market.is_swap
    if wants_hedge != is_hedged:
        case.refuse(
            "position_mode",
            f"The account trades {case.pit.market} in {'hedge' if is_hedged else 'one-way'} mode.",
            "Name a position side in hedge mode, and none in one-way mode.",
        )


def _margin_mode(case: Case) -> None:
    asked, state = case.asked.margin_mode, case.holder.state
    if asked is None or not case.pit.terms.market.is_swap or asked == state.margin_mode_of(case.pit.market):
        return
    if state.position(case.pit.market) or any(
        one.request.market == case.pit.market for one in state.orders.values()
    ):
        case.refuse(
            "margin_mode",
            f"What {case.pit.market} has is margined {state.margin_mode_of(case.pit.market)}.",
            "Use that margin mode, or close them first.",
        )


def _supported(case: Case) -> None:
    what = _unsupported(case.asked, case.pit)
    if what:
        case.refuse("unsupported", f"This venue has no {what}.", "Ask for something else.")


def _unsupported(asked: OrderRequest, pit: Pit) -> str:
    market = pit.terms.market
    if market.settle is not None and market.settle != market.quote:
        return "contracts that are settled in another currency than their quote"
    if not market.is_swap and (asked.is_reduce_only or asked.margin_mode is not None):
        return "reduce-only orders and margin modes for spot"
    if asked.trigger_by == "index" and asked.kind not in {"market", "limit"}:
        return "index prices to trigger by"
    if asked.time_in_force != "gtc" and asked.kind not in _LIMITED | {"market"}:
        return f"{asked.kind} orders with time in force {asked.time_in_force}"
    if asked.time_in_force == "post_only" and asked.kind == "market":
        return "market orders that may only make"
    return _unsupported_slices(asked)


def _unsupported_slices(asked: OrderRequest) -> str:
    if asked.shown_amount is not None and (
        asked.kind != "limit" or asked.time_in_force not in {"gtc", "post_only"} or asked.twap is not None
    ):
        return "icebergs but of limit orders that rest"
    if asked.twap is not None and (asked.kind not in {"market", "limit"} or asked.time_in_force != "gtc"):
        return "slices over time but of market and limit orders"
    return ""


def _complete(case: Case) -> None:
    asked = case.asked
    lacks = {
        "a price": (asked.kind in _LIMITED) != (asked.price is not None),
        "a trigger price": (asked.kind in _STOPS and asked.trigger_price is None)
        or (asked.kind in {"market", "limit"} and asked.trigger_price is not None),
        "a callback of more than 0 and at most 10 %": (asked.kind == "trailing")
        != (asked.trailing_percent is not None and 0 < asked.trailing_percent <= _MOST_CALLBACK),
        "at least two slices over some time": asked.twap is not None
        and (asked.twap.slices < _FEWEST_SLICES or asked.twap.seconds <= 0),
    }
    wrong = next((what for what, is_wrong in lacks.items() if is_wrong), None)
    if wrong is not None:
        case.refuse(
            "other", f"Whether a {asked.kind} order has {wrong} is not as it must be.", "Put the order right."
        )


def _open_market(case: Case) -> None:
    if not case.pit.is_open:
        case.refuse("market_closed", f"{case.pit.market} is closed.", "Wait until the venue opens it again.")


def _fresh_market(case: Case) -> None:
    why = case.pit.why_stale(case.at, case.holder.settings.stale_after)
    if why:
        case.refuse("stale_market", f"Nothing is matched now: {why}.", "Try again when prices are fresh.")


def _precision(case: Case) -> None:
    terms, asked = case.pit.terms, case.asked
    amounts = (case.order.amount, asked.shown_amount)
    prices = (case.order.price, asked.trigger_price, asked.stop_loss, asked.take_profit)
    if any(one is not None and (one <= 0 or one % terms.step) for one in amounts):
        case.refuse(
            "precision",
            f"Amounts of {case.pit.market} are multiples of {terms.step}, above 0.",
            "Round the amount down to the step.",
        )
    if any(one is not None and (one <= 0 or one % terms.tick) for one in prices):
        case.refuse(
            "precision",
            f"Prices of {case.pit.market} are multiples of {terms.tick}, above 0.",
            "Round the price to the tick.",
        )


def _smallest(case: Case) -> None:
    terms, amount = case.pit.terms, case.order.amount
    twap = case.asked.twap
    part = amount if twap is None else floor(amount / twap.slices, terms.step)
    if part < terms.min_amount and not _closes_all(case):
        case.refuse(
            "below_min_amount",
            f"{part} is less than {terms.min_amount} of {terms.market.base}.",
            "Ask for more.",
        )
    price = _reference(case)
    if not is_closing(case.order) and part * price < terms.min_cost:
        case.refuse(
            "below_min_cost",
            f"{part} x {price} is less than {terms.min_cost} {terms.market.quote}.",
            "Ask for more.",
        )


def _closes_all(case: Case) -> bool:
    """Return whether nothing of a position would be left, so that no smaller rest can be asked for either."""
    order = case.order
    return (
        is_closing(order)
        and case.asked.twap is None
        and order.remaining >= closable(case.holder.state, order)
    )


def _reference(case: Case) -> Decimal:
    """Return the price that an order is judged by: its own, that of its trigger, or the last."""
    price = case.order.price or case.asked.trigger_price or case.pit.last
    if price is None:
        case.refuse("stale_market", f"There is no price of {case.pit.market} yet.", "Try again in a moment.")
    return price


def _band(case: Case) -> None:
    price, band = case.order.limit, case.pit.terms.price_band
    around = case.asked.trigger_price if case.asked.kind in _STOPS else case.pit.last
    if price is None or around is None:
        return
    is_outside = price > around * (1 + band) if case.asked.side == "buy" else price < around * (1 - band)
    if is_outside:
        case.refuse(
            "price_band",
            f"{price} is more than {band:%} beyond {around}.",
            "Take a price nearer to the market.",
        )


def _something_to_reduce(case: Case) -> None:
    if is_closing(case.order) and not closable(case.holder.state, case.order):
        case.refuse(
            "no_position", f"There is no position of {case.pit.market} to reduce.", "Look it up first."
        )


def _not_triggered(case: Case) -> None:
    price = case.pit.price_by(case.asked.trigger_by)
    if case.asked.kind in _STOPS and price is not None and is_reached(case.asked, price):
        case.refuse(
            "already_triggered",
            f"The {case.asked.trigger_by} price {price} is beyond {case.asked.trigger_price} already.",
            "Choose a trigger on the other side of the price.",
        )


def _protection(case: Case) -> None:
    entry, sign = _reference(case), 1 if case.asked.side == "buy" else -1
    stop, profit = case.asked.stop_loss, case.asked.take_profit
    is_beyond = (stop is not None and sign * (entry - stop) <= 0) or (
        profit is not None and sign * (profit - entry) <= 0
    )
    if is_beyond:
        case.refuse(
            "already_triggered",
            f"A stop loss or take profit lies on the wrong side of {entry}.",
            "Put the stop loss where the order loses and the take profit where it gains.",
        )


def _size(case: Case) -> None:
    terms, holder = case.pit.terms, case.holder
    opened = opening(holder.state, case.order, case.order.remaining)
    if not terms.tiers or not opened:
        return
    is_flip = opposed(holder.state, case.order) is not None
    held = None if is_flip else holder.state.position(case.pit.market, case.asked.position_side)
    notional = (opened + (held.amount if held is not None else 0)) * _reference(case)
    if notional > terms.tiers[-1].up_to:
        case.refuse(
            "above_max_amount",
            f"A position of {notional:.0f} is above the largest there is, {terms.tiers[-1].up_to}.",
            "Ask for less.",
        )
    most = margin.tier_of(terms.tiers, notional).max_leverage
    if holder.worth.leverage(case.pit.market) > most:
        case.refuse(
            "leverage",
            f"A position of {notional:.0f} allows a leverage of {most} at most.",
            "Set a lower leverage.",
        )


def _money(case: Case) -> None:
    order, holder = case.order, case.holder
    if order.reserve_price is None or order.is_conditional:
        return
    available = holder.worth.available(order)
    needed = need(holder.state, order, case.pit, order.reserve_price, holder.worth.leverage(case.pit.market))
    if available is None:
        case.refuse("stale_market", "The account cannot be valued yet.", "Try again when prices are fresh.")
    if needed > available:
        case.refuse(
            "no_funds",
            f"The order takes {needed:f} and {available:f} is free.",
            "Ask for less, or free some money.",
        )


_Check = Callable[[Case], None]
_NEW: tuple[_Check, ...] = (
    _client_id,
    _supported,
    _position_mode,
    _margin_mode,
    _complete,
    _open_market,
    _fresh_market,
    _precision,
    _smallest,
    _band,
    _something_to_reduce,
    _not_triggered,
    _sibling,
    _protection,
    _size,
    _money,
)
_CHANGED: tuple[_Check, ...] = (
    _open_market,
    _fresh_market,
    _precision,
    _smallest,
    _band,
    _protection,
    _size,
    _money,
)
