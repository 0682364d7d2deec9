"""The chart of a position: its entry, stop, target and liquidation over the candles and Fibonacci levels."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import structlog

from services.analyst.messages import ChartDrawn, ChartLevel, ChartMark, DrawChart
from services.analyst.sight import Ask
from services.errors import OmegaError
from services.looks import Palette, Theme
from services.trading.messages import PositionView

_LABELS: Final = {"entry": "Entry", "stop": "Stop", "target": "Target", "liquidation": "Liquidation"}
NO_CHART: Final = "The chart could not be drawn this time."

log = structlog.get_logger(__name__)


def chart_of(
    position: PositionView,
    *,
    timeframe: str,
    theme: Theme = "dark",
    palette: Palette = "standard",
    locale: str = "en",
    leaving: Decimal | None = None,
) -> DrawChart:
    """Return the chart to ask for; `leaving` is the price that a closed one ended at."""
    ends = [] if leaving is None else [ChartLevel(price=leaving, label="Exit")]
    return DrawChart(
        market=position.market,
        timeframe=timeframe,
        overlay="fib",
        theme=theme,
        palette=palette,
        locale=locale,
        levels=[*_levels(position, is_over=leaving is not None), *ends],
        marks=list(_marks(position)),
    )


def _levels(position: PositionView, *, is_over: bool) -> Iterator[ChartLevel]:
    for name, label in _LABELS.items():
        price: Decimal | None = getattr(position, name)
        if price is not None and not (is_over and name == "liquidation"):
            yield ChartLevel(price=price, label=label)


def _marks(position: PositionView) -> Iterator[ChartMark]:
    if position.opened_at is not None:
        yield ChartMark(at=position.opened_at, label="Entry", is_up=position.side == "long")


async def drawn(ask: Ask, request: DrawChart, *, within: float) -> ChartDrawn | None:
    """Return the chart; None, logged, where it cannot be had in time."""
    try:
        return await ask(request, timeout=within)
    except OmegaError as error:
        log.info("chart_left_out", market=request.market, reason=error.message)
        return None
