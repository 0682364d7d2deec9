"""How large a position may be, from the distance of its stop; for whoever asks before ordering."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from analytics.risk import capped_kelly, targets
from services.errors import UserMistake
from services.exchange.exchange import Market
from services.exchange.prices import on_step, to_amount, to_price, to_tick
from services.locales import locale_of
from services.locales.reading import read_number, read_percent
from services.market.messages import Quote
from services.trading.losses import known_fee, risk_of_one
from services.trading.messages import AccountView
from services.trading.ports import ClosedTrade
from services.trading.risk.limits import Limits
from services.trading.risk.messages import SizePosition, Sizing

_HUNDRED: Final = Decimal(100)
_FARTHEST: Final = Decimal(5)
_IN_EQUITIES: Final = ("position_share", "market_share", "exposure", "correlated", "leverage")
"""Limits that a size alone can reach, in equities."""


def size_of(
    request: SizePosition,
    *,
    quote: Quote,
    market: Market,
    equity: Decimal | None,
    limits: Limits,
    trades: Sequence[ClosedTrade],
    account: AccountView,
) -> Sizing:
    """Return the size that loses the wanted part of equity at the stop, down to the step and the limits.

    Raises:
        UserMistake: a number cannot be read, the stop is at the entry, the risk above the limit, or the
            fee of the market is not known.
    """
    (entry, stop), equity = _entry_and_stop(request, quote), _known(equity)
    share = _share(request, limits["risk_per_trade"].value)
    one, (most, name) = risk_of_one(entry, stop, known_fee(market)), _most(limits)
    wanted, most = equity * share / one, most * equity / entry
    amount, known = on_step(min(wanted, most), market.step), _known_r(trades)
    return Sizing(
        market=quote.market,
        entry=entry,
        stop=stop,
        tick=quote.tick,
        equity=equity,
        risk_share=amount * one / equity,
        risk=amount * one,
        amount=amount,
        cost=amount * entry,
        leverage_needed=amount * entry / equity,
        kelly_share=_kelly(known),
        trades=len(known),
        targets=_targets(entry, stop, quote.tick),
        account=account,
        wanted_share=share,
        cut_by=name if wanted > most else "",
    )


def _known_r(trades: Sequence[ClosedTrade]) -> list[float]:
    return [float(trade.r) for trade in trades if trade.r is not None]


def _kelly(known: Sequence[float]) -> Decimal | None:
    share = capped_kelly(known)
    return None if share is None else to_amount(share)


def _most(limits: Limits) -> tuple[Decimal, str]:
    """Return how many equities a position may be large where nothing else is open, and the limit's name."""
    return min(((limits[name].value, name) for name in _IN_EQUITIES), key=lambda pair: pair[0])


def _entry_and_stop(request: SizePosition, quote: Quote) -> tuple[Decimal, Decimal]:
    entry = _price(request.entry, request.locale, quote) if request.entry else quote.price
    stop = _price(request.stop, request.locale, quote)
    if entry == stop:
        raise UserMistake("The stop is at the entry.", hint="Place it where the idea is proven wrong.")
    return entry, stop


def _known(equity: Decimal | None) -> Decimal:
    if equity is None or equity <= 0:
        raise UserMistake(
            "This account has no equity to size by.", hint="Look at /balance, or use another account."
        )
    return equity


def _targets(entry: Decimal, stop: Decimal, tick: Decimal) -> list[Decimal]:
    found = targets(entry=float(entry), stop=float(stop))
    return [to_price(price, tick) for price in found if price > 0]


def _share(request: SizePosition, limit: Decimal) -> Decimal:
    if not request.risk:
        return limit
    found = read_percent(request.risk, locale_of(request.locale))
    if not found or found[0] <= 0:
        raise UserMistake("That is no risk in percent.", hint="Write a number such as 1 or 0.5%.")
    if found[0] / _HUNDRED > limit:
        raise UserMistake(
            "That is more than may be at risk in one trade.", hint="/risk show tells the limits."
        )
    return found[0] / _HUNDRED


def _price(text: str, locale: str, quote: Quote) -> Decimal:
    """Read a price; of two ways to read it the one that is near the market."""
    found = [one for one in read_number(text, locale_of(locale)) if one > 0]
    near = [one for one in found if quote.price / _FARTHEST <= one <= quote.price * _FARTHEST]
    if not near:
        raise UserMistake(
            "That is no price of this market.", hint="Write a number near the last price, such as 61000."
        )
    return to_tick(near[0], quote.tick)
