"""What our rows and fills tell of a position beyond the venue: since when, at what cost, at what risk.

Pure: rows in, figures out. Where fills do not add up to the position, nothing of it is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from services.exchange.orders import Order, Position
from services.store.trading_rows import FillRow, FundingRow, IntentRow
from services.trading.intents.intent import is_ours, request_in

_NOTHING = Decimal(0)
STOPS = frozenset({"stop", "stop_limit", "trailing"})
_TRAILING = "trailing"
_TARGETS = frozenset({"take_profit", "take_profit_limit"})
_NO_TRAILS: Mapping[str, Decimal] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Where a position is to end."""

    stop: Decimal | None = None
    target: Decimal | None = None
    is_at_venue: bool = False
    """Whether the stop rests at the venue."""
    is_trailing: bool = False
    """Whether a stop follows the price; where it stands is the venue's to know, so `stop` is none of it."""
    trail: Decimal | None = None
    """How far that one may be behind the best price, in percent."""


def since_flat(position: Position, fills: Sequence[FillRow]) -> Sequence[FillRow]:
    """Return the fills that made a position, the one that opened it first; none where they do not add up.

    `fills` are those of its market, oldest first. In hedge mode only those of its side count.
    """
    sign = 1 if position.side == "long" else -1
    mine = [one for one in fills if one.position_side in {"", position.side}]
    held, made = position.amount * sign, []
    for fill in reversed(mine):
        made.append(fill)
        held -= fill.amount if fill.side == "buy" else -fill.amount
        if held * sign <= 0:
            return made[::-1]
    return ()


def is_foreign(position: Position, made: Sequence[FillRow]) -> bool:
    """Tell whether nothing of a position was opened here."""
    opening = "buy" if position.side == "long" else "sell"
    return not any(is_ours(one.client_id) and one.side == opening for one in made)


def fees_of(made: Sequence[FillRow], settle: str | None) -> Decimal | None:
    """Return the fees that a position has cost; None where one is not known or is of another currency."""
    if not made or any(one.fee is None or one.fee_currency != settle for one in made):
        return None
    return sum((one.fee for one in made if one.fee is not None), _NOTHING)


def funding_of(fundings: Sequence[FundingRow], opened_at: datetime | None) -> Decimal | None:
    """Return what was received (or, negative, paid) since a position was opened."""
    if opened_at is None:
        return None
    return sum((one.amount for one in fundings if one.at >= opened_at), _NOTHING)


def first_stop(position: Position, made: Sequence[FillRow], intents: Sequence[IntentRow]) -> Decimal | None:
    """Return the first stop that was wanted for a position: with its entry, or in an order after it."""
    if not made:
        return None
    openers = {one.client_id for one in made}
    asked = sorted(intents, key=lambda row: row.created_at)
    for row in asked:
        request = request_in(row.request)
        if row.client_id in openers and request.stop_loss is not None:
            return request.stop_loss
        is_after = row.created_at >= made[0].at and row.status != "rejected"
        is_exit = row.is_reducing and row.side == _exit_side(position)
        is_stop = row.kind in STOPS and row.kind != _TRAILING
        if is_after and is_exit and is_stop and request.trigger_price is not None:
            return request.trigger_price
    return None


def risk_of(position: Position, stop: Decimal | None) -> Decimal | None:
    """Return the money that is lost from the entry to a stop; None for one that loses none."""
    if stop is None:
        return None
    lost = (position.entry - stop) * (1 if position.side == "long" else -1) * position.amount
    return lost if lost > 0 else None


def trails_in(intents: Sequence[IntentRow]) -> Mapping[str, Decimal]:
    """Return by how many percent each trailing stop of ours follows, by its client id."""
    asked = ((row.client_id, request_in(row.request)) for row in intents if row.kind == _TRAILING)
    return {name: one.trailing_percent for name, one in asked if one.trailing_percent is not None}


def protection_at_venue(
    position: Position, orders: Sequence[Order], trails: Mapping[str, Decimal] = _NO_TRAILS
) -> Protection:
    """Return the nearest stop and target among the orders that would close a position.

    Stops that leave some of it open are shown, and do not protect it. The trigger of a trailing stop is where
    it began to follow and not where it stands: venues do not say how far the price has been since.

    Args:
        position: what they would close.
        orders: those that are open.
        trails: by how many percent trailing ones follow, by client id.
    """
    exits = [
        one
        for one in orders
        if one.market == position.market
        and one.side == _exit_side(position)
        and one.position_side in {None, position.side}
        and (one.is_reduce_only or one.kind in STOPS | _TARGETS)
    ]
    nearest_stop = max if position.side == "long" else min
    nearest_target = min if position.side == "long" else max
    stopping = [one for one in exits if one.kind in STOPS]
    trailing = [one for one in stopping if one.kind == _TRAILING]
    stops = [one.trigger_price for one in stopping if one.kind != _TRAILING and one.trigger_price is not None]
    names = [one.client_id or "" for one in trailing]
    percents = [trails[name] for name in names if name in trails]
    targets = [one.trigger_price for one in exits if one.kind in _TARGETS and one.trigger_price is not None]
    targets += [one.price for one in exits if one.kind == "limit" and one.price is not None]
    return Protection(
        stop=nearest_stop(stops, default=None),
        target=nearest_target(targets, default=None),
        is_at_venue=bool(stopping) and _is_covered(position, stopping),
        is_trailing=bool(trailing),
        trail=min(percents, default=None),
    )


def _is_covered(position: Position, stopping: Sequence[Order]) -> bool:
    """Tell whether stops close all of a position; one without an amount closes whatever there is."""
    left = [one.amount - (one.filled or _NOTHING) for one in stopping]
    return any(not one.amount for one in stopping) or sum(left, _NOTHING) >= position.amount


def _exit_side(position: Position) -> str:
    return "sell" if position.side == "long" else "buy"
