"""Our own figure for the liquidation price, for venues that give none and for what is not opened yet.

The formulas are those of `services.exchange.paper.margin`. The venue's tiers are not known here: the rate at
which a position needs margin now is taken for the one it needs at its end, so this is an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.exchange.orders import Position
from services.exchange.paper import margin

_NOTHING = Decimal(0)
_NO_END = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Liquidation:
    """Where a position would end: at a price, or at none above 0. With neither it is not known."""

    price: Decimal | None = None
    is_never: bool = False
    """Whether no price above 0 liquidates it."""


_UNKNOWN = Liquidation()


def estimate(position: Position, held: Sequence[Position], equity: Decimal | None) -> Liquidation:
    """Return where a position would be liquidated, everything else standing still.

    Args:
        position: with the venue's maintenance margin and mark, or nothing can be told.
        held: every position of the account, `position` too.
        equity: of the margin wallet, unrealised profit included.

    Returns:
        The price, or that there is none. Not known where a figure is missing, or a long and a short of the
        market are held at once, which venues count in ways of their own.

    Source: Bitget's help article 12560603808759.
    """
    if sum(one.market == position.market for one in held) > 1:
        return _UNKNOWN
    if position.maintenance is None or not position.mark:
        return _UNKNOWN
    rate = position.maintenance / (position.amount * position.mark)
    tiers = (margin.Tier(up_to=_NO_END, rate=rate, max_leverage=position.leverage or Decimal(1)),)
    if position.margin_mode == "isolated":
        return _isolated(position, tiers)
    return _cross(position, tiers, held, equity)


def _isolated(position: Position, tiers: Sequence[margin.Tier]) -> Liquidation:
    if position.margin is None:
        return _UNKNOWN
    price = margin.isolated_liquidation(
        tiers,
        direction=position.sign,
        amount=position.amount,
        entry=position.entry,
        margin=position.margin,
        taker_fee=_NOTHING,  # the rate has it already
    )
    return _found(price, position)


def _cross(
    position: Position, tiers: Sequence[margin.Tier], held: Sequence[Position], equity: Decimal | None
) -> Liquidation:
    others = _others(position, held)
    behind = _behind_cross(held, equity)
    if behind is None or others is None or position.mark is None:
        return _UNKNOWN
    price = margin.cross_liquidation(
        tiers,
        direction=position.sign,
        amount=position.amount,
        mark=position.mark,
        equity=behind,
        others=others,
        taker_fee=_NOTHING,
    )
    return _found(price, position)


def _found(price: Decimal | None, position: Position) -> Liquidation:
    """Return an end; only a long one can have none, since a short loses at every higher price."""
    return Liquidation(price, is_never=price is None and position.side == "long")


def _others(position: Position, held: Sequence[Position]) -> Decimal | None:
    """Return the maintenance margin of the other cross positions; None where one is not known."""
    needed = [one.maintenance for one in held if one.margin_mode != "isolated" and one != position]
    known = [one for one in needed if one is not None]
    return sum(known, _NOTHING) if len(known) == len(needed) else None


def _behind_cross(held: Sequence[Position], equity: Decimal | None) -> Decimal | None:
    """Return what stands behind the cross positions: not what is set aside for isolated ones."""
    left = equity
    for one in held:
        if one.margin_mode == "isolated":
            if left is None or one.margin is None or one.unrealised is None:
                return None
            left -= one.margin + one.unrealised
    return left
