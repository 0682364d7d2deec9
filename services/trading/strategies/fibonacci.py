"""Strategic Fibonacci Trader: with the dominant leg, from where levels of several timeframes meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from analytics.candles import Candles, timeframe_ms
from analytics.fibonacci.confluence import Cluster, confluence, frame_levels
from analytics.fibonacci.legs import Leg, auto_leg
from analytics.fibonacci.levels import Level, extensions, retracements
from services.trading.strategies.reading import Side, line, reason, sign_of
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish

_TARGETS: Final = (1.272, 1.618)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What the candles come to: the leg that is traded with, and what one candle moves."""

    candles: Candles
    leg: Leg
    range: float

    @property
    def side(self) -> Side:
        return "long" if self.leg.is_up else "short"


class Fibonacci:
    """Buys the retracement of a rise, sells that of a fall, where a cluster of levels has held.

    Price has met a cluster of the levels of two or more timeframes inside the dominant leg; then a candle
    closes in the leg's direction and beyond the cluster. The stop lies behind the next level, or the start of
    the leg, by half an average true range. The target is the extension 1.272 of the leg or, where that is
    less than 1.5 times the risk, 1.618; where that is less, too, nothing is done. It leaves where the leg
    turns against it.

    Source: Carolyn Boroden, Fibonacci Trading (2008): clusters, a trigger before the entry, the extensions
    1.272 and 1.618 as targets; Robert Fischer, Fibonacci Applications and Strategies for Traders (1993), the
    entry rule after a correction. The margin, the score of a cluster and the least reward are conventions.
    """

    name: ClassVar[str] = "fibonacci"
    title: ClassVar[str] = "Strategic Fibonacci Trader"
    about: ClassVar[str] = (
        "Enters with the dominant leg where Fibonacci levels of several timeframes have held."
    )
    timeframes: ClassVar[tuple[str, ...]] = ("1h", "15m", "4h")
    higher: ClassVar[tuple[str, ...]] = ("1h", "4h", "1d")
    warm_up: ClassVar[int] = 120
    usual: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"score": 50, "met_within": 3, "margin_ranges": 0.5, "reward": 1.5, "atr": 14}
    )

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        """Return what to do now."""
        leg = auto_leg(sight.candles)
        moved = float(line(sight.candles, "atr", settings["atr"])[-1])
        if leg is None or not moved > 0:
            return Decision(state=sight.state)
        view = _View(candles=sight.candles, leg=leg, range=moved)
        if sight.position:
            turned = Wish(kind="leave", why=("The dominant leg has turned",))
            return Decision(wishes=() if view.side == sight.position else (turned,), state=sight.state)
        if not _is_confirming(view):
            return Decision(state=sight.state)
        cluster = _met(view, confluence(_frames(sight), moved), settings)
        wish = None if cluster is None else _entry(view, cluster, settings)
        return Decision(wishes=() if wish is None else (wish,), state=sight.state)


def _frames(sight: Sight) -> dict[str, tuple[Level, ...]]:
    own = {"": frame_levels(sight.candles)}
    larger = {
        name: candles
        for name, candles in sight.higher.items()
        if timeframe_ms(name) > sight.candles.step_ms and len(candles)
    }
    return own | {name: frame_levels(candles) for name, candles in larger.items()}


def _is_confirming(view: _View) -> bool:
    """Return whether the last candle closed in the leg's direction, beyond the close before it."""
    closes, sign = view.candles.close, sign_of(view.side)
    return sign * float(closes[-1] - view.candles.open[-1]) > 0 and sign * float(closes[-1] - closes[-2]) > 0


def _met(view: _View, clusters: Sequence[Cluster], settings: Settings) -> Cluster | None:
    """Return the strongest cluster inside the leg that price has just met and closed beyond."""
    low, high = sorted((view.leg.start.price, view.leg.end.price))
    inside = (one for one in clusters if one.score >= settings["score"] and low < one.low and one.high < high)
    return next((one for one in inside if _has_held(view, one, int(settings["met_within"]))), None)


def _has_held(view: _View, cluster: Cluster, within: int) -> bool:
    candles, close = view.candles, float(view.candles.close[-1])
    if view.side == "long":
        return float(candles.low[-within:].min()) <= cluster.high < close
    return float(candles.high[-within:].max()) >= cluster.low > close


def _entry(view: _View, cluster: Cluster, settings: Settings) -> Wish | None:
    close, sign = float(view.candles.close[-1]), sign_of(view.side)
    stop = _behind(view, cluster) - sign * settings["margin_ranges"] * view.range
    risk = sign * (close - stop)
    levels = extensions(view.leg, is_log=view.leg.is_long, ratios=_TARGETS)
    far = (one for one in sorted(levels, key=lambda one: one.ratio) if risk > 0)
    aim = next((one for one in far if sign * (one.price - close) >= settings["reward"] * risk), None)
    if aim is None or stop <= 0:
        return None
    return Wish(kind="enter", side=view.side, stop=stop, target=aim.price, why=_why(cluster, aim))


def _behind(view: _View, cluster: Cluster) -> float:
    """Return the next level of the leg behind the cluster and what price touched of it; else its start."""
    sign = sign_of(view.side)
    edge = cluster.low if view.side == "long" else cluster.high
    levels = retracements(view.leg, is_log=view.leg.is_long)
    behind = [sign * one.price for one in levels if sign * (one.price - edge) < 0]
    return sign * max(behind, default=sign * view.leg.start.price)


def _why(cluster: Cluster, aim: Level) -> tuple[str, ...]:
    return (
        reason(
            "Levels of {count} timeframes meet from {low} to {high}",
            count=cluster.timeframes,
            low=cluster.low,
            high=cluster.high,
        ),
        "A candle closed in the direction of the leg",
        reason("The target is the extension {ratio}", ratio=aim.ratio),
    )
