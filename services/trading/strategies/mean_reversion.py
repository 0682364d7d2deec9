"""Mean reversion: against a price that has strayed from its mean while there is no trend."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from services.trading.strategies.reading import are_known, line, reason, side_of, sign_of
from services.trading.strategies.strategy import Decision, Settings, Sight, Wish


class MeanReversion:
    """Enters two deviations from the mean while the ADX is low; the mean is the target.

    It leaves where the close is back at the mean, or where a trend has begun.

    Source: John Bollinger, Bollinger on Bollinger Bands (2001), 20 candles and 2 deviations; J. Welles
    Wilder, New Concepts in Technical Trading Systems (1978), the ADX of 14, with no trend under 20 and a
    trend over 25 as StockCharts ChartSchool has them. The stop is as far away as the mean: half of all such
    trades must reach it to break even before fees.
    """

    name: ClassVar[str] = "mean_reversion"
    title: ClassVar[str] = "Mean reversion"
    about: ClassVar[str] = "Goes against a price two deviations from its mean while there is no trend."
    timeframes: ClassVar[tuple[str, ...]] = ("15m", "1h", "4h")
    higher: ClassVar[tuple[str, ...]] = ()
    warm_up: ClassVar[int] = 60
    usual: ClassVar[Mapping[str, float]] = MappingProxyType(
        {"length": 20, "deviations": 2.0, "adx": 14, "adx_below": 20, "adx_leave": 25, "stop_share": 1.0}
    )

    def decide(self, sight: Sight, settings: Settings) -> Decision:
        """Return what to do now."""
        strayed, deviation = _strayed(sight, settings)
        strength = float(line(sight.candles, "adx", settings["adx"])[-1])
        if not are_known(strayed, deviation, strength) or deviation <= 0:
            return Decision(state=sight.state)
        score = strayed / deviation
        if sight.position:
            wish = _leaving(sight, score, has_trend=strength > settings["adx_leave"])
        elif abs(score) >= settings["deviations"] and strength < settings["adx_below"]:
            wish = _entry(sight, settings, strayed, score)
        else:
            wish = None
        return Decision(wishes=() if wish is None else (wish,), state=sight.state)


def _strayed(sight: Sight, settings: Settings) -> tuple[float, float]:
    """Return how far the close is over its mean, and a standard deviation, both in quote currency."""
    length = settings["length"]
    middle = float(line(sight.candles, "bbands", length, 1.0, output="middle")[-1])
    upper = float(line(sight.candles, "bbands", length, 1.0, output="upper")[-1])
    return float(sight.candles.close[-1]) - middle, upper - middle


def _leaving(sight: Sight, score: float, *, has_trend: bool) -> Wish | None:
    is_back = score >= 0 if sight.position == "long" else score <= 0
    if is_back:
        return Wish(kind="leave", why=("Price is back at its mean",))
    return Wish(kind="leave", why=("A trend has begun",)) if has_trend else None


def _entry(sight: Sight, settings: Settings, strayed: float, score: float) -> Wish:
    side, close = side_of(-strayed), float(sight.candles.close[-1])
    return Wish(
        kind="enter",
        side=side,
        stop=close - sign_of(side) * settings["stop_share"] * abs(strayed),
        target=close - strayed,
        why=(
            reason("Price is {score} deviations from its mean", score=f"{score:+.1f}"),
            "There is no trend",
        ),
    )
