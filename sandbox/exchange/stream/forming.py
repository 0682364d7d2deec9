"""The candle that is not over yet, as pushes show it: what traded since it opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.wire import at_tick, plain
from services.exchange.exchange import Trade
from services.exchange.prices import to_milliseconds

_TURNOVER = Decimal("0.0001")


@dataclass(slots=True)
class Forming:
    """One candle while it grows."""

    opens_at_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = Decimal(0)
    turnover: Decimal = Decimal(0)

    def add(self, price: Decimal, amount: Decimal) -> None:
        """Take in one trade."""
        self.high, self.low, self.close = max(self.high, price), min(self.low, price), price
        self.volume += amount
        self.turnover += amount * price

    def row(self, one: Listing) -> list[str]:
        """Build the row that is pushed, with its eight elements."""
        prices = [at_tick(price, one.tick) for price in (self.open, self.high, self.low, self.close)]
        turnover = plain(self.turnover.quantize(_TURNOVER))
        return [str(self.opens_at_ms), *prices, plain(self.volume), turnover, turnover]


class FormingCandles:
    """The growing candles of one market and timeframe."""

    def __init__(self, step_ms: int) -> None:
        self._step_ms = step_ms
        self.now: Forming | None = None

    def begin(self, parts: Sequence[Forming], trades: Sequence[Trade]) -> None:
        """Build the growing candle from closed parts of it and the trades after them."""
        for part in parts:
            if self.now is None:
                self.now = part
                continue
            self.now.high, self.now.low = max(self.now.high, part.high), min(self.now.low, part.low)
            self.now.close = part.close
            self.now.volume += part.volume
            self.now.turnover += part.turnover
        for trade in trades:
            self.take(trade)

    def take(self, trade: Trade) -> Forming:
        """Take in one trade and return the candle it belongs to."""
        opens_at = to_milliseconds(trade.as_of) // self._step_ms * self._step_ms
        if self.now is None or opens_at > self.now.opens_at_ms:
            self.now = Forming(opens_at, trade.price, trade.price, trade.price, trade.price)
        if opens_at == self.now.opens_at_ms:
            self.now.add(trade.price, trade.amount)
        return self.now
