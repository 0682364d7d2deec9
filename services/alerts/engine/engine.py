"""The engine: hears prices for speed and sees closed candles for truth, and has every rule decided by both.

Market time decides. `Known.at` is the newest of a market, and its mark the time up to which all is decided;
a candle that closed by then was seen before. What lies between the mark and the first thing seen after it is
made good by the logs, which bring what was not acknowledged, and where those have lost it by the smallest
candles that the market process still has. Until then prices of now wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from analytics.candles import timeframe_ms
from services.alerts.conditions import Condition
from services.alerts.engine.asking import Ask
from services.alerts.engine.catching import Catching
from services.alerts.engine.deciding import Deciding, Watch
from services.alerts.engine.faults import Faults, Tell
from services.alerts.engine.held import Held
from services.alerts.engine.keeping import Unkept
from services.alerts.engine.looking import Look
from services.alerts.engine.machine import values_of
from services.alerts.engine.preview import preview
from services.alerts.engine.sky import SKY
from services.alerts.engine.taking import goes_on, held_of, taken_over
from services.alerts.engine.tending import Tending
from services.alerts.firing import Outbox
from services.alerts.messages import AlertPreview, Options
from services.alerts.posts import Value
from services.alerts.rules.declare import Span
from services.bus.messages import Entry
from services.clock import Clock
from services.errors import OmegaError, Unavailable
from services.exchange.prices import to_milliseconds, to_moment
from services.market.messages import ClosedCandle, Origin, Quote
from services.store.rows import RuleRow

_SECOND, _MINUTE = "1s", "1m"
_TURNED_BACK: Final = timedelta(seconds=120)
_JUMPED: Final = timedelta(hours=1)
_AHEAD: Final = timedelta(minutes=10)
_NOW_SECONDS: Final = timedelta(seconds=5)
_HEARD_SECONDS: Final = 5.0
_LOAD_AT_ONCE: Final = 500
_UNREADABLE: Final = (msgspec.MsgspecError, LookupError, TypeError, ValueError, OmegaError)

log = structlog.get_logger(__name__)


class Engine:
    """Decides every active rule.

    Args:
        outbox: keeps what was decided, in one transaction each time.
        ask: the bus's ask.
        clock: wall time for snoozing and expiry, monotonic time for silence.
        tell: tells the admins of rules that were set aside.
    """

    def __init__(self, *, outbox: Outbox, ask: Ask, clock: Clock, tell: Tell | None = None) -> None:
        self._faults = Faults(tell, clock=clock)
        self._unkept = Unkept(outbox, set_aside=self._set_aside)
        self._deciding = Deciding(self._unkept, faults=self._faults, clock=clock)
        self._ask = ask
        self._clock = clock
        self._catching = Catching(ask, self._deciding, self._unkept)
        self.tending: Final = Tending(
            self._deciding,
            self._catching,
            self._unkept,
            ask=ask,
            hear=self.hear,
            faults=self._faults,
            clock=clock,
        )
        """Its `run` is to go on as long as the engine."""

    async def load(self, rows: Iterable[RuleRow], marks: Mapping[str, datetime]) -> None:
        """Take up where the last process ended, of the rows that are active. They may come in pages.

        One that cannot be read, such as a row of a newer version, stays as it is; the admins are told.
        """
        for number, row in enumerate(rows):
            if row.status == "active":
                self._read(row, marks)
            if number % _LOAD_AT_ONCE == 0:
                await asyncio.sleep(0)
        self.tending.sky.at = marks.get(SKY)
        self.tending.wake()

    async def put(self, row: RuleRow) -> None:
        """Take up a rule that was saved; see `services.alerts.own.ports.EnginePort`."""
        held = self._deciding.rules.get(row.id)
        if row.status != "active":
            await self.drop(row.id)
        elif held is not None and goes_on(row):
            taken_over(held, row)
            self._deciding.add(held)
            self._deciding.ask_now(held)
        else:
            await self.drop(row.id)
            held = held_of(row)
            self._deciding.add(held)
            self._deciding.ask_now(held)
            self.tending.wake()

    async def drop(self, rule_id: str) -> None:
        """Let a rule go; nothing of it is on its way to the database afterwards."""
        self._deciding.drop(rule_id)
        await self._unkept.forget(rule_id)

    def armed(self, rule_id: str) -> bool | None:
        """Return whether the rule waits; None where it is not known."""
        held = self._deciding.rules.get(rule_id)
        return None if held is None else held.is_armed

    def now(self, rule_id: str) -> Sequence[Value]:
        """Return what the rule looks at as it is now."""
        held = self._deciding.rules.get(rule_id)
        if held is None:
            return ()
        known = self._deciding.known.get(next(iter(held.markets), ""))
        at = self._clock.now() if known is None or known.at is None else known.at
        return values_of(held, Look(self._deciding.known, at, now=self._clock.monotonic()))

    async def preview(self, condition: Condition, options: Options, *, days: int) -> AlertPreview:
        """Return when a condition would have fired; see `services.alerts.engine.preview`."""
        return await preview(condition, options, days=days, ask=self._ask)

    async def hear(self, quote: Quote) -> None:
        """Decide by a price of now.

        What fires is kept at once; if that fails, it is tried again.
        """
        watch = self._deciding.watches.get(quote.market)
        if watch is None or not watch.rules:
            return
        known, at = watch.known, quote.origin.as_of
        if self._is_another(watch, quote.origin):
            log.warning("market_began_anew", market=quote.market, at=at, before=known.at or watch.mark)
            self._deciding.begin_anew(watch, at)
        came_from, came_at = known.price, known.at
        if came_at is not None and at < came_at:
            return
        if came_at is None or at > came_at:
            known.heard = self._clock.monotonic()
        known.tick, known.heard_at = quote.tick, at
        known.comes_to(at)
        known.note(quote.price, at, quote.origin)
        if watch.is_behind:
            self.tending.wake()
            return
        waiting = len(self._unkept)
        self._deciding.tick(watch, came_from, came_at)
        if len(self._unkept) > waiting:
            self._ask_venues()
            await self._keep_or_wait()

    async def see(self, entry: Entry[ClosedCandle]) -> None:
        """Decide by a closed candle of either log. Seen again, it changes nothing.

        Raises:
            Unavailable: what was decided could not be kept, or what came before it is missing and cannot be
                had now; the entry is to come again.
        """
        watch = self._deciding.watches.get(entry.message.market)
        if watch is not None and watch.rules and not self._is_of_another(watch, entry.message):
            async with watch.lock:
                await self._decide(watch, entry)
            self._ask_venues()
        await self._unkept.keep()

    async def _decide(self, watch: Watch, entry: Entry[ClosedCandle]) -> None:
        candle, logged_at = entry.message, min(entry.appended_at, entry.message.origin.received_at)
        await self._catching.up_to(watch, candle)
        if candle.timeframe in (_SECOND, _MINUTE):
            self._see_span(watch, candle, logged_at)
        if candle.timeframe != _SECOND:
            await self._see_close(watch, candle, logged_at)

    def _ask_venues(self) -> None:
        if self._deciding.asks_venues:
            self._deciding.asks_venues = False
            self.tending.wake()

    def _read(self, row: RuleRow, marks: Mapping[str, datetime]) -> None:
        try:
            held = held_of(row)
            self._take_up(held, marks)
        except _UNREADABLE as error:
            self._deciding.drop(row.id)
            self._faults.note(row.id, error, why="its row cannot be read")

    def _set_aside(self, rule: str, error: Exception) -> None:
        self._deciding.set_aside(rule, error, why="what it came to cannot be kept")

    def _take_up(self, held: Held, marks: Mapping[str, datetime]) -> None:
        """Take a rule of the last process; a market without a mark is decided from its oldest rule on."""
        self._deciding.add(held)
        for market in held.markets:
            watch, mark = self._deciding.watches[market], marks.get(market)
            if mark is None and held.since is not None:
                mark = held.since if watch.mark is None else min(held.since, watch.mark)
            watch.mark = mark or watch.mark
            watch.is_behind = watch.mark is not None

    def _see_span(self, watch: Watch, candle: ClosedCandle, logged_at: datetime) -> None:
        length = timedelta(seconds=1) if candle.timeframe == _SECOND else timedelta(minutes=1)
        closes_at = candle.opens_at + length
        if watch.mark is not None and closes_at <= watch.mark:
            return
        watch.known.note(candle.close, closes_at, candle.origin)
        prices = (float(one) for one in (candle.open, candle.high, candle.low, candle.close))
        span = Span(candle.opens_at, closes_at, *prices)
        self._deciding.span(watch, span, received_at=logged_at)
        if candle.timeframe == _SECOND:
            watch.second_at = closes_at
        else:
            watch.mark = closes_at
            self._unkept.mark(candle.market, closes_at)
        if watch.is_behind and self._is_of_now(watch, candle, closes_at, logged_at):
            self._deciding.go_on(watch)

    def _is_of_now(
        self, watch: Watch, candle: ClosedCandle, closes_at: datetime, logged_at: datetime
    ) -> bool:
        """Return whether the candles have come up to the price that was heard last.

        Where none was, they have once one comes as soon as it closed: then the log is read up.
        """
        heard_at = watch.known.heard_at
        if heard_at is not None:
            return heard_at - closes_at < _NOW_SECONDS
        return not candle.is_filled and self._clock.now() - logged_at < _NOW_SECONDS

    async def _see_close(self, watch: Watch, candle: ClosedCandle, logged_at: datetime) -> None:
        if candle.timeframe not in watch.closers:
            return
        if candle.timeframe in watch.wanted:
            await self._catching.window(watch, candle)
        at = to_moment(to_milliseconds(candle.opens_at) + timeframe_ms(candle.timeframe))
        watch.known.note(candle.close, at, candle.origin)
        self._deciding.close(watch, candle.timeframe, at, float(candle.close), received_at=logged_at)

    async def _keep_or_wait(self) -> None:
        try:
            await self._unkept.keep()
        except Unavailable as error:
            log.warning("firing_waits", reason=error.message)

    def _is_another(self, watch: Watch, origin: Origin) -> bool:
        """Return whether prices are of another recording, or another venue, than those before."""
        known = watch.known
        before = known.at or watch.mark
        if before is None:
            return False
        if origin.as_of < before - _TURNED_BACK:
            return True
        was = known.origin
        if was is None or (was.venue, was.nature) == (origin.venue, origin.nature):
            return False
        return was.venue != origin.venue or origin.as_of - before > _JUMPED

    def _is_of_another(self, watch: Watch, candle: ClosedCandle) -> bool:
        """Return whether a candle is of what the market was before: still in the log, and not of now."""
        known = watch.known
        if known.origin is None or known.at is None or known.heard is None:
            return False
        is_heard = self._clock.monotonic() - known.heard < _HEARD_SECONDS
        return is_heard and (candle.origin.venue != known.origin.venue or candle.opens_at > known.at + _AHEAD)
