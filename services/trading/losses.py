"""What a position loses at its stop: one meaning of risk for whoever sizes, shows or judges an order.

Belongs here: what that is, and which stop of a position was its first: the one that was sent with the first
order, else the first that was sent while it was open. What was not taken by the venue, or stood where nothing
was lost, is none. What may be lost is a limit, and stands in `risk`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from services.errors import UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import STOPS, PositionSide, sign_of
from services.store.trading_rows import IntentRow
from services.trading.ordered import asked_in

BEFORE: Final = timedelta(minutes=1)
"""A stop may be sent shortly before the fill that it protects is seen."""
_TAKEN: Final = frozenset({"open", "filled", "canceled"})
"""How a separate stop stands that the venue took; the order that opened a position shows it by its fill."""


def risk_of_one(price: Decimal, stop: Decimal, fee: Decimal) -> Decimal:
    """Return what one unit loses from `price` to `stop`, the fees of both in it, in quote currency.

    Source: the percent risk model of V. K. Tharp, *Trade Your Way to Financial Freedom* (1998), with fees.
    """
    return abs(price - stop) + fee * (price + stop)


def known_fee(market: Market) -> Decimal:
    """Return the share of the cost that an order pays each way.

    Raises:
        UserMistake: it is not known, and so is no risk.
    """
    if market.taker_fee is None:
        raise UserMistake(
            f"The fee of {market.name} is not known: a size by risk cannot be told.",
            hint="Give a quantity or a sum instead.",
        )
    return market.taker_fee


def lost_at(stop: Decimal | None, *, entry: Decimal, side: PositionSide) -> Decimal | None:
    """Return what one unit of a position loses from its entry to a stop; None for one that loses nothing."""
    lost = None if stop is None else (entry - stop) * sign_of(side)
    return lost if lost is not None and lost > 0 else None


class Stops:
    """The first stops of positions of one account, as intents say them."""

    def __init__(self, intents: Iterable[IntentRow]) -> None:
        self._attached: dict[str, Decimal] = {}
        self._separate: dict[tuple[str, str], list[tuple[datetime, Decimal]]] = defaultdict(list)
        for row in sorted(intents, key=lambda one: (one.created_at, one.id)):
            asked = asked_in(row)
            if asked.stop_loss is not None:
                self._attached[row.client_id] = asked.stop_loss
            is_stop = row.status in _TAKEN and row.kind in STOPS and row.is_reducing
            if is_stop and asked.trigger_price is not None:
                self._separate[row.market, row.side].append((row.created_at, asked.trigger_price))

    def first(
        self,
        market: str,
        side: PositionSide,
        *,
        entry: Decimal,
        opener: str,
        since: datetime,
        until: datetime | None = None,
    ) -> Decimal | None:
        """Return the first stop of a position.

        Args:
            market: where it is.
            side: of the position.
            entry: what one unit of it cost.
            opener: the client id of its first fill.
            since: when that was.
            until: when it was closed; None while it is open.
        """
        attached = self._attached.get(opener)
        if attached is not None and lost_at(attached, entry=entry, side=side):
            return attached
        known = self._separate.get((market, "sell" if side == "long" else "buy"), ())
        found = (price for at, price in known if since - BEFORE <= at and (until is None or at <= until))
        return next((price for price in found if lost_at(price, entry=entry, side=side)), None)
