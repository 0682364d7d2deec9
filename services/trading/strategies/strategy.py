"""The port of strategies: one class with one method, run unchanged by replay, paper and live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

from analytics.candles import Candles


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a strategy sees at the close of a candle: nothing that came later."""

    candles: Candles
    """Closed ones of its own timeframe, oldest first; the last has just closed."""
    higher: Mapping[str, Candles]
    """Closed ones of the larger timeframes that it named, as far as they had closed by then."""
    position: Literal["long", "short", ""]
    entry: float | None
    stop: float | None
    target: float | None
    bars_held: int
    state: str
    """What the strategy left itself at the candle before; empty at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a strategy wants. Prices are float64; the trader puts them on the market's step."""

    kind: Literal["enter", "leave"]
    side: Literal["long", "short", ""] = ""
    """Of an entry."""
    stop: float | None = None
    target: float | None = None
    why: tuple[str, ...] = ()
    """English keys of the texts, each with facts after a bar: ``Price met {ratio}|ratio=0.618``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a strategy does at one candle, and what it leaves itself for the next."""

    wishes: tuple[Wish, ...] = ()
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers that a strategy may be given, with what they are usually."""

    values: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        """Return one of them."""
        return self.values[name]


class Strategy(Protocol):
    """Decides at each closed candle. It has no clock, no chance, and no memory but `Decision.state`."""

    name: ClassVar[str]
    title: ClassVar[str]
    """An English key of the texts, as is `about`."""
    about: ClassVar[str]
    timeframes: ClassVar[tuple[str, ...]]
    """The first is the usual one."""
    higher: ClassVar[tuple[str, ...]]
    """Larger timeframes that it looks at too."""
    warm_up: ClassVar[int]
    """Candles that it needs before it decides anything."""
    usual: ClassVar[Mapping[str, float]]

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        """Return what to do now."""
        ...
