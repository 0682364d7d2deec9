"""How a rule is declared: one function that looks at the market and says whether its condition is met.

The function is pure: what it must remember it gives back. Prices are float64 here, as in `analytics`; the
same decimal is always the same float. When to ask it, and what follows from its answer, belongs to `engine`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from analytics.candles import Candles
from services.alerts.conditions import Leaf
from services.alerts.posts import Value

L = TypeVar("L")
Memory = Mapping[str, float]
"""What a rule remembers between two looks, such as a peak; it is kept in the database."""


@dataclass(frozen=True, slots=True)
class Span:
    """What the price did from `opens_at` to `closes_at`; a tick is a span of no length."""

    opens_at: datetime
    closes_at: datetime
    open: float
    high: float
    low: float
    close: float


class Seen(Protocol):
    """The markets at one step of the engine. What is not known is None."""

    at: datetime
    """Market time of the step: when what it looks at had ended."""

    def span(self, market: str) -> Span | None:
        """Return what the price did in this step; for a market that did not move, its last price."""
        ...

    def candles(self, market: str, timeframe: str) -> Candles | None:
        """Return the newest closed candles, up to 500, oldest first."""
        ...

    def is_closing(self, market: str, timeframe: str) -> bool:
        """Return whether this step is the close of a candle of `timeframe`."""
        ...

    def funding(self, market: str) -> float | None:
        """Return the funding rate as a share."""
        ...

    def spread(self, market: str) -> float | None:
        """Return highest less lowest price of the venues, in percent of their median."""
        ...

    def silence(self, market: str) -> float | None:
        """Return the seconds of wall time since the last price came."""
        ...

    def sky(self) -> frozenset[str]:
        """Return the names of `SKY_EVENTS` that happened in this step."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What a rule says of one step.

    `hit`: the condition was met at some moment of the step. `holds`: it still is at the end, with whatever
    hysteresis the condition has; only what does not hold any more can be met anew. None: not known, and then
    nothing follows. `values` are what it looked at, for whoever asks why.
    """

    hit: bool | None
    holds: bool | None
    values: tuple[Value, ...] = ()
    memory: Memory = field(default_factory=dict)


UNKNOWN: Final = Met(hit=None, holds=None)

Decide = Callable[[L, Seen, Memory], Met]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[L]):
    """A declared rule.

    `closes` are the market and timeframe pairs of which it needs candles and whose closes it must see.
    `thresholds` are the prices at which its answer may change, as things stand; None means that it must see
    every second, and an empty tuple that the price between two closes does not matter to it. `is_timely`
    means that it must be asked every few seconds, whatever the price does. `drawn` are prices that a chart
    of it shows as levels. `lasts` tells whether what was met may hold a moment later, so that
    it can be confirmed then; the close of a candle, or a touch without a margin, is over at once.
    """

    kind: type[L]
    decide: Decide[L]
    closes: Callable[[L], tuple[tuple[str, str], ...]]
    thresholds: Callable[[L, Memory], tuple[float, ...] | None]
    is_timely: bool = False
    drawn: Callable[[L, Memory], tuple[float, ...]] = lambda _leaf, _memory: ()
    lasts: Callable[[L], bool] = lambda _leaf: True


_declared: dict[type[Any], Rule[Any]] = {}


def _no_closes(_: object) -> tuple[tuple[str, str], ...]:
    return ()


def _no_thresholds(_leaf: object, _memory: Memory) -> tuple[float, ...]:
    return ()


def rule(
    kind: type[L],
    *,
    closes: Callable[[L], tuple[tuple[str, str], ...]] = _no_closes,
    thresholds: Callable[[L, Memory], tuple[float, ...] | None] = _no_thresholds,
    is_timely: bool = False,
    drawn: Callable[[L, Memory], tuple[float, ...]] = lambda _leaf, _memory: (),
    lasts: Callable[[L], bool] = lambda _leaf: True,
) -> Callable[[Decide[L]], Decide[L]]:
    """Declare the decorated function as the one that decides conditions of `kind`."""

    def keep(decide: Decide[L]) -> Decide[L]:
        _declared[kind] = Rule(
            kind=kind,
            decide=decide,
            closes=closes,
            thresholds=thresholds,
            is_timely=is_timely,
            drawn=drawn,
            lasts=lasts,
        )
        return decide

    return keep


def declared() -> Mapping[type[Any], Rule[Any]]:
    """Return every rule by the condition it decides; `services.alerts.rules.catalogue` imports them all."""
    return dict(_declared)


def rule_of(leaf: Leaf) -> Rule[Any]:
    """Return the rule that decides `leaf`. Raises `KeyError` where none was declared."""
    return _declared[type(leaf)]
