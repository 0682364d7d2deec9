"""EMA cross with volume: goes with a fast average where it crosses a slow one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from services.trading.strategies.reading import Side, are_known, line, reason, side_of, sign_of
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish


class EmaCross:
    """Enters where the averages cross on more volume than usual, and leaves where they cross back.

    Source: John J. Murphy, Technical Analysis of the Financial Markets (1999), chapter 9, has the double
    crossover of 10 and 50, chapter 7 that volume should grow with the move; the average of 20 candles that it
    is held against is the usual one. Curtis Faith, Way of the Turtle (2007), has the stop two average true
    ranges of 20 candles away.
    """

    name: ClassVar[str] = "ema_cross"
    title: ClassVar[str] = "EMA cross with volume"
    about: ClassVar[str] = (
        "Goes with the fast average where it crosses the slow one on more volume than usual."
    )
    timeframes: ClassVar[tuple[str, ...]] = ("1h", "15m", "4h", "1d")
    higher: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[int] = 60
    usual: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"fast": 10, "slow": 50, "volume": 20, "volume_times": 1.0, "atr": 20, "stop_ranges": 2.0}
    )

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        """Return what to do now."""
        candles = sight.candles
        apart = line(candles, "ema", settings["fast"]) - line(candles, "ema", settings["slow"])
        before, now = float(apart[-2]), float(apart[-1])
        if not are_known(before, now) or not now:
            return Decision(state=sight.state)
        side, wishes = side_of(now), []
        if sight.position and side != sight.position:
            wishes.append(Wish(kind="leave", why=("The averages crossed back",)))
        if before * now <= 0 and side != sight.position and _has_volume(sight, settings):
            wishes.append(_entry(sight, settings, side))
        return Decision(wishes=tuple(wishes), state=sight.state)


def _has_volume(sight: Sight, settings: Settings) -> bool:
    usual = float(line(sight.candles, "volume_sma", settings["volume"])[-1])
    return float(sight.candles.volume[-1]) > usual * settings["volume_times"]


def _entry(sight: Sight, settings: Settings, side: Side) -> Wish:
    room = settings["stop_ranges"] * float(line(sight.candles, "atr", settings["atr"])[-1])
    return Wish(
        kind="enter",
        side=side,
        stop=float(sight.candles.close[-1]) - sign_of(side) * room,
        why=(
            reason("EMA {fast} crossed EMA {slow}", fast=settings["fast"], slow=settings["slow"]),
            "More was traded than usual",
        ),
    )
