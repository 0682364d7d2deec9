"""How an account stands: its day, its drawdown and its losses in a row, from what the ledger keeps.

Belongs here: reading the ledger sparingly, since the gate asks before every order. Does not belong here: what
follows from a figure, which is for `rules` and `halts`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Final

from analytics.risk import STREAK_PAUSE, losing_streak
from services.clock import Clock
from services.memory import Remembered
from services.store.trading_rows import AccountRow
from services.trading.ports import ClosedTrade, EquityPoint, Ledger, Picture

TRADES_BACK: Final = timedelta(days=30)
_NEAR_MIDNIGHT: Final = timedelta(hours=1)
_TRADES_SECONDS: Final = 5.0
_MARKS_SECONDS: Final = 5.0
_FAR: Final = Decimal("0.01")
_LOOK_BACK: Final = timedelta(hours=1)
"""So much later it may be seen that money was moved before a mark."""
_REMEMBERED: Final = 2_048
"""Accounts whose marks stay in memory; those of others are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Figures of one account at one moment. Shares are of 1."""

    equity: Decimal | None
    day_start: Decimal | None
    """Equity at midnight UTC; None where it cannot be told."""
    peak: Decimal | None
    streak: int
    last_loss_at: datetime | None = None
    """When the newest trade of the streak was closed."""

    @property
    def day_share(self) -> Decimal | None:
        """Return the profit since midnight UTC, of the equity then."""
        if self.equity is None or not self.day_start or self.day_start < 0:
            return None
        return (self.equity - self.day_start) / self.day_start

    @property
    def drawdown_share(self) -> Decimal | None:
        """Return how far equity is below its peak, of the peak."""
        if self.equity is None or not self.peak or self.peak < 0:
            return None
        return max(Decimal(0), (self.peak - self.equity) / self.peak)

    def is_pausing(self, limit: Decimal, at: datetime) -> bool:
        """Return whether the losses in a row have reached `limit`, and the last is less than an hour ago."""
        return (
            self.streak >= limit and self.last_loss_at is not None and at < self.last_loss_at + STREAK_PAUSE
        )


@dataclass(slots=True)
class _Marks:
    """What is remembered of an account's marks of equity, so that each is read once."""

    since: datetime
    read_at: float = float("-inf")
    through: datetime | None = None
    peak: Decimal | None = None
    before: EquityPoint | None = None
    """The newest at or before the midnight of `day`."""
    after: EquityPoint | None = None
    """The oldest after it."""
    day: datetime | None = None
    untouched: Decimal | None = None
    """Equity on that day when nothing had been traded nor was held yet."""
    newest: Decimal | None = None
    moves: dict[datetime, Decimal] = field(default_factory=dict)
    """What was paid in or out, by the mark that shows it first."""

    def is_left_by(self, equity: Decimal | None) -> bool:
        """Return whether equity has gone so far from the newest mark that money may have been moved."""
        if equity is None or self.newest is None:
            return False
        return abs(equity - self.newest) > _FAR * max(equity, self.newest)


class Standings:
    """Tells how accounts stand."""

    def __init__(self, ledger: Ledger, *, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._marks: OrderedDict[str, _Marks] = OrderedDict()
        self._trades: Remembered[str, Sequence[ClosedTrade]] = Remembered(clock)

    async def of(self, row: AccountRow, picture: Picture, *, resumed_at: datetime | None = None) -> Standing:
        """Return how an account stands.

        Since a person let it trade again, at `resumed_at`, its peak and its losses in a row begin anew.
        """
        now = self._clock.now()
        since = max(row.created_at, resumed_at) if resumed_at is not None else row.created_at
        marks = await self._read(row, since, now, picture)
        trades = await self.trades(row.id)
        if not trades and not picture.holdings and picture.equity is not None:
            marks.untouched = picture.equity
        counted = [one for one in trades if resumed_at is None or one.closed_at > resumed_at]
        peaks = [one for one in (marks.peak, picture.equity) if one is not None]
        streak = losing_streak([float(one.net) for one in counted])
        return Standing(
            equity=picture.equity,
            day_start=_day_start(marks, picture.equity),
            peak=max(peaks, default=None),
            streak=streak,
            last_loss_at=counted[-1].closed_at if streak else None,
        )

    async def trades(self, account: str) -> Sequence[ClosedTrade]:
        """Return the closed trades of the last thirty days, at most some seconds old."""
        known = self._trades.get(account)
        if known is None:
            known = await self._ledger.trades(account, since=self._clock.now() - TRADES_BACK)
            self._trades.keep(account, known, seconds=_TRADES_SECONDS)
        return known

    async def _read(self, row: AccountRow, since: datetime, now: datetime, picture: Picture) -> _Marks:
        """Read the marks that are new; all of them again where money was moved."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        marks = self._marks.get(row.id)
        if marks is None or marks.since != since or marks.day != midnight:
            marks = _Marks(since=since, day=midnight)
        is_moved = row.mode == "live" and marks.is_left_by(picture.equity)
        if self._clock.monotonic() < marks.read_at + _MARKS_SECONDS and not is_moved:
            return marks
        beginning = min(since, midnight - timedelta(days=1))
        read_from = beginning if marks.through is None else max(beginning, marks.through - _LOOK_BACK)
        found = await self._seen(row, read_from, picture)
        if marks.through is not None and any(one.moved != marks.moves.get(one.at, 0) for one in found):
            marks = _Marks(since=since, day=midnight, untouched=marks.untouched)
            found = await self._seen(row, beginning, picture)
        for mark in found:
            if marks.through is None or mark.at > marks.through:
                _note(marks, mark, midnight)
        marks.read_at = self._clock.monotonic()
        self._marks[row.id] = marks
        self._marks.move_to_end(row.id)
        if len(self._marks) > _REMEMBERED:
            self._marks.popitem(last=False)
        return marks

    async def _seen(self, row: AccountRow, since: datetime, picture: Picture) -> Sequence[EquityPoint]:
        """Return the marks since then, up to the first move that the picture does not show yet."""
        found = await self._ledger.equity(row.id, since=since)
        return list(takewhile(lambda one: not one.moved or one.at <= picture.at, found))


def _note(marks: _Marks, mark: EquityPoint, midnight: datetime) -> None:
    marks.through, marks.newest = mark.at, mark.equity
    if mark.moved:
        marks.moves[mark.at] = mark.moved
    if mark.at >= marks.since:
        marks.peak = mark.equity if marks.peak is None else max(marks.peak + mark.moved, mark.equity)
    if mark.at <= midnight:
        marks.before = mark
    elif marks.after is None:
        marks.after = mark


def _day_start(marks: _Marks, equity: Decimal | None) -> Decimal | None:
    """Return the equity at midnight: of the mark just before it, else of the first after it.

    Before its first mark an account began the day with what it had before its first trade. What was moved
    since counts as if it had been so at midnight. Where more was taken out than there was then, the day is
    one of profit of which no share can be told: it counts as 0.
    """
    before, after, midnight = marks.before, marks.after, marks.day
    is_near = before is not None and midnight is not None and midnight - before.at <= _NEAR_MIDNIGHT
    if before is not None and (is_near or after is None):
        begun = before
    elif after is not None:
        begun = after
    else:
        return marks.untouched
    moved = sum((one for at, one in marks.moves.items() if at > begun.at), Decimal(0))
    shifted = begun.equity + moved
    return equity if moved < 0 and shifted <= 0 else shifted
