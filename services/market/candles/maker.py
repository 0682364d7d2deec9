"""Makes the candles of the watched markets: trades in, closed candles out, holes filled from the venue.

A candle closes half a second of market time after its end, as told by trades of the same stream, or two
seconds after it as told by the whole venue, which is how a quiet market closes. A trade that comes later than
that is never dropped in silence: it is counted in whatever is still open, it is logged, and the history gets
the candles that lacked it once more, with it. It also gets the venue's own candles in place of those that
closed before a silent stream was found out. What was appended is not appended again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog

from services.errors import ExchangeUnavailable, Misconfigured, UserMistake
from services.exchange.exchange import Exchange, Trade, Update
from services.exchange.prices import to_milliseconds
from services.market.candles.bar import SECOND
from services.market.candles.builder import Builder, Closed, Need, Place
from services.market.candles.filling import Filler
from services.market.candles.market_time import MarketTime
from services.market.patience import within

GRACE_MS = 500
QUIET_GRACE_MS = 2_000
CLOSE_SECONDS = 0.1
"""Between two looks at what has ended; market time is compared, not counted."""
_WENT_BACK_MS = 60_000
_LONGEST_LEAP_MS = 61_000_000
"""A little more than the thousand minutes that are filled at most; beyond that candles begin anew."""
_TRADES = 1_000
_AT_ONCE = 8
_IN_ONE_GO = 4

Sleep = Callable[[float], Awaitable[None]]
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Making:
    builder: Builder
    is_asking: bool = False
    is_catching_up: bool = False
    late: set[Place] = field(default_factory=set)


class Maker:
    """Told what is watched by `watch`, and the trades inside `listening`; `run` closes and fills."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        time: MarketTime,
        filler: Filler,
        closed: Callable[[str, Closed], None],
        corrected: Callable[[str, Closed], None],
        has_room: Callable[[], bool],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`closed` gets candles in order, none while `has_room` says no; `corrected` those that came late."""
        self._exchange = exchange
        self._time = time
        self._filler = filler
        self._closed = closed
        self._corrected = corrected
        self._has_room = has_room
        self._sleep = sleep
        self._watched: frozenset[str] = frozenset()
        self._beginning: set[str] = set()
        self._making: dict[str, _Making] = {}
        self._heard: dict[str, MarketTime] = {}
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    def watch(self, markets: Sequence[str]) -> None:
        """Make candles of `markets` from now on and of no others."""
        self._watched = frozenset(markets)
        for market in self._making.keys() - self._watched:
            del self._making[market]

    @contextmanager
    def listening(self, markets: Sequence[str]) -> Iterator[Callable[[Update], None]]:
        """Hear the trades of `markets` inside; where it ends, trades are missed until it is entered again."""
        time = MarketTime()
        self._heard |= dict.fromkeys(markets, time)

        def hear(update: Update) -> None:
            if isinstance(update, Trade):
                self._take(update, time)

        try:
            yield hear
        finally:
            for market in markets:
                self._lose(market, time)

    async def run(self) -> None:
        """Close candles as market time passes, until cancelled."""
        async with asyncio.TaskGroup() as asking:
            while True:
                self._begin_again_where_time_went_back()
                self._begin(asking)
                await self._attend_all(asking)
                await self._sleep(CLOSE_SECONDS)

    async def _attend_all(self, asking: asyncio.TaskGroup) -> None:
        """Attend to every market, a few in one go: all of their candles close at the same moment."""
        for number, (market, making) in enumerate(tuple(self._making.items()), 1):
            if self._making.get(market) is making and not making.is_asking:
                self._attend(market, making, asking)
            if number % _IN_ONE_GO == 0:
                await asyncio.sleep(0)

    def _begin(self, asking: asyncio.TaskGroup) -> None:
        now = self._time.now
        if now is not None:
            for market in sorted(self._watched - self._making.keys() - self._beginning):
                self._beginning.add(market)
                asking.create_task(self._begin_one(market, now))

    async def _begin_one(self, market: str, now: int) -> None:
        begins_at = await self._filler.begins_at(market, now)
        self._beginning.discard(market)
        if market in self._watched:
            self._making.setdefault(market, _Making(Builder(begins_at)))

    def _take(self, trade: Trade, time: MarketTime) -> None:
        moment = to_milliseconds(trade.as_of)
        self._time.hear(trade.market, moment)
        time.hear(trade.market, moment)
        making = self._making.get(trade.market)
        if making is not None and (late := making.builder.take(trade)):
            making.late.update(late)

    def _begin_again_where_time_went_back(self) -> None:
        """Start anew with streams that go on in the past, as those of a replay do when it begins again.

        A stream that merely begins with old trades, as some do, does not go on there.
        """
        for heard in {id(one): one for one in self._heard.values()}.values():
            if not heard.goes_on_before(self._time, _WENT_BACK_MS):
                continue
            log.warning("market_time_went_back", to_ms=heard.now)
            self._time.restart(heard)
            for market in [market for market, time in self._heard.items() if time is heard]:
                self._making.pop(market, None)

    def _lose(self, market: str, time: MarketTime) -> None:
        if self._heard.get(market) is not time:
            return
        del self._heard[market]
        making = self._making.get(market)
        if making is not None:
            making.builder.lose()

    def _attend(self, market: str, making: _Making, asking: asyncio.TaskGroup) -> None:
        """Close what has ended; ask the venue for what that lacks."""
        for need in making.builder.take_doubted():
            asking.create_task(self._put_right(market, need))
        heard = self._heard.get(market)
        if making.builder.is_lost and heard is not None and heard.now is not None:
            self._ask(making, partial(self._regain, market, making, heard), asking)
            return
        until = self._ended_by(heard)
        if until is not None and self._has_room():
            self._close(market, making, until)
            self._ask_for_candles(market, making, asking)

    def _close(self, market: str, making: _Making, until: int) -> None:
        if until - making.builder.reached > _LONGEST_LEAP_MS:
            log.warning("market_time_leapt", market=market, from_ms=making.builder.reached, to_ms=until)
            making.builder, making.late = Builder(until), set()
        for closed in making.builder.close(until):
            self._closed(market, closed)
        if making.late:
            self._correct(market, making)

    def _ask_for_candles(self, market: str, making: _Making, asking: asyncio.TaskGroup) -> None:
        if making.builder.need is not None:
            self._ask(making, partial(self._fill, market, making.builder, making.builder.need), asking)
        elif making.builder.before is not None and not making.is_catching_up:
            making.is_catching_up = True
            asking.create_task(self._catch_up(market, making.builder, making.builder.before))

    def _ended_by(self, heard: MarketTime | None) -> int | None:
        told = [
            time.now - grace
            for time, grace in ((heard, GRACE_MS), (self._time, QUIET_GRACE_MS))
            if time is not None and time.now is not None
        ]
        return max(told, default=None)

    def _ask(self, making: _Making, work: Callable[[], Awaitable[None]], asking: asyncio.TaskGroup) -> None:
        async def ask() -> None:
            try:
                await work()
            finally:
                making.is_asking = False

        making.is_asking = True
        asking.create_task(ask())

    async def _regain(self, market: str, making: _Making, heard: MarketTime) -> None:
        """Ask for the trades before those that are heard again, so that nothing is missing in between."""
        trades: Sequence[Trade] | None = None
        try:
            async with self._at_once:
                trades = await within(
                    self._exchange.trades(market, limit=_TRADES), venue=self._exchange.venue
                )
        except (ExchangeUnavailable, Misconfigured, UserMistake) as error:
            log.info("trades_not_regained", market=market, reason=error.message)
        if self._heard.get(market) is heard and heard.now is not None:
            making.late.update(making.builder.regain(trades, heard.now))

    async def _fill(self, market: str, builder: Builder, need: Need) -> None:
        bars = await self._filler.fill(market, need)
        if bars is None:
            builder.abandon(need)
        else:
            builder.supply(need, bars)

    async def _put_right(self, market: str, doubted: Need) -> None:
        """Hand on closed candles as the venue has them, since trades may have been missed in them."""
        bars = await self._filler.fill(market, doubted)
        log.warning("closed_candles_doubted", market=market, need=repr(doubted), is_filled=bars is not None)
        for bar in bars or ():
            self._corrected(market, Closed(doubted.timeframe, bar))

    async def _catch_up(self, market: str, builder: Builder, before: Need) -> None:
        """Get the minutes of the larger candles that were forming already."""
        bars = await self._filler.fill(market, before)
        if bars is not None:
            builder.begin_with(bars)

    def _correct(self, market: str, making: _Making) -> None:
        """Say that trades came too late for closed candles, and hand these on as they should have been."""
        late, making.late = making.late, set()
        places = sorted(place for place in late if place.timeframe != SECOND)
        log.warning("trades_came_late", market=market, candles=[tuple(place) for place in places])
        for place in places:
            bar = making.builder.corrected(place)
            if bar is not None:
                self._corrected(market, Closed(place.timeframe, bar))
