"""Whether an order may be sent: checked before anything leaves this machine, and nothing is rounded.

Pure functions of the request, the market, and how the account trades. How the order is then written for
its venue stands in `sending`.
"""

from __future__ import annotations

from decimal import Decimal

from services.errors import OrderRejected
from services.exchange.exchange import Market
from services.exchange.orders import AccountModes, OrderRequest, Refusal
from services.exchange.venues.private_quirks import PrivateQuirks

LONGEST_CLIENT_ID = 50
MOST_TRAILING_PERCENT = Decimal(10)
_LIMITS = frozenset({"limit", "stop_limit", "take_profit_limit"})
_TRIGGERS = frozenset({"stop", "stop_limit", "take_profit", "take_profit_limit"})


def refused(venue: str, reason: Refusal, message: str, *, hint: str = "") -> OrderRejected:
    """Return the error for an order that is not sent, or that the venue did not take."""
    return OrderRejected(message, hint=hint, facts={"venue": venue, "reason": reason})


def has_trigger(request: OrderRequest) -> bool:
    """Tell whether the order waits for a price before it is one."""
    return request.kind not in {"market", "limit"}


def has_limit(request: OrderRequest) -> bool:
    """Tell whether the order, once it is one, has a worst price."""
    return request.kind in _LIMITS


def check(request: OrderRequest, market: Market, quirks: PrivateQuirks, venue: str) -> None:
    """Let an order pass that the venue can take exactly as it is.

    Raises:
        OrderRejected: it cannot, and why.
    """
    if not market.is_open:
        raise refused(
            venue, "market_closed", f"{market.name} is closed at {venue}.", hint="Wait until it opens."
        )
    _check_identity(request, venue)
    _check_offered(request, market, quirks, venue)
    _check_prices(request, market, venue)
    check_amount(request.amount, market, venue)
    _check_cost(request, market, venue)


def check_modes(request: OrderRequest, modes: AccountModes, venue: str) -> None:
    """Let an order of a contract pass that says what the account's position mode needs.

    Raises:
        OrderRejected: the account is one-way and the order is hedged, or the reverse.
    """
    if modes.is_hedged == (request.position_side is not None):
        return
    mode, lacks = ("hedge", "does not say") if modes.is_hedged else ("one-way", "says")
    raise refused(
        venue,
        "position_mode",
        f"The account is in {mode} mode, and the order {lacks} which position it is for.",
        hint="Name the position in hedge mode, and none in one-way mode.",
    )


def check_direction(request: OrderRequest, price: Decimal, venue: str) -> None:
    """Let a trigger pass that has not been reached: such a venue reads its meaning off the side it is on.

    Raises:
        OrderRejected: the price is already beyond it.
    """
    trigger = request.trigger_price
    is_above = (request.side == "buy") == request.kind.startswith("stop")
    if trigger is None or (trigger > price if is_above else trigger < price):
        return
    raise refused(
        venue,
        "already_triggered",
        f"The price is {price}, already beyond the trigger at {trigger}.",
        hint="Choose a trigger on the other side of the price.",
    )


def _check_identity(request: OrderRequest, venue: str) -> None:
    if not 0 < len(request.client_id) <= LONGEST_CLIENT_ID:
        raise refused(venue, "other", f"A client id has 1 to {LONGEST_CLIENT_ID} characters.")


def _check_offered(request: OrderRequest, market: Market, quirks: PrivateQuirks, venue: str) -> None:
    lacking = _lacking(request, market, quirks)
    if lacking:
        raise refused(
            venue,
            "unsupported",
            f"{venue} cannot take {lacking} exactly as asked, so nothing was sent.",
            hint="Send another kind of order.",
        )


