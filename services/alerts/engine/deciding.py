"""The rules and the markets they look at: which rule is asked when, and what follows is noted to be kept.

Nothing here waits. What comes from outside, and in which order, belongs to `engine`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Final

import structlog

from analytics.candles import timeframe_ms
from services.alerts.engine.faults import Faults
from services.alerts.engine.held import Held
from services.alerts.engine.index import Levels
from services.alerts.engine.keeping import Unkept
from services.alerts.engine.looking import Closing, Known, Look
from services.alerts.engine.machine import Happened, Outcome, decide, settle
from services.alerts.engine.telling import firing_of
from services.alerts.rules.declare import Span
from services.clock import Clock
from services.exchange.prices import to_milliseconds

_MOST_FAULTS: Final = 5
_DEFECTS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class Watch:
    """One market that rules look at."""

    known: Known
    levels: Levels = field(default_factory=Levels)
    rules: dict[str, Held] = field(default_factory=dict)
    closers: dict[str, dict[str, Held]] = field(default_factory=dict)
    """By timeframe, the rules that see its closes."""
    mark: datetime | None = None
    """Up to which market time everything is decided."""
    decided: tuple[float, datetime] | None = None
    """The price at the end of the newest candle that was decided, and when that was."""
    second_at: datetime | None = None
    """When the newest candle of a second closed."""
    is_behind: bool = False
    """Whether something between the mark and now is not decided yet, so that prices of now must wait."""
    behind_since: float | None = None
    """Since when somebody waits for that, by the monotonic clock."""
    wanted: set[str] = field(default_factory=set)
    """Timeframes of which rules need candles."""
    thin: set[str] = field(default_factory=set)
    """Those of which nobody had any when they were asked for."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def begin(self) -> None:
        """Take nothing for decided, and no candles for known: nobody has looked at them."""
        self.mark = self.second_at = self.decided = self.behind_since = None
        self.is_behind = False
        self.known.windows.clear()


