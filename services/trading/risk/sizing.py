"""How large a position may be, from the distance of its stop; for whoever asks before ordering."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from analytics.risk import capped_kelly, targets
from services.errors import UserMistake
from services.exchange.prices import to_amount, to_price
from services.locales import LOCALES, Locale
from services.locales.reading import read_number, read_percent
from services.market.messages import Quote
from services.trading.messages import AccountView
from services.trading.ports import ClosedTrade
from services.trading.risk.limits import Limits
from services.trading.risk.messages import SizePosition, Sizing

_HUNDRED: Final = Decimal(100)
_FARTHEST: Final = Decimal(5)
_STEP: Final = Decimal("0.00000001")
"""Where a venue tells no step of amounts."""


def size_of(
    request: SizePosition,
    *,
    quote: Quote,
    step: Decimal | None,
    equity: Decimal | None,
    limits: Limits,
    trades: Sequence[ClosedTrade],
    account: AccountView,
) -> Sizing:
    """Return the size whose loss at the stop is the wanted part of equity, rounded down to the step.

    A size beyond the position's own limit is cut to it, and `risk` then is what is truly lost.

    Raises:
        UserMistake: a number cannot be read, the stop is at the entry, or the risk is above the limit.
    """
    entry, stop = _entry_and_stop(request, quote)
    equity = _known(equity)
    share = _share(request, limits["risk_per_trade"].value)
    most = limits["position_share"].value * equity / entry
    amount = floored(min(equity * share / abs(entry - stop), most), step or _STEP)
    known = [float(one.r) for one in trades if one.r is not None]
    kelly = capped_kelly(known)
    return Sizing(
        market=quote.market,
        entry=entry,
        stop=stop,
        tick=quote.tick,
        equity=equity,
        risk_share=share,
        risk=amount * abs(entry - stop),
        amount=amount,
        cost=amount * entry,
        leverage_needed=amount * entry / equity,
        kelly_share=None if kelly is None else to_amount(kelly),
        trades=len(known),
        targets=_targets(entry, stop, quote.tick),
        account=account,
    )


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


def floored(amount: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of `step` that is at most `amount`."""
    return amount // step * step


def _share(request: SizePosition, limit: Decimal) -> Decimal:
    if not request.risk:
        return limit
    found = read_percent(request.risk, _locale(request.locale))
    if not found or found[0] <= 0:
        raise UserMistake("That is no risk in percent.", hint="Write a number such as 1 or 0.5%.")
    if found[0] / _HUNDRED > limit:
        raise UserMistake(
            "That is more than may be at risk in one trade.", hint="/risk show tells the limits."
        )
    return found[0] / _HUNDRED


def _price(text: str, locale: str, quote: Quote) -> Decimal:
    """Read a price; of two ways to read it the one that is near the market."""
    found = [one for one in read_number(text, _locale(locale)) if one > 0]
    near = [one for one in found if quote.price / _FARTHEST <= one <= quote.price * _FARTHEST]
    if not near:
        raise UserMistake(
            "That is no price of this market.", hint="Write a number near the last price, such as 61000."
        )
    return round(near[0] / quote.tick) * quote.tick


def _locale(written: str) -> Locale:
    return next((one for one in LOCALES if one == written), "en")
