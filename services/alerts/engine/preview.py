"""How often a condition would have fired: recorded candles, one after the other, through the same machine.

What is not recorded cannot be previewed, and the preview says so. A candle longer than those the engine sees
may hide a move within it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from analytics.candles import timeframe_ms
from services.alerts.conditions import Condition, FeedStale, FundingRate, Leaf, SkyShows, VenueSpread
from services.alerts.engine.asking import PAGE, Ask, Series, back_to, newest
from services.alerts.engine.course import Key, Past, in_order
from services.alerts.engine.held import Held
from services.alerts.engine.looking import Closing, Known, Look
from services.alerts.engine.machine import Outcome, decide
from services.alerts.engine.taking import newly_held
from services.alerts.engine.windows import MOST, Window
from services.alerts.messages import NOISY_A_DAY, AlertPreview, Options, WouldFire
from services.alerts.rules.declare import Span, rule_of
from services.exchange.prices import to_decimal, to_milliseconds, to_moment, to_price
from services.market.messages import TIMEFRAMES

_MOST_PAGES: Final = 20
"""For each series of candles; of a longer time only larger candles are looked at."""
_DAY_MS: Final = 86_400_000
_EPOCH: Final = to_moment(0)
"""Where no time matters: nothing here is snoozed, and what is not told has none."""
_WHY_NOT: Final[Mapping[type[Leaf], str]] = {
    FundingRate: "Funding rates are not recorded, so that cannot be told.",
    VenueSpread: "The prices of several venues are not recorded, so that cannot be told.",
    FeedStale: "Silences are not recorded, so that cannot be told.",
    SkyShows: "Events in the sky are not part of the recorded prices; see the cosmic calendar.",
}
_THREADS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="preview")
"""Replaying takes seconds: with threads of its own it keeps nobody waiting but other previews."""
_STEPS: Final = 100
"""Candles between two looks at whether anybody still wants to know."""
_VENUES: Final = "The prices of several venues are not recorded, so that cannot be told."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What is replayed: `spans` are looked at as moves of the price, `closes` as closes of candles."""

    series: Mapping[Key, Series]
    spans: frozenset[Key]
    closes: frozenset[Key]
    windows: frozenset[Key]
    since_ms: int
    until_ms: int


async def preview(condition: Condition, options: Options, *, days: float, ask: Ask) -> AlertPreview:
    """Return when `condition` would have fired in the last `days` of recorded candles.

    It is followed as if it repeated, with the cooldown and the confirmation of `options`. Where whoever asked
    waits no longer, it ends.

    Raises:
        UserMistake: there is no such market, or the condition can be met in too many ways.
        Unavailable: the candles cannot be had now.
    """
    held = newly_held(condition, replace(options, repeats=True), id="", since=None)
    why_not = _why_not(held)
    if why_not:
        return AlertPreview(
            condition=condition,
            timeframe="",
            since=_EPOCH,
            until=_EPOCH,
            days=round(days),
            times=[],
            why_not=why_not,
        )
    recorded = await _recorded(held, days, ask)
    times = await _all_fired(held, recorded)
    first = recorded.series[
        min(recorded.series, key=lambda key: (key[0] != held.markets[0], timeframe_ms(key[1])))
    ]
    since, until = to_moment(recorded.since_ms), to_moment(recorded.until_ms)
    return AlertPreview(
        condition=condition,
        timeframe=min((key[1] for key in recorded.spans | recorded.closes), key=timeframe_ms),
        since=since,
        until=until,
        days=round(days),
        times=times,
        met=held.number,
        is_noisy=held.number > NOISY_A_DAY * max(1.0, (until - since) / timedelta(days=1)),
        tick=first.tick,
        origin=first.origin,
    )


def _why_not(held: Held) -> str:
    lacking = (_WHY_NOT[type(leaf)] for leaf in held.leaves if type(leaf) in _WHY_NOT)
    return next(lacking, _VENUES if held.options.confirming == "venues" else "")


