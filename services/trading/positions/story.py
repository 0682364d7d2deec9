"""What our rows and fills tell of a position beyond the venue: since when, at what cost, at what risk.

Pure: rows in, figures out. Where fills do not add up to the position, nothing of it is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from services.exchange.orders import STOPS, TARGETS, TRAILING, Order, Position, signed
from services.store.trading_rows import FillRow, FundingRow, IntentRow
from services.trading.intents.intent import is_ours, request_in
from services.trading.losses import Stops, lost_at

_NOTHING = Decimal(0)
_STOPS = STOPS | {TRAILING}
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
    is_unknown: bool = False
    """Whether a plan that may hold a stop cannot be read."""


def since_flat(position: Position, fills: Sequence[FillRow]) -> Sequence[FillRow]:
    """Return the fills that made a position, the one that opened it first; none where they do not add up.

    `fills` are those of its market, oldest first. In hedge mode only those of its side count.
    """
    sign = position.sign
    mine = [one for one in fills if one.position_side in {"", position.side}]
    held, made = position.amount * sign, []
    for fill in reversed(mine):
        made.append(fill)
        held -= signed(fill)
        if held * sign <= 0:
            return made[::-1]
    return ()


def is_foreign(position: Position, made: Sequence[FillRow]) -> bool:
    """Tell whether nothing of a position was opened here."""
    return not any(is_ours(one.client_id) and one.side == position.opens for one in made)


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
    """Return the first stop of a position; see `Stops`."""
    if not made:
        return None
    return Stops(intents).first(
        position.market,
        position.side,
        entry=position.entry,
        opener=made[0].client_id,
        since=made[0].at,
    )


def risk_of(position: Position, stop: Decimal | None) -> Decimal | None:
    """Return the money that is lost from the entry to a stop; None for one that loses none."""
    lost = lost_at(stop, entry=position.entry, side=position.side)
    return None if lost is None else lost * position.amount


def trails_in(intents: Sequence[IntentRow]) -> Mapping[str, Decimal]:
    """Return by how many percent each trailing stop of ours follows, by its client id."""
    asked = ((row.client_id, request_in(row.request)) for row in intents if row.kind == TRAILING)
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
        and one.side == position.closes
        and one.position_side in {None, position.side}
        and (one.is_reduce_only or one.kind in _STOPS | TARGETS)
    ]
    nearest_stop = max if position.side == "long" else min
    nearest_target = min if position.side == "long" else max
    stopping = [one for one in exits if one.kind in _STOPS]
    trailing = [one for one in stopping if one.kind == TRAILING]
    stops = [one.trigger_price for one in stopping if one.kind != TRAILING and one.trigger_price is not None]
    names = [one.client_id or "" for one in trailing]
    percents = [trails[name] for name in names if name in trails]
    targets = [one.trigger_price for one in exits if one.kind in TARGETS and one.trigger_price is not None]
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
