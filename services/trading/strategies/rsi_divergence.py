"""RSI divergence with VWAP: price went further than its strength, and has turned to the other side."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple

import numpy as np

from analytics.candles import Candles
from analytics.structure.swings import fractals
from services.trading.strategies.reading import Side, are_known, line, reason, sign_of
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish

_SPAN: Final = 2
_SIDES: Final[tuple[Side, ...]] = ("long", "short")


class _Divergence(NamedTuple):
    """A turn that price made further out than the one before it and the RSI did not."""

    side: Side
    time_ms: int
    """When the candle of the turn opened."""
    price: float

    def written(self) -> str:
        """Return what `_read` makes this of again."""
        return f"{self.side} {self.time_ms} {self.price!r}"


def _read(state: str) -> _Divergence | None:
    """Return what was left in `state`."""
    side, _, rest = state.partition(" ")
    if not rest:
        return None
    time_ms, price = rest.split(" ")
    return _Divergence("long" if side == "long" else "short", int(time_ms), float(price))


class RsiDivergence:
    """Waits after a divergence until the close is on its side of the VWAP, then enters with a fixed reward.

    Bullish: a lower low of price with a higher low of the RSI, the earlier of which was oversold. Bearish
    mirrors that.

    Source: J. Welles Wilder, New Concepts in Technical Trading Systems (1978), section VI: divergence of the
    RSI of 14 after a turn beyond 30 or 70. Turns have two lower candles on either side as in Bill Williams,
    Trading Chaos (1995), and lie 5 to 60 candles apart, which is the usual setting of charting programs. That
    the VWAP must be regained is common practice of day traders (Brian Shannon, Maximum Trading Gains with
    Anchored VWAP, 2023). The reward of twice the risk is a convention.
    """

    name: ClassVar[str] = "rsi_divergence"
    title: ClassVar[str] = "RSI divergence with VWAP"
    about: ClassVar[str] = "Goes against a move that its strength did not follow, once the VWAP is regained."
    timeframes: ClassVar[tuple[str, ...]] = ("15m", "1h", "4h")
    higher: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[int] = 80
    usual: ClassVar[Mapping[str, float]] = MappingProxyType(
        {
            "rsi": 14,
            "low": 30,
            "high": 70,
            "least_apart": 5,
            "most_apart": 60,
            "wait": 12,
            "atr": 14,
            "margin_ranges": 0.5,
            "reward": 2.0,
        }
    )

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        """Return what to do now."""
        strength = line(sight.candles, "rsi", settings["rsi"])
        news = (_just_known(sight.candles, strength, side, settings) for side in _SIDES)
        waiting = next((one for one in news if one is not None), None) or _still(sight, settings)
        if waiting is None or sight.position:
            return Decision()
        wish = _entry(sight, settings, waiting)
        return Decision(state=waiting.written()) if wish is None else Decision(wishes=(wish,))


def _just_known(candles: Candles, strength: np.ndarray, side: Side, settings: Settings) -> _Divergence | None:
    """Return the divergence that the last candle has confirmed, if it did."""
    turns = fractals(candles, _SPAN)
    mine = np.flatnonzero(turns.is_high == (side == "short"))
    if len(mine) < len(_SIDES) or turns.known_at[mine[-1]] != len(candles) - 1:
        return None
    first, last = (int(turns.position[place]) for place in mine[-2:])
    sign = sign_of(side)
    edge = settings["low"] if side == "long" else settings["high"]
    went_further = sign * float(turns.price[mine[-1]] - turns.price[mine[-2]]) < 0
    was_stronger = sign * float(strength[last] - strength[first]) > 0
    was_beyond = sign * (float(strength[first]) - edge) < 0
    is_near = settings["least_apart"] <= last - first <= settings["most_apart"]
    if not (went_further and was_stronger and was_beyond and is_near):
        return None
    return _Divergence(side, int(candles.time[last]), float(turns.price[mine[-1]]))


def _still(sight: Sight, settings: Settings) -> _Divergence | None:
    """Return the divergence that was waiting, unless price has gone beyond it or it took too long."""
    kept = _read(sight.state)
    if kept is None:
        return None
    candles = sight.candles
    age = (int(candles.time[-1]) - kept.time_ms) / candles.step_ms
    beyond = candles.low[-1] < kept.price if kept.side == "long" else candles.high[-1] > kept.price
    return None if beyond or age > settings["wait"] + _SPAN else kept


def _entry(sight: Sight, settings: Settings, seen: _Divergence) -> Wish | None:
    close, sign = float(sight.candles.close[-1]), sign_of(seen.side)
    vwap = float(line(sight.candles, "vwap")[-1])
    margin = settings["margin_ranges"] * float(line(sight.candles, "atr", settings["atr"])[-1])
    stop = seen.price - sign * margin
    risk = sign * (close - stop)
    if not are_known(vwap, risk) or sign * (close - vwap) <= 0 or risk <= 0:
        return None
    return Wish(
        kind="enter",
        side=seen.side,
        stop=stop,
        target=close + sign * settings["reward"] * risk,
        why=(
            reason("Price went further than RSI {length}", length=settings["rsi"]),
            "The close is on the side of the VWAP",
        ),
    )
