"""All strategies in one place, and which trader runs each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.errors import UserMistake
from services.trading.strategies.breakout import Breakout
from services.trading.strategies.ema_cross import EmaCross
from services.trading.strategies.fibonacci import Fibonacci
from services.trading.strategies.mean_reversion import MeanReversion
from services.trading.strategies.messages import Trader
from services.trading.strategies.momentum import Momentum
from services.trading.strategies.rsi_divergence import RsiDivergence
from services.trading.strategies.strategy import Settings, Strategy

_ALL: Final[tuple[Strategy, ...]] = (
    Fibonacci(),
    EmaCross(),
    RsiDivergence(),
    MeanReversion(),
    Breakout(),
    Momentum(),
)
STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType({one.name: one for one in _ALL})


def find_strategy(name: str) -> Strategy:
    """Return the strategy of that name. Raises `UserMistake`."""
    found = STRATEGIES.get(name.strip().lower())
    if found is None:
        raise UserMistake(f"There is no strategy {name}.", hint=f"There are: {', '.join(STRATEGIES)}.")
    return found


def trader_of(name: str) -> Trader:
    """Return which trader runs a strategy."""
    return "fibonacci_trader" if name == Fibonacci.name else "ccxt_trader"


def settings_of(strategy: Strategy, given: Mapping[str, float] | None = None) -> Settings:
    """Return the usual settings, with those that were given in their place.

    Raises:
        UserMistake: the strategy has no setting of such a name.
    """
    strange = [name for name in given or () if name not in strategy.usual]
    if strange:
        raise UserMistake(
            f"The strategy {strategy.name} has no setting {strange[0]}.",
            hint=f"It has: {', '.join(strategy.usual)}.",
        )
    return Settings(values={**strategy.usual, **(given or {})})