def _lacking(request: OrderRequest, market: Market, quirks: PrivateQuirks) -> str:
    """Return in words what the venue cannot do of this, or an empty text."""
    is_trigger = request.kind in _TRIGGERS
    wishes = {
        "an iceberg": request.shown_amount is not None,
        "one order that cancels another": request.cancels is not None,
        "a series of slices": request.twap is not None,
        "a trailing order": request.kind == "trailing" and not (quirks.has_trailing and market.is_swap),
        f"a trigger by the {request.trigger_by} price": is_trigger
        and request.trigger_by not in quirks.trigger_words,
        "a trigger that opens a position": is_trigger
        and market.is_swap
        and not (request.is_reduce_only or quirks.has_entry_triggers),
        "an attached stop": bool(request.stop_loss or request.take_profit)
        and not (quirks.has_attached_stops and market.is_swap and not has_trigger(request)),
        "a market order that waits in the book": not has_limit(request)
        and request.time_in_force == "post_only",
        **_lacking_on_spot(request, market, quirks),
        **_lacking_in_margin(request, market, quirks),
    }
    return next((words for words, is_wished in wishes.items() if is_wished), "")


def _lacking_on_spot(request: OrderRequest, market: Market, quirks: PrivateQuirks) -> dict[str, bool]:
    is_spot, is_unified = not market.is_swap, quirks.protocol == "bitget_unified"
    is_market_buy = request.side == "buy" and not has_limit(request)
    return {
        "reduce-only, a position side or a margin mode on spot": is_spot
        and bool(request.is_reduce_only or request.position_side or request.margin_mode),
        "a market buy of an amount of base currency on spot": is_spot
        and is_market_buy
        and quirks.spot_buys_count_quote,
        "a trigger on spot": is_spot and has_trigger(request) and is_unified,
    }


def _lacking_in_margin(request: OrderRequest, market: Market, quirks: PrivateQuirks) -> dict[str, bool]:
    is_inverse = market.is_swap and market.settle == market.base
    return {
        "a margin mode of its own": request.margin_mode is not None and not quirks.has_margin_mode_per_order,
        "an amount of base currency of an inverse contract": is_inverse and not quirks.inverse_counts_base,
    }


def check_price(price: Decimal, market: Market, venue: str) -> None:
    """Let a price pass that is on the market's step. Raises `OrderRejected`."""
    if price <= 0 or price % market.tick:
        raise refused(
            venue,
            "precision",
            f"{price} is not on the price step of {market.name}, which is {market.tick}.",
            hint="Round the price to the step, in the direction you can accept.",
        )


def check_amount(amount: Decimal, market: Market, venue: str) -> None:
    """Let an amount pass that is on the market's step and not too small. Raises `OrderRejected`."""
    if market.step is not None and amount % market.step:
        raise refused(
            venue,
            "precision",
            f"{amount} is not on the amount step of {market.name}, which is {market.step}.",
            hint="Round the amount down to the step.",
        )
    if amount <= 0 or (market.min_amount is not None and amount < market.min_amount):
        raise refused(
            venue,
            "below_min_amount",
            f"The least amount of {market.name} is {market.min_amount or market.step}.",
            hint="Send more, or nothing.",
        )


def _check_prices(request: OrderRequest, market: Market, venue: str) -> None:
    if has_limit(request) and request.price is None:
        raise refused(venue, "other", f"A {request.kind} order needs a price.")
    if request.kind in _TRIGGERS and request.trigger_price is None:
        raise refused(venue, "other", f"A {request.kind} order needs a trigger price.")
    _check_trailing(request, venue)
    for price in (request.price, request.trigger_price, request.stop_loss, request.take_profit):
        if price is not None:
            check_price(price, market, venue)


def _check_trailing(request: OrderRequest, venue: str) -> None:
    if request.kind != "trailing":
        return
    percent = request.trailing_percent
    if percent is None or not 0 < percent <= MOST_TRAILING_PERCENT:
        raise refused(venue, "other", f"A trailing order falls back by up to {MOST_TRAILING_PERCENT} %.")


def _check_cost(request: OrderRequest, market: Market, venue: str) -> None:
    price = request.price if has_limit(request) else request.trigger_price
    if request.is_reduce_only or price is None or market.min_cost is None:
        return
    if price * request.amount < market.min_cost:
        raise refused(
            venue,
            "below_min_cost",
            f"The least cost of an order of {market.name} is {market.min_cost} {market.quote}.",
            hint="Send more, or nothing.",
        )
