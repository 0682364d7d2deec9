"""The candles of one market, made of its trades and closed by market time. Pure: it neither waits nor asks.

Trades make candles of one second, these make minutes, and minutes make every larger candle. Each is closed
once, in order, the smaller before the larger; a second or minute without a trade has no candle, as at venues.

Where trades were missed there is a hole. Seconds that a hole touches are left out. A minute that it touches
is wanted from the venue's own history: `need` says so, and nothing more is closed until `supply` or
`abandon`. The larger candles that were forming when this builder began are made of minutes it did not hear:
`before` tells which, and `begin_with` takes them. Without those such a candle is wanted when it closes.

A loss is noticed late, so candles may have closed by then without what was missed. Where the venue's newest
trades do not put them right, `take_doubted` says which candles to ask its history for once more.

Memory is bounded: whatever waits are at most 900 seconds with trades, behind which a hole is made of the
oldest; the ids of the last 2,000 trades and the last 30 candles are kept for what is told twice or late.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from services.exchange.exchange import TIMEFRAMES, Trade
from services.market.candles.bar import SECOND, STEP_MS, Bar, Moment, moment_of, start_of
from services.market.candles.holes import FOREVER, Holes
from services.market.candles.seen import Seen

_K = TypeVar("_K")

MINUTE = TIMEFRAMES[0]
PATIENCE_MS = 5_000
"""How long after a minute's end a lost stream may come back and tell by itself what it missed."""
_MINUTE_MS = STEP_MS[MINUTE]
_SECOND_MS = STEP_MS[SECOND]
_MOST_PENDING = 900
_GIVEN_UP_AT_ONCE = 300
_MOST_AT_ONCE = 1_000
_MOST_CLOSED = 30


class Closed(NamedTuple):
    """A candle that will not change any more."""

    timeframe: str
    bar: Bar


class Place(NamedTuple):
    """Names one candle of a market."""

    timeframe: str
    opens_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Candles to be had from the venue's history: what opens from `opens_at` and closes by `until`, in ms."""

    timeframe: str
    opens_at: int
    until: int


