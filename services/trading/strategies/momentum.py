"""Time-series momentum: on the side of a market's own past return."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from analytics.candles import Candles
from services.trading.strategies.reading import Side, are_known, line, reason, side_of, sign_of
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish

_DAY_MS: Final = 86_400_000


class Momentum:
    """Holds the side of the return of the last weeks, and looks again when a week is over.

    Source: Tobias J. Moskowitz, Yao Hua Ooi and Lasse Heje Pedersen, Time Series Momentum, Journal of
    Financial Economics 104 (2012), the sign of the past return, held for a while, sized by volatility: here
    by the distance of the stop, three average true ranges. Yukun Liu and Aleh Tsyvinski, Risks and Returns of
    Cryptocurrency, Review of Financial Studies 34 (2021), find it at one to four weeks in crypto markets:
    four weeks back, one week held.
    """

    name: ClassVar[str] = "momentum"
    title: ClassVar[str] = "Time-series momentum"
    about: ClassVar[str] = "Holds the side on which the price has moved over the last weeks."
    timeframes: ClassVar[tuple[str, ...]] = ("1d", "4h")
    higher: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[int] = 30
    usual: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"lookback_days": 28, "hold_days": 7, "atr": 14, "stop_ranges": 3.0}
    )

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        """Return what to do now."""
        past = _past_return(sight.candles, settings["lookback_days"])
        if past is None or not past:
            return Decision(state=sight.state)
        side = side_of(past)
        if sight.position:
            is_over = sight.bars_held >= settings["hold_days"] * _DAY_MS / sight.candles.step_ms
            if not is_over or side == sight.position:
                return Decision(state=sight.state)
            turned = Wish(kind="leave", why=("The past return has changed its sign",))
            return Decision(wishes=(turned, *_entry(sight, settings, side, past)), state=sight.state)
        return Decision(wishes=_entry(sight, settings, side, past), state=sight.state)


def _past_return(candles: Candles, days: float) -> float | None:
    """Return how much the close has risen over so many days; None where there are not as many candles."""
    back = round(days * _DAY_MS / candles.step_ms)
    if len(candles) <= back:
        return None
    return float(candles.close[-1] / candles.close[-1 - back]) - 1.0


def _entry(sight: Sight, settings: Settings, side: Side, past: float) -> tuple[Wish, ...]:
    room = settings["stop_ranges"] * float(line(sight.candles, "atr", settings["atr"])[-1])
    stop = float(sight.candles.close[-1]) - sign_of(side) * room
    if not are_known(stop) or stop <= 0:
        return ()
    told = reason(
        "Price moved {percent} % in {days} days", percent=f"{past:+.1%}"[:-1], days=settings["lookback_days"]
    )
    return (Wish(kind="enter", side=side, stop=stop, why=(told,)),)
