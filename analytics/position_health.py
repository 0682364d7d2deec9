"""How a position stands, as numbers from 0 to 100: what is risked, how far the ends are, what it may bring.

Belongs here: figures of one position, all of them descriptions of now. Does not belong here: levels
(fibonacci.alignment), sizes of new positions (risk), and advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WEIGHTS: Final = {"risk": 30, "distance": 30, "protection": 20, "reward": 10, "alignment": 10}
"""How much each part counts; those that cannot be told are left out.

Source: this project's own choice: what may be lost counts more than what may be won.
"""
_BOUND: Final = 25
_RISKS: Final = (0.05, 0.01)
_STOP_RANGES: Final = (0.25, 1.5)
_LIQUIDATIONS: Final = (0.01, 0.20)
_REWARDS: Final = (0.5, 2.0)
_AT_VENUE, _BY_FARM, _NONE = 100, 60, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A position now. Prices in quote currency; None for what there is not, or is not known."""

    is_up: bool
    entry: float
    amount: float
    mark: float | None = None
    stop: float | None = None
    target: float | None = None
    liquidation: float | None = None
    range: float | None = None
    """The average true range."""
    equity: float | None = None
    golden_score: int | None = None
    is_protected_by_venue: bool = False
    is_trailing: bool = False
    """Whether a stop follows the price, wherever it stands now."""
    is_never_liquidated: bool = False
    """Whether no price above 0 liquidates it."""

    @property
    def has_stop(self) -> bool:
        """Return whether something limits its loss, at a known price or not."""
        return self.stop is not None or self.is_trailing


def risk_share(at: Standing) -> float | None:
    """Return what is lost from the entry to the stop, of equity; 0 for a stop that loses nothing.

    Source: V. Tharp, "Trade Your Way to Financial Freedom", chapter 12, percent risk.
    """
    if at.stop is None or at.equity is None or at.equity <= 0:
        return None
    lost = (at.entry - at.stop) * _sign(at) * at.amount
    return max(0.0, lost) / at.equity


def stop_ranges(at: Standing) -> float | None:
    """Return how many average true ranges the mark is from the stop; below 0 beyond it."""
    if at.stop is None or at.mark is None or not at.range:
        return None
    return (at.mark - at.stop) * _sign(at) / at.range


def liquidation_share(at: Standing) -> float | None:
    """Return how far the mark is from liquidation, of the mark: 0 beyond it, 1 where no price gets there."""
    if at.is_never_liquidated:
        return 1.0
    if at.liquidation is None or not at.mark:
        return None
    return max(0.0, (at.mark - at.liquidation) * _sign(at)) / at.mark


def reward_ratio(at: Standing) -> float | None:
    """Return what is left to the target over what is left to the stop; None where either is not ahead.

    Source: V. Tharp, "Trade Your Way to Financial Freedom", chapter 7, reward to risk.
    """
    if at.mark is None or at.stop is None or at.target is None:
        return None
    ahead, behind = (at.target - at.mark) * _sign(at), (at.mark - at.stop) * _sign(at)
    return ahead / behind if behind > 0 else None


def parts_of(at: Standing) -> dict[str, int]:
    """Return each part that can be told, 0 to 100; the bounds are this project's own.

    - risk: 100 up to 1 % of equity, 0 from 5 % on, and without a stop;
    - distance: the lower of the stop's (0 at 0.25 ranges, 100 from 1.5 on) and liquidation's (0 at 1 %, 100
      from 20 % on);
    - reward: 0 up to half of what is left to lose, 100 from twice of it on;
    - alignment: the golden score;
    - protection: 100 for a stop at the venue, 60 for one that is watched from here, 0 without.
    """
    risk, ends = risk_share(at), (stop_ranges(at), liquidation_share(at))
    bounds = (_STOP_RANGES, _LIQUIDATIONS)
    distances = [_between(end, limits) for end, limits in zip(ends, bounds, strict=True) if end is not None]
    reward = reward_ratio(at)
    told = {
        "risk": 0 if not at.has_stop else None if risk is None else _between(risk, _RISKS),
        "distance": min(distances, default=None),
        "reward": None if reward is None else _between(reward, _REWARDS),
        "alignment": at.golden_score,
        "protection": _NONE if not at.has_stop else _AT_VENUE if at.is_protected_by_venue else _BY_FARM,
    }
    return {name: part for name, part in told.items() if part is not None}


def score_of(parts: dict[str, int]) -> int:
    """Return the weighted mean of the parts, at most 25 above the distance: nothing makes up for the end."""
    whole = sum(WEIGHTS[name] for name in parts)
    mean = round(sum(WEIGHTS[name] * part for name, part in parts.items()) / whole)
    return min(mean, parts.get("distance", 100) + _BOUND)


def _between(value: float, limits: tuple[float, float]) -> int:
    """Return 0 at the first limit and 100 at the second, straight between and the same beyond."""
    worst, best = limits
    return round(100 * min(1.0, max(0.0, (value - worst) / (best - worst))))


def _sign(at: Standing) -> int:
    return 1 if at.is_up else -1