class Deciding:
    """Every rule, by market; `unkept` takes what follows."""

    def __init__(self, unkept: Unkept, *, faults: Faults, clock: Clock) -> None:
        self.watches: dict[str, Watch] = {}
        self.known: dict[str, Known] = {}
        self.rules: dict[str, Held] = {}
        self.timely: dict[str, Held] = {}
        self.by_venues: dict[str, Held] = {}
        """Those that other venues confirm."""
        self.asks_venues = False
        """Set when one of them begins to wait."""
        self._expiring: list[tuple[datetime, str]] = []
        self._unkept = unkept
        self._clock = clock
        self._faults = faults
        self._failures: dict[str, int] = {}

    def add(self, held: Held) -> None:
        """Take a rule; it is asked at the next price of each of its markets."""
        self.drop(held.id)
        self.rules[held.id] = held
        if held.is_timely():
            self.timely[held.id] = held
        if held.options.confirming == "venues":
            self.by_venues[held.id] = held
        if held.expires_at is not None:
            heappush(self._expiring, (held.expires_at, held.id))
        for market in held.markets:
            watch = self._watch(market)
            if not watch.rules:
                watch.begin()
            watch.rules[held.id] = held
            watch.levels.add(held)
        for market, timeframe in held.closers():
            self._watch(market).closers.setdefault(timeframe, {})[held.id] = held
        for market, timeframe in held.windows():
            self._watch(market).wanted.add(timeframe)

    def drop(self, rule: str) -> None:
        """Let a rule go."""
        held = self.rules.pop(rule, None)
        self.timely.pop(rule, None)
        self.by_venues.pop(rule, None)
        self._failures.pop(rule, None)
        for market in () if held is None else held.markets:
            watch = self.watches[market]
            watch.rules.pop(rule, None)
            watch.levels.drop(rule)
            for closers in watch.closers.values():
                closers.pop(rule, None)

    def ask_now(self, held: Held) -> None:
        """Let a rule look at what there is, without any move."""
        market = next(iter(held.markets), "")
        known = self.known.get(market)
        if known is not None and known.at is not None:
            self._ask(held, self._still(known, known.at), span=0)
            self._place(held)

    def tick(self, watch: Watch, came_from: float | None, came_at: datetime | None) -> None:
        """Decide the move to the price that is known now; a price that stays decides nothing.

        `came_from` was the price before, from `came_at` on; None where none was known.
        """
        known = watch.known
        price, at = known.price, known.at
        if price is None or at is None or (price == came_from and not watch.levels.unplaced):
            return
        came_from = price if came_from is None else came_from
        low, high = min(came_from, price), max(came_from, price)
        span = Span(at, at, came_from, high, low, price)
        look = Look(self.known, at, market=known.name, span=span, came_at=came_at)
        for held in watch.levels.reached(low, high):
            self._ask(held, look, span=0)

    def span(self, watch: Watch, span: Span, *, received_at: datetime | None = None) -> None:
        """Decide what the price did in a candle, by what was known when that opened."""
        look = Look(
            self.known,
            span.closes_at,
            market=watch.known.name,
            span=span,
            cut_ms=to_milliseconds(span.opens_at),
            received_at=received_at,
        )
        length = round((span.closes_at - span.opens_at).total_seconds())
        watch.decided = (span.close, span.closes_at)
        for held in [*watch.levels.reached(span.low, span.high), *watch.levels.every.values()]:
            self._ask(held, look, span=length)

    def close(
        self,
        watch: Watch,
        timeframe: str,
        at: datetime,
        price: float,
        *,
        received_at: datetime | None = None,
    ) -> None:
        """Decide the close of a candle, which is in its window by now."""
        closing = Closing(watch.known.name, timeframe)
        span = Span(at, at, price, price, price, price)
        look = Look(
            self.known, at, market=watch.known.name, span=span, closing=closing, received_at=received_at
        )
        for held in list(watch.closers.get(timeframe, {}).values()):
            self._ask(held, look, span=timeframe_ms(timeframe) // 1_000)

    def fall_behind(self) -> None:
        """Let prices of now wait in every market until the candles of before are decided."""
        for watch in self.watches.values():
            if watch.rules and watch.mark is not None and not watch.is_behind:
                watch.is_behind, watch.behind_since, watch.known.heard_at = True, None, None

    def go_on(self, watch: Watch) -> None:
        """Let prices of now count again, from the newest price that was decided."""
        watch.is_behind, watch.behind_since = False, None
        price, at = (None, None) if watch.decided is None else watch.decided
        if watch.known.at is not None and (at is None or watch.known.at > at):
            for held in watch.rules.values():
                watch.levels.add(held)
            self.tick(watch, price, at)

    def look_again(self, at: datetime, *, sky: frozenset[str] = frozenset()) -> None:
        """Ask the rules that do not go by the price alone; `at` is for those without a market."""
        now = self._clock.monotonic()
        for held in list(self.timely.values()):
            known = [self.known[market].at for market in held.markets]
            newest = max((one for one in known if one is not None), default=at)
            self._ask(held, Look(self.known, newest, sky=sky, now=now), span=0)

    def confirm(self, held: Held, *, is_confirmed: bool, at: datetime) -> None:
        """End a rule's wait for a confirmation by others."""
        if held.pending is None or self.rules.get(held.id) is not held:
            return
        happened = settle(held, is_confirmed=is_confirmed, at=at, values=())
        self._follow(held, Outcome((happened,), "state"), span=0)
        self._place(held)

    def expire(self) -> None:
        """Let the rules go whose time is over by wall time."""
        now = self._clock.now()
        while self._expiring and self._expiring[0][0] <= now:
            held = self.rules.get(heappop(self._expiring)[1])
            if held is not None and held.expires_at is not None and held.expires_at <= now:
                held.status = "expired"
                self._follow(held, Outcome((), "state"), span=0)

    def begin_anew(self, watch: Watch, at: datetime) -> None:
        """Take a market for another one: nothing that is remembered is about it."""
        watch.begin()
        watch.mark = at
        watch.known.forget()
        self._unkept.mark(watch.known.name, at)
        for held in list(watch.rules.values()):
            if held.pending is not None:
                happened = settle(held, is_confirmed=False, at=at, values=())
                self._follow(held, Outcome((happened,), "state"), span=0)
            held.begin_anew(at)
            watch.levels.add(held)
            self._unkept.note(held)

    def _watch(self, market: str) -> Watch:
        watch = self.watches.get(market)
        if watch is None:
            known = self.known.setdefault(market, Known(name=market, heard=self._clock.monotonic()))
            watch = self.watches[market] = Watch(known=known)
        return watch

    def _ask(self, held: Held, look: Look, *, span: int) -> None:
        """Let a rule look and wait for what is next; after a look back, it looks at the price of now, too."""
        outcome = self._asked(held, look)
        self._follow(held, outcome, span=span, received_at=look.received_at)
        is_new = outcome.change != "none" and look.closing is not None
        if outcome.change == "state" and self.rules.get(held.id) is held:
            watch = self.watches.get(next(iter(held.markets), ""))
            newest = None if watch is None or watch.is_behind else watch.known.at
            if watch is not None and newest is not None and newest > look.at:
                self._follow(held, self._asked(held, self._still(watch.known, newest)), span=0)
        self._place(held, is_new=is_new)

    def _still(self, known: Known, at: datetime) -> Look:
        price = known.price
        span = None if price is None else Span(at, at, price, price, price, price)
        return Look(self.known, at, market=known.name, span=span)

    def _asked(self, held: Held, look: Look) -> Outcome:
        """Return what follows of a look."""
        if held.status != "active":
            return Outcome()
        try:
            return decide(held, look, now=self._clock.now())
        except _DEFECTS as error:
            self._fails(held, error)
            return Outcome()

    def _fails(self, held: Held, error: Exception) -> None:
        """Count a failure of a rule's function; after five the rule is set aside."""
        times = self._failures[held.id] = self._failures.get(held.id, 0) + 1
        log.warning("rule_failed", rule=held.id, times=times, exc_info=error)
        if times >= _MOST_FAULTS:
            self.set_aside(held.id, error, why="its rule fails")

    def set_aside(self, rule: str, error: Exception, *, why: str) -> None:
        """Ask a rule no more; its owner sees that it has failed, and the admins hear why."""
        held = self.rules.get(rule)
        if held is not None:
            held.status = "failed"
            self._unkept.note(held)
            self.drop(rule)
        self._faults.note(rule, error, why=why)

    def let_go(self) -> None:
        """Forget the markets that no rule looks at any more, unless somebody is at work on one."""
        for market, watch in list(self.watches.items()):
            if not watch.rules and not watch.lock.locked():
                del self.watches[market]
                self.known.pop(market, None)

    def _follow(
        self, held: Held, outcome: Outcome, *, span: int, received_at: datetime | None = None
    ) -> None:
        """Note what a rule came to, and let it go when it is over."""
        if outcome.change != "none":
            self._unkept.note(held, is_memory_only=outcome.change == "memory")
        for happened in outcome.happened:
            self._tell(held, happened, span, received_at)
        if held.status != "active":
            self.drop(held.id)

    def _tell(self, held: Held, happened: Happened, span: int, received_at: datetime | None) -> None:
        known = self.known.get(next(iter(held.markets), ""))
        now = self._clock.now()
        firing = firing_of(held, happened, known, span=span, seen_at=now, received_at=received_at)
        self._unkept.tell(firing)
        if happened.state == "pending" and held.id in self.by_venues:
            self.asks_venues = True

    def _place(self, held: Held, *, is_new: bool = False) -> None:
        """Let a rule wait for its next prices in each of its markets.

        To one that has learnt from a close, the same price `is_new`: it is asked at the next one, whatever
        that is. So is one that could not be armed; where it lacks candles, every second.
        """
        if self.rules.get(held.id) is not held:
            return
        for market in held.markets:
            watch = self.watches[market]
            try:
                thresholds = None if held.is_unset and watch.wanted else held.thresholds(market)
            except _DEFECTS as error:
                self._fails(held, error)
                return
            price = watch.known.price
            if price is None or (thresholds and (is_new or held.is_unset)):
                watch.levels.add(held)
            else:
                watch.levels.place(held, thresholds, price)
