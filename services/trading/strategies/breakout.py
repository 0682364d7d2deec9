"""Breakout: out of the range of the last candles, on volume."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from services.trading.strategies.reading import Side, are_known, line, reason, sign_of
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish


class Breakout:
    """Enters where a close leaves the channel of the candles before it, on much volume.

    It leaves where a close leaves the shorter channel on the other side.

    Source: Curtis Faith, Way of the Turtle (2007): the channel of 20 in, of 10 out, a stop two average true
    ranges of 20 candles away; William J. O'Neil, How to Make Money in Stocks (2009), a breakout on volume
    half again the usual.
    """

    name: ClassVar[str] = "breakout"
    title: ClassVar[str] = "Breakout"
    about: ClassVar[str] = "Goes with a close out of the range of the last candles on much volume."
    timeframes: ClassVar[tuple[str, ...]] = ("4h", "1h", "1d")
    higher: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[int] = 30
    usual: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"channel": 20, "exit": 10, "atr": 20, "stop_ranges": 2.0, "volume": 20, "volume_times": 1.5}
    )

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        """Return what to do now."""
        side = _side_out(sight, settings["channel"])
        if sight.position:
            is_out = _side_out(sight, settings["exit"]) not in {None, sight.position}
            wishes = (Wish(kind="leave", why=("Price closed out of the other side of its range",)),)
            return Decision(wishes=wishes if is_out else (), state=sight.state)
        if side is None or not _has_volume(sight, settings):
            return Decision(state=sight.state)
        return Decision(wishes=_entry(sight, settings, side), state=sight.state)


def _side_out(sight: Sight, length: float) -> Side | None:
    """Return on which side the close left the channel of the candles before it, if it did."""
    upper = float(line(sight.candles, "donchian", length, output="upper")[-2])
    lower = float(line(sight.candles, "donchian", length, output="lower")[-2])
    close = float(sight.candles.close[-1])
    if close > upper:
        return "long"
    return "short" if close < lower else None


def _has_volume(sight: Sight, settings: Settings) -> bool:
    usual = float(line(sight.candles, "volume_sma", settings["volume"])[-2])
    return float(sight.candles.volume[-1]) >= usual * settings["volume_times"]


def _entry(sight: Sight, settings: Settings, side: Side) -> tuple[Wish, ...]:
    room = settings["stop_ranges"] * float(line(sight.candles, "atr", settings["atr"])[-1])
    if not are_known(room) or room <= 0:
        return ()
    wish = Wish(
        kind="enter",
        side=side,
        stop=float(sight.candles.close[-1]) - sign_of(side) * room,
        why=(
            reason("Price closed out of the range of {candles} candles", candles=settings["channel"]),
            "More was traded than usual",
        ),
    )
    return (wish,)
