"""The position that an order would leave, and where that would be liquidated. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from services.exchange.exchange import Market
from services.exchange.orders import Position
from services.exchange.prices import to_tick
from services.trading.liquidation import Liquidation, estimate
from services.trading.orders.looking import Look
from services.trading.orders.wishes import Wish

_HALF: Final = Decimal("0.5")


def liquidation(
    wish: Wish, look: Look, *, amount: Decimal, price: Decimal, leverage: Decimal | None
) -> Liquidation:
    """Return where the position would be liquidated that there is once a wish has filled at `price`.

    Reckoned as that of an open position: across the account, but for a market that is margined apart. Where
    nothing of the market is held yet, its maintenance rate is taken to be half of the margin at the greatest
    leverage, as in the first tier of most contracts.
    """
    market, picture = look.market, look.picture
    if not market.is_swap or wish.is_reducing or picture.currency != market.quote:
        return Liquidation()
    held = [one.position for one in picture.holdings]
    side = "long" if wish.sign > 0 else "short"
    mine = [
        one for one in held if one.market == market.name and (not look.modes.is_hedged or one.side == side)
    ]
    made = _made(wish, look, amount=amount, price=price, leverage=leverage)
    after = made if not mine or made is None else _joined(mine[0], made)
    if after is None or market.taker_fee is None:
        return Liquidation()
    rest = [one for one in held if one not in mine]
    paid = amount * price * market.taker_fee
    equity = None if picture.equity is None else picture.equity - paid
    found = estimate(after, [*rest, after], equity)
    if found.price is None:
        return found
    return Liquidation(to_tick(found.price, market.tick))


def _made(
    wish: Wish, look: Look, *, amount: Decimal, price: Decimal, leverage: Decimal | None
) -> Position | None:
    """Return what an order makes by itself; None where its maintenance margin cannot be told."""
    rate = _rate(look.market)
    if rate is None:
        return None
    return Position(
        market=look.market.name,
        side="long" if wish.sign > 0 else "short",
        amount=amount,
        entry=price,
        as_of=look.picture.at,
        mark=price,
        leverage=leverage,
        margin_mode="cross",
        margin=None if leverage is None else amount * price / leverage,
        maintenance=amount * price * rate,
    )


def _rate(market: Market) -> Decimal | None:
    if market.max_leverage is None or market.taker_fee is None:
        return None
    return _HALF / market.max_leverage + market.taker_fee


def _joined(held: Position, made: Position) -> Position | None:
    """Return what a fill makes of a position; None where it only makes it smaller.

    The mark is the mean of both, at which the account is worth what it is now.
    """
    if held.mark is None or held.maintenance is None:
        return None
    rate = held.maintenance / (held.amount * held.mark)
    if held.side != made.side:
        return _turned(held, made, rate)
    amount = held.amount + made.amount
    mark = (held.amount * held.mark + made.amount * (made.mark or made.entry)) / amount
    known = held.margin is not None and made.margin is not None
    return Position(
        market=held.market,
        side=held.side,
        amount=amount,
        entry=(held.amount * held.entry + made.amount * made.entry) / amount,
        as_of=held.as_of,
        mark=mark,
        leverage=made.leverage,
        margin_mode=held.margin_mode,
        margin=(held.margin or Decimal(0)) + (made.margin or Decimal(0)) if known else None,
        maintenance=rate * amount * mark,
    )


def _turned(held: Position, made: Position, rate: Decimal) -> Position | None:
    """Return what is left of an order that first closes a position of the other side; None for nothing."""
    left = made.amount - held.amount
    if left <= 0:
        return None
    return Position(
        market=made.market,
        side=made.side,
        amount=left,
        entry=made.entry,
        as_of=made.as_of,
        mark=made.entry,
        leverage=made.leverage,
        margin_mode=held.margin_mode,
        margin=None if made.margin is None else made.margin * left / made.amount,
        maintenance=rate * left * made.entry,
    )
