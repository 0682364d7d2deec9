"""The service that looks at markets: findings of candles, and charts of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Protocol, cast

from services.analyst import analysis, fibs, levels, patterns
from services.analyst.drawing import Drawing
from services.analyst.indicators import names
from services.analyst.messages import (
    CHART,
    Analyze,
    ChartDrawn,
    DrawChart,
    FibFinding,
    FindFib,
    FindLevels,
    FindPatterns,
    FindPivots,
    IndicatorNames,
    ListIndicators,
    Picture,
)
from services.analyst.pivots import find_pivots
from services.analyst.sight import Sight, Sights
from services.bus.messages import Key, M, Message, R, Request
from services.charts.pool import Charts
from services.clock import Clock
from services.omega import OmegaService, ServiceConfig

_FINDERS: Final[Mapping[type, tuple[Callable[[Sight], Message], int]]] = {
    FindLevels: (levels.find_levels, levels.LEAST_CANDLES),
    FindPatterns: (patterns.find_patterns, patterns.LEAST_CANDLES),
    Analyze: (analysis.analyze, analysis.LEAST_CANDLES),
}
"""How each is found, and how many candles that takes."""
_KEPT_FOR: Final = 600.0
"""Seconds that a picture can be fetched; it is asked for within one."""


class Outlet(Protocol):
    """The part of the bus that keeps newest values."""

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Replace the newest value."""
        ...


class AnalystService(OmegaService):
    """Finds what closed candles show, and has charts drawn."""

    name: ClassVar[str] = "analyst"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        FindFib,
        FindLevels,
        FindPivots,
        FindPatterns,
        Analyze,
        ListIndicators,
        DrawChart,
    )

    def __init__(
        self, config: ServiceConfig, *, sights: Sights, charts: Charts, outlet: Outlet, clock: Clock
    ) -> None:
        super().__init__(config)
        self._sights = sights
        self._charts = charts
        self._outlet = outlet
        self._drawing = Drawing(sights, clock=clock)

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case FindFib():
                return await self._fib(request)
            case FindPivots(market=market, period=period):
                return await find_pivots(self._sights, market, period)
            case DrawChart():
                return await self._chart(request)
            case ListIndicators():
                return IndicatorNames(names=names())
        return await self._seen(request)

    async def _seen(self, request: Request[Any]) -> Message:
        """Answer what one look at the candles answers."""
        finder = _FINDERS.get(type(request))
        if finder is None or not isinstance(request, FindLevels | FindPatterns | Analyze):
            raise TypeError(f"the analyst does not answer {type(request).__name__}")
        find, least = finder
        return await asyncio.to_thread(
            find, await self._sights.of(request.market, request.timeframe, least=least)
        )

    async def _fib(self, request: FindFib) -> FibFinding:
        sight = await self._sights.of(request.market, request.timeframe, least=fibs.LEAST_CANDLES)
        others = await self._sights.beside(request.market, request.timeframe, least=fibs.LEAST_CANDLES)
        return await asyncio.to_thread(fibs.find_fib, sight, others, swing=request.swing, mode=request.mode)

    async def _chart(self, request: DrawChart) -> ChartDrawn:
        prepared = await self._drawing.prepare(request)
        drawn = await self._charts.draw(prepared.spec)
        await self._outlet.put(CHART, Picture(png=drawn.png), part=drawn.digest, ttl=_KEPT_FOR)
        return prepared.told(drawn.digest)
