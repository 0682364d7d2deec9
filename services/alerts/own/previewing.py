"""Previews: how often an alert would have fired, with a chart of when."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
import structlog

from analytics.candles import timeframe_ms
from services.alerts.conditions import (
    CandleClosed,
    Condition,
    PriceLevel,
    TrendLine,
    from_text,
    leaves,
    markets_of,
)
from services.alerts.drafting import Doubt, Look, draft
from services.alerts.messages import AlertPreview, Options, PreviewAlert
from services.alerts.own.finding import own_rule
from services.alerts.own.ports import AlertsBus, EnginePort
from services.alerts.own.quoting import quotes_in
from services.alerts.own.views import options_of
from services.alerts.picture import falls, line_of, market_of
from services.analyst.messages import ChartDrawn, ChartLevel, ChartMark, DrawChart
from services.errors import Unavailable, UserMistake
from services.market.messages import TIMEFRAMES, Timeframe
from services.store.store import Store

MOST_DAYS: Final = 30
_MOST_MARKS: Final = 60
"""More cannot be told apart in a picture; the newest are marked."""
_MOST_CANDLES: Final = 400
_DAY_MS: Final = 86_400_000
_CHART_WITHIN: Final = 4.0
_PATIENCE: Final = 7.0
_LABEL: Final = "Alert"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is looked back for, and the last price of its market where that was asked for."""

    condition: Condition
    options: Options
    price: Decimal | None = None
    is_far: bool = False


class Previewing:
    """Looks back for members."""

    def __init__(self, *, store: Store, engine: EnginePort, bus: AlertsBus) -> None:
        self._store = store
        self._engine = engine
        self._bus = bus

    async def preview(self, request: PreviewAlert) -> AlertPreview:
        """Return how often it would have fired, with a chart where one can be had. Raises as `SetAlert`."""
        if not 1 <= request.days <= MOST_DAYS:
            raise UserMistake(
                f"A preview looks back 1 to {MOST_DAYS} days.", hint="Take a number of days within that."
            )
        wanted = await self._wanted(request)
        seen = await self._looked_back(wanted.condition, wanted.options, request.days)
        found = msgspec.structs.replace(seen, price=wanted.price, is_far=wanted.is_far)
        drawn = None if found.why_not else await self._drawn(found, request)
        if drawn is None:
            return found
        return msgspec.structs.replace(
            found, digest=drawn.digest, alt=drawn.alt, origin=found.origin or drawn.scene.origin
        )

    async def _looked_back(self, condition: Condition, options: Options, days: int) -> AlertPreview:
        """Return what the engine finds.

        Raises:
            Unavailable: it takes longer than anybody waits; it is not looked for any further then.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._engine.preview(condition, options, days=days)
        except TimeoutError as error:
            raise Unavailable(
                "Looking back took too long.", hint="Try it again, with fewer days if there are many."
            ) from error

    async def _wanted(self, request: PreviewAlert) -> _Wanted:
        if request.alert:
            async with self._store.read() as rows:
                row = await own_rule(rows, request.caller.user_id, request.alert)
            return _Wanted(condition=from_text(row.condition), options=options_of(row))
        return await self._drafted(request)

    async def _drafted(self, request: PreviewAlert) -> _Wanted:
        """Return what is meant; what can be read in two ways cannot be looked for.

        Raises:
            UserMistake: it can.
        """
        quotes = await quotes_in(self._bus, request.kind, request.given)
        drafted = draft(request.kind, request.given, request.options, Look(quotes=quotes))
        is_far = isinstance(drafted, Doubt)
        condition = _only_reading(drafted) if isinstance(drafted, Doubt) else drafted
        price = next((quote.price for quote in quotes.values()), None)
        return _Wanted(condition=condition, options=request.options, price=price, is_far=is_far)

    async def _drawn(self, found: AlertPreview, request: PreviewAlert) -> ChartDrawn | None:
        """Return the chart; None where there is no market to draw or nobody can draw it now."""
        market = next(iter(markets_of(found.condition)), "")
        if not market:
            return None
        asked = chart_of(found, market, request)
        try:
            return await self._bus.ask(asked, timeout=_CHART_WITHIN)
        except (Unavailable, UserMistake) as error:  # told without its picture rather than not at all
            log.warning("preview_chart_missing", market=market, reason=error.message)
            return None


def _only_reading(doubt: Doubt) -> Condition:
    if doubt.condition is None:
        raise UserMistake(
            f"{doubt.written} can be read in two ways.", hint="Write the number without a thousands mark."
        )
    return doubt.condition


def chart_of(found: AlertPreview, market: str, request: PreviewAlert) -> DrawChart:
    """Return the chart of what was looked back at: the days, what was waited for, and when it was met."""
    seen = [leaf for leaf in leaves(found.condition) if market_of(leaf) == market]
    is_up = not any(falls(leaf) for leaf in seen)
    lines = [leaf for leaf in seen if isinstance(leaf, TrendLine)]
    return DrawChart(
        market=market,
        timeframe=_timeframe_for(request.days),
        since=f"{request.days}d",
        theme="light" if request.theme == "light" else "dark",
        palette="colour_blind" if request.palette == "colour_blind" else "standard",
        locale=request.options.locale,
        levels=[
            ChartLevel(price=leaf.level, label=_LABEL)
            for leaf in seen
            if isinstance(leaf, PriceLevel | CandleClosed) and leaf.level is not None
        ],
        line=line_of(lines[0]) if lines else None,
        marks=[ChartMark(at=one.at, label=_LABEL, is_up=is_up) for one in found.times[-_MOST_MARKS:]],
    )


def _timeframe_for(days: int) -> Timeframe:
    fitting = (name for name in TIMEFRAMES if days * _DAY_MS <= _MOST_CANDLES * timeframe_ms(name))
    return next(fitting, TIMEFRAMES[-1])
