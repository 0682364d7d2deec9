"""Turns what was asked for into what a chart shows: candles, indicators, and one finding laid over them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from services.analyst import overlays
from services.analyst.indicators import Overlays, chosen_of
from services.analyst.messages import ChartDrawn, DrawChart, PivotsFinding
from services.analyst.overlays import Laid
from services.analyst.patterns import find_patterns
from services.analyst.pivots import find_pivots
from services.analyst.reading import read_since
from services.analyst.sight import Sight, Sights
from services.charts.alt import alt_text
from services.charts.spec import ChartSpec
from services.clock import Clock
from services.errors import UserMistake
from services.exchange.prices import to_milliseconds, to_moment
from services.locales import locale_of
from services.locales.numbers import Numbers
from services.locales.texts import Texts, texts_of
from services.market.figures import currency_of
from services.market.messages import Nature, Origin

_USUAL: Final = 160
"""Candles in a picture: more are too thin to be told apart on a telephone."""
_MOST: Final = 500
_LEAST: Final = 2
_NATURES: Final[dict[Nature, str]] = {"live": "LIVE", "replay": "REPLAY", "simulated": "SIMULATED"}
_AGE_STEP: Final = 10
"""Seconds; with an age to the second every chart would be another picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A chart that can be drawn, and what is told of it."""

    sight: Sight
    spec: ChartSpec
    indicators: list[str] = field(default_factory=list)

    def told(self, digest: str) -> ChartDrawn:
        """Return what is answered once it is drawn."""
        return ChartDrawn(
            scene=self.sight.scene,
            digest=digest,
            alt=alt_text(self.spec, texts_of(self.spec.locale)),
            shown=len(self.spec.candles),
            first_open=self.sight.price(float(self.spec.candles.open[0])),
            indicators=self.indicators,
        )


class Drawing:
    """Prepares charts."""

    def __init__(self, sights: Sights, *, clock: Clock) -> None:
        self._sights = sights
        self._clock = clock

    async def prepare(self, request: DrawChart) -> Prepared:
        """Return the chart that `request` asks for. Raises what the request says."""
        sight = await self._sights.of(request.market, request.timeframe, least=_LEAST)
        pivots = await self._pivots(request)
        return await asyncio.to_thread(_prepared, sight, request, pivots, self._clock.now())

    async def _pivots(self, request: DrawChart) -> PivotsFinding | None:
        if request.overlay != "pivots":
            return None
        period = "1w" if request.timeframe in {"4h", "1d"} else "1d"
        return await find_pivots(self._sights, request.market, period)


def _prepared(sight: Sight, request: DrawChart, pivots: PivotsFinding | None, now: datetime) -> Prepared:
    texts = texts_of(locale_of(request.locale))
    chosen = chosen_of(request.indicators)
    laid = _laid(sight, request, pivots, texts)
    first = _first(sight, request.since, laid)
    shown = len(sight.candles) - first
    parts = Overlays(texts)
    for one in chosen:
        parts.add(one, sight.candles, shown)
    over = laid.shifted(first)
    scene = sight.scene
    spec = ChartSpec(
        market=scene.market,
        timeframe=scene.timeframe,
        candles=sight.candles.last(shown),
        price=scene.price,
        tick=scene.tick,
        source=_source(scene.origin, texts, now),
        nature=scene.origin.nature,
        currency=currency_of(scene.market),
        lines=tuple(parts.lines),
        bands=tuple(parts.bands),
        dots=tuple(parts.dots),
        panes=tuple(parts.panes),
        levels=over.levels,
        zones=over.zones,
        marks=over.marks,
        paths=over.paths,
        is_log=over.is_log,
        theme=request.theme,
        palette=request.palette,
        locale=texts.locale,
    )
    return Prepared(sight=sight, spec=spec, indicators=[one.title for one in chosen])


def _laid(sight: Sight, request: DrawChart, pivots: PivotsFinding | None, texts: Texts) -> Laid:
    match request.overlay:
        case "fib":
            return overlays.fib(sight, request.swing, request.mode)
        case "levels":
            return overlays.levels(sight, texts)
        case "patterns":
            return overlays.patterns(sight, find_patterns(sight), texts)
        case "pivots" if pivots is not None:
            return overlays.pivots(pivots)
    return Laid()


def _first(sight: Sight, since: str, laid: Laid) -> int:
    """Return the position of the first candle in the picture.

    Raises:
        UserMistake: the beginning that was asked for lies before all candles there are, or behind them.
    """
    total = len(sight.candles)
    asked = read_since(since, now=sight.scene.closed_at)
    if asked is None:
        needed = total if laid.begins_at is None else laid.begins_at
        return max(0, total - _MOST, min(total - _USUAL, needed))
    begins = to_moment(int(sight.candles.time[0]))
    if asked < begins:
        raise UserMistake(
            f"The candles of {sight.scene.timeframe} begin at {begins:%Y-%m-%d %H:%M} UTC.",
            hint="Take a later beginning, or a larger timeframe.",
        )
    first = int(np.searchsorted(sight.candles.time, to_milliseconds(asked)))
    if total - first < _LEAST:
        raise UserMistake("Fewer than two candles have closed since then.", hint="Take an earlier beginning.")
    return first


def _source(origin: Origin, texts: Texts, now: datetime) -> str:
    seconds = max(0.0, (now - origin.received_at).total_seconds())
    age = Numbers(texts.locale).age(seconds // _AGE_STEP * _AGE_STEP if seconds >= _AGE_STEP else seconds)
    return texts(
        "{venue} · {nature} · {age} old", venue=origin.venue, nature=texts(_NATURES[origin.nature]), age=age
    )