class Builder:
    """Begins at the minute in which `begins_at` lies, in ms, as lost: nothing is known of it yet."""

    def __init__(self, begins_at: int) -> None:
        began = start_of(begins_at, MINUTE)
        self.need: Need | None = None
        self.before: Need | None = _minutes_before(began)
        self._began = self._reached = self._known_from = began
        self._newest = began
        self._seconds: dict[int, Bar] = {}
        self._forming: dict[str, Bar] = {}
        self._holes = Holes(began)
        self._due: deque[str] = deque()
        self._supplied: dict[Place, Bar] = {}
        self._supplied_to: dict[str, int] = {}
        self._seen = Seen()
        self._closed: dict[Place, Bar] = {}
        self._first_after: int | None = None
        self._lost_since = began
        self._doubted: list[Need] = []
        self._doubted_from: int | None = None

    @property
    def reached(self) -> int:
        """Return until when candles of a second are closed, in ms."""
        return self._reached

    @property
    def is_lost(self) -> bool:
        """Return whether trades are being missed."""
        return self._holes.is_open

    def take(self, trade: Trade) -> Sequence[Place]:
        """Count a trade, once; return the closed candles that lack it because it came too late."""
        if not self._seen.is_new(trade.id):
            return ()
        moment = moment_of(trade)
        opens_at = start_of(moment[0], SECOND)
        if moment[0] >= self._holes.since:  # never so while nothing is lost
            self._first_after = min(moment[0], self._first_after or moment[0])
        if opens_at < self._reached:
            return self._take_late(trade, moment, opens_at)
        self._newest = max(self._newest, moment[0])
        _count(self._seconds, opens_at, opens_at, trade, moment)
        if len(self._seconds) > _MOST_PENDING:
            self._give_up_seconds()
        return ()

    def corrected(self, place: Place) -> Bar | None:
        """Return a closed candle with the trades that came too late for it; None where it is long ago."""
        return self._closed.get(place)

    def lose(self) -> None:
        """Learn that trades may be missed since the newest that was taken, until `regain`."""
        if self.is_lost:
            return
        self._holes.open(self._newest)
        self._first_after = None
        self._lost_since = self._newest
        if self._newest < self._minutes_reached():
            self._doubted_from = self._newest

    def regain(self, trades: Sequence[Trade] | None, at: int) -> Sequence[Place]:
        """Learn that trades are heard again, and the venue's newest ones, oldest first; None if not known.

        Where these reach back to where trades were lost, nothing was missed. `at` is about when trades were
        heard again, in ms. Returns as `take` does.
        """
        if not self.is_lost:
            return ()
        until = FOREVER if self._first_after is None else self._first_after
        oldest = moment_of(trades[0])[0] if trades else FOREVER
        self._end_hole(oldest, min(oldest, until, max(at, self._holes.since)))
        if oldest < self._lost_since:
            self._doubted_from = None
        else:
            self._doubt()
        late: list[Place] = []
        for trade in trades or ():
            if self._lost_since <= moment_of(trade)[0] <= until:
                late += self.take(trade)
        return late

    def _end_hole(self, oldest: int, until: int) -> None:
        """End the open hole at `until`; of its first millisecond not all trades need have been heard."""
        since = self._holes.since
        if oldest < since:
            until = since
        elif until == since:
            until += 1
        self._holes.close(until)

    def take_doubted(self) -> Sequence[Need]:
        """Return closed candles that may lack trades, the smaller first, to be had once more; each once."""
        doubted, self._doubted = self._doubted, []
        return doubted

    def close(self, until: int) -> list[Closed]:
        """Close what ends by `until`, in ms, or as much of it as is known."""
        closed: list[Closed] = []
        self.need = None
        while self._reach_minute_end(until, closed) and self._close_due(until, closed):
            pass
        return closed

    def supply(self, need: Need, bars: Iterable[Bar]) -> None:
        """Give what the venue's history has of `need`; where it has no candle nothing was traded."""
        self._supplied |= {Place(need.timeframe, bar.opens_at): bar for bar in bars}
        self._supplied_to[need.timeframe] = need.until
        if need.timeframe == MINUTE:
            self._holes.filled(need.opens_at, need.until)
            self._doubt()

    def abandon(self, need: Need) -> None:
        """Go on without `need`, which cannot be had; larger candles with such a minute are then wanted."""
        self.supply(need, ())
        if need.timeframe == MINUTE:
            self._known_from = max(self._known_from, need.until)

    def begin_with(self, bars: Iterable[Bar]) -> None:
        """Take the minutes of `before`, and make them part of the larger candles that are still open."""
        self.before = None
        if self._known_from != self._began:  # minutes after these are lacking, too
            return
        forming = [Place(one, start_of(self._began, one)) for one in TIMEFRAMES[1:]]
        for bar in bars:
            for place in forming:
                if bar.opens_at >= place.opens_at and self._is_open(place):
                    self._fold(place.timeframe, bar)
        self._known_from = start_of(self._began, TIMEFRAMES[-1])

    def _minutes_reached(self) -> int:
        """Return until when minutes are closed."""
        return start_of(self._reached - (MINUTE in self._due), MINUTE)

    def _doubt(self) -> None:
        """Want what was closed of a stretch whose trades cannot be had; open candles are not made of it."""
        since, self._doubted_from = self._doubted_from, None
        if since is None:
            return
        reached = self._minutes_reached()
        self._known_from = max(self._known_from, reached)
        for timeframe in TIMEFRAMES:
            until = start_of(reached, timeframe)
            opens_at = max(start_of(since, timeframe), until - _MOST_AT_ONCE * STEP_MS[timeframe])
            if opens_at < until:
                self._doubted.append(Need(timeframe=timeframe, opens_at=opens_at, until=until))

    def _reach_minute_end(self, until: int, closed: list[Closed]) -> bool:
        """Close seconds; return whether a minute has ended, of which larger candles are due."""
        if self._due:
            return True
        end = start_of(self._reached, MINUTE) + _MINUTE_MS
        self._close_seconds(max(self._reached, start_of(self._stop(until, end), SECOND)), closed)
        if self._reached < end:
            return False
        self._due.extend(timeframe for timeframe in TIMEFRAMES if end % STEP_MS[timeframe] == 0)
        return True

    def _stop(self, until: int, end: int) -> int:
        if not self.is_lost or until >= end + PATIENCE_MS:
            return min(until, end)
        return min(until, end, self._holes.since)

    def _close_seconds(self, stop: int, closed: list[Closed]) -> None:
        for opens_at in sorted(one for one in self._seconds if one < stop):
            bar = self._seconds.pop(opens_at)
            if self._holes.touch(opens_at, opens_at + _SECOND_MS):
                continue
            closed.append(Closed(SECOND, bar))
            self._fold(MINUTE, bar)
        self._reached = stop

    def _close_due(self, until: int, closed: list[Closed]) -> bool:
        """Close the candles that end where seconds are closed to; return whether none is wanting."""
        while self._due:
            timeframe = self._due[0]
            place = Place(timeframe, self._reached - STEP_MS[timeframe])
            if self._is_wanting(place):
                self.need = self._need_of(place, until)
                return False
            self._close_one(place, closed)
            self._due.popleft()
        return True

    def _is_wanting(self, place: Place) -> bool:
        return not self._is_known(place) and self._supplied_to.get(place.timeframe, 0) < self._reached

    def _is_known(self, place: Place) -> bool:
        if place.timeframe == MINUTE:
            return not self._holes.touch(place.opens_at, self._reached)
        return place.opens_at >= self._known_from

    def _close_one(self, place: Place, closed: list[Closed]) -> None:
        formed = self._forming.pop(place.timeframe, None)
        bar = formed if self._is_known(place) else self._supplied.pop(place, None)
        if place.timeframe == MINUTE:
            self._holes.forget_until(self._reached)
            for larger in TIMEFRAMES[1:] if bar is not None else ():
                self._fold(larger, bar)  # type: ignore[arg-type]  # it is one here
        if bar is not None:
            closed.append(Closed(place.timeframe, bar))
            self._closed[place] = bar
        if len(self._closed) > _MOST_CLOSED:
            del self._closed[next(iter(self._closed))]

    def _fold(self, timeframe: str, part: Bar) -> None:
        if timeframe in self._forming:
            self._forming[timeframe].fold(part)
        else:
            self._forming[timeframe] = part.within(timeframe)

    def _need_of(self, place: Place, until: int) -> Need:
        if place.timeframe != MINUTE:
            return Need(timeframe=place.timeframe, opens_at=place.opens_at, until=self._reached)
        ends = min(
            self._holes.end_of(place.opens_at),
            start_of(until - PATIENCE_MS, MINUTE),
            place.opens_at + _MOST_AT_ONCE * _MINUTE_MS,
        )
        last = max(self._reached, start_of(ends + _MINUTE_MS - 1, MINUTE))
        return Need(timeframe=MINUTE, opens_at=place.opens_at, until=last)

    def _give_up_seconds(self) -> None:
        oldest = sorted(self._seconds)[:_GIVEN_UP_AT_ONCE]
        for opens_at in oldest:
            del self._seconds[opens_at]
        self._holes.add(oldest[0], oldest[-1] + _SECOND_MS)

    def _take_late(self, trade: Trade, moment: Moment, opens_at: int) -> list[Place]:
        """Count a trade whose second is closed in all candles that are not; return those that are."""
        if opens_at < self._began or self._holes.has_filled(opens_at):
            return []
        late = [] if self._holes.touch(opens_at, opens_at + _SECOND_MS) else [Place(SECOND, opens_at)]
        for timeframe in TIMEFRAMES:
            place = Place(timeframe, start_of(opens_at, timeframe))
            if not self._is_open(place):
                late.append(place)
                self._put_right(place, trade, moment)
                continue
            _count(self._forming, timeframe, place.opens_at, trade, moment)
            if timeframe == MINUTE:
                break  # it carries the trade into the larger ones when it closes
        return late

    def _put_right(self, place: Place, trade: Trade, moment: Moment) -> None:
        """Count a late trade in a closed candle; want one anew that is the venue's, or is not kept."""
        closed = self._closed.get(place)
        if closed is not None and not closed.is_filled:
            closed.take(trade, moment)
            return
        ends = place.opens_at + STEP_MS[place.timeframe]
        need = Need(timeframe=place.timeframe, opens_at=place.opens_at, until=ends)
        if need not in self._doubted:
            self._doubted.append(need)

    def _is_open(self, place: Place) -> bool:
        ends = place.opens_at + STEP_MS[place.timeframe]
        return ends > self._reached or (ends == self._reached and place.timeframe in self._due)


def _minutes_before(began: int) -> Need | None:
    day = start_of(began, TIMEFRAMES[-1])
    return Need(timeframe=MINUTE, opens_at=day, until=began) if day < began else None


def _count(bars: dict[_K, Bar], key: _K, opens_at: int, trade: Trade, moment: Moment) -> None:
    known = bars.get(key)
    if known is None:
        bars[key] = Bar.of(trade, moment, opens_at)
    else:
        known.take(trade, moment)