async def _recorded(held: Held, days: float, ask: Ask) -> _Recorded:
    """Get what the condition looks at, as far back as asked for or as there is."""
    closes, windows = held.closers(), held.windows()
    smallest = next(name for name in TIMEFRAMES if days * _DAY_MS <= _MOST_PAGES * PAGE * timeframe_ms(name))
    spans = frozenset((market, smallest) for market in held.markets if _goes_by_price(held))
    keys = sorted(spans | closes | windows)
    ends = [await newest(ask, market, timeframe, limit=1) for market, timeframe in keys]
    until_ms = max(
        to_milliseconds(to_moment(int(end.candles.time[-1]) + end.candles.step_ms)) for end in ends
    )
    since_ms = until_ms - round(days * _DAY_MS)
    since_ms = max([since_ms, *(until_ms - _MOST_PAGES * PAGE * timeframe_ms(name) for _, name in closes)])
    found = await asyncio.gather(*(_whole(ask, key, since_ms, is_window=key in windows) for key in keys))
    series = dict(zip(keys, found, strict=True))
    begun = [int(series[key].candles.time[0]) for key in spans | closes]
    return _Recorded(
        series=series,
        spans=spans,
        closes=closes,
        windows=windows,
        since_ms=max([since_ms, *begun]),
        until_ms=until_ms,
    )


async def _whole(ask: Ask, key: Key, since_ms: int, *, is_window: bool) -> Series:
    """Return the candles since then, with those that rules see at the first of them."""
    market, timeframe = key
    before_ms = MOST * timeframe_ms(timeframe) if is_window else 0
    return await back_to(ask, market, timeframe, since_ms - before_ms)


def _goes_by_price(held: Held) -> bool:
    """Return whether what happens between two closes matters."""
    by_price = any(rule_of(leaf).thresholds(leaf, {}) != () for leaf in held.leaves)
    return by_price or held.options.confirming == "seconds"


async def _all_fired(held: Held, recorded: _Recorded) -> list[WouldFire]:
    """Replay in a thread, which stops soon after this is cancelled."""
    over = threading.Event()
    try:
        return await asyncio.get_running_loop().run_in_executor(
            _THREADS, lambda: list(_fired(held, recorded, over))
        )
    finally:
        over.set()


def _fired(held: Held, recorded: _Recorded, over: threading.Event) -> Iterator[WouldFire]:
    """Replay until it is `over`, and yield every firing. Blocking; it may take seconds."""
    held.since = to_moment(recorded.since_ms)
    known = _known(recorded)
    ticks = {market: series.tick for (market, _), series in recorded.series.items()}
    moved = {key: recorded.series[key].candles for key in recorded.spans | recorded.closes}
    pasts = in_order(moved, after_ms=recorded.since_ms, until_ms=recorded.until_ms)
    for number, past in enumerate(pasts):
        if number % _STEPS == 0 and over.is_set():
            return
        for outcome in _steps(held, past, known, recorded):
            for happened in outcome.happened:
                if happened.state in {"fired", "confirmed"}:
                    price = known[held.markets[0]].price
                    yield WouldFire(
                        at=happened.at,
                        price=_money(past.close if price is None else price, ticks[held.markets[0]]),
                        values=list(happened.values),
                    )


def _known(recorded: _Recorded) -> dict[str, Known]:
    known = {market: Known(name=market) for market, _ in recorded.series}
    for (market, timeframe), series in recorded.series.items():
        if (market, timeframe) in recorded.windows:
            window = known[market].windows[timeframe] = Window(series.candles)
            window.show(recorded.since_ms)
    return known


def _steps(held: Held, past: Past, known: Mapping[str, Known], recorded: _Recorded) -> Iterator[Outcome]:
    """Take the looks that the engine takes of a candle: at its move, then at its close."""
    at, key, own = to_moment(past.closes_ms), (past.market, past.timeframe), known[past.market]
    own.at, own.price = at, past.close
    if key in recorded.spans:
        span = Span(to_moment(past.opens_ms), at, past.open, past.high, past.low, past.close)
        yield decide(held, Look(known, at, market=past.market, span=span, cut_ms=past.opens_ms), now=_EPOCH)
    if key in recorded.windows:
        own.windows[past.timeframe].show(past.closes_ms)
    if key in recorded.closes:
        span = Span(at, at, past.close, past.close, past.close, past.close)
        closing = Closing(past.market, past.timeframe)
        yield decide(held, Look(known, at, market=past.market, span=span, closing=closing), now=_EPOCH)


def _money(value: float, tick: Decimal | None) -> Decimal:
    return to_decimal(value) if tick is None else to_price(value, tick)
