"""Turns what was asked for into what a chart shows: candles, indicators, and one finding laid over them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from services.analyst import overlays
from services.analyst.asked import own
from services.analyst.fibs import LEAST_CANDLES
from services.analyst.forming import Growing, growing, parts_of
from services.analyst.indicators import Overlays, chosen_of
from services.analyst.messages import ChartDrawn, DrawChart, FormingPrice, PivotsFinding
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
from services.looks import MARKS
from services.market.figures import currency_of
from services.market.messages import Origin

_USUAL: Final = 160
"""Candles in a picture: more are too thin to be told apart on a telephone."""
_MOST: Final = 500
_LEAST: Final = 2
_USUAL_PERIOD: Final = "1d"
_AGE_STEP: Final = 10
"""Seconds; with an age to the second every chart would be another picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A chart that can be drawn, and what is told of it."""

    sight: Sight
    spec: ChartSpec
    indicators: list[str] = field(default_factory=list)
    forming: Growing | None = None

    def told(self, digest: str) -> ChartDrawn:
        """Return what is answered once it is drawn."""
        return ChartDrawn(
            scene=self.sight.scene,
            digest=digest,
            alt=alt_text(self.spec, texts_of(self.spec.locale)),
            shown=len(self.spec.candles),
            first_open=self.sight.price(float(self.spec.candles.open[0])),
            indicators=self.indicators,
            forming=_told(self.forming),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What is looked at beside the candles of a chart; of `others` there are only those that it needs."""

    parts: Sight | None
    pivots: PivotsFinding | None
    others: Mapping[str, Sight]


def _told(forming: Growing | None) -> FormingPrice | None:
    return None if forming is None else FormingPrice(price=forming.price, origin=forming.origin)


class Drawing:
    """Prepares charts."""

    def __init__(self, sights: Sights, *, clock: Clock) -> None:
        self._sights = sights
        self._clock = clock

    async def prepare(self, request: DrawChart) -> Prepared:
        """Return the chart that `request` asks for. Raises what the request says."""
        sight, beside = await asyncio.gather(
            self._sights.of(request.market, request.timeframe, least=_LEAST), self._beside(request)
        )
        return await asyncio.to_thread(_prepared, sight, beside, request, self._clock.now())

    async def _beside(self, request: DrawChart) -> _Beside:
        market, timeframe, pivots, others = request.market, request.timeframe, None, {}
        parts = await parts_of(self._sights, market, timeframe)
        if request.overlay == "pivots":
            pivots = await find_pivots(self._sights, market, request.period or _USUAL_PERIOD)
        if request.overlay == "fib":
            others = await self._sights.beside(market, timeframe, least=LEAST_CANDLES)
        return _Beside(parts=parts, pivots=pivots, others=others)


def _prepared(sight: Sight, beside: _Beside, request: DrawChart, now: datetime) -> Prepared:
    texts = texts_of(locale_of(request.locale))
    chosen = chosen_of(request.indicators)
    scene, forming = sight.scene, None if beside.parts is None else growing(sight, beside.parts)
    laid = _laid(sight, request, beside, texts, is_forming=forming is not None)
    first = _first(sight, request.since, laid)
    shown = len(sight.candles) - first
    parts = Overlays(texts)
    for one in chosen:
        parts.add(one, sight.candles, shown)
    over = laid.shifted(first)
    origin = scene.origin if forming is None else forming.origin
    spec = ChartSpec(
        market=scene.market,
        timeframe=scene.timeframe,
        candles=sight.candles.last(shown),
        price=scene.price if forming is None else forming.price,
        tick=scene.tick,
        source=_source(origin, texts, now),
        nature=origin.nature,
        currency=currency_of(scene.market),
        forming=None if forming is None else forming.candle,
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
    return Prepared(sight=sight, spec=spec, indicators=[one.title for one in chosen], forming=forming)


def _laid(sight: Sight, request: DrawChart, beside: _Beside, texts: Texts, *, is_forming: bool) -> Laid:
    more = own(
        sight,
        texts,
        levels=request.levels,
        line=request.line,
        marks=request.marks,
        is_forming=is_forming,
    )
    return _overlay(sight, request, beside, texts).with_more(more)


def _overlay(sight: Sight, request: DrawChart, beside: _Beside, texts: Texts) -> Laid:
    match request.overlay:
        case "fib":
            return overlays.fib(sight, beside.others, texts, swing=request.swing, mode=request.mode)
        case "levels":
            return overlays.levels(sight, texts)
        case "patterns":
            return overlays.patterns(sight, find_patterns(sight), texts)
        case "pivots" if beside.pivots is not None:
            return overlays.pivots(beside.pivots)
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
        "{venue} · {nature} · {age} old", venue=origin.venue, nature=texts(MARKS[origin.nature]), age=age
    )
