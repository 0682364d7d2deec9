"""The arithmetic of margin: tiers, what a position needs, and the price at which it is liquidated.

Pure functions of numbers; which account they are about and what follows from them is said elsewhere.
Source: Bitget's help articles 12560603838731 (initial margin), 12560603841952 (maintenance margin) and
12560603808759 (liquidation price).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

Direction = int
"""+1 for a long position, -1 for a short one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One step of the margin rates: the slice of a notional from where the tier before ends to `up_to`."""

    up_to: Decimal
    """In the settlement currency."""
    rate: Decimal
    """Of maintenance margin; 0.004 is 0.4 %."""
    max_leverage: Decimal


@dataclass(frozen=True, slots=True)
class _Slice:
    begins: Decimal
    ends: Decimal | None
    rate: Decimal
    offset: Decimal


def _slices(tiers: Sequence[Tier]) -> Iterator[_Slice]:
    """Yield the tiers, each with what makes ``notional x rate - offset`` continuous; the last has no end."""
    begins = offset = Decimal(0)
    for place, tier in enumerate(tiers):
        if place:
            offset += begins * (tier.rate - tiers[place - 1].rate)
        is_last = place == len(tiers) - 1
        yield _Slice(begins, None if is_last else tier.up_to, tier.rate, offset)
        begins = tier.up_to


def tier_of(tiers: Sequence[Tier], notional: Decimal) -> Tier:
    """Return the tier in which `notional` ends; beyond the last it is the last."""
    return next((tier for tier in tiers if notional <= tier.up_to), tiers[-1])


def initial(amount: Decimal, mark: Decimal, leverage: Decimal) -> Decimal:
    """Return the initial margin in the settlement currency, at the mark price."""
    return amount * mark / leverage


def maintenance(tiers: Sequence[Tier], notional: Decimal, taker_fee: Decimal) -> Decimal:
    """Return the maintenance margin: of each tier's slice its rate and the fee of closing it."""
    for piece in _slices(tiers):
        if piece.ends is None or notional <= piece.ends:
            return notional * (piece.rate + taker_fee) - piece.offset
    raise ValueError("there are no tiers")


def isolated_liquidation(
    tiers: Sequence[Tier],
    *,
    direction: Direction,
    amount: Decimal,
    entry: Decimal,
    margin: Decimal,
    taker_fee: Decimal,
) -> Decimal | None:
    """Return the price at which the margin and what the position has lost equal its maintenance margin.

    None where no price above 0 does that.
    """
    for piece in _slices(tiers):
        above = margin + piece.offset - amount * entry * direction
        price = above / (amount * (piece.rate + taker_fee - direction))
        if _is_within(piece, amount * price):
            return price if price > 0 else None
    return None


def cross_liquidation(
    tiers: Sequence[Tier],
    *,
    direction: Direction,
    amount: Decimal,
    mark: Decimal,
    equity: Decimal,
    others: Decimal,
    taker_fee: Decimal,
) -> Decimal | None:
    """Return the price of this market at which the account's equity equals all its maintenance margin.

    Args:
        tiers: of this market.
        direction: of the position.
        amount: of the position, in base currency.
        mark: the price at which `equity` was taken.
        equity: of the account, with the unrealised profit of all its cross positions.
        others: maintenance margin of the other cross positions, whose prices are held still.
        taker_fee: of this market.

    Returns:
        The price, or None where no price above 0 does that.
    """
    for piece in _slices(tiers):
        left = equity - others + piece.offset
        below = amount * (1 - direction * (piece.rate + taker_fee))
        price = (amount * mark - direction * left) / below
        if _is_within(piece, amount * price):
            return price if price > 0 else None
    return None


def bankruptcy(
    *, direction: Direction, amount: Decimal, entry: Decimal, margin: Decimal, taker_fee: Decimal
) -> Decimal | None:
    """Return the price at which closing, fee included, uses up `margin` exactly; None if none does."""
    price = (amount * entry - direction * margin) / (amount * (1 - direction * taker_fee))
    return price if price > 0 else None


def _is_within(piece: _Slice, notional: Decimal) -> bool:
    # A price below 0 lies below every tier: the first one says so.
    begins_below = notional > piece.begins or piece.begins == 0
    return begins_below and (piece.ends is None or notional <= piece.ends)
