"""How a trader's temperament shapes what a strategy wishes: how much is staked, and where it ends.

Pure: the same wish, temperament and past give the same. The formulas are this project's own; what they
exaggerate are the mistakes that Terrance Odean and Brad Barber found in brokerage accounts (The Behavior of
Individual Investors, 2013): winners that are sold early, losers that are held, and trading after a thrill.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from services.trading.strategies.strategy import Wish

_LEAST_RISK: Final = 0.0025
_MORE_RISK: Final = 0.0175
"""So that the share of an account that a trade may lose lies between 0.25 % and 2 %."""
_MOST_RISK: Final = 0.04
_REVENGE_STEP: Final = 0.5
_REVENGE_LOSSES: Final = 3
_FOMO_STEP: Final = 0.5
_WIDER: Final = 0.5
_NEAREST_TARGET: Final = 0.4
_LEAST_LEVERAGE: Final = 1.0
_MORE_LEVERAGE: Final = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperament:
    """Five figures from 0 to 1."""

    name: str
    risk_appetite: float
    patience: float
    fomo: float
    revenge: float
    discipline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What a temperament reacts to."""

    losses: int = 0
    """Trades lost in a row, up to now."""
    stretch: float = 0.0
    """How far the last candle moved in the direction of the wish, in average true ranges."""


def risk_share(temperament: Temperament, mood: Mood) -> float:
    """Return the share of the account that the stop may lose: 0.01 is 1 %, and never more than 4 %.

    From 0.25 % to 2 % by risk appetite; half as much again for each of up to three losses in a row by
    revenge, and for a candle that ran by fomo.
    """
    usual = _LEAST_RISK + _MORE_RISK * temperament.risk_appetite
    angry = 1.0 + _REVENGE_STEP * temperament.revenge * min(mood.losses, _REVENGE_LOSSES)
    thrilled = 1.0 + _FOMO_STEP * temperament.fomo * min(max(mood.stretch, 0.0), 1.0)
    return min(_MOST_RISK, usual * angry * thrilled)


def most_leverage(temperament: Temperament) -> float:
    """Return how many equities a position may cost: from 1 to 10 by risk appetite."""
    return _LEAST_LEVERAGE + _MORE_LEVERAGE * temperament.risk_appetite


def shaped(wish: Wish, temperament: Temperament, *, price: float) -> Wish:
    """Return an entry with the stop and the target that this trader really uses.

    Who lacks discipline gives the stop up to half as much room again; who lacks patience takes the profit
    before the target, down to 40 % of the way.

    Args:
        wish: of an entry; anything else comes back as it is.
        temperament: whose.
        price: where it would be entered.
    """
    if wish.kind != "enter":
        return wish
    wider = 1.0 + _WIDER * (1.0 - temperament.discipline)
    nearer = _NEAREST_TARGET + (1.0 - _NEAREST_TARGET) * temperament.patience
    return replace(wish, stop=_moved(wish.stop, price, wider), target=_moved(wish.target, price, nearer))


def _moved(level: float | None, price: float, times: float) -> float | None:
    """Return a level that many times as far from the price; one that would be at or below 0 stays."""
    if level is None:
        return None
    moved = price + (level - price) * times
    return moved if moved > 0 else level
