"""What an order would come to at the price of now: its price, cost, fees, risk, reward and liquidation.

Pure. Every figure that rests on something unknown is None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.errors import UserMistake
from services.exchange.exchange import Market
from services.exchange.prices import to_tick
from services.trading.losses import known_fee, risk_of_one
from services.trading.orders.looking import Look
from services.trading.orders.messages import Preview
from services.trading.orders.plans.dca import ladder
from services.trading.orders.resulting import liquidation
from services.trading.orders.sizing import Sizing, amount_for, check_least, step_of
from services.trading.orders.wishes import Wish, check_sides

_NOTHING: Final = Decimal(0)
_TAKING: Final = ("market", "stop", "take_profit", "trailing", "twap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a wish comes to: how much of it, at which price, and what moves the price."""

    amount: Decimal
    price: Decimal
    slippage: Decimal | None
    leverage: Decimal | None


def estimate(wish: Wish, look: Look) -> Estimate:
    """Reckon the amount of a wish, rounded down to the step.

    Raises:
        UserMistake: it is too little for the market, a price is on its wrong side, the leverage is more than
            there is, or a size by risk cannot be told.
    """
    leverage = _leverage(wish, look)
    price_of = _pricing(wish, look)
    check_sides(wish, price_of(_NOTHING), look.quote.price)
    sizing = Sizing(
        size=wish.size,
        by=wish.terms.size_by,
        step=step_of(look.market),
        stop=wish.stop,
        equity=_equity(wish, look),
        fee=_fee(wish, look),
    )
    amount = amount_for(sizing, price_of)
    parts = wish.terms.slices if wish.type in {"iceberg", "twap", "dca"} else 1
    check_least(amount, _cheapest(wish, price_of(amount)), look.market, parts=parts)
    takes = wish.type in {"market", "bracket"} and wish.price is None
    slippage = look.expected(wish.side, amount)[1] if takes else None
    return Estimate(amount=amount, price=price_of(amount), slippage=slippage, leverage=leverage)


def _equity(wish: Wish, look: Look) -> Decimal | None:
    if wish.terms.size_by != "risk":
        return None
    equity, currency = look.picture.equity, look.picture.currency
    if equity is None or currency != look.market.quote:
        raise UserMistake(
            f"What the account is worth in {look.market.quote} is not known: a size by risk cannot be told.",
            hint="Give a quantity or a sum instead.",
        )
    return max(equity, _NOTHING)


def _fee(wish: Wish, look: Look) -> Decimal | None:
    return known_fee(look.market) if wish.terms.size_by == "risk" else look.market.taker_fee


def _leverage(wish: Wish, look: Look) -> Decimal | None:
    if wish.leverage is not None and not look.market.is_swap:
        raise UserMistake(f"{look.market.name} has no leverage.", hint="Leave the leverage out.")
    most = look.market.max_leverage
    if wish.leverage is not None and most is not None and wish.leverage > most:
        raise UserMistake(
            f"{look.market.name} takes a leverage of up to {most:f}.", hint="Choose a lower leverage."
        )
    held = (one.position.leverage for one in look.picture.holdings if one.position.market == look.market.name)
    return wish.leverage or next(held, None)


def _pricing(wish: Wish, look: Look) -> Callable[[Decimal], Decimal]:
    """Return what an amount would cost apiece: the book's answer, the own price, or the mean of a ladder."""
    fixed = _own_price(wish, look)
    if fixed is not None:
        return lambda _amount: fixed
    return lambda amount: look.expected(wish.side, amount)[0]


def _own_price(wish: Wish, look: Look) -> Decimal | None:
    match wish.type:
        case "dca":
            prices = ladder_of(wish, look)
            return sum(prices, _NOTHING) / len(prices)
        case "oco" if wish.price is not None and wish.trigger is not None:
            return max(wish.price, wish.trigger)
        case "trailing" | "twap":
            return look.quote.price
    return wish.price or wish.trigger


def ladder_of(wish: Wish, look: Look) -> tuple[Decimal, ...]:
    """Return the prices of a ladder, the nearest first.

    Raises:
        UserMistake: it would not begin on the better side of the price, or has no room for so many steps.
    """
    near, far = wish.trigger or look.quote.price, wish.price or look.quote.price
    if wish.sign * (look.quote.price - far) <= 0 or wish.sign * (near - far) <= 0:
        raise UserMistake(
            f"A ladder leads from the price of now, {look.quote.price:f}, to a better one.",
            hint="Give a last price below it for a buy, above it for a sell.",
        )
    count = wish.terms.slices
    prices = ladder(near, far, count, look.market.tick, has_near=wish.trigger is not None)
    if len(set(prices)) < count:
        raise UserMistake("The steps of the ladder are too near to each other.", hint="Ask for fewer steps.")
    return prices


def _cheapest(wish: Wish, price: Decimal) -> Decimal:
    """Return the least price at which a part of it may be sent, which decides whether it is enough."""
    prices = [one for one in (wish.price, price) if one is not None]
    return min(prices)


def preview(wish: Wish, look: Look, found: Estimate) -> Preview:
    """Return what the card of an order shows."""
    market, cost = look.market, found.amount * found.price
    fee_rate = _fee_rate(wish, look)
    risk = _risk(wish, market, found)
    equity = look.picture.equity if look.picture.currency == market.quote else None
    end = liquidation(wish, look, amount=found.amount, price=found.price, leverage=found.leverage)
    return Preview(
        market=market.name,
        side=wish.side,
        type=wish.type,
        amount=found.amount,
        price=to_tick(found.price, market.tick),
        tick=market.tick,
        cost=cost,
        fee=None if fee_rate is None else cost * fee_rate,
        slippage=found.slippage,
        risk=risk,
        risk_share=risk / equity if risk is not None and equity else None,
        reward=_reward(wish, market, found, risk),
        trigger=wish.trigger,
        stop=wish.stop,
        target=wish.target,
        trail=wish.trail,
        leverage=found.leverage,
        liquidation=end.price,
        is_never_liquidated=end.is_never,
        slices=wish.terms.slices if wish.type in {"iceberg", "twap", "dca"} else 0,
        seconds=wish.terms.minutes * 60 if wish.type == "twap" else 0,
        is_reducing=wish.is_reducing,
        is_post_only=wish.terms.is_post_only,
        rounded=list(wish.rounded),
        origin=look.quote.origin,
    )


def _fee_rate(wish: Wish, look: Look) -> Decimal | None:
    """Return the share that is paid: the maker's only where it is sure to rest."""
    rests = wish.terms.is_post_only or wish.type == "dca"
    if wish.type not in _TAKING and wish.price is not None and not rests:
        rests = wish.sign * (look.quote.price - wish.price) > 0
    return look.market.maker_fee if rests else look.market.taker_fee


def _risk(wish: Wish, market: Market, found: Estimate) -> Decimal | None:
    if wish.stop is None or market.taker_fee is None:
        return None
    return found.amount * risk_of_one(found.price, wish.stop, market.taker_fee)


def _reward(wish: Wish, market: Market, found: Estimate, risk: Decimal | None) -> Decimal | None:
    if wish.target is None or market.taker_fee is None or not risk:
        return None
    fees = market.taker_fee * (found.price + wish.target)
    return found.amount * (abs(wish.target - found.price) - fees) / risk
