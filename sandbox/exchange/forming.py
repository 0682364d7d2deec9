"""The candle that is not over yet, as the venue shows it: what traded since it opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from analytics.candles import Candles, timeframe_ms
from sandbox.exchange.catalogue import Listing
from sandbox.exchange.wire import at_tick, plain
from services.exchange.exchange import Exchange, Trade
from services.exchange.prices import to_amount, to_milliseconds, to_moment, to_price

_TURNOVER = Decimal("0.0001")
_MINUTES = 1_440
_TRADES = 1_000


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

    def join(self, part: Forming) -> None:
        """Take in a closed part of the candle, the oldest first."""
        if self.now is None:
            self.now = part
            return
        self.now.high, self.now.low = max(self.now.high, part.high), min(self.now.low, part.low)
        self.now.close = part.close
        self.now.volume += part.volume
        self.now.turnover += part.turnover

    def take(self, trade: Trade) -> Forming:
        """Take in one trade and return the candle it belongs to."""
        opens_at = to_milliseconds(trade.as_of) // self._step_ms * self._step_ms
        if self.now is None or opens_at > self.now.opens_at_ms:
            self.now = Forming(opens_at, trade.price, trade.price, trade.price, trade.price)
        if opens_at == self.now.opens_at_ms:
            self.now.add(trade.price, trade.amount)
        return self.now


async def begun(exchange: Exchange, one: Listing, timeframe: str) -> FormingCandles:
    """Return the growing candle of a market, made of its closed minutes and the trades after them.

    There is none while nothing was traded, or where the market does not tell its trades.

    Raises:
        ExchangeUnavailable: the market does not answer.
    """
    step = timeframe_ms(timeframe)
    growing = FormingCandles(step)
    tickers = await exchange.tickers([one.name])
    if not tickers or "trades" not in exchange.capabilities:
        return growing
    opens_at = to_milliseconds(tickers[0].as_of) // step * step
    minutes = await exchange.candles(one.name, "1m", limit=_MINUTES, since=to_moment(opens_at))
    for part in _parts(one, minutes, opens_at):
        growing.join(part)
    rest_from = opens_at if not len(minutes) else int(minutes.time[-1]) + minutes.step_ms
    for trade in await exchange.trades(one.name, limit=_TRADES):
        if to_milliseconds(trade.as_of) >= rest_from:
            growing.take(trade)
    return growing


def _parts(one: Listing, minutes: Candles, opens_at: int) -> Iterator[Forming]:
    columns = (minutes.open, minutes.high, minutes.low, minutes.close, minutes.volume)
    for *prices, volume in zip(*(column.tolist() for column in columns), strict=True):
        opened, high, low, close = (to_price(price, one.tick) for price in prices)
        amount = to_amount(volume)
        turnover = amount * (high + low + close) / 3
        yield Forming(opens_at, opened, high, low, close, volume=amount, turnover=turnover)
