"""Rules about the market: whether it is open, its price, its book, how calm it is and how real its volume."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from analytics.risk import range_share
from services.exchange.prices import to_amount
from services.market.messages import BookLevel
from services.trading.messages import Verdict
from services.trading.risk.case import Case
from services.trading.risk.limits import OPEN_INTEREST_MOST, TERMS
from services.trading.risk.reckoning import entry_of, takes
from services.trading.risk.rules.declare import UNTOLD, held_to, passed, refused, rule

_NEAREST, _FURTHEST = Decimal("0.2"), Decimal(5)
_TERMS: Final = "Terms of the venue"
_UNCHECKED: Final = "The venue does not tell what is held open, so made-up volume cannot be found here."
_ON_STEP: Final = "Round it to what the venue takes."


@rule("market_closed", is_always=True)
def market_closed(case: Case) -> Verdict:
    """Refuse while the venue lets nobody trade the market."""
    if not case.market.is_open:
        return refused("market_closed", "The market is closed", "Wait until the venue opens it again.")
    return passed("market_closed", "The market is open")


@rule("venue_terms", is_always=True)
def venue_terms(case: Case) -> Verdict:
    """Refuse what the venue would refuse: off its steps, or smaller than it takes."""
    market, request = case.market, case.request
    if market.step is not None and request.amount % market.step:
        return _off(request.amount, market.step, "amount", _ON_STEP)
    for price in (request.price, request.trigger_price):
        if price is not None and price % market.tick:
            return _off(price, market.tick, "price", _ON_STEP)
    least = Decimal(0) if case.is_reducing or market.min_amount is None else market.min_amount
    if request.amount <= 0 or request.amount < least:
        return _off(request.amount, least, "amount", "Make the order larger.")
    price = entry_of(request, case.facts.price)
    cost = None if price is None else price * request.amount
    is_small = cost is not None and market.min_cost is not None and cost < market.min_cost
    if is_small and not case.is_reducing:
        return _off(cost, market.min_cost, "money", "Make the order larger.")
    return passed("venue_terms", _TERMS)


def _off(value: Decimal | None, limit: Decimal | None, unit: str, hint: str) -> Verdict:
    match unit:
        case "price":
            return refused("venue_terms", _TERMS, hint, value=value, limit=limit, unit="price")
        case "money":
            return refused("venue_terms", _TERMS, hint, value=value, limit=limit, unit="money")
    return refused("venue_terms", _TERMS, hint, value=value, limit=limit, unit="amount")


@rule("price_band", is_always=True)
def price_band(case: Case) -> Verdict:
    """Hold prices to what makes sense beside the last one.

    A limit order that would pay more (or sell for less) than the last price, and the price that the owner saw
    of an order at the market, may be the band away. What rests on the far side, and triggers, wait there on
    purpose: they are refused only beyond a fifth or five times the price, where a typing error is likelier.
    """
    last = case.facts.price
    if last is None:
        return held_to(case, "price_band", None)
    request = case.request
    named = (
        ("Distance of the limit from the last price", request.price),
        ("Distance of the trigger from the last price", request.trigger_price),
        ("Distance of the stop from the last price", request.stop_loss),
    )
    for words, price in named:
        if price is not None and not _NEAREST * last <= price <= _FURTHEST * last:
            return _slipped(words, price, last)
    return held_to(case, "price_band", _distance(case, last))


def _slipped(words: str, price: Decimal, last: Decimal) -> Verdict:
    """Return the refusal of a price where only a slip puts it, with how far away it is and may be."""
    most = _FURTHEST - 1 if price > last else 1 - _NEAREST
    away = abs(price - last) / last
    return refused("price_band", words, TERMS["price_band"].hint, value=away, limit=most, unit="percent")


def _distance(case: Case, last: Decimal) -> Decimal:
    """Return how far the order's price is from the last to its owner's loss; 0 where it is to no loss."""
    request, seen = case.request, case.intent.reference
    if request.price is not None:
        base = request.trigger_price or last
        worse = request.price - base if request.side == "buy" else base - request.price
        return max(Decimal(0), worse / base)
    if request.kind == "market" and seen:
        return Decimal(0) if case.is_reducing else abs(last - seen) / seen
    return Decimal(0)


@rule("spread")
def spread(case: Case) -> Verdict:
    """Hold the spread between bid and ask, of the price between them, to the limit."""
    bid, ask = _best(case)
    if bid is None or ask is None:
        return held_to(case, "spread", None)
    return held_to(case, "spread", max(Decimal(0), (ask - bid) / ((ask + bid) / 2)))


def _best(case: Case) -> tuple[Decimal | None, Decimal | None]:
    """Return bid and ask of the quote, else of the book."""
    quote, book = case.facts.quote, case.facts.book
    if quote is not None and quote.bid and quote.ask:
        return quote.bid, quote.ask
    if book is None or not book.bids or not book.asks:
        return None, None
    return book.bids[0].price, book.asks[0].price


@rule("volatility")
def volatility(case: Case) -> Verdict:
    """Hold the average true range of an hour, of the price, to the limit."""
    candles = case.facts.candles
    share = None if candles is None else range_share(candles)
    return held_to(case, "volatility", None if share is None else to_amount(share))


@rule("depth_share")
def depth_share(case: Case) -> Verdict | None:
    """Hold an order that takes from the book to a part of what stands there; one that rests says nothing.

    Of an order in slices one slice counts: the book fills up between two.
    """
    request, book = case.request, case.facts.book
    if not takes(request, case.facts.price):
        return None
    if book is None:
        return held_to(case, "depth_share", None)
    visible = _sum_of(book.asks if request.side == "buy" else book.bids)
    if visible <= 0:
        return held_to(case, "depth_share", None, why="Nothing stands in the book on that side.")
    slices = 1 if request.twap is None else max(1, request.twap.slices)
    return held_to(case, "depth_share", request.amount / slices / visible)


def _sum_of(levels: list[BookLevel]) -> Decimal:
    return sum((one.amount for one in levels), Decimal(0))


@rule("min_volume")
def min_volume(case: Case) -> Verdict:
    """Refuse a market of which too little is traded to get out of it again."""
    quote = case.facts.quote
    return held_to(case, "min_volume", None if quote is None else quote.volume_24h)


@rule("wash_trade")
def wash_trade(case: Case) -> Verdict | None:
    """Refuse a contract of which far more is traded in a day than is held: its volume may be made up.

    Who trades with himself adds to the volume and not to the open interest. The source calls more than five
    times suspicious of all the perpetuals of a venue. One honest market may have such a day by itself, so
    four times as much is refused; that factor is our own choice and rests on no study. Spot has no open
    interest, and this rule then says nothing. Of a venue that tells none it cannot be checked, which is said.

    Source: the ratio of volume to open interest, a trader's rule of thumb (Solana Legend, on X), as told by
    meme-insider.com, Spotting Wash Trading in Crypto Exchanges.
    """
    quote, interest = case.facts.quote, case.facts.interest
    if case.market.settle is None:
        return None
    words, volume = "Volume beside what is held open", None if quote is None else quote.volume_24h
    held = None if interest is None else interest.cost
    if "interest" in case.facts.not_offered:
        return Verdict(rule="wash_trade", words=words, is_passed=True, unit="text", hint=_UNCHECKED)
    if volume is None or not held or held < 0:
        return refused("wash_trade", words, UNTOLD, limit=OPEN_INTEREST_MOST, unit="number")
    ratio = volume / held
    if ratio <= OPEN_INTEREST_MOST:
        return passed("wash_trade", words, value=ratio, limit=OPEN_INTEREST_MOST)
    hint = "Choose another market: much of what is traded here may be made up."
    return refused("wash_trade", words, hint, value=ratio, limit=OPEN_INTEREST_MOST, unit="number")
