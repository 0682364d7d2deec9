"""What is missing between what is decided and what comes next, and candles that rules see and nobody has yet.

It is taken from the market process: of each stretch the smallest candles that reach back to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from analytics.candles import Candles, empty, timeframe_ms
from services.alerts.engine.asking import PAGE, Ask, Series, newest
from services.alerts.engine.course import Key, Past, in_order
from services.alerts.engine.deciding import Deciding, Watch
from services.alerts.engine.keeping import Unkept
from services.alerts.engine.looking import Known
from services.alerts.engine.windows import KEPT, Figures, Window
from services.alerts.rules.declare import Span
from services.errors import ExchangeUnavailable, UserMistake
from services.exchange.prices import to_decimal, to_milliseconds, to_moment, to_price
from services.market.messages import ClosedCandle

_SECOND, _MINUTE = "1s", "1m"
_QUIET: Final = timedelta(seconds=120)
"""So long without a candle of a second, and a minute was missed as well."""
_REACHING: Final = (_MINUTE, "5m", "15m", "1h")
_SPARE: Final = 5
_NOT_THERE: Final = (ExchangeUnavailable, UserMistake)
"""The market process is there, and has no such candles."""

log = structlog.get_logger(__name__)


class Catching:
    """Asks, and has it decided."""

    def __init__(self, ask: Ask, deciding: Deciding, unkept: Unkept) -> None:
        self._ask = ask
        self._deciding = deciding
        self._unkept = unkept

    async def up_to(self, watch: Watch, candle: ClosedCandle) -> None:
        """Make good what is missing before `candle`. Raises `Unavailable` where nobody answers."""
        opens_at = candle.opens_at
        if candle.timeframe not in (_SECOND, _MINUTE):
            return
        if watch.mark is None:
            watch.mark = opens_at
        is_missing = (candle.timeframe == _MINUTE and opens_at > watch.mark) or (
            candle.timeframe == _SECOND and opens_at - max(watch.mark, watch.second_at or watch.mark) > _QUIET
        )
        if is_missing:
            await self.fill(watch, opens_at)

    async def fill(self, watch: Watch, until: datetime) -> None:
        """Decide what happened from the mark to `until`. Raises `Unavailable` where nobody answers."""
        mark, known = watch.mark, watch.known
        if mark is None or until <= mark:
            return
        after_ms, until_ms = to_milliseconds(mark), to_milliseconds(until)
        now_ms = max(until_ms, until_ms if known.at is None else to_milliseconds(known.at))
        watch.is_behind = True
        known.comes_to(until)
        spans = await self._reaching(known, after_ms, now_ms)
        closes = await self._closing(watch)
        log.info("gap_filled", market=known.name, since=mark, until=until, of=sorted(spans))
        series = {(known.name, timeframe): candles for timeframe, candles in {**closes, **spans}.items()}
        for past in in_order(series, after_ms=after_ms, until_ms=until_ms):
            self._decide(watch, past, is_span=past.timeframe in spans, is_close=past.timeframe in closes)
        watch.mark = until
        self._unkept.mark(known.name, until)

    async def window(self, watch: Watch, candle: ClosedCandle) -> None:
        """See to it that `candle` is the newest in its window. Raises `Unavailable` where nobody answers."""
        opens_ms = to_milliseconds(candle.opens_at)
        figures = _figures(candle)
        window = watch.known.windows.get(candle.timeframe)
        if window is not None and window.add(opens_ms, figures):
            return
        await self.seed(watch, candle.timeframe)
        if candle.timeframe not in watch.known.windows:
            watch.known.windows[candle.timeframe] = Window(empty(timeframe_ms(candle.timeframe)))
        watch.known.windows[candle.timeframe].add(opens_ms, figures, may_skip=True)

    async def seed(self, watch: Watch, timeframe: str) -> None:
        """Get the window of a timeframe; where there are no candles yet, it begins with the next one."""
        found = await self._newest(watch.known, timeframe, KEPT)
        if found is None:
            watch.thin.add(timeframe)
        else:
            watch.thin.discard(timeframe)
            watch.known.windows[timeframe] = Window(found.candles)

    def _decide(self, watch: Watch, past: Past, *, is_span: bool, is_close: bool) -> None:
        known, closes_at = watch.known, to_moment(past.closes_ms)
        if known.origin is not None:
            price = to_decimal(past.close) if known.tick is None else to_price(past.close, known.tick)
            known.note(price, closes_at, known.origin)
        if is_span:
            prices = (past.open, past.high, past.low, past.close)
            self._deciding.span(watch, Span(to_moment(past.opens_ms), closes_at, *prices))
        if is_close:
            self._deciding.close(watch, past.timeframe, closes_at, past.close)

    async def _reaching(self, known: Known, after_ms: int, now_ms: int) -> Mapping[str, Candles]:
        """Return candles from the mark on, smaller ones where they reach back far enough."""
        found: dict[str, Candles] = {}
        begins_ms = now_ms
        for timeframe in _REACHING:
            step = timeframe_ms(timeframe)
            series = await self._newest(known, timeframe, (now_ms - after_ms) // step + _SPARE)
            if series is None:
                continue
            older = series.candles if not found else series.candles.between(0, begins_ms + step - 1)
            found[timeframe] = older
            begins_ms = min([begins_ms, *older.time[:1].tolist()])
            if begins_ms <= after_ms:
                break
        return found

    async def _closing(self, watch: Watch) -> Mapping[str, Candles]:
        """Return the candles whose closes rules see; those that are looked at become the windows, too."""
        found: dict[str, Candles] = {}
        for timeframe, rules in watch.closers.items():
            series = await self._newest(watch.known, timeframe, PAGE) if rules else None
            if series is None:
                continue
            found[timeframe] = series.candles
            if timeframe in watch.wanted:
                watch.known.windows[timeframe] = Window(series.candles)
        return found

    async def _newest(self, known: Known, timeframe: str, limit: int) -> Series | None:
        try:
            found = await newest(self._ask, known.name, timeframe, limit=limit)
        except _NOT_THERE as error:
            log.warning("candles_not_there", market=known.name, timeframe=timeframe, reason=error.message)
            return None
        known.tick, known.origin = known.tick or found.tick, known.origin or found.origin
        return found


def keys_of(watch: Watch) -> list[Key]:
    """Return the windows that rules need and that are not there."""
    return [(watch.known.name, one) for one in watch.wanted if one not in watch.known.windows]


def _figures(candle: ClosedCandle) -> Figures:
    return (
        float(candle.open),
        float(candle.high),
        float(candle.low),
        float(candle.close),
        float(candle.volume),
    )
