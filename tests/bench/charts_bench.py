"""A chart with three overlays, a panel and nine levels: from asking for it to having its PNG, in a worker."""

from __future__ import annotations

import time

from chart_stage import usual_chart
from figures import Figure, percentile

from services.charts.pool import open_charts

CHARTS = 100
WARM_UP = 5
"""Charts that are not counted."""


async def measure() -> list[Figure]:
    """Draw charts of different candles one after the other, so that none is kept already."""
    specs = [usual_chart(seed=number) for number in range(WARM_UP + CHARTS)]
    took: list[float] = []
    async with open_charts() as charts:
        for spec in specs:
            started = time.perf_counter()
            await charts.draw(spec)
            took.append((time.perf_counter() - started) * 1000)
    counted = took[WARM_UP:]
    return [
        Figure("charts.draw_p50_ms", percentile(counted, 0.5), "ms"),
        Figure("charts.draw_p99_ms", percentile(counted, 0.99), "ms"),
    ]
