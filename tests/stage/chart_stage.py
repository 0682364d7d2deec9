"""Charts to draw: made-up candles, and specs of them with one part or another changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from market_stage import wandering_minutes

from analytics.candles import Candles, Floats
from services.charts.spec import Band, ChartSpec, Level, Line, Pane, Path
from services.exchange.prices import to_price

TICK = Decimal("0.1")
RATIOS = ("0", "0.236", "0.382", "0.5", "0.618", "0.786", "1", "1.272", "1.618")


def chart(candles: Candles | None = None, **changes: Any) -> ChartSpec:
    """A chart of a replay, of 120 minutes if no others are given."""
    shown = wandering_minutes(120) if candles is None else candles
    tick = changes.get("tick", TICK)
    parts = {
        "market": "BTC/USDT:USDT",
        "timeframe": "1m",
        "price": to_price(float(shown.close[-1]), tick) if len(shown) else tick,
        "tick": tick,
        "source": "binance · REPLAY · 2 s old",
        "nature": "replay",
        "currency": "USDT",
    }
    return ChartSpec(candles=shown, **{**parts, **changes})


def scaled(candles: Candles, factor: float, digits: int) -> Candles:
    """The same candles at other prices, rounded to `digits` decimals."""
    prices = {
        name: np.round(getattr(candles, name) * factor, digits) for name in ("open", "high", "low", "close")
    }
    return Candles(step_ms=candles.step_ms, time=candles.time, volume=candles.volume, **prices)


def average(values: Floats, count: int) -> Floats:
    """A moving average, NaN before there are `count` values."""
    sums = np.convolve(values, np.ones(count), "valid")
    return np.concatenate([np.full(count - 1, np.nan), sums / count])


def fib_levels(candles: Candles) -> tuple[Level, ...]:
    """The ratios between the lowest and the highest price."""
    low, high = to_price(float(candles.low.min()), TICK), to_price(float(candles.high.max()), TICK)
    return tuple(
        Level(
            price=(high - (high - low) * Decimal(ratio)).quantize(TICK),
            ratio=Decimal(ratio),
            kind="fib",
            weight=0.6,
        )
        for ratio in RATIOS
    )


def usual_chart(count: int = 200, seed: int = 1, **changes: Any) -> ChartSpec:
    """What a member gets who asks for Fibonacci: three overlays, one panel, nine levels, the swing."""
    candles = wandering_minutes(count, seed=seed)
    close = candles.close
    low, high = int(np.argmin(candles.low)), int(np.argmax(candles.high))
    ends = {
        at: to_price(float(value), TICK)
        for at, value in ((low, candles.low[low]), (high, candles.high[high]))
    }
    middle = average(close, 20)
    parts = {
        "lines": (Line(label="EMA 20", values=middle), Line(label="EMA 50", values=average(close, 50))),
        "bands": (Band(label="Bollinger 20 2", upper=middle * 1.002, lower=middle * 0.998, middle=middle),),
        "panes": (
            Pane(
                lines=(Line(label="RSI 14", values=50 + 400 * (close / middle - 1)),),
                guides=(30.0, 70.0),
                bounds=(0.0, 100.0),
            ),
        ),
        "levels": fib_levels(candles),
        "paths": (Path(points=tuple(sorted(ends.items()))),),
    }
    return chart(candles, **{**parts, **changes})
