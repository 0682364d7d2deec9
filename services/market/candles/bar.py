"""One candle in the making: what trades and smaller candles do to it. When it closes is for the builder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from analytics.candles import Candles, timeframe_ms
from services.exchange.exchange import TIMEFRAMES, Nature, Trade
from services.exchange.prices import to_amount, to_milliseconds, to_price

SECOND = "1s"
STEP_MS = {timeframe: timeframe_ms(timeframe) for timeframe in (SECOND, *TIMEFRAMES)}
_MADE_UP: tuple[Nature, ...] = ("live", "replay", "simulated")

Moment = tuple[int, int]
"""Market time in ms, then the number in the trade's id, which orders trades of one millisecond."""


def moment_of(trade: Trade) -> Moment:
    """Return when `trade` happened; the number is 0 where the venue's ids are none."""
    return to_milliseconds(trade.as_of), int(trade.id) if trade.id.isdecimal() else 0


def start_of(moment_ms: int, timeframe: str) -> int:
    """Return the open time in ms of the candle that `moment_ms` lies in."""
    return moment_ms - moment_ms % STEP_MS[timeframe]


@dataclass(slots=True, kw_only=True)
class Bar:
    """A candle that opens at `opens_at`, in ms of market time; `first` and `last` are its outer trades."""

    opens_at: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    first: Moment
    last: Moment
    nature: Nature
    is_filled: bool = False

    @classmethod
    def of(cls, trade: Trade, moment: Moment, opens_at: int) -> Bar:
        """Begin a candle with its first trade."""
        price = trade.price
        return cls(
            opens_at=opens_at,
            open=price,
            high=price,
            low=price,
            close=price,
            volume=trade.amount,
            first=moment,
            last=moment,
            nature=trade.nature,
        )

    def within(self, timeframe: str) -> Bar:
        """Begin the larger candle that this one lies in."""
        return replace(self, opens_at=start_of(self.opens_at, timeframe))

    def take(self, trade: Trade, moment: Moment) -> None:
        """Count a trade; it may have happened before others that were counted."""
        price = trade.price
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.volume += trade.amount
        if moment >= self.last:
            self.last, self.close = moment, price
        elif moment < self.first:
            self.first, self.open = moment, price
        if trade.nature != self.nature:
            self.nature = less_real(self.nature, trade.nature)

    def fold(self, part: Bar) -> None:
        """Count a smaller candle that lies in this one."""
        self.high = max(self.high, part.high)
        self.low = min(self.low, part.low)
        self.volume += part.volume
        if part.last >= self.last:
            self.last, self.close = part.last, part.close
        if part.first < self.first:
            self.first, self.open = part.first, part.open
        self.nature = less_real(self.nature, part.nature)
        self.is_filled = self.is_filled or part.is_filled


def less_real(one: Nature, other: Nature) -> Nature:
    """Return which of the two is further from a live market."""
    return max(one, other, key=_MADE_UP.index)


def filled_bars(candles: Candles, *, tick: Decimal, nature: Nature) -> list[Bar]:
    """Return the venue's own candles as bars that are marked as filled, oldest first."""
    columns = (candles.time, candles.open, candles.high, candles.low, candles.close, candles.volume)
    bars = []
    for opens_at, open_, high, low, close, volume in zip(*(one.tolist() for one in columns), strict=True):
        bars.append(
            Bar(
                opens_at=opens_at,
                open=to_price(open_, tick),
                high=to_price(high, tick),
                low=to_price(low, tick),
                close=to_price(close, tick),
                volume=to_amount(volume),
                first=(opens_at, 0),
                last=(opens_at + candles.step_ms - 1, 0),
                nature=nature,
                is_filled=True,
            )
        )
    return bars
